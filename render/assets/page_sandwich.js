'use strict';
// One function between those who call it and those it calls.
const pageSandwich = (() => {
  class Sandwich {
    // options: {stacks, onOpen(nameId), onChoose}
    constructor(holder, options) {
      Object.assign(this, options);
      this.title = make('h3');
      this.input = make('input', { list: 'functions', placeholder: 'a function', 'aria-label': 'function' });
      this.list = make('datalist', { id: 'functions' });
      this.input.addEventListener('change', () => {
        const id = this.stacks.names.indexOf(this.input.value);
        if (id >= 0) this.onOpen(id);
      });
      this.input.addEventListener('input', () => this.suggest());
      const callers = make('div'), callees = make('div');
      holder.append(make('p', { class: 'bar' }, this.input, this.list), this.title, make('h4', {}, 'Callers'), callers, make('h4', {}, 'Callees'), callees);
      const room = () => Math.max(160, window.innerHeight * 0.36);
      const flame = (place, up, label) => new pageFlame.Flame(place, {
        stacks: this.stacks, up, label, room, onOpen: this.onOpen, whole: side => this.stacks.total(side), onChoose: this.onChoose });
      this.callers = flame(callers, true, 'callers');
      this.callees = flame(callees, false, 'callees');
    }

    suggest() {
      const expression = expressionOf(this.input.value);
      const found = [];
      for (let id = 0; expression && id < this.stacks.names.length && found.length < 30; id++) if (expression.test(this.stacks.names[id])) found.push(this.stacks.names[id]);
      this.list.replaceChildren(...found.map(name => make('option', { value: name })));
    }

    show(id) {
      const { stacks } = this;
      if (id < 0) id = this.heaviest();
      this.id = id;
      this.input.value = stacks.names[id];
      const parts = stacks.functions.map((side, at) =>
        (stacks.isDiff ? stacks.data.sides[at] + ' ' : '') + pageFormat.value(side.cum[id], stacks.unit) + ' (' + pageFormat.percent(side.cum[id], stacks.total(at)) + '), itself ' +
        pageFormat.value(side.flat[id], stacks.unit));
      this.title.textContent = stacks.names[id] + ': ' + parts.join(' → ');
      for (const [flame, tree] of [[this.callers, stacks.callersOf(id)], [this.callees, stacks.calleesOf(id)]]) {
        flame.rootName = stacks.names[id];
        tree.name[0] = id;
        flame.colour = this.colour;
        flame.hasScrolled = false;
        flame.show(tree);
      }
    }

    heaviest() {
      const { flat } = this.stacks.functions[this.stacks.functions.length - 1];
      return flat.reduce((best, value, id) => (value > flat[best] ? id : best), 0);
    }
    draw() {
      this.callers.resize();
      this.callees.resize();
    }
  }
  return { Sandwich };
})();
