extension GraphPage {
    /// The layout of `LayeredLayout` again: a reader folds links and hides orders, which makes graphs that cannot all be placed beforehand,
    /// and a browser measures its own letters. A test holds the two together. Folding may close cycles: edges that lead back are turned round.
    static let layoutScript = #"""
        function layered(boxes, links) {
          const gap = { node: \#(LayeredLayout.gap.node), bend: \#(LayeredLayout.gap.bend), layer: \#(LayeredLayout.gap.layer) };
          const count = boxes.length, edges = acyclic(count, links), layer = layersOf(count, edges);
          const uses = new Int32Array(count);
          for (const [u] of edges) uses[u]++;
          const passed = edges.map(([u, v]) => {
            const between = layer[v] - layer[u] - 1;
            return between > 0 && uses[u] > \#(LayeredOrder.mostBentEdges) ? Infinity : between;
          });
          const longest = longestBent(passed);
          const above = boxes.map(() => []), below = boxes.map(() => []);
          const join = (u, v) => { below[u].push(v); above[v].push(u); };
          const bends = edges.map(([u, v], i) => {
            const chain = [];
            if (passed[i] > longest) return chain;
            let last = u;
            for (let r = layer[u] + 1; r < layer[v]; r++) {
              const b = layer.length;
              layer.push(r); above.push([]); below.push([]); chain.push(b);
              join(last, b);
              last = b;
            }
            join(last, v);
            return chain;
          });
          let rows = Array.from({ length: 1 + layer.reduce((a, b) => Math.max(a, b), -1) }, () => []);
          layer.forEach((r, v) => rows[r].push(v));
          rows = ordered(rows, above, below, layer.length);
          const width = v => v < count ? boxes[v].w : 0;
          const x = placed(rows, above, below, width, v => v >= count, gap, layer.length);
          const tops = [], heights = [];
          let height = 0, right = 0;
          for (const row of rows) {
            const h = row.reduce((a, v) => Math.max(a, v < count ? boxes[v].h : 0), 0);
            tops.push(height); heights.push(h);
            height += h + gap.layer;
          }
          const middle = v => tops[layer[v]] + heights[layer[v]] / 2;
          for (let v = 0; v < layer.length; v++) right = Math.max(right, x[v] + width(v) / 2);
          const routes = edges.map(([u, v, flipped], i) => {
            const route = [[x[u], middle(u) + boxes[u].h / 2], ...bends[i].map(b => [x[b], middle(b)]), [x[v], middle(v) - boxes[v].h / 2]];
            const kept = route.filter((p, k) => k < 2 || k > route.length - 3
              || Math.abs(p[0] - route[k - 1][0]) > 0.5 || Math.abs(p[0] - route[k + 1][0]) > 0.5);
            return flipped ? kept.reverse() : kept;
          });
          const straight = edges.map(([u, v], i) => !bends[i].length && layer[v] > layer[u] + 1);
          return { centers: boxes.map((_, v) => [x[v], middle(v)]), routes, straight, width: right, height: Math.max(0, height - gap.layer) };
        }

        function longestBent(counts) {
          const sorted = counts.filter(Number.isFinite).sort((a, b) => a - b);
          let sum = 0;
          for (const n of sorted) {
            sum += n;
            if (sum > \#(LayeredOrder.mostBends)) return sorted.findLast(m => m < n) ?? 0;
          }
          return sorted.length ? sorted[sorted.length - 1] : 0;
        }

        function acyclic(count, links) {
          const out = Array.from({ length: count }, () => []), state = new Uint8Array(count), result = links.map(([u, v]) => [u, v, false]);
          links.forEach(([u, v], i) => out[u].push([v, i]));
          for (let root = 0; root < count; root++) {
            if (state[root]) continue;
            const stack = [[root, 0]];
            state[root] = 1;
            while (stack.length) {
              const top = stack[stack.length - 1];
              if (top[1] === out[top[0]].length) { state[top[0]] = 2; stack.pop(); continue; }
              const [v, i] = out[top[0]][top[1]++];
              if (state[v] === 1) result[i] = [v, top[0], true];
              else if (!state[v]) { state[v] = 1; stack.push([v, 0]); }
            }
          }
          return result;
        }

        function layersOf(count, edges) {
          const targets = Array.from({ length: count }, () => []), sources = new Array(count).fill(0), layer = new Array(count).fill(0);
          for (const [u, v] of edges) { targets[u].push(v); sources[v]++; }
          const open = sources.slice(), order = [], ready = [];
          for (let v = 0; v < count; v++) if (!open[v]) ready.push(v);
          while (ready.length) {
            const v = ready.pop();
            order.push(v);
            for (const t of targets[v]) {
              layer[t] = Math.max(layer[t], layer[v] + 1);
              if (--open[t] === 0) ready.push(t);
            }
          }
          const onlyUser = sources.map(n => n === 0);
          for (const v of order) if (onlyUser[v] && targets[v].length === 1 && sources[targets[v][0]] === 1) onlyUser[targets[v][0]] = true;
          for (const v of order.reverse())
            if (sources[v] < targets[v].length || onlyUser[v] && targets[v].length) layer[v] = targets[v].reduce((a, t) => Math.min(a, layer[t]), Infinity) - 1;
          return layer;
        }

        function ordered(rows, above, below, total) {
          const place = new Int32Array(total);
          const number = row => row.forEach((v, i) => { place[v] = i; });
          const crossings = () => {
            let sum = 0;
            for (let r = 0; r + 1 < rows.length; r++) {
              number(rows[r + 1]);
              const n = rows[r + 1].length, tree = new Int32Array(n + 1);
              let seen = 0;
              for (const v of rows[r]) {
                const ends = below[v].map(u => place[u]);
                for (const e of ends) {
                  let before = 0;
                  for (let i = e + 1; i > 0; i &= i - 1) before += tree[i];
                  sum += seen - before;
                }
                for (const e of ends) { for (let i = e + 1; i <= n; i += i & -i) tree[i]++; seen++; }
              }
            }
            return sum;
          };
          let best = rows.map(r => r.slice()), fewest = crossings();
          for (let sweep = 0; sweep < 16 && fewest > 0; sweep++) {
            const down = sweep % 2 === 0;
            for (let k = 1; k < rows.length; k++) {
              const r = down ? k : rows.length - 1 - k, near = down ? above : below;
              number(rows[down ? r - 1 : r + 1]);
              const keyed = rows[r].map((v, i) => {
                const found = near[v];
                return [found.length ? found.reduce((a, u) => a + place[u], 0) / found.length : i, i, v];
              });
              keyed.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
              rows[r] = keyed.map(k => k[2]);
            }
            const now = crossings();
            if (now < fewest) { fewest = now; best = rows.map(r => r.slice()); }
          }
          return best;
        }

        function placed(rows, above, below, width, isBend, gap, total) {
          const x = new Float64Array(total);
          const apart = (a, b) => (width(a) + width(b)) / 2 + (isBend(a) && isBend(b) ? gap.bend : gap.node);
          for (const row of rows) {
            let p = 0;
            row.forEach((v, i) => { if (i) p += apart(row[i - 1], v); x[v] = p; });
            for (const v of row) x[v] -= p / 2;
          }
          for (let sweep = 0; sweep < 24; sweep++) {
            const down = sweep % 2 === 0, both = sweep >= 20;
            for (let k = 0; k < rows.length; k++) {
              const row = rows[down ? k : rows.length - 1 - k], blocks = [], offsets = [];
              let offset = 0;
              row.forEach((v, i) => {
                if (i) offset += apart(row[i - 1], v);
                offsets.push(offset);
                let sum = 0, weight = 0;
                const add = u => { const w = isBend(u) && isBend(v) ? 8 : isBend(u) || isBend(v) ? 2 : 1; sum += w * x[u]; weight += w; };
                if (down || both) above[v].forEach(add);
                if (!down || both) below[v].forEach(add);
                if (!weight) { weight = 0.1; sum = 0.1 * x[v]; }
                let block = [sum - weight * offset, weight, 1];
                while (blocks.length) {
                  const last = blocks[blocks.length - 1];
                  if (last[0] / last[1] < block[0] / block[1]) break;
                  block = [last[0] + block[0], last[1] + block[1], last[2] + block[2]];
                  blocks.pop();
                }
                blocks.push(block);
              });
              let i = 0;
              for (const [sum, weight, n] of blocks) for (let j = 0; j < n; j++, i++) x[row[i]] = sum / weight + offsets[i];
            }
          }
          let left = Infinity;
          for (let v = 0; v < total; v++) left = Math.min(left, x[v] - width(v) / 2);
          for (let v = 0; v < total; v++) x[v] -= left;
          return x;
        }
        """#
}
