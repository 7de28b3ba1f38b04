'use strict';
// Who waits for whom, drawn from a finding's own data: goroutines on a circle, an arrow from the waiter to the holder of what it waits for.
const pageGraph = (() => {
  const MOST = 16;

  function wrap(text, length) {
    return text.length <= length ? text : text.slice(0, length - 1) + '…';
  }

  function draw(waits) {
    const nodes = [...new Set(waits.flatMap(wait => [wait.waiter, wait.holder]).filter(id => id !== null && id !== undefined && id >= 0))];
    if (nodes.length < 1 || nodes.length > MOST || waits.length === 0) return null;
    const radius = nodes.length === 1 ? 0 : nodes.length === 2 ? 130 : 70 + nodes.length * 14, width = 2 * radius + 420;
    const tall = nodes.length < 3 ? 0 : radius * 0.8, height = 2 * tall + 150, cx = width / 2, cy = height / 2 + 10;
    const at = new Map(nodes.map((id, i) => {
      const angle = Math.PI + i / nodes.length * 2 * Math.PI;
      return [id, [cx + Math.cos(angle) * radius, cy + Math.sin(angle) * tall]];
    }));
    const svg = makeSvg('svg', { class: 'graph', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'who waits for whom' });
    svg.append(makeSvg('defs', {}, makeSvg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto-start-reverse' },
      makeSvg('path', { d: 'M0 0L8 4L0 8z', class: 'arrow' }))));
    for (const wait of waits) {
      const from = at.get(wait.waiter), to = at.get(wait.holder);
      if (!from) continue;
      const label = makeSvg('text', { class: 'edge' }, wrap(String(wait.resource || ''), 48));
      const title = makeSvg('title', {}, [wait.why, wait.evidence].filter(Boolean).join(' — '));
      let path, mid;
      if (!to || to === from) {
        path = `M${from[0] - 10} ${from[1] - 20}C${from[0] - 60} ${from[1] - 80} ${from[0] + 60} ${from[1] - 80} ${from[0] + 12} ${from[1] - 21}`;
        mid = [from[0], from[1] - 70];
      } else {
        const dx = to[0] - from[0], dy = to[1] - from[1], length = Math.hypot(dx, dy), ux = dx / length, uy = dy / length, bend = 40;
        mid = [(from[0] + to[0]) / 2 + uy * bend, (from[1] + to[1]) / 2 - ux * bend];
        path = `M${from[0] + ux * 24} ${from[1] + uy * 24}Q${mid[0]} ${mid[1]} ${to[0] - ux * 26} ${to[1] - uy * 26}`;
      }
      label.setAttribute('x', mid[0]);
      label.setAttribute('y', mid[1] + (mid[1] > cy ? 12 : 0));
      label.setAttribute('text-anchor', 'middle');
      svg.append(makeSvg('path', { d: path, class: 'wait ' + (wait.evidence || ''), 'marker-end': 'url(#arrow)' }, title), label);
    }
    for (const [id, [x, y]] of at) {
      svg.append(makeSvg('circle', { cx: x, cy: y, r: 22, class: 'node' }), makeSvg('text', { x, y: y + 4, 'text-anchor': 'middle', class: 'node' }, 'g' + id));
    }
    return svg;
  }

  function drawAll() {
    for (const element of document.querySelectorAll('.finding > data')) {
      const data = JSON.parse(element.getAttribute('value'));
      const graph = data && Array.isArray(data.waits) ? draw(data.waits) : null;
      if (!graph) continue;
      const legend = make('p', { class: 'quiet' }, 'An arrow goes from who waits to who has what it waits for. Solid: proven; dashed: inferred; dotted: guessed.');
      element.replaceWith(make('div', { class: 'scroll' }, graph), legend);
    }
  }
  return { drawAll, draw };
})();
