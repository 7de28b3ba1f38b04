'use strict';
// Reads back what html_data.cc wrote: a packed block of bytes to columns.
const pageData = (() => {
  async function unpack(id) {
    const element = document.getElementById(id);
    if (!element) return null;
    const packed = atob(element.textContent.trim());
    element.remove();
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  class Reader {
    constructor(bytes, at) {
      this.bytes = bytes;
      this.at = at;
    }
    varint() {
      const bytes = this.bytes;
      let byte = bytes[this.at++];
      if (byte < 128) return byte;
      let value = byte & 127, factor = 128;
      do {
        byte = bytes[this.at++];
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte > 127);
      return value;
    }
    signed() {
      const value = this.varint();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    }
  }

  function head(bytes) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return { json: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))), reader: new Reader(bytes, 4 + length) };
  }

  async function stacks() {
    const bytes = await unpack('stacks-data');
    if (!bytes) return null;
    const { json, reader } = head(bytes);
    const n = json.frames, m = json.samples, k = json.kinds.length;
    const data = Object.assign(json, {
      caller: new Int32Array(n), name: new Int32Array(n),
      sampleFrame: new Int32Array(m), sampleLabels: new Int32Array(m), sampleSide: new Uint8Array(m), values: new Float64Array(m * k),
      changed: null,
    });
    for (let row = 1; row < n; row++) {
      data.caller[row] = row - reader.varint();
      data.name[row] = reader.varint();
    }
    for (let i = 0, frame = 0, at = 0; i < m; i++) {
      frame += reader.varint();
      data.sampleFrame[i] = frame;
      data.sampleLabels[i] = reader.varint();
      data.sampleSide[i] = reader.varint();
      for (let kind = 0; kind < k; kind++) data.values[at++] = reader.signed();
    }
    if (json.noise) {
      data.changed = new Uint8Array(n);
      for (let left = reader.varint(), row = 0; left > 0; left--) data.changed[row += reader.varint()] = 1;
    }
    data.names[0] = data.names[0] || '(no name)';
    return data;
  }
  return { stacks, unpack, head, Reader };
})();
