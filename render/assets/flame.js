// Zoom, search, hover and keyboard of a flame graph in SVG. State is in the URL's fragment: #x=<value>&d=<depth>&s=<expression>.
(function () {
  'use strict';
  const SVG = 'http://www.w3.org/2000/svg', HTML = 'http://www.w3.org/1999/xhtml';
  const MARGIN = 12, INSET = 3, LINE = 18, NARROW = 720;
  const root = document.documentElement;
  const option = name => root.getAttribute('data-' + name);
  const rowHeight = +option('row'), unit = option('unit'), factor = +option('factor');
  const details = document.getElementById('details'), legend = document.getElementById('legend'), frames = document.getElementById('frames');
  // Fonts differ from machine to machine: what is here is measured, the file's guess is for readers without scripts.
  const pen = document.createElementNS(HTML, 'canvas').getContext('2d');
  pen.font = getComputedStyle(details).fontWeight + ' ' + option('size') + 'px ' + getComputedStyle(details).fontFamily;
  const charWidth = pen.measureText('net/http.(*conn).serveABCabc').width / 28 || +option('font');
  let width = +root.getAttribute('width');
  let height = +root.getAttribute('height');

  // Boxes as the file has them: a caller before its callees, so a box's x follows from the widths before it.
  const elements = [...document.getElementById('frames').children];
  const widths = document.getElementById('widths').textContent.trim().split(' ');
  const rowY = elements.map(g => +g.querySelector('rect').getAttribute('y'));
  const boxes = [];
  const rightmost = [];  // by depth: where the next sibling begins
  elements.forEach((element, at) => {
    const [title, note] = element.querySelector('title').textContent.split('\n');  // the second line is the user's own
    const depth = Math.round(Math.abs(rowY[at] - rowY[0]) / rowHeight);
    const w = parseInt(widths[at], 36);
    const x = depth < rightmost.length ? rightmost[depth] : 0;
    const box = { element, rect: element.querySelector('rect'), text: element.querySelector('text'), at, depth, x, w,
                  name: title.slice(0, title.lastIndexOf(' (')), title, note, caller: null, callees: [] };
    rightmost.length = depth + 1;
    rightmost[depth] = x + w;
    rightmost.push(x);
    boxes.push(box);
    element.box = box;
  });
  const open = [];
  for (const box of boxes) {
    open.length = box.depth;
    box.caller = open[box.depth - 1] || null;
    if (box.caller) box.caller.callees.push(box);
    open.push(box);
  }
  const all = boxes[0];
  let zoomed = all, current = null, expression = null, ignoreCase = true;

  // Values as people read them, by the unit.
  function people(value) {
    const scaled = (steps, names) => {
      let at = 0;
      while (at + 1 < names.length && Math.abs(value) >= steps[at + 1]) at++;
      return (value / steps[at]).toFixed(2).replace(/\.00$/, '') + names[at];
    };
    if (unit === 'nanoseconds') return scaled([1, 1e3, 1e6, 1e9, 3600e9], ['ns', 'us', 'ms', 's', 'hrs']);
    if (unit === 'microseconds') return scaled([1, 1e3, 1e6, 3600e6], ['us', 'ms', 's', 'hrs']);
    if (unit === 'bytes') return scaled([1, 1024, 1048576, 1073741824, 1099511627776], ['B', 'kB', 'MB', 'GB', 'TB']);
    return Math.round(value).toLocaleString('en-US') + ' ' + unit;
  }
  const valueInTitle = new RegExp('([+-]?)([\\d,]+) ' + unit.replace(/[^\w]/g, '\\$&') + '(?=[,;])', 'g');
  const percent = (part, whole) => (whole ? part / whole * 100 : 0).toFixed(2) + '%';

  const isDiff = / \([^(]*; before [^(]*\)$/.test(elements[0].querySelector('title').textContent);
  function describe(box) {
    if (!box) return '\u00a0';
    if (isDiff) {
      const tail = box.title.slice(box.name.length + 2, -1);
      return box.name + ' — ' + tail.replace(valueInTitle, (_, sign, digits) => (sign === '+' ? '+' : '') + people(+(sign + digits.replace(/,/g, ''))));
    }
    const of = box.caller && box.caller !== all ? ', ' + percent(box.w, box.caller.w) + ' of its caller' : '';
    return box.name + ' — ' + people(box.w * factor) + ', ' + percent(box.w, all.w) + ' of all' + of + (box.note ? '. ' + box.note : '');
  }

  function place(box, x, w, isAbove) {
    box.element.setAttribute('class', box.fill + (isAbove ? ' above' : '') + (box.isFound ? ' found' : '') + (box === current ? ' at' : ''));
    box.rect.setAttribute('x', x.toFixed(2));
    box.rect.setAttribute('width', Math.max(w, 0.1).toFixed(2));
    const label = fit(box.name, w - 2 * INSET);
    if (label && !box.text) {
      box.text = document.createElementNS(SVG, 'text');
      box.text.setAttribute('y', +box.rect.getAttribute('y') + baseline);
      box.element.appendChild(box.text);
    }
    if (!box.text) return;
    box.text.setAttribute('x', (x + INSET).toFixed(2));
    box.text.textContent = label;
  }
  function fit(name, pixels) {
    const room = Math.floor(pixels / charWidth);
    let label = flameLabel(name, room);
    for (let cut = 1; label && cut < 9 && pen.measureText(label).width > pixels; cut++) label = flameLabel(name, Math.min(room, label.length) - 1);
    return label;
  }
  const baseline = all.text ? +all.text.getAttribute('y') - rowY[0] : rowHeight - 4;
  for (const box of boxes) box.fill = box.element.getAttribute('class');

  function draw() {
    const room = width - 2 * MARGIN, scale = zoomed.w ? room / zoomed.w : 0, end = zoomed.x + zoomed.w;
    for (const box of boxes) {
      const isAbove = box.depth < zoomed.depth && box.x <= zoomed.x && box.x + box.w >= end && covers(box);
      const isInside = box.depth >= zoomed.depth && box.x >= zoomed.x && box.x + box.w <= end && (box.w > 0 || box === zoomed);
      if (isAbove) place(box, MARGIN, room, true);
      else if (isInside && box.w * scale >= 0.1) place(box, MARGIN + (box.x - zoomed.x) * scale, box.w * scale, false);
      else box.element.setAttribute('class', box.fill + ' gone');
    }
    buttons.reset.setAttribute('display', zoomed === all ? 'none' : 'inline');
    showMatches();
  }
  function covers(box) {
    for (let at = zoomed.caller; at; at = at.caller) if (at === box) return true;
    return false;
  }

  function zoom(box, quiet) {
    zoomed = box;
    draw();
    if (!quiet) remember();
  }

  function choose(box) {
    const before = current;
    current = box;
    if (before) before.element.classList.remove('at');
    if (box) box.element.classList.add('at');
    tell(box);
  }

  // --- text in the room there is
  const broken = (text, room) => {  // lines of at most `room` characters, broken behind a blank where there is one
    const lines = [];
    for (let rest = text; rest; ) {
      const blank = rest.lastIndexOf(' ', room - 1);
      const end = rest.length <= room ? rest.length : blank > room / 3 ? blank + 1 : room;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    return lines;
  };
  function write(text, words, size, most) {
    const room = Math.max(8, Math.floor((width - 2 * MARGIN) / (charWidth * size / +option('size'))));
    const lines = broken(words, room);
    if (lines.length > most) lines.splice(most - 1, Infinity, lines[most - 1].slice(0, room - 1) + '…');
    text.replaceChildren(...lines.map((line, at) => {
      const part = document.createElementNS(SVG, 'tspan');
      part.setAttribute('x', MARGIN);
      if (at) part.setAttribute('dy', LINE);
      part.textContent = line;
      return part;
    }));
    return lines.length;
  }
  const detailLines = () => (width < NARROW ? 3 : 1);
  const tell = box => write(details, describe(box), 13, detailLines());
  const headline = document.getElementById('title'), subtitle = document.getElementById('subtitle');
  const whole = new Map([headline, subtitle].filter(Boolean).map(text => [text, text.textContent]));
  function shorten(text, room) {
    const words = whole.get(text);
    text.textContent = words;
    const length = text.getComputedTextLength();
    if (length > room) text.textContent = words.slice(0, Math.max(1, Math.floor(words.length * room / length) - 1)) + '…';
  }

  // --- search
  function search(text) {
    try {
      expression = text ? new RegExp(text, ignoreCase ? 'i' : '') : null;
    } catch (error) {
      matched.textContent = 'not an expression: ' + text;
      return;
    }
    for (const box of boxes) box.isFound = expression !== null && box !== all && expression.test(box.name);
    draw();
    remember();
  }
  function showMatches() {
    if (!expression) {
      matched.textContent = '';
      return;
    }
    let sum = 0, count = 0, end = -1;  // boxes go left to right, callers first: those inside a match are counted with it
    for (const box of boxes) {
      if (!box.isFound) continue;
      count++;
      if (box.x < end) continue;
      sum += box.w;
      end = box.x + box.w;
    }
    matched.textContent = 'matched ' + percent(sum, all.w) + ' in ' + count + ' frames';
  }
  function nextMatch(step) {
    const start = current ? current.at : step > 0 ? -1 : 0;
    for (let i = 1; i <= boxes.length; i++) {
      const box = boxes[(start + step * i + boxes.length * 2) % boxes.length];
      if (box.isFound && !box.element.classList.contains('gone')) return choose(box);
    }
  }

  // --- state in the URL
  function remember() {
    const parts = [];
    if (zoomed !== all) parts.push('x=' + zoomed.x, 'd=' + zoomed.depth);
    if (expression) parts.push('s=' + encodeURIComponent(expression.source));
    if (!ignoreCase) parts.push('case=1');
    try {
      history.replaceState(null, '', parts.length ? '#' + parts.join('&') : location.pathname + location.search);
    } catch (error) { /* a page that may not change its address */ }
  }
  function restore() {
    const parts = new URLSearchParams(location.hash.slice(1) || location.search.slice(1));
    ignoreCase = parts.get('case') !== '1';
    const x = +parts.get('x'), depth = +parts.get('d');
    zoomed = (parts.has('d') && boxes.find(box => box.depth === depth && box.x === x)) || all;
    const text = parts.get('s') || '';
    if (input) input.value = text;
    search(text);
  }

  // --- controls
  const controls = document.createElementNS(SVG, 'g');
  root.appendChild(controls);
  const buttons = {};
  function button(name, label, act) {
    const text = document.createElementNS(SVG, 'text');
    text.setAttribute('class', 'button');
    text.setAttribute('id', name);
    text.setAttribute('y', 28);
    text.setAttribute('tabindex', '0');
    text.setAttribute('role', 'button');
    text.textContent = label;
    text.addEventListener('click', act);
    text.addEventListener('keydown', event => { if (event.key === 'Enter') { act(); event.stopPropagation(); } });
    controls.appendChild(text);
    buttons[name] = text;
  }
  button('reset', 'Reset zoom', () => zoom(all));
  button('case', 'Aa', () => { ignoreCase = !ignoreCase; buttons.case.style.fontWeight = ignoreCase ? '' : 'bold'; search(input.value); });
  buttons.case.setAttribute('aria-label', 'match case');
  const holder = document.createElementNS(SVG, 'foreignObject');
  holder.setAttribute('y', 10);
  holder.setAttribute('width', 190);
  holder.setAttribute('height', 28);
  const input = document.createElementNS(HTML, 'input');
  input.setAttribute('id', 'search');
  input.setAttribute('placeholder', 'Search (/)');
  input.setAttribute('aria-label', 'search by regular expression');
  input.setAttribute('style', 'box-sizing:border-box;width:100%;height:24px;border:1px solid #8888;border-radius:5px;padding:0 7px;background:transparent;color:inherit;font:12px system-ui,sans-serif');
  holder.appendChild(input);
  controls.appendChild(holder);
  const matched = document.createElementNS(SVG, 'text');
  matched.setAttribute('id', 'matched');
  controls.appendChild(matched);
  holder.style.color = getComputedStyle(details).fill;
  matchMedia('(prefers-color-scheme:dark)').addEventListener('change', () => { holder.style.color = getComputedStyle(details).fill; });
  let pending = 0;
  input.addEventListener('input', () => { clearTimeout(pending); pending = setTimeout(() => search(input.value), 120); });
  input.addEventListener('keydown', event => {
    if (event.key === 'Escape') { input.value = ''; search(''); input.blur(); }
    if (event.key === 'Enter') { search(input.value); nextMatch(1); input.blur(); }
    event.stopPropagation();
  });

  // In a narrow window the controls have a row of their own, the details several lines, and the legend as many as it needs.
  const detailsY = +details.getAttribute('y'), CONTROLS = 40;
  function arrange() {
    const isFluid = option('fluid') === '1' && window.top === window.self;
    if (isFluid) width = Math.max(280, window.innerWidth);
    const isNarrow = width < NARROW, down = isNarrow ? CONTROLS : 0;
    for (const text of whole.keys()) shorten(text, width - 2 * MARGIN - (isNarrow ? 0 : text === headline ? 310 : 0));
    controls.setAttribute('transform', 'translate(0 ' + (isNarrow ? +option('top') - 14 : 0) + ')');
    frames.setAttribute('transform', 'translate(0 ' + down + ')');
    details.setAttribute('transform', 'translate(0 ' + down + ')');
    matched.setAttribute('text-anchor', isNarrow ? 'start' : 'end');
    matched.setAttribute('x', isNarrow ? MARGIN : width - MARGIN);
    matched.setAttribute('y', isNarrow ? detailsY + down + detailLines() * LINE - (+option('top') - 14) : detailsY);
    height = arrangeLegend(detailsY + down + (detailLines() + (isNarrow ? 1 : 0)) * LINE + 2) + 12;
    if (isFluid) height = Math.max(height, window.innerHeight);
    root.setAttribute('width', width);
    root.setAttribute('height', height);
    root.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    const search = Math.min(190, width - 2 * MARGIN - 120);
    holder.setAttribute('width', search);
    holder.setAttribute('x', width - MARGIN - search);
    buttons.case.setAttribute('x', width - MARGIN - search - 26);
    buttons.reset.setAttribute('x', isNarrow ? MARGIN : width - MARGIN - search - 106);
    tell(current);
    draw();
  }
  // Squares with words, as many on a line as fit, and the note below. Returns where it ends.
  function arrangeLegend(top) {
    let x = MARGIN, y = top, note = null;
    const items = [...legend.children];
    for (let at = 0; at < items.length; at++) {
      if (items[at].tagName !== 'rect') { note = items[at]; continue; }
      const text = items[at + 1], length = text.getComputedTextLength() + 15;
      if (x > MARGIN && x + length > width - MARGIN) { x = MARGIN; y += LINE; }
      items[at].setAttribute('x', x);
      items[at].setAttribute('y', y - 9);
      text.setAttribute('x', x + 15);
      text.setAttribute('y', y);
      x += length + 16;
      at++;
    }
    if (!note) return y;
    if (!note.words) note.words = note.textContent;
    y += items.length > 1 ? LINE : 0;
    note.setAttribute('y', y);
    return y + (write(note, note.words, +option('size'), 9) - 1) * LINE;
  }

  // --- mouse and keyboard
  const frameOf = target => { const g = target.closest && target.closest('#frames>g'); return g ? g.box : null; };
  frames.addEventListener('click', event => { const box = frameOf(event.target); if (box) { choose(box); zoom(box); } });
  frames.addEventListener('mouseover', event => tell(frameOf(event.target)));
  frames.addEventListener('mouseleave', () => tell(current));

  const isUp = option('growth') === 'up';
  const widest = list => list.reduce((best, box) => (!best || box.w > best.w ? box : best), null);
  const beside = (box, step) => { const row = box.caller ? box.caller.callees : [box]; return row[row.indexOf(box) + step] || box; };
  const moves = {
    ArrowLeft: box => beside(box, -1), ArrowRight: box => beside(box, 1),
    ArrowUp: box => (isUp ? widest(box.callees) : box.caller) || box,
    ArrowDown: box => (isUp ? box.caller : widest(box.callees)) || box,
  };
  document.addEventListener('keydown', event => {
    if (event.ctrlKey && event.key === 'f' || event.key === '/' || event.key === 'F3') { event.preventDefault(); input.focus(); input.select(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) { event.preventDefault(); choose(current ? moves[event.key](current) : zoomed); }
    else if (event.key === 'Enter' && current) zoom(current);
    else if (event.key === 'Escape' || event.key === '0') zoom(all);
    else if (event.key === 'Backspace' && zoomed.caller) zoom(zoomed.caller);
    else if (event.key === 'n') nextMatch(1);
    else if (event.key === 'N') nextMatch(-1);
  });
  window.addEventListener('resize', arrange);
  window.addEventListener('hashchange', () => { restore(); });
  arrange();
  restore();
})();
