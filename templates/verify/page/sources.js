// Where the files of a pack lie: a folder that was handed to the page, or a ZIP that is read slice by slice.

import { Wrong, fromUtf8, joined, latin1, same, shown, toHex, utf8 } from "./bytes.js";
import { Sha256, crc32 } from "./hashes.js";
import { inflated } from "./pdf.js";

export const MIMETYPE = "mimetype";
const CHUNK = 4 * 1024 * 1024;
const WHOLE = 32 * 1024 * 1024; // up to here WebCrypto is quicker, and its copy does no harm
const MOST_RATIO = 100;
const REGULAR = 0x8000; // a plain file, by the mode that Unix gives it
const ZIP64_LIMIT = 2 ** 31 - 1;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

// Refuse names that another system would read otherwise than this one.
export function checkNames(names) {
  const seen = new Map();
  for (const name of names) {
    if (!NAME.test(name) || name.length > 200) throw new Wrong("bad-name", shown(name));
    const lower = name.toLowerCase();
    if (seen.has(lower) && seen.get(lower) !== name) throw new Wrong("case-names", name, seen.get(lower));
    seen.set(lower, name);
  }
}

// Names as the archive has them: `mimetype` first, the others sorted.
export function inOrder(names) {
  return [...names].sort((one, other) => {
    if ((one === MIMETYPE) !== (other === MIMETYPE)) return one === MIMETYPE ? -1 : 1;
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

export class Folder {
  // `files` maps a path inside the folder to a File.
  constructor(files) {
    this.files = files;
  }

  names() {
    return inOrder(this.files.keys());
  }

  size(name) {
    return this.files.get(name).size;
  }

  async read(name) {
    return read(this.files.get(name), name);
  }

  async digest(name, tell) {
    return hashed(this.files.get(name), name, tell);
  }

  async isCanonical() {
    return null; // only a ZIP has an order, dates and headers
  }
}

async function read(blob, name) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new Wrong("cannot-read", name);
  }
}

// The SHA-256 of a blob in hexadecimal; `also` sees every piece of it.
async function hashed(blob, name, tell, also = () => {}) {
  if (blob.size <= WHOLE) {
    const bytes = await read(blob, name);
    also(bytes);
    await tell(bytes.length);
    return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  }
  const hash = new Sha256();
  for (let at = 0; at < blob.size; at += CHUNK) {
    const bytes = await read(blob.slice(at, at + CHUNK), name);
    also(bytes);
    hash.update(bytes);
    await tell(bytes.length);
  }
  return toHex(hash.digest());
}

// The members of a ZIP (APPNOTE 6.3.9). Opening refuses unsafe names, members that come twice, and links.
export class Archive {
  constructor(file, members) {
    this.file = file;
    this.members = members;
    this.damaged = false;
  }

  static async open(file) {
    const place = await endOf(file);
    const listed = readDirectory(await slice(file, place.start, place.start + place.size), place);
    const unpacked = listed.reduce((sum, one) => sum + one.size, 0);
    if (unpacked > MOST_RATIO * file.size) throw new Wrong("zip-bomb");
    const members = new Map(listed.map((one) => [one.name, one]));
    if (members.size !== listed.length) throw new Wrong("zip-twice");
    checkNames(members.keys());
    for (const one of listed) if (![0, REGULAR].includes(one.mode & 0xf000)) throw new Wrong("zip-link", one.name);
    return new Archive(file, members);
  }

  names() {
    return inOrder(this.members.keys());
  }

  size(name) {
    return this.members.get(name).size;
  }

  async read(name) {
    const blob = await this.blob(name);
    const bytes = await read(blob, name);
    this.requireSum(name, crc32(bytes));
    return bytes;
  }

  async digest(name, tell) {
    let sum = 0;
    const found = await hashed(await this.blob(name), name, tell, (bytes) => {
      sum = crc32(bytes, sum);
    });
    this.requireSum(name, sum);
    return found;
  }

  requireSum(name, sum) {
    if (sum === this.members.get(name).sum) return;
    this.damaged = true;
    throw new Wrong("zip-damaged", name);
  }

  // The content of one member. A stored one is a part of the file; a compressed one is undone in memory.
  async blob(name) {
    const one = this.members.get(name);
    const head = await slice(this.file, one.offset, one.offset + 30);
    if (head.length < 30 || u32(head, 0) !== 0x04034b50) throw new Wrong("zip-damaged", name);
    const start = one.offset + 30 + u16(head, 26) + u16(head, 28);
    const spelled = await slice(this.file, one.offset + 30, one.offset + 30 + u16(head, 26));
    if (latin1(spelled) !== one.name || one.flags & 0x61) throw new Wrong("zip-damaged", name);
    const stored = this.file.slice(start, start + one.packed);
    if (one.method === 0) return stored.slice(0, one.size);
    if (one.method !== 8) throw new Wrong("zip-method", name);
    try {
      return new Blob([await inflated(await read(stored, name), "deflate-raw", one.size)]);
    } catch {
      throw new Wrong("zip-damaged", name);
    }
  }

  // Whether every byte of the archive follows from its files: order, dates, headers, and nothing beside them. To be
  // asked once every file was read, since the sums in the headers are compared with the files there.
  async isCanonical() {
    if (this.damaged) return false;
    let offset = 0;
    const directory = [];
    for (const name of this.names()) {
      const one = this.members.get(name);
      const header = localHeader(one);
      if (one.offset !== offset || one.method !== 0 || one.packed !== one.size) return false;
      if (!same(await slice(this.file, offset, offset + header.length), header)) return false;
      directory.push(directoryEntry(one, offset));
      offset += header.length + one.size;
    }
    const tail = joined(...directory, endRecords(this.members.size, offset, directory));
    return offset + tail.length === this.file.size && same(await slice(this.file, offset, this.file.size), tail);
  }
}

async function slice(file, from, to) {
  return read(file.slice(from, to), file.name ?? "");
}

function u16(bytes, at) {
  return bytes[at] | (bytes[at + 1] << 8);
}

function u32(bytes, at) {
  return u16(bytes, at) + u16(bytes, at + 2) * 65536;
}

function u64(bytes, at) {
  return u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32;
}

// Where the directory of the archive lies: {start, size, shift}; `shift` is what was put before the archive.
async function endOf(file) {
  const from = Math.max(0, file.size - 65536 - 22);
  const tail = await slice(file, from, file.size);
  let at = tail.length - 22;
  if (at < 0) throw new Wrong("not-zip");
  if (u32(tail, at) !== 0x06054b50 || u16(tail, at + 20) !== 0) while (at >= 0 && u32(tail, at) !== 0x06054b50) at--;
  if (at < 0 || at + 22 > tail.length) throw new Wrong("not-zip");
  let [size, offset, end] = [u32(tail, at + 12), u32(tail, at + 16), from + at];
  if (end >= 76) {
    const records = await slice(file, end - 76, end);
    if (u32(records, 56) === 0x07064b50 && u32(records, 0) === 0x06064b50) {
      [size, offset, end] = [u64(records, 40), u64(records, 48), end - 76];
    }
  }
  const start = end - size;
  if (start < 0 || size > 2 ** 30) throw new Wrong("not-zip");
  return { start, size, shift: start - offset };
}

function readDirectory(bytes, { size, shift }) {
  const found = [];
  for (let at = 0; at < size; ) {
    if (at + 46 > bytes.length || u32(bytes, at) !== 0x02014b50) throw new Wrong("not-zip");
    const [named, extra, comment] = [u16(bytes, at + 28), u16(bytes, at + 30), u16(bytes, at + 32)];
    const spelled = bytes.subarray(at + 46, at + 46 + named);
    const one = {
      name: u16(bytes, at + 8) & 0x800 ? fromUtf8(spelled) : latin1(spelled),
      flags: u16(bytes, at + 8), method: u16(bytes, at + 10), sum: u32(bytes, at + 16),
      packed: u32(bytes, at + 20), size: u32(bytes, at + 24), mode: u16(bytes, at + 40), offset: u32(bytes, at + 42),
    };
    readLarge(one, bytes.subarray(at + 46 + named, at + 46 + named + extra));
    one.offset += shift;
    found.push(one);
    at += 46 + named + extra + comment;
  }
  return found;
}

// Sizes and places past four gigabytes stand in an extra field (zip64), in this order and only where needed.
function readLarge(one, extra) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) !== 1) continue;
    let place = at + 4;
    for (const name of ["size", "packed", "offset"]) {
      if (one[name] !== 0xffffffff) continue;
      if (place + 8 > extra.length) throw new Wrong("not-zip");
      one[name] = u64(extra, place);
      place += 8;
    }
  }
}

