// DER (ITU-T X.690): one value after another, each with its tag, its bytes, and the bytes of the whole.

import { Wrong, latin1, fromUtf8 } from "./bytes.js";


// The value at the start of `bytes`: {tag, whole, content}. Tags of several bytes are not used by anything read here.
export function readDer(bytes) {
  if (bytes.length < 2 || (bytes[0] & 0x1f) === 0x1f) throw new Wrong("der");
  let length = bytes[1];
  let start = 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 6 || bytes.length < 2 + count) throw new Wrong("der");
    length = 0;
    for (start = 2; start < 2 + count; start++) length = length * 256 + bytes[start];
    if (length < 128 || bytes[2] === 0) throw new Wrong("der"); // DER has one way to write a length
  }
  if (start + length > bytes.length) throw new Wrong("der");
  return { tag: bytes[0], whole: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}

// The only value in `bytes`.
export function onlyDer(bytes, tag) {
  const found = readDer(bytes);
  if (found.whole.length !== bytes.length) throw new Wrong("der");
  return expect(found, tag);
}

export function expect(found, tag) {
  if (!found || (tag !== undefined && found.tag !== tag)) throw new Wrong("der");
  return found;
}

// The values inside a constructed one.
export function inside(parent) {
  const found = [];
  let rest = parent.content;
  while (rest.length) {
    const one = readDer(rest);
    found.push(one);
    rest = rest.subarray(one.whole.length);
    if (found.length > 10000) throw new Wrong("der");
  }
  return found;
}

export function oid(found) {
  const bytes = expect(found, 6).content;
  const parts = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER / 256) throw new Wrong("der");
    if (byte & 0x80) continue;
    if (parts.length) parts.push(value);
    else parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    value = 0;
  }
  if (!parts.length || bytes.at(-1) & 0x80) throw new Wrong("der");
  return parts.join(".");
}

// The bits of a BIT STRING whose length is whole bytes.
export function bits(found) {
  const content = expect(found, 3).content;
  if (content[0] !== 0) throw new Wrong("der");
  return content.subarray(1);
}

export function text(found) {
  return found.tag === 12 ? fromUtf8(found.content) : latin1(found.content);
}

// A UTCTime or GeneralizedTime in Zulu time, as milliseconds since 1970.
export function time(found) {
  const written = latin1(found.content);
  const read = found.tag === 23 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const parts = [23, 24].includes(found.tag) && read.exec(written);
  if (!parts) throw new Wrong("der");
  const [year, month, ...rest] = parts.slice(1).map(Number);
  const full = found.tag === 24 ? year : year + (year < 50 ? 2000 : 1900); // RFC 5280 section 4.1.2.5.1
  return Date.UTC(full, month - 1, ...rest);
}

