extension GraphPage {
    /// What the page does: it shows the graph with folded links and hidden orders left out, and answers pointer and keys.
    static let script = #"""
        const data = JSON.parse(document.getElementById("graph").textContent);
        const $ = id => document.getElementById(id), SVG = "http://www.w3.org/2000/svg";
        const nodes = data.nodes, kinds = { f: "function", v: "variable", l: "leaf", c: "constant", g: "group" };
        const color = order => data.colors[Math.min(order, data.colors.length - 1)];
        const word = order => ["forward", "gradient", "gradient of gradient"][order] || `derivative of order ${order}`;
        const bytes = n => n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(1)} KiB` : n < 1073741824
          ? `${(n / 1048576).toFixed(1)} MiB` : `${(n / 1073741824).toFixed(2)} GiB`;
        const pen = document.createElement("canvas").getContext("2d");
        const element = (name, attributes, ...children) => {
          const made = document.createElementNS(SVG, name);
          for (const key in attributes) made.setAttribute(key, attributes[key]);
          made.append(...children);
          return made;
        };
        const html = (name, properties, ...children) => {
          const made = Object.assign(document.createElement(name), properties);
          made.append(...children);
          return made;
        };

        const prefixes = path => path ? path.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/")) : [];
        const links = new Map();
        nodes.forEach(n => prefixes(n.scope).forEach(p => {
          const entry = links.get(p) || { functions: 0, bytes: 0 };
          if (n.kind === "f") { entry.functions++; entry.bytes += n.bytes; }
          links.set(p, entry);
        }));
        const paths = [...links.keys()].sort();
        const folded = new Set(), hidden = new Set();
        let shown = [], arcs = [], view = { x: 0, y: 0, k: 1 }, hits = [], current = -1, selected = null, extent = { width: 0, height: 0 };

        // The graph that is shown: hidden orders left out, each folded link one node for each order, and variables without a name within
        // the function that made them unless they are asked for.
        const maker = new Array(nodes.length).fill(-1);
        for (const [u, v] of data.edges) if (nodes[u].kind === "f") maker[v] = u;
        let showsAll = nodes.length <= 60;
        function collect() {
          const byKey = new Map(), place = new Array(nodes.length).fill(-1);
          shown = [];
          nodes.forEach((n, i) => {
            if (hidden.has(n.order)) return;
            if (!showsAll && n.kind === "v" && !n.name && !n.output && maker[i] >= 0) return;
            const link = prefixes(n.scope).find(p => folded.has(p));
            const key = link === undefined ? i : `${link} ${n.order}`;
            if (!byKey.has(key)) {
              byKey.set(key, shown.length);
              shown.push(link === undefined ? { kind: n.kind, order: n.order, lines: [...n.lines], members: [], node: n, key: String(key) }
                : { kind: "g", order: n.order, scope: link, members: [], key: String(key) });
            }
            place[i] = byKey.get(key);
            shown[place[i]].members.push(i);
          });
          nodes.forEach((n, i) => {
            if (place[i] >= 0 || maker[i] < 0 || hidden.has(n.order)) return;
            place[i] = place[maker[i]];
            shown[place[i]].members.push(i);
          });
          for (const s of shown) if (s.kind === "g") {
            const functions = s.members.filter(i => nodes[i].kind === "f").length;
            const counted = (n, name) => `${n} ${name}${n === 1 ? "" : "s"}`;
            s.lines = [s.scope, (functions ? counted(functions, "function") : counted(s.members.length, "variable"))
              + (s.order ? `, ${word(s.order)}` : "")];
          }
          const seen = new Set();
          arcs = [];
          for (const [u, v] of data.edges) {
            const a = place[u], b = place[v], key = a * shown.length + b;
            if (a < 0 || b < 0 || a === b || seen.has(key)) continue;
            seen.add(key);
            arcs.push([a, b]);
          }
        }

        function measure(s) {
          const widths = s.lines.map((line, k) => {
            pen.font = `${k ? 11 : 12}px system-ui, "Segoe UI", Helvetica, Arial, sans-serif`;
            return pen.measureText(line).width;
          });
          s.w = Math.max(36, Math.max(...widths) * (s.kind === "f" || s.kind === "g" ? 1.07 : 1) + 20);
          s.h = s.lines.length > 1 ? 38 : 25;
        }

        function draw() {
          collect();
          shown.forEach(measure);
          const plan = layered(shown, arcs);
          extent = plan;
          const edges = plan.routes.map((route, i) => {
            const n = route.length, point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;
            const slope = k => k === 0 || k === n - 1 ? 0 : (route[k + 1][0] - route[k - 1][0]) / (route[k + 1][1] - route[k - 1][1]);
            let path = `M${point(...route[0])}`;
            for (let k = 1; k < n; k++) {
              const [a, b] = [route[k - 1], route[k]], t = (b[1] - a[1]) / (n === 2 ? 2 : 3);
              path += ` C${point(a[0] + slope(k - 1) * t, a[1] + t)} ${point(b[0] - slope(k) * t, b[1] - t)} ${point(...b)}`;
            }
            return element("path", { class: "edge", d: path, "marker-end": "url(#arrow)", "data-edge": i });
          });
          const boxes = shown.map((s, i) => {
            const [x, y] = plan.centers[i], [stroke, fill] = color(s.order), isFunction = s.kind === "f";
            const strong = s.kind === "l" || s.kind === "g" || s.node && s.node.output;
            const box = element("g", { class: `node ${kinds[s.kind]}${strong ? " strong" : ""}`, "data-id": i, "data-key": s.key, tabindex: -1,
              transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
            const rect = offset => element("rect", { x: -s.w / 2 + offset, y: -s.h / 2 - offset, width: s.w, height: s.h,
              rx: isFunction ? 4 : s.kind === "g" ? 7 : 12, fill: isFunction ? stroke : s.kind === "c" ? "#ffffff" : fill,
              stroke: s.kind === "c" ? "#8a929e" : stroke });
            if (s.kind === "g") box.append(rect(4));
            box.append(rect(0));
            s.lines.forEach((line, k) => {
              const text = element("text", { y: 4 + (s.lines.length > 1 ? k * 15 - 7.5 : 0) });
              if (k) text.setAttribute("class", "sub");
              text.textContent = line;
              box.append(text);
            });
            return box;
          });
          $("edges").replaceChildren(...edges);
          $("nodes").replaceChildren(...boxes);
          select(null);
          search();
          sidebar();
        }

        function apply() { $("scene").setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`); }
        function zoom(factor, x, y) {
          const k = Math.min(6, Math.max(0.02, view.k * factor));
          view = { x: x - (x - view.x) * k / view.k, y: y - (y - view.y) * k / view.k, k };
          apply();
        }
        // All of it; at first no smaller than can be read, from the top on.
        function fit(smallest = 0) {
          const { width, height } = $("canvas").getBoundingClientRect();
          const k = Math.max(smallest, Math.min(1.25, (width - 48) / Math.max(1, extent.width), (height - 48) / Math.max(1, extent.height)));
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

        function toggle(path) {
          if (!folded.delete(path)) folded.add(path);
          draw();
        }
        function sidebar() {
          $("links").hidden = !paths.length;
          $("tree").replaceChildren(...paths.filter(p => !prefixes(p).slice(0, -1).some(q => folded.has(q))).map(p => {
            const depth = p.split("/").length, entry = links.get(p), button = html("button", { className: "link" });
            button.classList.toggle("closed", folded.has(p));
            button.dataset.link = p;
            button.title = `${p}: ${entry.functions} functions keep ${bytes(entry.bytes)}. Click to ${folded.has(p) ? "unfold" : "fold"}.`;
            button.style.paddingLeft = `${14 * depth}px`;
            button.append(html("i", { textContent: folded.has(p) ? "▸" : "▾" }), p.split("/").pop(),
              html("small", { textContent: bytes(entry.bytes) }));
            button.onclick = () => toggle(p);
            return button;
          }));
        }

        function search() {
          const wanted = $("search").value.trim().toLowerCase();
          const text = n => [n.name, ...n.lines, n.shape, n.dtype, n.scope, word(n.order)].join(" ").toLowerCase();
          document.querySelectorAll(".hit").forEach(e => e.classList.remove("hit", "current"));
          hits = wanted ? shown.flatMap((s, i) => s.members.some(m => text(nodes[m]).includes(wanted)) ? [i] : []) : [];
          hits.forEach(i => $("nodes").children[i].classList.add("hit"));
          current = -1;
          $("found").textContent = wanted ? `${hits.length} found` : "";
        }
        function step(by) {
          if (!hits.length) return;
          current = (current + by + hits.length) % hits.length;
          document.querySelectorAll(".current").forEach(e => e.classList.remove("current"));
          $("nodes").children[hits[current]].classList.add("current");
          $("found").textContent = `${current + 1} of ${hits.length}`;
          center(hits[current]);
        }

        $("legend").append(...[...new Set(nodes.map(n => n.order))].sort((a, b) => a - b).map(order => {
          const button = html("button", { textContent: word(order), title: "Show or hide this order" });
          button.dataset.order = order;
          button.style.setProperty("--c", color(order)[0]);
          button.onclick = () => {
            if (!hidden.delete(order)) hidden.add(order);
            button.classList.toggle("off", hidden.has(order));
            draw();
          };
          return button;
        }));
        $("facts").textContent = `${nodes.filter(n => n.kind !== "f").length} variables, ${nodes.filter(n => n.kind === "f").length} functions, `
          + `${bytes(data.bytes)} retained`;
        $("variables").classList.toggle("off", !showsAll);
        $("variables").onclick = () => {
          showsAll = !showsAll;
          $("variables").classList.toggle("off", !showsAll);
          draw();
        };
        $("foldAll").onclick = () => { paths.forEach(p => { if (!p.includes("/")) folded.add(p); }); draw(); fit(0.5); };
        $("unfoldAll").onclick = () => { folded.clear(); draw(); fit(0.5); };
        $("search").oninput = search;
        $("search").onkeydown = event => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") { $("search").value = ""; search(); $("search").blur(); }
          event.stopPropagation();
        };
        const middle = () => { const r = $("canvas").getBoundingClientRect(); return [r.width / 2, r.height / 2]; };
        $("in").onclick = () => zoom(1.3, ...middle());
        $("out").onclick = () => zoom(1 / 1.3, ...middle());
        $("fit").onclick = () => fit();
        document.onkeydown = event => {
          if (event.key === "/") { $("search").focus(); event.preventDefault(); }
          if (event.key === "f" && !event.ctrlKey && !event.metaKey) fit();
          if (event.key === "+") $("in").click();
          if (event.key === "-") $("out").click();
          if (event.key === "Escape") select(null);
        };
        const under = event => { const found = event.target.closest(".node"); return found ? Number(found.dataset.id) : null; };
        $("canvas").addEventListener("mouseover", event => hover(under(event), event));
        $("canvas").addEventListener("mouseleave", event => hover(null, event));
        $("canvas").addEventListener("wheel", event => {
          const frame = $("canvas").getBoundingClientRect();
          zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - frame.left, event.clientY - frame.top);
          event.preventDefault();
        }, { passive: false });
        let drag = null;
        $("canvas").addEventListener("pointerdown", event => {
          drag = { x: event.clientX, y: event.clientY, from: { ...view }, moved: false };
        });
        window.addEventListener("pointermove", event => {
          if (!drag) return;
          const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
          if (Math.abs(dx) + Math.abs(dy) > 4) { drag.moved = true; $("canvas").classList.add("dragging"); hover(null); }
          if (drag.moved) { view = { ...view, x: drag.from.x + dx, y: drag.from.y + dy }; apply(); }
        });
        window.addEventListener("pointerup", () => { setTimeout(() => { drag = null; }); $("canvas").classList.remove("dragging"); });
        $("canvas").addEventListener("click", event => {
          if (drag && drag.moved) return;
          const i = under(event);
          select(i === selected ? null : i);
        });
        $("canvas").addEventListener("dblclick", event => {
          const i = under(event), scope = i === null ? "" : shown[i].scope || shown[i].node.scope;
          if (scope) toggle(scope);
        });
        if (nodes.length > 700) paths.forEach(p => { if (!p.includes("/")) folded.add(p); });
        draw();
        fit(0.8);
        """#
}
