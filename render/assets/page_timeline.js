'use strict';
// A trace over time: counters, then a lane for each proc, thread, task type and goroutine. Draws only the rows and the spans that can be seen.
const pageTimeline = (() => {
  // As model/timeline.h has them.
  const COLLECTOR = 0, STOP = 1, TASK = 2, PROC = 3, THREAD = 4, GOROUTINE = 5, REGION = 6, WORK = 7, SHORT = 8;
  const GROUPS = [['Collector', [COLLECTOR, STOP]], ['Tasks', [TASK]], ['Procs', [PROC, WORK]], ['Threads', [THREAD]], ['Goroutines', [GOROUTINE, REGION, SHORT]]];
  const ROW = 20, HEAD = 22, AXIS = 24, COUNTER = 40, LEAST = 0.7, LEAST_BUSY = 1.2, TEXT_LEAST = 34, STEP = 0.35;
  const { Board, dark, css } = pageCanvas;
  const STATES = {  // of goroutines: light, dark; the palette of flame graphs (palette.cc) has the same
    running: ['#4f9d5d', '#0b7e43'], 'ready to run': ['#e9b44c', '#6a4100'], 'in a system call': ['#c06ab0', '#95419a'], 'blocked by others': ['#f3562e', '#48141f'],
    waiting: ['#d9dbe0', '#474d58'],
  };
  const HUES = [['#6fa8dc', '#35628c'], ['#8fbf87', '#3f6f3b'], ['#d9a66c', '#85592a'], ['#b39ddb', '#5f4a8b'], ['#7fc4c4', '#2f6f6f'], ['#d98fa5', '#86405a'], ['#b8b56a', '#67652a'], ['#9fb0c8', '#4b5a70']];
  const KINDS = { [COLLECTOR]: ['#f0a35e', '#a4591a'], [STOP]: ['#d64545', '#b33434'], [REGION]: ['#9ec9e8', '#2f5a78'], [WORK]: ['#f3c08c', '#7d5324'], [SHORT]: ['#b9bcc4', '#51555e'] };

  const timeText = ns => pageFormat.value(ns, 'nanoseconds');
  function hueOf(text) {
    let hash = 0;
    for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
    return HUES[(hash >>> 0) % HUES.length];
  }
  // "Running", "Waiting mutex"; what a goroutine waits for by itself is no block: time, the network, the runtime.
  const stateOf = name => ({ Running: 'running', Runnable: 'ready to run', Syscall: 'in a system call', Waiting: 'waiting' }[name] ||
    (/^Waiting (sleep|network|syscall|runtime|gc|forced|system|preempted)/i.test(name) ? 'waiting' : 'blocked by others'));
  const isRest = state => state === 'waiting' || state === 'blocked by others';

  const isOfRuntime = lane => /^g\d+ runtime[./]/.test(lane.name);  // shown below the program's own

  // "goroutines running", "/memory/classes/heap/objects:bytes" -> "running", "heap objects"
  const counterName = name => name.replace(/^goroutines |^\/sched\/|^\/gc\/|^\/memory\/classes\/|:.*$/g, '').replace(/\//g, ' ');

  // The first span that ends after `time`.
  function firstAfter(spans, time) {
    let low = 0, high = spans.end.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (spans.end[mid] <= time) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  class Timeline extends Board {
    constructor(section, data, state, set) {
      super();
      Object.assign(this, { section, data, set });
      this.whole = [data.begin, Math.max(data.end, data.begin + 1)];
      const view = /^(-?\d+)-(\d+)$/.exec(state.get('t') || '');
      [this.left, this.right] = view && +view[2] > +view[1] ? this.clamp(+view[1], +view[2]) : this.whole;
      this.closed = new Set((state.get('closed') ?? 'Threads').split(',').filter(Boolean));
      this.filter = expressionOf(state.get('lanes') || '');
      this.chosen = null;
      this.hover = null;
      this.build(state);
      this.layOut();
      this.listen();
    }

    clamp(left, right) {
      const [first, last] = this.whole, span = Math.min(Math.max(right - left, 10), last - first);
      const begin = Math.min(Math.max(left, first), last - span);
      return [begin, begin + span];
    }

    build(state) {
      const lanes = make('input', { type: 'search', placeholder: 'Only lanes like', 'aria-label': 'only lanes whose name matches this expression' });
      lanes.value = state.get('lanes') || '';
      lanes.addEventListener('input', () => {
        this.set('lanes', lanes.value);
        this.filter = expressionOf(lanes.value);
        this.layOut();
        this.draw();
      });
      const button = (words, title, act) => make('button', { title, click: act }, words);
      this.where = make('output', { class: 'quiet' });
      const bar = make('div', { class: 'bar' }, button('−', 'zoom out (-)', () => this.zoomAt(0.5, 1 / 0.6)), button('+', 'zoom in (+)', () => this.zoomAt(0.5, 0.6)),
        button('All', 'the whole trace (0)', () => this.show(...this.whole)), lanes, ...this.groupButtons(), this.where);
      this.hang(make('div'), 'timeline: arrows move, + and - zoom, Shift and up or down choose a lane, n and p a span of it, Enter goes there', 'scroller timeline');
      this.details = make('p', { class: 'details', 'aria-live': 'polite' }, '\u00a0');
      const legend = make('p', { class: 'legend' }, ...Object.entries(STATES).map(([name, fills]) => {
        const square = make('i'), fill = () => { square.style.background = fills[dark.matches ? 1 : 0]; };
        fill();
        dark.onChange(fill);
        return make('span', {}, square, name);
      }), make('span', { class: 'quiet' }, this.note()));
      this.section.append(bar, this.holder, this.details, legend);
    }

    groupButtons() {
      const has = kinds => this.data.lanes.some(lane => kinds.includes(lane.kind));
      this.buttons = GROUPS.filter(([, kinds]) => has(kinds)).map(([name]) => make('button', { class: 'toggle', title: 'show or hide', 'aria-pressed': !this.closed.has(name) ? 'true' : 'false', click: () => this.toggle(name) }, name));
      return this.buttons;
    }

    note() {
      const { resolution, pieces, lost } = this.data;
      return (resolution ? 'Neighbours that together are shorter than ' + timeText(resolution) + ' are one span (' + pieces.toLocaleString('en-US') + ' spans in the trace). ' : '') +
        (lost ? pageFormat.percent(lost, 1) + ' of the trace could not be read. ' : '') + 'Ctrl and the wheel zoom, dragging moves, a click tells.';
    }

    // Rows from top to bottom: {y, height, counter | group | lane}
    layOut() {
      this.rows = [];
      let y = AXIS;
      const add = (height, row) => {
        this.rows.push({ y, height, ...row });
        y += height;
      };
      for (const counter of this.data.counters) {
        if (!counter.points.length) continue;
        const most = counter.points.reduce((sum, point) => Math.max(sum, point.largest, point.last), 1), isFlat = counter.points.every(point => point.largest === most && point.last === most);
        add(isFlat ? ROW : COUNTER, { counter, most, isFlat });
      }
      for (const [name, kinds] of GROUPS) {
        const lanes = this.data.lanes.filter(lane => kinds.includes(lane.kind) && (!this.filter || this.filter.test(lane.name)));
        if (!lanes.length) continue;
        if (name === 'Goroutines') lanes.sort((a, b) => (a.kind === SHORT) - (b.kind === SHORT) || isOfRuntime(a) - isOfRuntime(b) || a.subject - b.subject || a.kind - b.kind || a.row - b.row);
        add(HEAD, { group: name, count: lanes.length });
        if (!this.closed.has(name)) for (const lane of lanes) add(ROW, { lane });
      }
      this.height = y + 4;
      this.resize();
    }

    resize() {
      if (!this.scroller.clientWidth) return;
      const room = Math.min(this.height, Math.max(240, window.innerHeight * 0.72));
      this.fit(this.height, room);
      this.gutter = Math.round(Math.min(220, this.cssWidth * 0.28));
      this.draw();
    }

    xOf(time) { return this.gutter + (time - this.left) / (this.right - this.left) * (this.cssWidth - this.gutter); }
    timeAt(x) { return this.left + (x - this.gutter) / (this.cssWidth - this.gutter) * (this.right - this.left); }

    paint() {
      if (!this.cssWidth) return;
      const top = this.scroller.scrollTop;
      this.theme = dark.matches ? 1 : 0;
      this.ink = css('--ink');
      this.quiet = css('--quiet');
      this.wipe();
      this.drawn = 0;
      for (const row of this.rows) {
        const y = row.y - top;
        if (y + row.height < AXIS || y > this.cssHeight) continue;
        if (row.counter) this.paintCounter(row, y);
        else if (row.group) this.paintHead(row, y);
        else this.paintLane(row, y);
      }
      if (this.chosen) this.paintArrows(top);
      this.paintAxis();
      this.where.textContent = timeText(this.right - this.left) + ' from ' + timeText(this.left - this.whole[0]);
    }

    paintAxis() {
      const pen = this.pen, room = this.cssWidth - this.gutter, about = (this.right - this.left) / Math.max(2, room / 110);
      const step = [1, 2, 5, 10].map(by => by * 10 ** Math.floor(Math.log10(about))).find(one => one >= about);
      pen.fillStyle = css('--panel');
      pen.fillRect(0, 0, this.cssWidth, AXIS - 2);
      pen.fillStyle = this.quiet;
      const base = this.whole[0];
      for (let time = Math.ceil((this.left - base) / step) * step; time <= this.right - base; time += step) {
        const x = this.xOf(time + base);
        pen.fillRect(x, AXIS - 8, 1, 6);
        if (x + 60 < this.cssWidth) pen.fillText(timeText(time), x + 3, 10);
      }
    }

    label(text, y, height, below) {
      const pen = this.pen, middle = y + height / 2;
      pen.fillStyle = css('--ground');
      pen.fillRect(0, y, this.gutter, height);
      pen.fillStyle = this.ink;
      pen.fillText(this.fitted(text, this.gutter - 8), 6, below ? middle - 8 : middle);
      if (!below) return;
      pen.fillStyle = this.quiet;
      pen.fillText(this.fitted(below, this.gutter - 8), 6, middle + 8);
    }

    paintHead(row, y) {
      const pen = this.pen;
      pen.fillStyle = css('--panel');
      pen.fillRect(0, y + 1, this.cssWidth, row.height - 2);
      pen.fillStyle = this.ink;
      pen.fillText((this.closed.has(row.group) ? '▸ ' : '▾ ') + row.group + ' (' + row.count.toLocaleString('en-US') + ')', 6, y + row.height / 2);
    }

    paintCounter(row, y) {
      const pen = this.pen, { points } = row.counter, bottom = y + row.height - 4, scale = (row.height - 8) / row.most;
      pen.fillStyle = HUES[0][this.theme];
      let last = 0, from = this.left;
      const bar = (begin, end, value) => {  // from pixel to pixel: neighbours leave no seam
        const x = Math.round(Math.max(this.xOf(begin), this.gutter)), to = Math.round(Math.min(this.xOf(end), this.cssWidth));
        if (to >= x && value > 0) pen.fillRect(x, bottom - value * scale, Math.max(to - x, 1), value * scale);
      };
      for (const point of points) {
        if (point.time > this.right) break;
        bar(from, point.time, last);
        bar(point.time, Math.max(point.changed, point.time + (this.right - this.left) / this.cssWidth), point.largest);
        last = point.last;
        from = point.changed;
      }
      bar(from, this.right, last);
      const { name, unit } = row.counter, most = pageFormat.value(row.most, unit), things = name.startsWith('goroutines ') ? ' goroutines' : '';
      if (row.isFlat) this.label(counterName(name) + ': ' + most + things, y, row.height);
      else this.label(counterName(name), y, row.height, 'most ' + most + things);
    }

    fillOf(lane, i) {
      if (KINDS[lane.kind]) return KINDS[lane.kind][this.theme];
      const name = this.data.names[lane.spans.name[i]];
      return (lane.kind === GOROUTINE ? STATES[stateOf(name)] : hueOf(name))[this.theme];
    }

    paintLane(row, y) {
      const pen = this.pen, { lane } = row, { spans } = lane;
      let covered = -1, busy = -1;  // pixels left of here are drawn; with something else than a wait
      for (let i = firstAfter(spans, this.left); i < spans.begin.length && spans.begin[i] < this.right; i++) {
        const x = Math.max(this.xOf(spans.begin[i]), this.gutter), to = Math.min(this.xOf(spans.end[i]), this.cssWidth);
        const isThin = lane.kind === GOROUTINE && isRest(stateOf(this.data.names[spans.name[i]]));
        if (to - x < LEAST && x < (isThin ? covered : busy)) continue;  // many in one pixel
        const width = Math.max(to - x - (to - x > 3 && !isThin ? 0.7 : 0), isThin ? LEAST : LEAST_BUSY);
        pen.fillStyle = this.fillOf(lane, i);
        pen.fillRect(x, y + (isThin ? 6 : 2), width, row.height - (isThin ? 12 : 4));
        covered = Math.max(covered, x + width);
        if (!isThin) busy = Math.max(busy, x + width);
        this.drawn++;
        const isChosen = this.chosen && this.chosen.lane === lane && this.chosen.i === i;
        if (isChosen || (this.hover && this.hover.lane === lane && this.hover.i === i)) {
          pen.strokeStyle = css('--mark');
          pen.lineWidth = isChosen ? 2 : 1;
          pen.strokeRect(x + 0.5, y + 2.5, Math.max(width - 1, 1), row.height - 5);
        }
        if (isThin || to - x < TEXT_LEAST) continue;
        pen.fillStyle = this.ink;
        pen.fillText(this.fitted(this.data.names[spans.name[i]], to - x - 6), x + 3, y + row.height / 2);
      }
      pen.fillStyle = css('--found');
      for (const mark of lane.marks) {
        if (mark.time < this.left || mark.time > this.right) continue;
        pen.fillRect(this.xOf(mark.time) - 1, y + 1, 2, 5);
      }
      this.label(lane.name, y, row.height);
    }

    // Who made the goroutine of the chosen lane ready, within what is shown.
    paintArrows(top) {
      const pen = this.pen, at = lane => {
        const row = this.rows.find(one => one.lane === lane);
        return row ? row.y - top + row.height / 2 : null;
      };
      const to = at(this.chosen.lane);
      if (to === null) return;
      pen.strokeStyle = pen.fillStyle = css('--accent');
      pen.lineWidth = 1.2;
      for (const arrow of this.chosen.lane.arrows) {
        const from = at(this.data.lanes[arrow.from]);
        if (from === null || arrow.time < this.left || arrow.time > this.right) continue;
        const x = this.xOf(arrow.time), down = to > from ? -1 : 1;
        pen.beginPath();
        pen.moveTo(x, from);
        pen.lineTo(x, to + down * 6);
        pen.stroke();
        pen.beginPath();
        pen.moveTo(x, to);
        pen.lineTo(x - 3, to + down * 7);
        pen.lineTo(x + 3, to + down * 7);
        pen.fill();
      }
    }

    // --- asking
    at(x, y) {
      const row = this.rows.find(one => y + this.scroller.scrollTop >= one.y && y + this.scroller.scrollTop < one.y + one.height);
      if (!row || y < AXIS) return null;
      if (row.group) return row;
      if (x < this.gutter) return row.lane ? { lane: row.lane, i: -1 } : null;
      const time = this.timeAt(x), near = (this.right - this.left) / (this.cssWidth - this.gutter) * 2;
      if (row.counter) {
        let value = 0;
        for (const point of row.counter.points) if (point.time <= time) value = time < point.changed ? point.largest : point.last;
        return { counter: row.counter, value };
      }
      const { lane } = row, mark = lane.marks.find(one => Math.abs(one.time - time) <= near);
      if (mark && y + this.scroller.scrollTop < row.y + 8) return { lane, i: -1, mark };
      let i = firstAfter(lane.spans, time - near);
      if (i >= lane.spans.begin.length || lane.spans.begin[i] > time + near) i = -1;
      return { lane, i };
    }

    describe(found) {
      if (!found || found.group) return '';
      if (found.counter) return found.counter.name + ': ' + pageFormat.value(found.value, found.counter.unit);
      const { lane, i, mark } = found, { names } = this.data;
      if (mark) return lane.name + ' — ' + names[mark.name] + (names[mark.text] ? ': ' + names[mark.text] : '') + (mark.pieces > 1 ? ' and ' + (mark.pieces - 1) + ' more' : '') + ' at ' + timeText(mark.time - this.whole[0]);
      if (i < 0) return lane.name;
      const { spans } = lane, flags = spans.flags[i], merged = spans.merged.get(i), subject = spans.subject[i];
      const length = timeText(spans.end[i] - spans.begin[i]);
      return lane.name + ' — ' + names[spans.name[i]] + ' ' + (flags & pageTimelineData.BEFORE ? 'since before the trace, ' : '') + (flags & pageTimelineData.OPEN ? 'for ' + length + ', not over at the end' : 'for ' + length) +
        ', from ' + timeText(spans.begin[i] - this.whole[0]) + (names[spans.site[i]] ? ', at ' + names[spans.site[i]] : '') + this.subjectText(lane, spans.name[i], subject) +
        (merged ? ' (' + merged.pieces.toLocaleString('en-US') + ' spans, ' + timeText(merged.covered) + ' in all; this one ' + timeText(merged.longest) + ')' : '');
    }
    subjectText(lane, name, subject) {
      if (subject < 0) return '';
      if (lane.kind === PROC || lane.kind === THREAD) return ', goroutine ' + subject;
      if (lane.kind === TASK) return ', task ' + subject;
      if (lane.kind !== GOROUTINE) return '';
      return stateOf(this.data.names[name]) === 'running' ? ', on proc ' + subject : ', ended by goroutine ' + subject;
    }

    // --- moving
    show(left, right) {
      [this.left, this.right] = this.clamp(left, right);
      const isAll = this.left === this.whole[0] && this.right === this.whole[1];
      clearTimeout(this.noting);
      this.noting = setTimeout(() => this.set('t', isAll ? null : Math.round(this.left) + '-' + Math.round(this.right)), 100);
      this.draw();
    }
    pan(share) {
      const by = share * (this.right - this.left);
      this.show(this.left + by, this.right + by);
    }
    zoomAt(share, factor) {
      const at = this.left + share * (this.right - this.left), span = (this.right - this.left) * factor;
      this.show(at - share * span, at - share * span + span);
    }
    choose(found) {
      this.chosen = found && found.lane ? found : null;
      this.details.textContent = this.describe(found) || '\u00a0';
      this.draw();
    }
    toggle(group) {
      if (!this.closed.delete(group)) this.closed.add(group);
      this.set('closed', [...this.closed].join(',') || ',');
      for (const button of this.buttons) button.setAttribute('aria-pressed', String(!this.closed.has(button.textContent)));
      this.layOut();
      this.draw();
    }

    listen() {
      const { canvas } = this;
      const shareOf = x => Math.min(Math.max((x - this.gutter) / (this.cssWidth - this.gutter), 0), 1);
      this.followDrag();
      canvas.addEventListener('pointermove', event => {
        const by = this.draggedBy(event);
        if (by !== null) return this.pan(by / (this.cssWidth - this.gutter));
        this.hover = this.at(...this.place(event));
        const words = this.describe(this.hover);
        canvas.style.cursor = this.hover ? 'pointer' : 'default';
        this.tell(event, words);
        this.draw();
      });
      canvas.addEventListener('pointerleave', () => {
        this.hover = null;
        this.tip.hidden = true;
        this.draw();
      });
      canvas.addEventListener('click', event => {
        if (this.wasDragged) return;
        const found = this.at(...this.place(event));
        if (found && found.group) this.toggle(found.group);
        else this.choose(found);
      });
      canvas.addEventListener('dblclick', event => {
        const found = this.at(...this.place(event));
        if (found && found.lane && found.i >= 0) this.showSpan(found);
      });
      canvas.addEventListener('wheel', event => {
        const isZoom = event.ctrlKey || event.metaKey;
        if (!isZoom && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
        event.preventDefault();
        if (isZoom) this.zoomAt(shareOf(this.place(event)[0]), Math.exp(event.deltaY / 200));
        else this.pan(event.deltaX / (this.cssWidth - this.gutter));
      }, { passive: false });
      this.scroller.addEventListener('scroll', () => this.draw());
      canvas.addEventListener('keydown', event => this.key(event));
    }

    showSpan({ lane, i }) {
      const { begin, end } = lane.spans, margin = Math.max((end[i] - begin[i]) * STEP, 10);
      this.show(begin[i] - margin, end[i] + margin);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = event.shiftKey ? { ArrowDown: () => this.besideLane(1), ArrowUp: () => this.besideLane(-1), '+': () => this.zoomAt(0.5, 0.6) }[event.key] : {
        ArrowLeft: () => this.pan(-STEP), ArrowRight: () => this.pan(STEP), '+': () => this.zoomAt(0.5, 0.6), '=': () => this.zoomAt(0.5, 0.6), '-': () => this.zoomAt(0.5, 1 / 0.6),
        0: () => this.show(...this.whole), Escape: () => this.choose(null), ArrowDown: () => { this.scroller.scrollTop += ROW * 3; }, ArrowUp: () => { this.scroller.scrollTop -= ROW * 3; },
        Enter: () => { if (this.chosen && this.chosen.i >= 0) this.showSpan(this.chosen); }, n: () => this.beside(1), p: () => this.beside(-1),
      }[event.key];
      if (!act) return;
      act();
      event.preventDefault();
      event.stopPropagation();
    }
    // What the next lane did at the time of the chosen span; the first lane in view where none is chosen.
    besideLane(step) {
      const rows = this.rows.filter(row => row.lane && row.lane.spans.begin.length), { chosen } = this, top = this.scroller.scrollTop;
      const at = chosen ? rows.findIndex(row => row.lane === chosen.lane) + step : rows.findIndex(row => row.y >= top + AXIS), row = rows[at];
      if (!row) return;
      const { spans } = row.lane, time = chosen && chosen.i >= 0 ? Math.max(chosen.lane.spans.begin[chosen.i], this.left) : this.left;
      this.choose({ lane: row.lane, i: Math.min(firstAfter(spans, time), spans.begin.length - 1) });
      if (row.y < top + AXIS) this.scroller.scrollTop = row.y - AXIS;
      else if (row.y + ROW > top + this.cssHeight) this.scroller.scrollTop = row.y + ROW - this.cssHeight;
    }
    // The next span of the chosen lane, brought into view.
    beside(step) {
      if (!this.chosen) return this.besideLane(1);
      const { lane, i } = this.chosen, next = i + step;
      if (next < 0 || next >= lane.spans.begin.length) return;
      this.choose({ lane, i: next });
      const { begin, end } = lane.spans;
      if (begin[next] < this.left || end[next] > this.right) {
        const half = (this.right - this.left) / 2, middle = (begin[next] + end[next]) / 2;
        this.show(middle - half, middle + half);
      }
    }
  }

  const laneName = lane => lane.name || { [COLLECTOR]: 'collector', [STOP]: 'world stopped', [PROC]: 'proc ' + lane.subject, [THREAD]: 'thread ' + lane.subject, [WORK]: 'proc ' + lane.subject + ', for the collector' }[lane.kind] || String(lane.subject);

  async function create(state, set) {
    const data = await pageTimelineData.read();
    if (!data) return null;
    for (const lane of data.lanes) lane.name = laneName(lane);
    const section = make('section', { class: 'view', id: 'timeline' }, make('h2', {}, 'Timeline'));
    document.querySelector('main').append(section);
    const timeline = new Timeline(section, data, state, set);
    window.pageTimelineForTests = timeline;
    return { section, shown: () => timeline.resize() };
  }
  return { create };
})();
