'use strict';
// All functions with what they cost: sorted by any column, filtered by the page's search, a stretch of rows at a time.
const pageTop = (() => {
  const ROWS = 100;

  function columnsOf(stacks) {
    const unit = stacks.unit, sides = stacks.functions, last = sides.length - 1;
    const value = (label, of, extra) => ({ label, of, show: number => pageFormat.value(number, unit), ...extra });
    const share = (of, side) => ({ label: '%', of, show: number => pageFormat.percent(number, stacks.total(side)) });
    if (!stacks.isDiff) {
      const flat = id => sides[0].flat[id], cum = id => sides[0].cum[id];
      return { rank: flat, weight: id => cum(id), columns: [value('Self', flat, { key: 'self' }), share(flat, 0), value('Total', cum, { key: 'total' }), share(cum, 0)] };
    }
    const change = side => id => sides[1][side][id] - sides[0][side][id];
    const columns = [];
    for (const [label, key] of [['Self', 'flat'], ['Total', 'cum']]) {
      columns.push(value(label + ' before', id => sides[0][key][id]), value('after', id => sides[1][key][id]),
        { label: 'change', key: label.toLowerCase(), of: change(key), isChange: true, show: number => pageFormat.change(number, unit) });
    }
    return { rank: id => Math.abs(change('flat')(id)), weight: id => sides[0].cum[id] + sides[last].cum[id], columns };
  }

  class Top {
    // options: {stacks, onOpen(nameId), onSort(text)}
    constructor(holder, options) {
      Object.assign(this, options);
      this.table = make('table', { class: 'top' });
      this.more = make('button', { class: 'more', click: () => { this.rows += 5 * ROWS; this.draw(); } });
      holder.append(make('div', { class: 'scroll' }, this.table), this.more);
      this.rows = ROWS;
      this.sort = null;  // {column, isDown}
    }

    show() {
      this.layout = columnsOf(this.stacks);
      this.ids = [];
      for (let id = 0; id < this.stacks.names.length; id++) if (this.layout.weight(id) !== 0) this.ids.push(id);
      this.draw();
    }

    sorted() {
      const { columns, rank } = this.layout, names = this.stacks.names;
      const column = this.sort && columns[this.sort.column];
      const key = column ? column.of : rank;
      const sign = this.sort && !this.sort.isDown ? -1 : 1;
      const byName = (a, b) => (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : 0);
      const ids = this.filter ? this.ids.filter(id => this.filter.test(names[id])) : this.ids.slice();
      if (this.sort && this.sort.column === -1) return ids.sort((a, b) => -sign * byName(a, b));
      const size = column && column.isChange && !this.sort.signed ? id => Math.abs(key(id)) : key;
      return ids.sort((a, b) => sign * (size(b) - size(a)) || byName(a, b));
    }

    head() {
      const cell = (label, at, isNumber) => {
        const isSorted = this.sort ? this.sort.column === at : false;
        const arrow = isSorted ? (this.sort.isDown ? ' ▾' : ' ▴') : '';
        const button = make('button', { click: () => {
          this.sort = { column: at, isDown: isSorted ? !this.sort.isDown : at !== -1 };
          if (this.onSort) this.onSort(this.sort.column + (this.sort.isDown ? 'd' : 'u'));
          this.draw();
        } }, label + arrow);
        return make('th', { scope: 'col', class: isNumber ? 'number' : 'name', 'aria-sort': isSorted ? (this.sort.isDown ? 'descending' : 'ascending') : null }, button);
      };
      return make('thead', {}, make('tr', {}, ...this.layout.columns.map((column, at) => cell(column.label, at, true)), cell('Function', -1, false)));
    }

    draw() {
      if (!this.layout) return;
      const ids = this.sorted(), { columns } = this.layout, body = make('tbody');
      for (const id of ids.slice(0, this.rows)) {
        const row = make('tr');
        for (const column of columns) {
          const number = column.of(id);
          const direction = column.isChange && number ? (number > 0 ? ' more' : ' less') : '';
          row.append(make('td', { class: 'number' + direction }, column.show(number)));
        }
        row.append(make('td', { class: 'name' }, make('button', { class: 'link', title: 'callers and callees', click: () => this.onOpen(id) }, this.stacks.names[id] || '(no name)')));
        body.append(row);
      }
      this.table.replaceChildren(this.head(), body);
      const left = ids.length - this.rows;
      this.more.hidden = left <= 0;
      this.more.textContent = left.toLocaleString('en-US') + ' more';
    }
  }
  return { Top };
})();
