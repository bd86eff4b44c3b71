// As much of PDF (ISO 32000) as the report needs: where its signature lies and what it covers, and which files are
// inside. Cross-reference tables and streams, object streams, Flate; nothing is drawn, and nothing in it is run.

import { Wrong, latin1, same } from "./bytes.js";

const MAX_DEPTH_PDF = 60;
const MAX_OBJECTS = 2_000_000;
const MAX_UNPACKED = 1 << 30;

class Name {
  constructor(text) {
    this.text = text;
  }
}

class Ref {
  constructor(number) {
    this.number = number;
  }
}

class Stream {
  constructor(table, start) {
    this.table = table;
    this.start = start;
  }
}

// Reads values one after another. A dictionary is a Map by name, a string is its bytes.
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  space() {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === 0x25) while (this.at < this.bytes.length && ![10, 13].includes(this.bytes[this.at])) this.at++;
      else if (byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32) this.at++;
      else return;
    }
  }

  word() {
    const from = this.at;
    while (this.at < this.bytes.length && !isDelimiter(this.bytes[this.at])) this.at++;
    return latin1(this.bytes.subarray(from, this.at));
  }

  keyword(wanted) {
    this.space();
    if (this.word() !== wanted) throw new Wrong("pdf");
  }

  whole() {
    this.space();
    const word = this.word();
    if (!/^[0-9]{1,15}$/.test(word)) throw new Wrong("pdf");
    return Number(word);
  }

  value(depth = MAX_DEPTH_PDF) {
    if (depth <= 0) throw new Wrong("pdf");
    this.space();
    const byte = this.bytes[this.at];
    if (byte === 0x2f) return this.name();
    if (byte === 0x28) return this.literal();
    if (byte === 0x5b) return this.list(depth - 1);
    if (byte === 0x3c) return this.bytes[this.at + 1] === 0x3c ? this.table(depth - 1) : this.hexadecimal();
    const word = this.word();
    if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(word)) return this.reference(word);
    if (["true", "false", "null"].includes(word)) return JSON.parse(word);
    throw new Wrong("pdf");
  }

  reference(word) {
    const after = this.at;
    if (/^[0-9]+$/.test(word)) {
      const text = latin1(this.bytes.subarray(this.at, this.at + 24));
      const found = /^[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]+R(?![A-Za-z0-9])/.exec(text);
      if (found) {
        this.at = after + found[0].length;
        return new Ref(Number(word));
      }
    }
    return Number(word);
  }

  name() {
    this.at++;
    return new Name(this.word().replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16))));
  }

  list(depth) {
    const found = [];
    this.at++;
    for (;;) {
      this.space();
      if (this.bytes[this.at] === 0x5d) {
        this.at++;
        return found;
      }
      found.push(this.value(depth));
    }
  }

  table(depth) {
    const found = new Map();
    this.at += 2;
    for (;;) {
      this.space();
      if (this.bytes[this.at] === 0x3e && this.bytes[this.at + 1] === 0x3e) {
        this.at += 2;
        return found;
      }
      const key = this.value(depth);
      if (!(key instanceof Name)) throw new Wrong("pdf");
      found.set(key.text, this.value(depth));
    }
  }

  hexadecimal() {
    const end = this.bytes.indexOf(0x3e, this.at);
    const text = end < 0 ? "x" : latin1(this.bytes.subarray(this.at + 1, end)).replace(/[\0\t\n\f\r ]/g, "");
    if (!/^[0-9A-Fa-f]*$/.test(text)) throw new Wrong("pdf");
    this.at = end + 1;
    const even = text.length % 2 ? `${text}0` : text;
    return Uint8Array.from({ length: even.length / 2 }, (_, at) => parseInt(even.substr(2 * at, 2), 16));
  }

  literal() {
    const found = [];
    let open = 1;
    for (this.at++; open; this.at++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new Wrong("pdf");
      if (byte === 0x5c) this.escape(found);
      else {
        if (byte === 0x28) open++;
        if (byte === 0x29) open--;
        if (open) found.push(byte);
      }
    }
    return Uint8Array.from(found);
  }

  escape(found) {
    const byte = this.bytes[++this.at];
    const octal = /^[0-7]{1,3}/.exec(latin1(this.bytes.subarray(this.at, this.at + 3)));
    if (octal) {
      found.push(parseInt(octal[0], 8) & 255);
      this.at += octal[0].length - 1;
    } else if (byte === 13 || byte === 10) {
      if (byte === 13 && this.bytes[this.at + 1] === 10) this.at++;
    } else if (byte !== undefined) {
      found.push({ 110: 10, 114: 13, 116: 9, 98: 8, 102: 12 }[byte] ?? byte);
    }
  }
}

function isDelimiter(byte) {
  return byte <= 32 ? [0, 9, 10, 12, 13, 32].includes(byte) : [0x28, 0x29, 0x3c, 0x3e, 0x5b, 0x5d, 0x7b, 0x7d, 0x2f, 0x25].includes(byte);
}

export class Pdf {
  constructor(bytes) {
    this.bytes = bytes;
    this.places = new Map(); // object number -> [1, offset] or [2, stream's number, place in it]
    this.packed = new Map();
    this.trailer = null;
  }

