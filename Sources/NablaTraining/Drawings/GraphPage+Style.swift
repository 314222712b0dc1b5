extension GraphPage {
    static let style = #"""
        :root { --paper: #fbfcfd; --panel: #ffffff; --ink: #1d232b; --soft: #68717d; --line: #dfe3e8; --edge: #97a0ac; --mark: #f2c230; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #14181d; --panel: #1c2128; --ink: #e6e9ed; --soft: #98a2af; --line: #323a44; --edge: #66707d; --mark: #e0b020; }
        }
        * { box-sizing: border-box; }
        html, body { margin: 0; height: 100%; }
        body { display: grid; grid-template: auto 1fr / auto 1fr; background: var(--paper); color: var(--ink);
          font: 13px/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; overflow: hidden; }
        header { grid-column: 1 / 3; display: flex; align-items: center; gap: 14px; padding: 8px 14px;
          background: var(--panel); border-bottom: 1px solid var(--line); }
        h1 { font-size: 15px; margin: 0; font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
          flex: none; max-width: 45%; }
        .facts { color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; min-width: 0; }
        .legend button { white-space: nowrap; }
        #variables.off { opacity: .45; text-decoration: line-through; }
        .legend { display: flex; gap: 6px; }
        .legend button { --c: #888; border-color: var(--c); color: var(--ink); border-radius: 99px; padding: 2px 10px 2px 8px; }
        .legend button::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--c);
          margin-right: 6px; }
        .legend button.off { opacity: .45; text-decoration: line-through; }
        button, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 7px;
          padding: 3px 10px; }
        button { cursor: pointer; white-space: nowrap; }
        button:hover { border-color: var(--soft); }
        button:focus-visible, input:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
        .search { margin-left: auto; flex: none; display: flex; align-items: center; gap: 8px; }
        .search input { width: 210px; }
        .search output { color: var(--soft); min-width: 62px; font-variant-numeric: tabular-nums; }
        aside { width: 250px; overflow: auto; border-right: 1px solid var(--line); background: var(--panel); padding: 10px 0; }
        aside[hidden] { display: none; }
        aside h2 { font-size: 11px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 0 14px 6px;
          display: flex; justify-content: space-between; align-items: center; }
        aside h2 button { font-size: 11px; padding: 0 7px; text-transform: none; letter-spacing: 0; }
        .link { display: flex; gap: 6px; width: 100%; border: 0; border-radius: 0; background: none; text-align: left; padding: 3px 14px; }
        .link:hover { background: color-mix(in srgb, var(--soft) 12%, transparent); }
        .link i { font-style: normal; width: 12px; color: var(--soft); }
        .link small { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
        .link.closed { font-weight: 650; }
        main { position: relative; overflow: hidden; min-width: 0; grid-column: 2;
          background-image: radial-gradient(var(--line) 1px, transparent 1px); background-size: 22px 22px; }
        aside[hidden] + main { grid-column: 1 / 3; }
        #canvas { width: 100%; height: 100%; display: block; cursor: grab; touch-action: none; user-select: none; }
        #canvas.dragging { cursor: grabbing; }
        .node { cursor: pointer; }
        .node text { text-anchor: middle; font-size: 12px; pointer-events: none; }
        .node .sub { fill: #5c6470; font-size: 11px; }
        .node rect { stroke-width: 1.3; }
        .node.strong rect { stroke-width: 2.5; }
        .node.constant rect { stroke-dasharray: 3 2; }
        .node.function text { fill: #fff; font-weight: 550; }
        .node.variable text, .node.leaf text, .node.constant text, .node.group text { fill: #1d232b; }
        .node.group text { font-weight: 650; }
        .node.group .sub { font-weight: 400; }
        .edge { fill: none; stroke: var(--edge); stroke-width: 1.15; }
        .edge.far { visibility: hidden; }
        .edge.far.near, .edge.far.lit { visibility: visible; }
        .edge.near {  stroke: var(--ink); stroke-width: 2; }
        .dimmed .node:not(.lit), .dimmed .edge:not(.lit) { opacity: .14; }
        .node.hit rect { stroke: var(--mark); stroke-width: 4; }
        .node.current rect { stroke-width: 6; }
        .node:hover rect { filter: brightness(1.06) drop-shadow(0 1px 4px rgb(0 0 0 / .3)); }
        #tip, #details { position: absolute; background: var(--panel); border: 1px solid var(--line); border-radius: 9px;
          box-shadow: 0 4px 18px rgb(0 0 0 / .16); padding: 9px 12px; }
        #tip { pointer-events: none; max-width: 340px; z-index: 2; }
        #details { right: 14px; top: 14px; width: 270px; max-height: calc(100% - 28px); overflow: auto; }
        #tip b, #details b { display: block; font-size: 14px; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 12px; margin: 5px 0 0; }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        #details .close { float: right; border: 0; background: none; padding: 0 3px; color: var(--soft); }
        #details a { color: inherit; cursor: pointer; text-decoration: underline; text-decoration-color: var(--line); }
        .tools { position: absolute; left: 14px; bottom: 14px; display: flex; gap: 6px; }
        .tools button { min-width: 32px; }
        .key { position: absolute; right: 14px; bottom: 14px; display: flex; gap: 14px; padding: 4px 11px; color: var(--soft);
          background: var(--panel); border: 1px solid var(--line); border-radius: 7px; pointer-events: none; }
        .key span { display: flex; align-items: center; gap: 6px; }
        .key span[hidden], .key span:empty { display: none; }
        .key i { width: 20px; height: 12px; border: 1.3px solid var(--soft); border-radius: 6px; }
        .key .f { background: var(--soft); border-radius: 2px; }
        .key .strong { border-width: 2.5px; }
        .key .c { border-style: dashed; }
        """#
}
