extension GraphPage {
    /// What can be asked for: links to fold, a search, orders to hide; and the pointer and keys that do it.
    static let controlsScript = #"""
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
        // Those inside too, so that unfolding a link shows its parts and not all that they hold.
        $("foldAll").onclick = () => { paths.forEach(p => folded.add(p)); draw(); fit(0.5); };
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
        const drawn = new Set(nodes.map(n => n.kind === "l" || n.output ? "strong" : kinds[n.kind]));
        for (const sign of $("key").children) if (sign.dataset.kind) sign.hidden = !drawn.has(sign.dataset.kind);
        if (isLarge) paths.forEach(p => folded.add(p));
        draw();
        fit(0.8);
        """#
}
