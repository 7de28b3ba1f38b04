'use strict';
// Tables that the page was written with: sort by a click on a column, filter, and show all rows.
const pageTables = (() => {
  const FILTERED_FROM = 10;

  function cellValue(cell) {
    const number = cell.getAttribute('data-v');
    return number === null ? cell.textContent : +number;
  }

  function enliven(table) {
    const body = table.tBodies[0], rows = [...body.rows];
    let shown = +table.getAttribute('data-shown'), filter = null, sorted = -1, isDown = true;
    const more = make('button', { class: 'more', click: () => { shown = Infinity; draw(); } });
    function draw() {
      let left = shown, hidden = 0;
      for (const row of body.rows) {
        const fits = !filter || filter.test(row.textContent);
        row.hidden = !fits || left <= 0;
        if (fits && left <= 0) hidden++;
        if (fits) left--;
      }
      more.hidden = hidden === 0;
      more.textContent = hidden.toLocaleString('en-US') + ' more';
    }
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = make('button', { click: () => {
        isDown = sorted === at ? !isDown : head.classList.contains('number');
        sorted = at;
        rows.sort((a, b) => {
          const x = cellValue(a.cells[at]), y = cellValue(b.cells[at]);
          return (x < y ? -1 : x > y ? 1 : 0) * (isDown ? -1 : 1);
        });
        body.append(...rows);
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
        draw();
      } }, head.textContent);
      head.replaceChildren(button);
    });
    if (rows.length >= FILTERED_FROM) {
      const input = make('input', { placeholder: 'Filter', 'aria-label': 'filter rows', class: 'filter' });
      input.addEventListener('input', () => { filter = expressionOf(input.value); draw(); });
      table.parentElement.before(input);
    }
    table.parentElement.after(more);
    draw();
  }
  return { enlivenAll: () => document.querySelectorAll('table.report').forEach(enliven) };
})();
