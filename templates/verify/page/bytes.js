// Bytes and their spellings. Everything is read strictly: what is accepted is exactly what would be written, since a
// lax reader would let a bit flip go unseen (RFC 4648 section 3.5).

// What is found wanting while one item is judged. `code` names a sentence in words.js; `args` fill its gaps.
export class Wrong extends Error {
  constructor(code, ...args) {
    super(`${code} ${args.join(" ")}`);
    this.code = code;
    this.args = args;
  }
}

// What this browser cannot judge: never passed, and not failed either.
export class NotCheckable extends Wrong {}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Wrong("not-hex", shown(text));
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.substr(2 * at, 2), 16));
}

export function same(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const WRITER = new TextEncoder();

export function utf8(text) {
  return WRITER.encode(text);
}

// The text of UTF-8 bytes; a byte-order mark stays in it.
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Wrong("not-utf8");
  }
}

export function latin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export function toBase64(bytes) {
  return btoa(latin1(bytes));
}

export function fromBase64(text) {
  let data;
  try {
    data = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Wrong("not-base64", shown(text));
  }
  if (toBase64(data) !== text) throw new Wrong("not-base64", shown(text));
  return data;
}

export function fromBase64url(text) {
  if (/[+/=]/.test(text)) throw new Wrong("not-base64", shown(text));
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}

export function shown(value) {
  const text = String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

// A member of an object that was read from outside; JavaScript would give `undefined` for a missing one and go on.
export function member(table, name) {
  if (table === null || typeof table !== "object" || !Object.hasOwn(table, name)) throw new Wrong("no-member", name);
  return table[name];
}

export function textMember(table, name) {
  const value = member(table, name);
  if (typeof value !== "string") throw new Wrong("wrong-member", name);
  return value;
}

export function wholeMember(table, name) {
  const value = member(table, name);
  if (!Number.isSafeInteger(value)) throw new Wrong("wrong-member", name);
  return value;
}

export function listMember(table, name) {
  const value = isTable(table) && Object.hasOwn(table, name) ? table[name] : [];
  if (!Array.isArray(value)) throw new Wrong("wrong-member", name);
  return value;
}

export function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
