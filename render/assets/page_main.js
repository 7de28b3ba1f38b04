'use strict';
// The page: its views, what is chosen, and the address that restores it.
(async () => {
  const main = document.querySelector('main'), nav = document.querySelector('nav');
  const state = new URLSearchParams(location.hash.slice(1));
  const set = (key, value) => {
    if (value === null || value === undefined || value === '') state.delete(key);
    else state.set(key, value);
    try {
      history.replaceState(null, '', '#' + state);
    } catch (error) { /* a place where addresses stay as they are */ }
  };

  // --- views
  const views = new Map();  // id -> {section, tab, show()}
  function addView(id, name, section, shown, first) {
    const tab = make('button', { role: 'tab', id: 'tab-' + id, 'aria-controls': id, click: () => { set('view', id); open(id); } }, name);
    if (!section) {
      section = make('section', { class: 'view', id }, make('h2', {}, name));
      main.append(section);
    }
    section.setAttribute('role', 'tabpanel');
    section.setAttribute('aria-labelledby', 'tab-' + id);
    if (first) nav.prepend(tab);
    else nav.append(tab);
    views.set(id, { section, tab, shown });
    return section;
  }
  function open(id) {
    if (!views.has(id)) id = nav.firstElementChild.id.slice(4);
    for (const [other, view] of views) {
      view.section.hidden = other !== id;
      view.tab.setAttribute('aria-selected', other === id);
      view.tab.tabIndex = other === id ? 0 : -1;
    }
    controls.hidden = !['flame', 'top', 'sandwich'].includes(id);
    controls.classList.toggle('of-flame', id === 'flame');
    const view = views.get(id);
    if (view.shown) view.shown();
    current = id;
  }
  let current = '';
  nav.addEventListener('keydown', event => {
    const tabs = [...nav.children], at = tabs.indexOf(document.activeElement);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (at < 0 || !step) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });

  const controls = make('div', { class: 'bar controls', hidden: true });
  nav.after(controls);
  document.body.classList.add('live');
  // What a view answers stands above all of them already, where it is the page's answer.
  const headline = document.querySelector('header .quiet');
  for (const answer of main.querySelectorAll('.answer')) {
    if (answer.textContent !== headline.textContent) continue;
    headline.className = answer.className;
    answer.hidden = true;
  }
  for (const section of [...main.querySelectorAll('section.view')]) if (section.id !== 'text') addView(section.id, section.dataset.name, section);
  pageTables.enlivenAll();

  const timeline = await pageTimeline.create(state, set);
  if (timeline) addView('timeline', 'Timeline', timeline.section, timeline.shown);
  const data = await pageData.stacks();
  if (data) showStacks(data);
  const text = document.getElementById('text');
  if (text) addView('text', text.dataset.name, text);
  open(state.get('view') || '');
  document.body.dataset.ready = '1';

  // --- stacks: flame graph, top, sandwich
  function showStacks(data) {
    const stacks = new pageStacks.Stacks(data);
    const details = make('p', { class: 'details', 'aria-live': 'polite' }, '\u00a0');
    const onChoose = (row, id, words) => { details.textContent = words || '\u00a0'; };
    const onOpen = id => { set('fn', stacks.names[id]); set('view', 'sandwich'); open('sandwich'); };
    let isStale = { flame: true, top: true, sandwich: true };

    const flameSection = addView('flame', 'Flame graph', null, () => refresh('flame'));
    const topSection = addView('top', 'Top', null, () => refresh('top'));
    const sandwichSection = addView('sandwich', 'Callers and callees', null, () => refresh('sandwich'));

    const legend = make('p', { class: 'legend' });
    const flameHolder = make('div');
    flameSection.append(flameHolder, details, legend);
    const flame = new pageFlame.Flame(flameHolder, { stacks, label: 'flame graph', onChoose, onOpen, onZoom: row => set('zoom', row || null), up: state.get('up') === '1' });
    const top = new pageTop.Top(topSection, { stacks, onOpen, onSort: sort => set('sort', sort) });
    const sandwich = new pageSandwich.Sandwich(sandwichSection, { stacks, onOpen, onChoose: () => {} });
    const sort = /^(-?\d+)([du])$/.exec(state.get('sort') || '');
    if (sort) top.sort = { column: +sort[1], isDown: sort[2] === 'd' };
    window.pageForTests = { stacks, flame, top, sandwich };

    // controls
    const select = (label, options, chosen, act) => {
      const element = make('select', { 'aria-label': label, title: label }, ...options.map(([value, name]) => make('option', { value }, name)));
      element.value = chosen;
      if (element.selectedIndex < 0) element.selectedIndex = 0;
      element.addEventListener('change', () => act(element.value));
      controls.append(element);
      return element;
    };
    const kinds = data.kinds.map(([type], i) => [String(i), type]);
    const kindNamed = data.kinds.findIndex(([type]) => type === state.get('kind'));
    const kind = select('sample type', kinds, String(kindNamed >= 0 ? kindNamed : data.default), value => { set('kind', data.kinds[+value][0]); compute(); });
    kind.hidden = kinds.length < 2;
    const labels = [['', 'all labels']];
    for (const [key, values] of stacks.labelKeys) for (const value of values) labels.push([JSON.stringify([key, value]), key + ' = ' + value]);
    const label = select('label', labels, state.get('label') || '', value => { set('label', value); compute(); });
    label.hidden = labels.length < 2;
    let width = null, colour = null;
    if (stacks.isDiff) {
      width = select('width', [['max', 'width: larger side'], ['before', 'width: before'], ['after', 'width: after'], ['sum', 'width: sum']], state.get('width') || 'max',
        value => { set('width', value); compute(); });
      colour = select('colour', [['total', 'colour: total change'], ['self', 'colour: own change'], ['name', 'colour: whose code']], state.get('colour') || 'total',
        value => { set('colour', value); paint(); });
    }
    const moves = make('span', { id: 'moves', class: 'bar' });
    controls.append(moves);
    moves.append(make('button', { id: 'flip', click: () => {
      flame.up = !flame.up;
      flame.hasScrolled = false;
      set('up', flame.up ? '1' : null);
      flame.resize();
    }, title: 'root at the bottom or on top' }, 'Flip'), make('button', { id: 'reset', click: () => { set('zoom', null); flame.zoom(0); } }, 'Reset zoom'));
    const search = make('input', { id: 'search', type: 'search', placeholder: 'Search (/)', 'aria-label': 'search by regular expression' });
    const matched = make('output', { id: 'matched' });
    controls.append(search, matched);
    search.value = state.get('q') || '';
    let pending = 0;
    search.addEventListener('input', () => { clearTimeout(pending); pending = setTimeout(() => { set('q', search.value); find(); }, 120); });
    search.addEventListener('keydown', event => { if (event.key === 'Escape') { search.value = ''; set('q', ''); find(); search.blur(); } });
    document.addEventListener('keydown', event => {
      if (event.key !== '/' || /INPUT|SELECT/.test(event.target.tagName)) return;
      event.preventDefault();
      search.focus();
      search.select();
    });

    function find() {
      const expression = expressionOf(search.value);
      flame.matches = expression && Uint8Array.from(stacks.names, name => (expression.test(name) ? 1 : 0));
      sandwich.callers.matches = sandwich.callees.matches = flame.matches;
      top.filter = expression;
      top.rows = 100;
      matched.textContent = search.value && !expression ? 'not an expression' : expression ? 'matched ' + matchedShare() : '';
      flame.draw();
      isStale.top = true;
      refresh(current);
      sandwich.callers.draw();
      sandwich.callees.draw();
    }
    // A match inside a match is counted with the outer one.
    function matchedShare() {
      const { tree } = stacks, total = tree.totals[tree.totals.length - 1], inside = new Uint8Array(tree.caller.length);
      let sum = 0;
      for (let row = 1; row < inside.length; row++) {
        const isFound = flame.matches[tree.name[row]] === 1;
        if (isFound && !inside[tree.caller[row]]) sum += total[row];
        inside[row] = isFound || inside[tree.caller[row]] ? 1 : 0;
      }
      return pageFormat.percent(sum, total[0]);
    }

    function compute() {
      stacks.choose(+kind.value, label.value ? JSON.parse(label.value) : null, width ? width.value : 'max');
      const zoom = +(state.get('zoom') || 0);
      flame.show(stacks.tree);
      if (zoom > 0 && zoom < stacks.tree.caller.length && stacks.tree.width[zoom] > 0) flame.zoom(zoom, true);
      isStale = { flame: true, top: true, sandwich: true };
      paint();
      find();
    }
    function paint() {
      flame.colour = sandwich.colour = colour ? colour.value : 'name';
      isStale.sandwich = true;
      drawLegend();
      flame.draw();
      refresh(current);
    }
    function drawLegend() {
      let entries;
      if (stacks.isDiff && flame.colour !== 'name') {
        entries = pageFlame.changeLegend(data.changes, stacks.hasNoise);
      } else {
        const shares = new Float64Array(data.groups.length), { flat } = stacks.functions[stacks.functions.length - 1];
        flat.forEach((value, id) => { shares[data.swatches[data.swatch[id]][2]] += Math.max(value, 0); });
        entries = data.groups.map((name, group) => [name, data.swatches.find(swatch => swatch[2] === group)[pageFlame.isDark() ? 1 : 0], shares[group]])
          .filter(([name, , share]) => name && share > 0).sort((a, b) => b[2] - a[2])
          .map(([name, fill, share]) => [name + ' ' + pageFormat.percent(share, stacks.total()), fill]);
      }
      const note = stacks.isDiff
        ? 'Percentages of colours: of what the frame was before. Shares: ' + data.sides.map((side, i) => 'of ' + pageFormat.value(stacks.total(i), stacks.unit) + ' ' + side).join(', ') +
          ', all recordings added up.'
        : stacks.type + ': ' + pageFormat.value(stacks.total(), stacks.unit) + '. Shares are of self values.';
      legend.replaceChildren(...entries.map(([words, fill]) => {
        const square = make('i');
        square.style.background = fill;
        return make('span', {}, square, words);
      }), make('span', { class: 'quiet' }, note));
    }
    function refresh(view) {
      if (view === 'flame') flame.resize();
      if (view === 'top' && isStale.top) top.show();
      if (view === 'sandwich') {
        const wanted = stacks.names.indexOf(state.get('fn') || '\u0000');
        if (isStale.sandwich || wanted !== sandwich.id) sandwich.show(wanted);
        sandwich.draw();
      }
      if (view in isStale) isStale[view] = false;
    }
    pageFlame.onTheme(() => { drawLegend(); sandwich.draw(); });
    compute();
  }
})();
