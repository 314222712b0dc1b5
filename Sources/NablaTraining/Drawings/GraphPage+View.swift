extension GraphPage {
    /// Where one looks: zoom, what is under the pointer, and what is selected.
    static let viewScript = #"""
        function apply() { $("scene").setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`); }
        function zoom(factor, x, y) {
          const k = Math.min(6, Math.max(0.02, view.k * factor));
          view = { x: x - (x - view.x) * k / view.k, y: y - (y - view.y) * k / view.k, k };
          apply();
        }
        // All of it; at first no smaller than can be read, from the top on.
        function fit(smallest = 0) {
          const { width, height } = $("canvas").getBoundingClientRect();
          const k = Math.max(smallest, Math.min(1.6, (width - 48) / Math.max(1, extent.width), (height - 48) / Math.max(1, extent.height)));
          view = { k, x: (width - extent.width * k) / 2, y: Math.max(24, (height - extent.height * k) / 2) };
          apply();
        }
        function center(i) {
          const { width, height } = $("canvas").getBoundingClientRect(), [x, y] = extent.centers[i];
          const k = Math.max(view.k, 0.8);
          view = { k, x: width / 2 - x * k, y: height / 2 - y * k };
          apply();
        }

        function rows(s) {
          const list = [["order", `${s.order}, ${word(s.order)}`]];
          if (s.kind === "g") {
            const functions = s.members.filter(i => nodes[i].kind === "f");
            return [["kind", "folded link"], ...list, ["functions", functions.length],
              ["retained", bytes(functions.reduce((a, i) => a + nodes[i].bytes, 0))]];
          }
          const n = s.node;
          return [["kind", n.output ? `${kinds[n.kind]}, asked for` : kinds[n.kind]], ...list, ["shape", n.shape], ["dtype", n.dtype],
            [n.kind === "f" ? "keeps" : "retained", n.bytes ? bytes(n.bytes) : "nothing"], ...(n.scope ? [["link", n.scope]] : []), ...(n.line ? [["made at", n.line]] : [])];
        }
        function title(s) { return s.kind === "g" ? s.scope : s.node.name || s.lines[0]; }
        function table(s) {
          const list = html("dl");
          for (const [key, value] of rows(s)) list.append(html("dt", { textContent: key }), html("dd", { textContent: String(value) }));
          return list;
        }

        function hover(i, event) {
          document.querySelectorAll(".edge.near").forEach(e => e.classList.remove("near"));
          $("tip").hidden = i === null;
          if (i === null) return;
          arcs.forEach(([a, b], k) => { if (a === i || b === i) $("edges").children[k].classList.add("near"); });
          $("tip").replaceChildren(html("b", { textContent: title(shown[i]) }), table(shown[i]));
          const frame = $("canvas").getBoundingClientRect(), tip = $("tip").getBoundingClientRect();
          let x = event.clientX - frame.left + 16, y = event.clientY - frame.top + 14;
          if (x + tip.width > frame.width - 8) x = Math.max(8, x - tip.width - 32);
          if (y + tip.height > frame.height - 8) y = Math.max(8, frame.height - tip.height - 8);
          Object.assign($("tip").style, { left: `${x}px`, top: `${y}px` });
        }

        // Lights what a node comes from and what comes of it.
        function select(i) {
          selected = i;
          $("scene").classList.toggle("dimmed", i !== null);
          document.querySelectorAll(".lit").forEach(e => e.classList.remove("lit"));
          $("details").hidden = i === null;
          if (i === null) return;
          const reach = (from, a, b) => {
            const found = new Set([from]), next = Array.from({ length: shown.length }, () => []), stack = [from];
            arcs.forEach(arc => next[arc[a]].push(arc[b]));
            while (stack.length) for (const v of next[stack.pop()]) if (!found.has(v)) { found.add(v); stack.push(v); }
            return found;
          };
          const after = reach(i, 0, 1), before = reach(i, 1, 0);
          [...after, ...before].forEach(v => $("nodes").children[v].classList.add("lit"));
          arcs.forEach(([a, b], k) => {
            if (after.has(a) && after.has(b) || before.has(a) && before.has(b)) $("edges").children[k].classList.add("lit");
          });
          const go = v => html("a", { textContent: title(shown[v]), onclick: () => { select(v); center(v); } });
          const list = (heading, found) => found.length ? [html("dt", { textContent: heading }),
            html("dd", {}, ...found.flatMap((v, k) => k ? [", ", go(v)] : [go(v)]))] : [];
          const details = table(shown[i]);
          details.append(...list("from", arcs.filter(a => a[1] === i).map(a => a[0])), ...list("to", arcs.filter(a => a[0] === i).map(a => a[1])));
          const scope = shown[i].scope || shown[i].node.scope;
          const fold = scope ? [html("button", { textContent: shown[i].kind === "g" ? `Unfold ${scope}` : `Fold ${scope}`,
            onclick: () => toggle(scope) })] : [];
          $("details").replaceChildren(html("button", { className: "close", textContent: "×", title: "Close (Esc)", onclick: () => select(null) }),
            html("b", { textContent: title(shown[i]) }), details, ...fold);
        }
        """#
}
