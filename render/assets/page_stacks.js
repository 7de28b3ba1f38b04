'use strict';
// Stacks as a tree that can be drawn and asked: totals for a sample type and a label, who calls a function, what it calls.
const pageStacks = (() => {
  // Rows sorted by caller and then by name: those of row i are callees[begin[i] .. begin[i+1]).
  function order(caller, name, rank) {
    const n = caller.length;
    const byRank = new Int32Array(n), start = new Int32Array(rank.length + 1), begin = new Int32Array(n + 1), callees = new Int32Array(Math.max(n - 1, 0));
    for (let row = 1; row < n; row++) start[rank[name[row]] + 1]++;
    for (let i = 1; i < start.length; i++) start[i] += start[i - 1];
    for (let row = 1; row < n; row++) byRank[start[rank[name[row]]]++] = row;
    for (let row = 1; row < n; row++) begin[caller[row] + 1]++;
    for (let i = 1; i <= n; i++) begin[i] += begin[i - 1];
    const next = begin.slice(0, n);
    for (let i = 0; i < n - 1; i++) callees[next[caller[byRank[i]]]++] = byRank[i];
    return { begin, callees };
  }

  function ranksOf(names) {
    const sorted = names.map((_, i) => i).sort((a, b) => (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : 0));
    const rank = new Int32Array(names.length);
    sorted.forEach((id, i) => { rank[id] = i; });
    return rank;
  }

  function depths(caller) {
    const depth = new Int32Array(caller.length);
    for (let row = 1; row < caller.length; row++) depth[row] = depth[caller[row]] + 1;
    return depth;
  }

  function accumulate(caller, self) {
    const total = self.slice();
    for (let row = caller.length - 1; row > 0; row--) total[caller[row]] += total[row];
    return total;
  }

  // Sets total, width and x from the self values of one side or two.
  function measure(tree, selfs, widthOf) {
    const n = tree.caller.length;
    tree.selfs = selfs;
    tree.totals = selfs.map(self => accumulate(tree.caller, self));
    let widths;
    if (selfs.length === 1) {
      widths = selfs[0].map(value => Math.max(value, 0));
    } else {
      widths = new Float64Array(n);
      const [before, after] = selfs;
      for (let row = 0; row < n; row++) widths[row] = Math.max(widthOf(before[row], after[row]), 0);
    }
    tree.width = accumulate(tree.caller, widths);
    tree.x = new Float64Array(n);
    tree.deepest = 0;
    for (let row = 0; row < n; row++) {
      let x = tree.x[row];
      if (tree.width[row] > 0 && tree.depth[row] > tree.deepest) tree.deepest = tree.depth[row];
      for (let i = tree.begin[row], end = tree.begin[row + 1]; i < end; i++) {
        const callee = tree.callees[i];
        tree.x[callee] = x;
        x += tree.width[callee];
      }
    }
    return tree;
  }

  // A row counts for its function's cum unless the same function is among its callers.
  function outermost(tree, nameCount) {
    const n = tree.caller.length, is = new Uint8Array(n), open = new Int32Array(nameCount), stack = [0];
    while (stack.length) {
      const row = stack.pop();
      if (row < 0) { open[tree.name[~row]]--; continue; }
      if (row > 0) {
        is[row] = open[tree.name[row]]++ === 0 ? 1 : 0;
        stack.push(~row);
      }
      for (let i = tree.begin[row]; i < tree.begin[row + 1]; i++) stack.push(tree.callees[i]);
    }
    return is;
  }

  const widths = {
    before: (before, _) => before, after: (_, after) => after, max: Math.max, sum: (before, after) => before + after,
  };

  class Stacks {
    constructor(data) {
      this.data = data;
      this.names = data.names;
      this.rank = ranksOf(data.names);
      this.isDiff = data.sides.length === 2;
      this.tree = Object.assign({ caller: data.caller, name: data.name, depth: depths(data.caller) }, order(data.caller, data.name, this.rank));
      this.outer = outermost(this.tree, data.names.length);
      this.labelKeys = this.collectLabels();
    }

    collectLabels() {
      const keys = new Map();
      for (const set of this.data.labels) for (const [key, value] of set) {
        if (!keys.has(key)) keys.set(key, new Set());
        keys.get(key).add(value);
      }
      return [...keys].sort().map(([key, values]) => [key, [...values].sort()]);
    }

    // kind: index of a sample type; label: null or [key, value]; width: a name in `widths`
    choose(kind, label, width) {
      const data = this.data, k = data.kinds.length, n = this.tree.caller.length;
      const selfs = this.isDiff ? [new Float64Array(n), new Float64Array(n)] : [new Float64Array(n)];
      const allowed = label && data.labels.map(set => set.some(([key, value]) => key === label[0] && value === label[1]));
      for (let i = 0; i < data.sampleFrame.length; i++) {
        if (allowed && !allowed[data.sampleLabels[i]]) continue;
        selfs[this.isDiff ? data.sampleSide[i] : 0][data.sampleFrame[i]] += data.values[i * k + kind];
      }
      this.kind = kind;
      this.type = data.kinds[kind][0];
      this.unit = data.kinds[kind][1];
      this.width = widths[width] || widths.max;
      this.hasNoise = data.changed !== null && kind === data.default && !label;
      measure(this.tree, selfs, this.width);
      this.functions = this.sumFunctions();
      return this;
    }

    // flat and cum by name, for each side
    sumFunctions() {
      const tree = this.tree, count = this.names.length;
      return tree.selfs.map((self, side) => {
        const flat = new Float64Array(count), cum = new Float64Array(count), total = tree.totals[side];
        for (let row = 1; row < self.length; row++) {
          flat[tree.name[row]] += self[row];
          if (this.outer[row]) cum[tree.name[row]] += total[row];
        }
        return { flat, cum };
      });
    }

    total(side) { return this.tree.totals[side === undefined ? this.tree.totals.length - 1 : side][0]; }

    grow(visit) {
      const caller = [0], name = [0], rows = new Map(), count = this.names.length;
      const child = (at, id) => {
        const key = at * count + id;
        let row = rows.get(key);
        if (row === undefined) {
          row = caller.length;
          rows.set(key, row);
          caller.push(at);
          name.push(id);
        }
        return row;
      };
      const adds = visit(child);  // [row, side, value]
      const tree = { caller: Int32Array.from(caller), name: Int32Array.from(name) };
      tree.depth = depths(tree.caller);
      Object.assign(tree, order(tree.caller, tree.name, this.rank));
      const selfs = this.tree.selfs.map(() => new Float64Array(caller.length));
      for (const [row, side, value] of adds) selfs[side][row] += value;
      return measure(tree, selfs, this.width);
    }

    // What a function calls: its outermost calls laid over each other. Row 0 is the function.
    calleesOf(id) {
      const { caller, name, selfs, width } = this.tree;
      return this.grow(child => {
        const to = new Int32Array(caller.length).fill(-1), adds = [];
        for (let row = 1; row < caller.length; row++) {
          if (width[row] === 0) continue;
          if (name[row] === id && this.outer[row]) to[row] = 0;
          else if (to[caller[row]] >= 0) to[row] = child(to[caller[row]], name[row]);
          if (to[row] >= 0) selfs.forEach((self, side) => { if (self[row]) adds.push([to[row], side, self[row]]); });
        }
        return adds;
      });
    }

    // Who calls it. Row 0 is the function, its callees in the tree are its callers.
    callersOf(id) {
      const { caller, name, totals } = this.tree;
      return this.grow(child => {
        const adds = [];
        for (let row = 1; row < caller.length; row++) {
          if (name[row] !== id || !this.outer[row]) continue;
          let at = 0;
          for (let above = caller[row]; above > 0; above = caller[above]) at = child(at, name[above]);
          totals.forEach((total, side) => { if (total[row]) adds.push([at, side, total[row]]); });
        }
        return adds;
      });
    }
  }
  return { Stacks };
})();
