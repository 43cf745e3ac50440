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
  /* Between somebody inside the administration and somebody outside. */
  const bridge = dark ? "#e9b44c" : "#b3560a";
  const paper = dark ? "#1a2226" : "#fffdf9";
  const LONGEST = 30;

  /* Names that would lie over another one, or leave the picture, are left out: nearer, there is
     room for them. The largest actors come first. */
  const names = () => {
    const taken = [];
    const place = (context, data, settings) => {
      context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
      const wide = context.measureText(data.label).width;
      const room = canvas.clientWidth;
      let left = data.x + data.size + 3;
      if (left + wide > room) left = data.x - data.size - 3 - wide;
      const top = data.y - settings.labelSize / 2 - 2;
      return { left, top, right: left + wide, bottom: top + settings.labelSize + 4 };
    };
    const write = (context, data, settings, box) => {
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeStyle = paper;
      context.strokeText(data.label, box.left, data.y + settings.labelSize / 3);
      context.fillStyle = ink;
      context.fillText(data.label, box.left, data.y + settings.labelSize / 3);
    };
    return {
      clear: () => { taken.length = 0; },
      label: (context, data, settings) => {
        if (!data.label) return;
        const box = place(context, data, settings);
        const meets = (other) => box.left < other.right && other.left < box.right
          && box.top < other.bottom && other.top < box.bottom;
        if (box.left < 0 || taken.some(meets)) return;
        taken.push(box);
        write(context, data, settings, box);
      },
      hover: (context, data, settings) => {
        if (!data.label) return;
        const box = place(context, data, settings);
        context.fillStyle = paper;
        context.fillRect(box.left - 3, box.top, box.right - box.left + 6, box.bottom - box.top);
        write(context, data, settings, box);
      },
    };
  };

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
    const inside = new Set(nodes.filter((node) => node.inside).map((node) => node.id));
    const most = Math.max(...nodes.map((node) => node.ties));
    const scale = Math.max(0.45, Math.min(1, canvas.clientWidth / 700));
    const written = names();
    for (const node of nodes) {
      const { x, y } = at.get(node.id);
      graph.addNode(node.id, {
        x, y, name: node.name, href: node.href,
        label: node.name.length > LONGEST ? `${node.name.slice(0, LONGEST - 1).trimEnd()}…` : node.name,
        size: scale * (3 + 9 * Math.sqrt(node.ties / most)),
        color: tints[(node.group || 0) % tints.length],
        forceLabel: node.kept,
      });
    }
    for (const [one, other, stories] of edges) {
      const color = inside.has(one) === inside.has(other) ? pale : bridge;
      graph.addEdge(one, other, { size: Math.min(0.5 + stories / 2, 4), color });
    }
    const picture = new window.Sigma(graph, canvas, {
      labelDensity: 0.6, labelRenderedSizeThreshold: 7 * scale,
      labelFont: "system-ui, sans-serif", labelSize: scale < 1 ? 12 : 14,
      defaultDrawNodeLabel: written.label, defaultDrawNodeHover: written.hover,
      /* A page that is being left has no width any more: that is no error. */
      allowInvalidContainer: true,
    });
    picture.on("beforeRender", written.clear);
    picture.refresh();
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
      named.textContent = [...near].slice(0, 12).map((id) => graph.getNodeAttribute(id, "name")).join(", ");
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
