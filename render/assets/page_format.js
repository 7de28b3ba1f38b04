'use strict';
// Values as people read them: as model/units.h writes them, so that a number is the same in every view and in the text.
const pageFormat = (() => {
  const families = {
    nanoseconds: [[1, 'ns'], [1e3, 'us'], [1e6, 'ms'], [1e9, 's'], [3600e9, 'hrs']],
    microseconds: [[1, 'us'], [1e3, 'ms'], [1e6, 's'], [3600e6, 'hrs']],
    milliseconds: [[1, 'ms'], [1e3, 's'], [3600e3, 'hrs']],
    seconds: [[1, 's'], [3600, 'hrs']],
    bytes: [[1, 'B'], [1024, 'kB'], [1048576, 'MB'], [1073741824, 'GB'], [1099511627776, 'TB']],
  };
  function value(number, unit) {
    if (number === 0) return '0';
    const family = families[unit];
    if (!family) return Math.round(number).toLocaleString('en-US') + (unit && unit !== 'count' ? ' ' + unit : '');
    let at = 0;
    while (at + 1 < family.length && Math.abs(number) >= family[at + 1][0]) at++;
    return (number / family[at][0]).toFixed(2).replace(/\.00$/, '') + family[at][1];
  }
  const percent = (part, whole) => (whole ? part / whole * 100 : 0).toFixed(2) + '%';
  const change = (number, unit) => (number > 0 ? '+' : number < 0 ? '−' : '') + value(Math.abs(number), unit);
  const ratio = (before, after) => {
    if (before === after) return '';
    if (!before) return 'new';
    if (!after) return 'gone';
    const by = (after / before - 1) * 100;
    return (by > 0 ? '+' : '−') + Math.abs(by).toFixed(1) + '%';
  };
  return { value, percent, change, ratio };
})();

// An element: make('td', {class: 'number'}, 'text', child, ..). Text is never markup.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (typeof value === 'function') element.addEventListener(key, value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
function makeSvg(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// A user's expression; null where it is none (yet).
function expressionOf(text) {
  try {
    return text ? new RegExp(text, 'i') : null;
  } catch (error) {
    return null;
  }
}
