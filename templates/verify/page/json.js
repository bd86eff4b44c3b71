// Canonical JSON (RFC 8785) for what signed evidence holds: text, whole numbers within 2^53, true, false, null, lists
// and objects. Reading refuses what two readers could take for two values: a key twice, a fraction, a lone surrogate,
// a byte-order mark.

import { Wrong, fromUtf8, shown, utf8 } from "./bytes.js";

const MAX_DEPTH = 64;

// The canonical text of a value.
export function canonicalText(value, depth = MAX_DEPTH) {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new Wrong("json-surrogate");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Wrong("json-number", shown(value));
    return String(value);
  }
  if (depth <= 0) throw new Wrong("json-depth");
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, depth - 1)).join(",")}]`;
  const keys = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 section 3.2.3 wants it
  return `{${keys.map((key) => `${canonicalText(key)}:${canonicalText(value[key], depth - 1)}`).join(",")}}`;
}

export function canonicalBytes(value) {
  return utf8(canonicalText(value));
}

// The value of bytes that are canonical already, as everything signed is.
export function readCanonical(bytes) {
  const [value, canonical] = quickly(bytes);
  if (!canonical) {
    readJson(bytes); // says what is wrong, where it is no JSON at all
    throw new Wrong("json-spelling");
  }
  return value;
}

// The value of strict JSON in any spelling.
export function readJson(bytes) {
  const [value, canonical] = quickly(bytes);
  if (canonical) return value;
  const text = fromUtf8(bytes);
  const reader = { text, at: 0 };
  const found = readValue(reader, MAX_DEPTH);
  skipSpace(reader);
  if (reader.at !== text.length) throw new Wrong("json-malformed", reader.at);
  canonicalText(found);
  return found;
}

// Equal bytes are proof enough: a key twice or a fraction would have been written otherwise than it was read.
function quickly(bytes) {
  const text = fromUtf8(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return [null, false];
  }
  try {
    return [value, canonicalText(value) === text];
  } catch {
    return [null, false];
  }
}

function skipSpace(reader) {
  while (" \t\n\r".includes(reader.text[reader.at] ?? "x")) reader.at++;
}

function readValue(reader, depth) {
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === "{" || first === "[") {
    if (depth <= 0) throw new Wrong("json-depth");
    return first === "{" ? readObject(reader, depth - 1) : readList(reader, depth - 1);
  }
  if (first === '"') return readText(reader);
  const word = /(?:true|false|null|-?[0-9]+)(?![0-9.eE])/y;
  word.lastIndex = reader.at;
  const found = word.exec(reader.text);
  if (!found || /^-?0[0-9]/.test(found[0])) throw new Wrong("json-malformed", reader.at);
  reader.at = word.lastIndex;
  const value = JSON.parse(found[0]);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Wrong("json-number", shown(found[0]));
  return value === 0 ? 0 : value;
}

function readText(reader) {
  const quoted = /"(?:[^"\\]|\\.)*"/suy;
  quoted.lastIndex = reader.at;
  const found = quoted.exec(reader.text);
  try {
    const value = JSON.parse(found[0]);
    reader.at = quoted.lastIndex;
    return value;
  } catch {
    throw new Wrong("json-malformed", reader.at);
  }
}

function readList(reader, depth) {
  const list = [];
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === "]") {
    reader.at++;
    return list;
  }
  for (;;) {
    list.push(readValue(reader, depth));
    if (ends(reader, "]")) return list;
  }
}

function readObject(reader, depth) {
  const table = Object.create(null);
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === "}") {
    reader.at++;
    return table;
  }
  for (;;) {
    skipSpace(reader);
    const key = readText(reader);
    if (key in table) throw new Wrong("json-twice", shown(key));
    skipSpace(reader);
    if (reader.text[reader.at++] !== ":") throw new Wrong("json-malformed", reader.at - 1);
    table[key] = readValue(reader, depth);
    if (ends(reader, "}")) return table;
  }
}

function ends(reader, closing) {
  skipSpace(reader);
  const next = reader.text[reader.at++];
  if (next !== "," && next !== closing) throw new Wrong("json-malformed", reader.at - 1);
  return next === closing;
}
