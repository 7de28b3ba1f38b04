'use strict';
// A tree of stacks on a canvas. Draws what can be seen, so a million frames cost as much as the few thousand that are wider than a pixel.
const pageFlame = (() => {
  const ROW = 18, INSET = 4, LEAST = 0.5, GLIDE_MS = 160;
  const { Board, dark, css } = pageCanvas;

  // -1 (gone) .. 1 (new) to one of nine steps, as flame_change.cc does it; data.changes has their colours, then that of noise.
  const STEPS = [0.02, 0.15, 0.40, 0.75], SAME = 4, NOISE = 9;
  function changeStep(before, after) {
    const size = before === after ? 0 : (after - before) / Math.max(before, after);
    let step = 0;
    while (step < STEPS.length && Math.abs(size) >= STEPS[step]) step++;
    return SAME + (size < 0 ? -step : step);
  }

  class Flame extends Board {
    // options: {stacks, up, label, onChoose(row, nameId), onZoom(row), rootName}
    constructor(holder, options) {
      super();
      Object.assign(this, { up: false }, options);
      this.hang(holder, options.label, 'scroller');
      this.hover = this.current = -1;
      this.matches = null;
      this.listen();
    }

    show(tree) {
      this.tree = tree;
      this.zoomed = 0;
      this.hover = this.current = -1;
      this.left = 0;
      this.right = tree.width[0];
      this.resize();
    }

    resize() {
      if (!this.tree || !this.scroller.clientWidth) return;
      const height = (this.tree.deepest + 1) * ROW;
      const room = Math.min(height, Math.max(200, this.room ? this.room() : window.innerHeight * 0.72));
      this.fit(height, room);
      this.height = height;
      if (this.up && !this.hasScrolled) this.scroller.scrollTop = this.scroller.scrollHeight;
      this.draw();
    }

    yOf(depth) {
      const y = this.up ? this.height - (depth + 1) * ROW : depth * ROW;
      return y - this.scroller.scrollTop;
    }
    depthAt(y) {
      y += this.scroller.scrollTop;
      return this.up ? Math.floor((this.height - y) / ROW) : Math.floor(y / ROW);
    }

    // The first callee of a row, as an index, that ends right of x.
    firstAfter(row, x) {
      const { begin, callees, x: xs, width } = this.tree;
      let low = begin[row], high = begin[row + 1];
      while (low < high) {
        const mid = (low + high) >> 1;
        if (xs[callees[mid]] + width[callees[mid]] <= x) low = mid + 1;
        else high = mid;
      }
      return low;
    }

    colours() {
      const theme = dark.matches ? 1 : 0, data = this.stacks.data;
      const swatches = data.swatches.map(swatch => swatch[theme]), changes = data.changes.map(step => step[1 + theme]);
      const root = css('--root');
      const by = this.stacks.isDiff && this.colour !== 'name'
        ? row => {
          const step = changeStep(this.compared(0, row), this.compared(1, row));
          return changes[step !== SAME && this.stacks.hasNoise && this.tree === this.stacks.tree && !data.changed[row] ? NOISE : step];
        }
        : row => (row === 0 && !this.rootName ? root : swatches[data.swatch[this.tree.name[row]]]);
      return { by, ink: css('--ink'), ground: css('--ground'), found: css('--found'), foundInk: css('--found-ink'), mark: css('--mark') };
    }
    compared(side, row) {
      return (this.colour === 'self' ? this.tree.selfs : this.tree.totals)[side][row];
    }

    paint() {
      if (!this.tree || !this.cssWidth) return;
      const tree = this.tree, colours = this.colours();
      this.wipe();
      const scale = this.right > this.left ? this.cssWidth / (this.right - this.left) : 0;
      const open = [0];
      this.drawn = 0;
      while (open.length) {
        const row = open.pop();
        const width = tree.width[row] * scale;
        if (width < LEAST) continue;
        this.box(row, (tree.x[row] - this.left) * scale, width, colours);
        for (let i = this.firstAfter(row, this.left), end = tree.begin[row + 1]; i < end; i++) {
          const callee = tree.callees[i];
          if (tree.x[callee] >= this.right) break;
          if (tree.width[callee] * scale >= LEAST) open.push(callee);
        }
      }
    }

    box(row, x, width, colours) {
      const y = this.yOf(this.tree.depth[row]);
      if (y + ROW < 0 || y > this.cssHeight) return;
      this.drawn++;
      const pen = this.pen;
      const from = Math.max(x, 0), to = Math.min(x + width, this.cssWidth);
      const isFound = this.matches !== null && row > 0 && this.matches[this.tree.name[row]];
      pen.fillStyle = isFound ? colours.found : colours.by(row);
      pen.fillRect(from, y, Math.max(to - from - (width > 2 ? 0.7 : 0), 0.3), ROW - 1);
      if (row === this.current || row === this.hover) {
        pen.strokeStyle = colours.mark;
        pen.lineWidth = row === this.current ? 2 : 1;
        pen.strokeRect(from + 1, y + 1, Math.max(to - from - 2.7, 0.5), ROW - 3);
      }
      const label = this.fitted(this.nameOf(row), to - from - 2 * INSET);
      if (!label) return;
      pen.fillStyle = isFound ? colours.foundInk : colours.ink;
      pen.fillText(label, from + INSET, y + ROW / 2);
    }

    nameOf(row) { return row === 0 ? this.rootName || 'all' : this.stacks.names[this.tree.name[row]]; }

    describe(row) {
      if (row < 0) return '';
      const { tree, stacks } = this, of = this.whole || (side => tree.totals[side][0]);
      const name = this.nameOf(row);
      if (!stacks.isDiff) {
        const value = tree.totals[0][row], caller = row > 0 ? tree.totals[0][tree.caller[row]] : 0;
        return name + ' — ' + pageFormat.value(value, stacks.unit) + ', ' + pageFormat.percent(value, of(0)) + ' of all' +
          (row > 0 && tree.caller[row] !== 0 ? ', ' + pageFormat.percent(value, caller) + ' of ' + (this.up ? 'the row below' : 'its caller') : '') +
          (tree.selfs[0][row] && !this.up ? ', itself ' + pageFormat.value(tree.selfs[0][row], stacks.unit) : '');
      }
      const before = tree.totals[0][row], after = tree.totals[1][row];
      const noise = stacks.hasNoise && tree === stacks.tree && before !== after && !stacks.data.changed[row] ? ', within noise' : '';
      return name + ' — ' + pageFormat.value(before, stacks.unit) + ' (' + pageFormat.percent(before, of(0)) + ') → ' + pageFormat.value(after, stacks.unit) +
        ' (' + pageFormat.percent(after, of(1)) + '), ' + pageFormat.change(after - before, stacks.unit) + ' ' + pageFormat.ratio(before, after) + noise;
    }

    // --- moving
    zoom(row, quiet) {
      this.zoomed = row;
      this.glide(this.tree.x[row], this.tree.x[row] + this.tree.width[row], quiet);
      if (!quiet && this.onZoom) this.onZoom(row);
    }
    glide(left, right, atOnce) {
      cancelAnimationFrame(this.gliding);
      const from = [this.left, this.right], begin = performance.now();
      const step = now => {
        const t = atOnce ? 1 : Math.min(1, (now - begin) / GLIDE_MS), ease = t * (2 - t);
        this.left = from[0] + (left - from[0]) * ease;
        this.right = from[1] + (right - from[1]) * ease;
        this.paint();
        if (t < 1) this.gliding = requestAnimationFrame(step);
      };
      step(begin);
    }
    pan(by) {
      const span = this.right - this.left, left = Math.min(Math.max(this.left + by, 0), this.tree.width[0] - span);
      this.left = left;
      this.right = left + span;
      this.draw();
    }
    zoomAt(x, factor) {
      const whole = this.tree.width[0], at = this.left + (this.right - this.left) * x / this.cssWidth;
      const span = Math.min(Math.max((this.right - this.left) * factor, whole * 1e-9), whole);
      this.left = Math.min(Math.max(at - span * x / this.cssWidth, 0), whole - span);
      this.right = this.left + span;
      this.draw();
    }

    rowAt(x, y) {
      const depth = this.depthAt(y), tree = this.tree, value = this.left + (this.right - this.left) * x / this.cssWidth;
      let row = 0;
      if (value < 0 || value > tree.width[0] || depth < 0) return -1;
      while (tree.depth[row] < depth) {
        const i = this.firstAfter(row, value);
        if (i >= tree.begin[row + 1] || tree.x[tree.callees[i]] > value) return -1;
        row = tree.callees[i];
      }
      return row;
    }

    choose(row) {
      this.current = row;
      if (this.onChoose) this.onChoose(row, row > 0 ? this.tree.name[row] : -1, this.describe(row));
      this.draw();
    }

    listen() {
      const canvas = this.canvas;
      this.followDrag();
      canvas.addEventListener('pointermove', event => {
        const by = this.draggedBy(event);
        if (by !== null) return this.pan(by / this.cssWidth * (this.right - this.left));
        const [x, y] = this.place(event), row = this.rowAt(x, y);
        canvas.style.cursor = row >= 0 ? 'pointer' : 'default';
        if (row !== this.hover) {
          this.hover = row;
          this.draw();
        }
        this.tell(event, this.describe(row));
      });
      canvas.addEventListener('pointerleave', () => { this.hover = -1; this.tip.hidden = true; this.draw(); });
      canvas.addEventListener('click', event => {
        if (this.wasDragged) return;
        const row = this.rowAt(...this.place(event));
        if (row < 0) return;
        this.choose(row);
        this.zoom(row);
      });
      canvas.addEventListener('dblclick', event => {
        const row = this.rowAt(...this.place(event));
        if (row > 0 && this.onOpen) this.onOpen(this.tree.name[row]);
      });
      canvas.addEventListener('wheel', event => {
        if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) this.zoomAt(this.place(event)[0], Math.exp(event.deltaY / 200));
        else this.pan(event.deltaX / this.cssWidth * (this.right - this.left));
      }, { passive: false });
      this.scroller.addEventListener('scroll', () => { this.hasScrolled = true; this.draw(); });
      canvas.addEventListener('keydown', event => this.key(event));
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const tree = this.tree, row = Math.max(this.current, 0);
      const callees = [...tree.callees.subarray(tree.begin[row], tree.begin[row + 1])].filter(one => tree.width[one] > 0);
      const widest = callees.reduce((best, one) => (best < 0 || tree.width[one] > tree.width[best] ? one : best), -1);
      const beside = step => {
        if (row === 0) return row;
        const siblings = [...tree.callees.subarray(tree.begin[tree.caller[row]], tree.begin[tree.caller[row] + 1])].filter(one => tree.width[one] > 0);
        return siblings[siblings.indexOf(row) + step] ?? row;
      };
      const inward = widest < 0 ? row : widest, outward = tree.caller[row];
      const moves = {
        ArrowLeft: () => beside(-1), ArrowRight: () => beside(1),
        ArrowUp: () => (this.up ? inward : outward), ArrowDown: () => (this.up ? outward : inward),
      };
      if (moves[event.key]) this.choose(this.current < 0 ? this.zoomed : moves[event.key]());
      else if (event.key === 'Enter') this.zoom(row);
      else if (event.key === 'Escape' || event.key === '0') this.zoom(0);
      else if (event.key === 'Backspace') this.zoom(tree.caller[this.zoomed]);
      else if (event.key === '+') this.zoomAt(this.cssWidth / 2, 0.7);
      else if (event.key === '-') this.zoomAt(this.cssWidth / 2, 1 / 0.7);
      else if (event.key === 'o' && this.current > 0 && this.onOpen) this.onOpen(tree.name[this.current]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function changeLegend(changes, hasNoise) {
    return changes.slice(0, hasNoise ? NOISE + 1 : NOISE).map(step => [step[0], step[dark.matches ? 2 : 1]]);
  }
  return { Flame, changeLegend, isDark: () => dark.matches, onTheme: dark.onChange };
})();