  static async open(bytes) {
    const pdf = new Pdf(bytes);
    const tail = latin1(bytes.subarray(Math.max(0, bytes.length - 2048)));
    const found = tail.lastIndexOf("startxref");
    if (found < 0 || !latin1(bytes.subarray(0, 1024)).includes("%PDF-")) throw new Wrong("pdf");
    let next = new Reader(bytes, Math.max(0, bytes.length - 2048) + found + 9).whole();
    const seen = new Set();
    while (next !== undefined && next !== null) {
      if (seen.has(next) || next >= bytes.length) throw new Wrong("pdf");
      seen.add(next);
      next = await pdf.section(next);
    }
    return pdf;
  }

  // One cross-reference section; gives where the one before it lies. What a later section says goes before.
  async section(at) {
    const reader = new Reader(this.bytes, at);
    reader.space();
    const table = this.bytes[reader.at] === 0x78 ? this.crossTable(reader) : await this.crossStream(reader);
    this.trailer ??= table;
    if (table.has("Encrypt")) throw new Wrong("pdf");
    if (typeof table.get("XRefStm") === "number") await this.crossStream(new Reader(this.bytes, table.get("XRefStm")));
    return table.get("Prev");
  }

  crossTable(reader) {
    reader.keyword("xref");
    for (;;) {
      reader.space();
      if (this.bytes[reader.at] === 0x74) break;
      const first = reader.whole();
      const count = reader.whole();
      for (let number = first; number < first + count && number < MAX_OBJECTS; number++) {
        const offset = reader.whole();
        reader.whole();
        reader.space();
        if (reader.word() === "n") this.place(number, [1, offset]);
      }
    }
    reader.keyword("trailer");
    return asTable(reader.value());
  }

  async crossStream(reader) {
    reader.whole();
    reader.whole();
    reader.keyword("obj");
    const stream = this.streamAt(reader);
    const widths = stream.table.get("W");
    const data = await this.unpacked(stream);
    const index = stream.table.get("Index") ?? [0, stream.table.get("Size")];
    const width = widths.reduce((sum, one) => sum + one, 0);
    let at = 0;
    for (let part = 0; part + 1 < index.length; part += 2) {
      for (let number = index[part]; number < index[part] + index[part + 1]; number++, at += width) {
        if (at + width > data.length || number >= MAX_OBJECTS) throw new Wrong("pdf");
        const [kind, second, third] = fields(data, at, widths);
        if (kind === 1) this.place(number, [1, second]);
        else if (kind === 2) this.place(number, [2, second, third]);
        else this.place(number, [0]);
      }
    }
    return stream.table;
  }

  place(number, where) {
    if (!this.places.has(number)) this.places.set(number, where);
  }

  streamAt(reader) {
    const table = asTable(reader.value());
    reader.space();
    if (reader.word() !== "stream") throw new Wrong("pdf");
    if (this.bytes[reader.at] === 13) reader.at++;
    if (this.bytes[reader.at] === 10) reader.at++;
    return new Stream(table, reader.at);
  }

  // The value that a reference leads to; anything else is given back as it is.
  async get(value, depth = 20) {
    if (!(value instanceof Ref)) return value;
    if (depth <= 0) throw new Wrong("pdf");
    const where = this.places.get(value.number) ?? [0];
    if (where[0] === 0) return null;
    if (where[0] === 2) return this.get((await this.packedObjects(where[1])).get(value.number) ?? null, depth - 1);
    const reader = new Reader(this.bytes, where[1]);
    if (reader.whole() !== value.number) throw new Wrong("pdf");
    reader.whole();
    reader.keyword("obj");
    const start = reader.at;
    const found = reader.value();
    reader.space();
    if (found instanceof Map && reader.word() === "stream") return this.streamAt(new Reader(this.bytes, start));
    return this.get(found, depth - 1);
  }

  async packedObjects(number) {
    if (!this.packed.has(number)) {
      const where = this.places.get(number);
      if (!where || where[0] !== 1) throw new Wrong("pdf"); // an object stream lies in no other
      const stream = await this.get(new Ref(number));
      if (!(stream instanceof Stream)) throw new Wrong("pdf");
      const data = await this.unpacked(stream);
      const head = new Reader(data);
      const found = new Map();
      const count = await this.get(stream.table.get("N"));
      const first = await this.get(stream.table.get("First"));
      for (let place = 0; place < count; place++) {
        const name = head.whole();
        found.set(name, new Reader(data, first + head.whole()).value());
      }
      this.packed.set(number, found);
    }
    return this.packed.get(number);
  }

  // What a stream holds, its compression undone.
  async unpacked(stream) {
    const length = await this.get(stream.table.get("Length"));
    if (!Number.isSafeInteger(length) || length < 0 || stream.start + length > this.bytes.length) throw new Wrong("pdf");
    let data = this.bytes.subarray(stream.start, stream.start + length);
    const filters = [await this.get(stream.table.get("Filter"))].flat().filter((one) => one);
    const parameters = [await this.get(stream.table.get("DecodeParms"))].flat();
    for (const [place, filter] of filters.entries()) {
      if ((await this.get(filter)).text !== "FlateDecode") throw new Wrong("pdf");
      data = await inflated(data, "deflate", MAX_UNPACKED);
      const settings = await this.get(parameters[place]);
      if (settings instanceof Map && settings.get("Predictor") > 1) data = undoPredictor(data, settings);
    }
    return data;
  }