// Numbers one after another, little-endian: pairs of a value and its width in bytes.
function packed(...pairs) {
  return joined(...pairs.map(([value, width]) => Uint8Array.from({ length: width }, (_, at) => Math.floor(value / 256 ** at) % 256)));
}

// A file that may pass two gigabytes, with a twentieth to spare, gets its sizes in the extra field.
function isLarge(one) {
  return one.size * 21 > ZIP64_LIMIT * 20;
}

function localHeader(one) {
  const large = isLarge(one);
  const shownSize = large ? 0xffffffff : one.size;
  return joined(
    packed([0x04034b50, 4], [large ? 45 : 20, 2], [0, 2], [0, 2], [0, 2], [0x21, 2], [one.sum, 4], [shownSize, 4]),
    packed([shownSize, 4], [one.name.length, 2], [large ? 20 : 0, 2]),
    utf8(one.name),
    large ? packed([1, 2], [16, 2], [one.size, 8], [one.size, 8]) : new Uint8Array(0),
  );
}

function directoryEntry(one, offset) {
  const beyond = [...(one.size > ZIP64_LIMIT ? [one.size, one.size] : []), ...(offset > ZIP64_LIMIT ? [offset] : [])];
  const extra = beyond.length ? packed([1, 2], [8 * beyond.length, 2], ...beyond.map((value) => [value, 8])) : new Uint8Array(0);
  const version = isLarge(one) || beyond.length ? 45 : 20;
  const shownSize = one.size > ZIP64_LIMIT ? 0xffffffff : one.size;
  return joined(
    packed([0x02014b50, 4], [version, 1], [3, 1], [version, 2], [0, 2], [0, 2], [0, 2], [0x21, 2], [one.sum, 4]),
    packed([shownSize, 4], [shownSize, 4], [one.name.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2]),
    packed([0o100644 * 65536, 4], [offset > ZIP64_LIMIT ? 0xffffffff : offset, 4]),
    utf8(one.name),
    extra,
  );
}

function endRecords(count, offset, directory) {
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const large = count > 65535 || offset > ZIP64_LIMIT || size > ZIP64_LIMIT;
  const [most, top] = [Math.min(count, 65535), (value) => Math.min(value, 0xffffffff)];
  return joined(
    large
      ? packed(
          [0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [count, 8], [count, 8], [size, 8], [offset, 8],
          [0x07064b50, 4], [0, 4], [offset + size, 8], [1, 4],
        )
      : new Uint8Array(0),
    packed([0x06054b50, 4], [0, 2], [0, 2], [most, 2], [most, 2], [top(size), 4], [top(offset), 4], [0, 2]),
  );
}
