extension GraphPage {
    /// What is shown: the graph with folded links and hidden orders left out, drawn in the places of the layout.
    static let sceneScript = #"""
        const data = JSON.parse(document.getElementById("graph").textContent);
        const $ = id => document.getElementById(id), SVG = "http://www.w3.org/2000/svg";
        const nodes = data.nodes, isLarge = nodes.length > 700, kinds = { f: "function", v: "variable", l: "leaf", c: "constant", g: "group" };
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

        // In a large graph what lies in no link can be folded too: what stands between links would be a line for each otherwise.
        const outside = "(outside links)";
        if (isLarge && nodes.some(n => n.scope))
          for (const n of nodes) if (!n.scope && (n.kind === "f" || n.kind === "v" && !n.name && !n.output)) n.scope = outside;
        const prefixes = path => path ? path.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/")) : [];
        const links = new Map();
        nodes.forEach(n => prefixes(n.scope).forEach(p => {
          const entry = links.get(p) || { functions: 0, bytes: 0 };
          if (n.kind === "f") { entry.functions++; entry.bytes += n.bytes; }
          links.set(p, entry);
        }));
        // Numbers in order of size; a link before what it holds.
        const numeric = new Intl.Collator("en", { numeric: true });
        const before = (a, b) => {
          const [p, q] = [a.split("/"), b.split("/")], k = p.findIndex((part, i) => part !== q[i]);
          return k < 0 ? p.length - q.length : k < q.length ? numeric.compare(p[k], q[k]) || (p[k] < q[k] ? -1 : 1) : 1;
        };
        const paths = [...links.keys()].sort((a, b) => (a === outside) - (b === outside) || before(a, b));
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
          const far = plan.straight.filter(Boolean).length;
          $("far").textContent = far ? `${far} long edges are shown where the pointer rests` : "";
          const edges = plan.routes.map((route, i) => {
            const n = route.length, point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;
            const slope = k => k === 0 || k === n - 1 ? 0 : (route[k + 1][0] - route[k - 1][0]) / (route[k + 1][1] - route[k - 1][1]);
            let path = `M${point(...route[0])}`;
            for (let k = 1; k < n; k++) {
              const [a, b] = [route[k - 1], route[k]], t = (b[1] - a[1]) / (n === 2 ? 2 : 3);
              path += ` C${point(a[0] + slope(k - 1) * t, a[1] + t)} ${point(b[0] - slope(k) * t, b[1] - t)} ${point(...b)}`;
            }
            return element("path", { class: plan.straight[i] ? "edge far" : "edge", d: path, "marker-end": "url(#arrow)", "data-edge": i });
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
        """#
}
