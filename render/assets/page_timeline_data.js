'use strict';
// Reads back what timeline_data.cc wrote: lanes with columns of spans, marks and arrows, and counters. Times in nanoseconds.
const pageTimelineData = (() => {
  const BEFORE = 1, OPEN = 2, MERGED = 4;

  function readSpans(reader, count) {
    const spans = {
      begin: new Float64Array(count), end: new Float64Array(count), flags: new Uint8Array(count), name: new Int32Array(count), site: new Int32Array(count),
      subject: new Float64Array(count), merged: new Map(),
    };
    for (let i = 0, at = 0; i < count; i++) {
      spans.begin[i] = at += reader.signed();
      spans.end[i] = at += reader.signed();
      spans.flags[i] = reader.varint();
      spans.name[i] = reader.varint();
      spans.site[i] = reader.varint();
      spans.subject[i] = reader.signed();
      if (spans.flags[i] & MERGED) spans.merged.set(i, { covered: reader.signed(), longest: reader.signed(), pieces: reader.varint() });
    }
    return spans;
  }

  function readLane(reader, [kind, subject, row, name, spans, marks, arrows]) {
    const lane = { kind, subject, row, name, spans: readSpans(reader, spans), marks: [], arrows: [] };
    for (let i = 0, at = 0; i < marks; i++) lane.marks.push({ time: at += reader.signed(), name: reader.varint(), text: reader.varint(), pieces: reader.varint() });
    for (let i = 0, at = 0; i < arrows; i++) lane.arrows.push({ time: at += reader.signed(), from: reader.varint(), isCreation: reader.varint() === 1 });
    return lane;
  }

  function readCounter(reader, [name, unit, count]) {
    const points = [];
    for (let i = 0, at = 0; i < count; i++) {
      const time = at + reader.signed(), changed = time + reader.signed();
      points.push({ time, changed, largest: reader.signed(), last: reader.signed() });
      at = changed;
    }
    return { name, unit, points };
  }

  async function read() {
    const bytes = await pageData.unpack('timeline-data');
    if (!bytes) return null;
    const { json, reader } = pageData.head(bytes);
    json.lanes = json.lanes.map(lane => readLane(reader, lane));
    json.counters = json.counters.map(counter => readCounter(reader, counter));
    return json;
  }
  return { read, BEFORE, OPEN, MERGED };
})();
