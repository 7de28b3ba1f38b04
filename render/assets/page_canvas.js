'use strict';
// A drawing that scrolls: a canvas as large as what is seen of it, a spacer for the rest, and a tip at the pointer. Who extends it has resize() and paint().
const pageCanvas = (() => {
  // Paper is light, whatever the reader's screen is.
  const screenDark = matchMedia('(prefers-color-scheme: dark)'), root = document.documentElement;
  const dark = {
    get matches() { return screenDark.matches && !root.hasAttribute('data-paper'); },
    onChange(act) {
      screenDark.addEventListener('change', act);
      for (const event of ['beforeprint', 'afterprint']) addEventListener(event, act);
    },
  };
  addEventListener('beforeprint', () => root.setAttribute('data-paper', ''));
  addEventListener('afterprint', () => root.removeAttribute('data-paper'));
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  class Board {
    hang(holder, label, name) {
      this.holder = holder;
      holder.classList.add('flame');
      this.canvas = make('canvas', { tabindex: 0, role: 'img', 'aria-label': label });
      this.spacer = make('div', { class: 'spacer' });
      this.tip = make('div', { class: 'tip', hidden: true });
      this.scroller = make('div', { class: name }, this.canvas, this.spacer);
      holder.append(this.scroller, this.tip);
      this.pen = this.canvas.getContext('2d');
      new ResizeObserver(() => this.resize()).observe(this.scroller);
      dark.onChange(() => {
        this.resize();
        this.paint();  // a printer doesn't wait for a frame
      });
    }

    // `height` is of the whole drawing, `room` of what can be seen of it; on paper all, within reason.
    fit(height, room) {
      if (root.hasAttribute('data-paper')) room = Math.min(height, 4000);
      this.scroller.style.height = room + 2 + 'px';  // with its border
      this.spacer.style.height = Math.max(0, height - room) + 'px';
      this.cssWidth = this.scroller.clientWidth;
      this.cssHeight = room;
      const dpr = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(this.cssWidth * dpr);
      this.canvas.height = Math.round(this.cssHeight * dpr);
      this.canvas.style.width = this.cssWidth + 'px';
      this.canvas.style.height = this.cssHeight + 'px';
    }

    draw() {
      if (this.pending) return;
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.paint();
      });
    }

    // A clean sheet.
    wipe() {
      const { pen } = this, dpr = window.devicePixelRatio || 1;
      pen.setTransform(dpr, 0, 0, dpr, 0, 0);
      pen.clearRect(0, 0, this.cssWidth, this.cssHeight);
      pen.font = '12px ' + css('--font');
      pen.textBaseline = 'middle';
      if (!this.charWidth) this.charWidth = pen.measureText('net/http.(*conn).serveABCabc').width / 28;
    }

    // What can be read of a name in so many pixels; empty where that is next to nothing.
    fitted(name, pixels) {
      const room = Math.floor(pixels / this.charWidth);
      let label = flameLabel(name, room);
      for (let cut = 1; label && cut < 9 && this.pen.measureText(label).width > pixels; cut++) label = flameLabel(name, Math.min(room, label.length) - 1);
      return label;
    }

    place(event) {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    // The drawing is moved with the pointer. To be asked in pointermove and click.
    followDrag() {
      this.drag = null;
      this.canvas.addEventListener('pointerdown', event => { this.drag = { x: event.clientX, moved: false }; });
      window.addEventListener('pointerup', () => { setTimeout(() => { this.drag = null; }); });
    }
    get wasDragged() { return this.drag !== null && this.drag.moved; }
    // By how many pixels since it was asked last; null while nothing is dragged.
    draggedBy(event) {
      const { drag } = this;
      if (!drag || !(drag.moved || Math.abs(event.clientX - drag.x) > 4)) return null;
      const by = drag.x - event.clientX;
      this.drag = { x: event.clientX, moved: true };
      return by;
    }

    tell(event, words) {
      this.tip.hidden = !words;
      this.tip.textContent = words;
      const bounds = this.holder.getBoundingClientRect();
      this.tip.style.left = Math.max(0, Math.min(event.clientX - bounds.left + 12, bounds.width - this.tip.offsetWidth - 4)) + 'px';
      this.tip.style.top = event.clientY - bounds.top + 18 + 'px';
    }
  }
  return { Board, dark, css };
})();
