/* The picture of the network. The list below it says the same without this file. */
"use strict";

(() => {
  const frame = document.getElementById("network");
  const canvas = document.getElementById("network-canvas");
  const named = document.getElementById("network-named");
  if (!frame || !window.Sigma || !window.graphology) return;

  const tints = ["#0b7285", "#b3560a", "#5f3dc4", "#2b8a3e", "#c2255c", "#1864ab", "#7a5c00", "#862e9c"];
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = dark ? "#e9e5dc" : "#1d2629";
  const pale = dark ? "#3a464b" : "#dcd6c9";

  /* Springs that pull evenly, nodes that push (after Fruchterman & Reingold 1991); from a spiral,
     so that the same network looks the same. */
  const layOut = (nodes, edges) => {
    const at = new Map(nodes.map((node, i) => {
      const angle = i * 2.39996;
      const far = Math.sqrt(i + 1);
      return [node.id, { x: far * Math.cos(angle), y: far * Math.sin(angle), dx: 0, dy: 0 }];
    }));
    const points = [...at.values()];
    const k = 1.6;
    const rounds = nodes.length > 300 ? 90 : 200;
    for (let round = 0; round < rounds; round += 1) {
      const heat = 3 * (1 - round / rounds) + 0.02;
      for (const p of points) { p.dx = -0.08 * p.x; p.dy = -0.08 * p.y; }
      for (let i = 0; i < points.length; i += 1) {
        for (let j = i + 1; j < points.length; j += 1) {
          const p = points[i];
          const q = points[j];
          const x = p.x - q.x;
          const y = p.y - q.y;
          const push = (k * k) / (x * x + y * y + 0.01);
          p.dx += x * push; p.dy += y * push; q.dx -= x * push; q.dy -= y * push;
        }
      }
      for (const [one, other] of edges) {
        const p = at.get(one);
        const q = at.get(other);
        const x = p.x - q.x;
        const y = p.y - q.y;
        const pull = 0.08;
        p.dx -= x * pull; p.dy -= y * pull; q.dx += x * pull; q.dy += y * pull;
      }
      for (const p of points) {
        const far = Math.hypot(p.dx, p.dy) || 1;
        p.x += (p.dx / far) * Math.min(far, heat);
        p.y += (p.dy / far) * Math.min(far, heat);
      }
    }
    return at;
  };

  const draw = ({ nodes, edges }) => {
    if (!nodes.length) return;
    frame.hidden = false;
    const at = layOut(nodes, edges);
    const graph = new window.graphology.Graph({ multi: true });
    const most = Math.max(...nodes.map((node) => node.ties));
    for (const node of nodes) {
      const { x, y } = at.get(node.id);
      graph.addNode(node.id, {
        x, y, label: node.name, href: node.href,
        size: 3 + 9 * Math.sqrt(node.ties / most),
        color: tints[(node.group || 0) % tints.length],
        forceLabel: node.kept,
      });
    }
    for (const [one, other, stories] of edges) {
      graph.addEdge(one, other, { size: Math.min(0.5 + stories / 2, 4), color: pale });
    }
    const picture = new window.Sigma(graph, canvas, {
      labelColor: { color: ink }, labelDensity: 0.6, labelRenderedSizeThreshold: 7,
      labelFont: "system-ui, sans-serif",
      /* A page that is being left has no width any more: that is no error. */
      allowInvalidContainer: true,
    });
    window.addEventListener("pagehide", () => picture.kill(), { once: true });
    /* Come back to as it was left, the page has no picture. */
    window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
    let near = null;
    const first = named.textContent;
    picture.setSetting("nodeReducer", (id, data) => (
      !near || near.has(id) ? data : { ...data, color: pale, label: "" }));
    picture.setSetting("edgeReducer", (id, data) => (
      !near || graph.extremities(id).every((end) => near.has(end)) ? data : { ...data, hidden: true }));
    picture.on("enterNode", ({ node }) => {
      near = new Set([node, ...graph.neighbors(node)]);
      named.textContent = [...near].slice(0, 12).map((id) => graph.getNodeAttribute(id, "label")).join(", ");
      picture.refresh();
    });
    picture.on("leaveNode", () => { near = null; named.textContent = first; picture.refresh(); });
    picture.on("clickNode", ({ node }) => {
      window.location.assign(graph.getNodeAttribute(node, "href"));
    });
    frame.dataset.drawn = String(graph.order);
  };

  fetch(frame.dataset.from).then((answer) => answer.json()).then(draw).catch(() => {
    frame.hidden = true;
  });
})();