  async table(value) {
    const found = await this.get(value);
    return found instanceof Stream ? found.table : asTable(found);
  }

  async root() {
    return this.table(this.trailer.get("Root"));
  }

  // The signature dictionaries of the form's fields.
  async signatures() {
    const form = await this.get((await this.root()).get("AcroForm"));
    const found = [];
    const visit = async (value, inherited, depth) => {
      const field = await this.table(value);
      const kind = (await this.get(field.get("FT")))?.text ?? inherited;
      if (depth <= 0) throw new Wrong("pdf");
      const signed = await this.get(field.get("V"));
      if (kind === "Sig" && signed instanceof Map) found.push(signed);
      for (const kid of (await this.get(field.get("Kids"))) ?? []) await visit(kid, kind, depth - 1);
    };
    if (form instanceof Map) for (const one of (await this.get(form.get("Fields"))) ?? []) await visit(one, undefined, 20);
    return found;
  }

  // The files inside, by the name that they have in the document's name tree.
  async attachments() {
    const names = await this.get((await this.root()).get("Names"));
    const found = new Map();
    const visit = async (value, depth) => {
      const node = await this.table(value);
      if (depth <= 0) throw new Wrong("pdf");
      const listed = (await this.get(node.get("Names"))) ?? [];
      for (let at = 0; at + 1 < listed.length; at += 2) {
        const files = await this.table((await this.table(listed[at + 1])).get("EF"));
        const stream = await this.get(files.get("UF") ?? files.get("F"));
        if (!(stream instanceof Stream)) throw new Wrong("pdf");
        found.set(textOf(await this.get(listed[at])), await this.unpacked(stream));
      }
      for (const kid of (await this.get(node.get("Kids"))) ?? []) await visit(kid, depth - 1);
    };
    if (names instanceof Map && names.has("EmbeddedFiles")) await visit(names.get("EmbeddedFiles"), 20);
    return found;
  }
}

function asTable(value) {
  if (!(value instanceof Map)) throw new Wrong("pdf");
  return value;
}

function fields(data, at, widths) {
  return widths.map((width, place) => {
    let value = width ? 0 : place === 0 ? 1 : 0; // a first field of no width says 1 (ISO 32000-2 table 17)
    for (let end = at + width; at < end; at++) value = value * 256 + data[at];
    return value;
  });
}

function textOf(bytes) {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes.subarray(2));
  return latin1(bytes);
}

// The PNG predictors (ISO 32000-2 section 7.4.4.4), which cross-reference streams use.
function undoPredictor(data, settings) {
  const columns = (settings.get("Columns") ?? 1) * (settings.get("Colors") ?? 1) * ((settings.get("BitsPerComponent") ?? 8) / 8);
  const rows = Math.floor(data.length / (columns + 1));
  const found = new Uint8Array(rows * columns);
  if (settings.get("Predictor") < 10 || columns !== Math.floor(columns)) throw new Wrong("pdf");
  for (let row = 0; row < rows; row++) {
    const kind = data[row * (columns + 1)];
    for (let column = 0; column < columns; column++) {
      const raw = data[row * (columns + 1) + 1 + column];
      const at = row * columns + column;
      const left = column ? found[at - 1] : 0;
      const up = row ? found[at - columns] : 0;
      const corner = row && column ? found[at - columns - 1] : 0;
      found[at] = raw + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind];
    }
  }
  return found;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

// Compressed bytes undone, at most `most` of them; throws where they are damaged.
export async function inflated(data, format, most) {
  const parts = [];
  let size = 0;
  try {
    for (const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream(format)).getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) throw new Wrong("pdf");
      parts.push(value);
    }
  } catch {
    throw new Wrong("pdf");
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// The bytes of the one signature in a report and the digest of what it covers, which must be all the rest of the file.
export async function reportSignature(bytes) {
  const signatures = await (await Pdf.open(bytes)).signatures();
  if (signatures.length !== 1) throw new Wrong("report-signatures", signatures.length);
  const range = signatures[0].get("ByteRange");
  const contents = signatures[0].get("Contents");
  if (!Array.isArray(range) || range.length !== 4 || !(contents instanceof Uint8Array)) throw new Wrong("pdf");
  const [start, first, second, last] = range;
  if (start !== 0 || second + last !== bytes.length || second <= first) throw new Wrong("report-added");
  const gap = new Reader(bytes, first);
  if (bytes[first] !== 0x3c || !same(gap.value(), contents) || gap.at !== second) throw new Wrong("report-added");
  const covered = new Blob([bytes.subarray(0, first), bytes.subarray(second)]);
  const hashOf = async (name) => new Uint8Array(await crypto.subtle.digest(name, await covered.arrayBuffer()));
  return { contents, hashOf };
}
