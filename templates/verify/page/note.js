// Signed notes, checkpoints and proof files as C2SP has them (signed-note v1.0.0, tlog-checkpoint v1.0.0,
// tlog-proof), with Ed25519 keys of type 0x01.

import { NotCheckable, Wrong, fromBase64, fromUtf8, joined, latin1, same, shown, toHex, utf8 } from "./bytes.js";
import { sha256 } from "./hashes.js";
import { leafHash, verifyInclusion } from "./tree.js";

const MAX_NOTE = 1024 * 1024;
const MAX_LINES = 100;
const MAX_HASHES = 63;
const MAX_DECIMAL = 2n ** 63n - 1n;
export const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/; // the one form that sorts
const SPKI_HEAD = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);

// Whether the signature is one of this key of 32 bytes over the message.
export async function verifyEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NotCheckable("no-ed25519");
    return false;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

export function spkiOfRaw(key) {
  return joined(SPKI_HEAD, key);
}

export function rawOfSpki(spki) {
  if (spki.length !== 44 || !same(spki.subarray(0, 12), SPKI_HEAD)) throw new Wrong("not-ed25519");
  return spki.subarray(12);
}

export function decimal(text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) > MAX_DECIMAL) throw new Wrong("not-decimal", shown(text));
  return BigInt(text);
}

// The key in `name+id+base64`: {name, id, key, vkey}.
export function readVkey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  if (!rest.length || !/^[0-9a-f]{8}$/.test(id)) throw new Wrong("vkey", shown(vkey));
  requireName(name);
  const typed = fromBase64(rest.join("+"));
  if (typed[0] !== 1 || typed.length !== 33) throw new Wrong("vkey", shown(vkey));
  const found = toHex(sha256(utf8(`${name}\n`), typed).subarray(0, 4));
  if (found !== id) throw new Wrong("vkey", shown(vkey));
  return { name, id, key: typed.subarray(1), vkey };
}

function requireName(name) {
  // eslint-disable-next-line no-control-regex
  if (!name || /[+\x00-\x1f\x85\s\p{Z}]/u.test(name) || !name.isWellFormed()) throw new Wrong("key-name", shown(name));
}

// The note's text and lines: {text, lines: [{name, id, signature}]}; nothing of it is verified.
function readNote(bytes) {
  if (bytes.length > MAX_NOTE) throw new Wrong("note-form");
  const whole = fromUtf8(bytes);
  const at = whole.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x09\x0b-\x1f]/.test(whole) || at < 0 || !whole.endsWith("\n") || at + 2 >= whole.length) {
    throw new Wrong("note-form");
  }
  const lines = whole.slice(at + 2, -1).split("\n");
  if (lines.length > MAX_LINES) throw new Wrong("note-form");
  return { text: whole.slice(0, at + 1), lines: lines.map(readLine) };
}

function readLine(line) {
  if (!line.startsWith("\u2014 ")) throw new Wrong("note-line", shown(line));
  const at = line.indexOf(" ", 2);
  const name = at < 0 ? line.slice(2) : line.slice(2, at);
  requireName(name);
  const data = fromBase64(at < 0 ? "" : line.slice(at + 1));
  if (data.length <= 4) throw new Wrong("note-line", shown(line));
  return { name, id: toHex(data.subarray(0, 4)), signature: data.subarray(4) };
}

// The checkpoint in a note that a key of the log itself has signed: {origin, size, root, signers}.
// A line of a known key that does not verify rejects the note; lines of unknown keys are witnesses', and passed over.
export async function openCheckpoint(bytes, verifiers) {
  const note = readNote(bytes);
  const signers = [];
  for (const line of note.lines) {
    const known = verifiers.find((one) => one.name === line.name && one.id === line.id);
    if (!known) continue;
    if (!(await verifyEd25519(known.key, line.signature, utf8(note.text)))) throw new Wrong("note-signature", line.name);
    signers.push(known);
  }
  if (!signers.length) throw new Wrong("note-unsigned", note.lines.slice(0, 4).map((line) => shown(line.name)).join(", "));
  const checkpoint = readCheckpoint(note.text);
  if (!signers.some((one) => one.name === checkpoint.origin)) throw new Wrong("note-other-log", shown(checkpoint.origin));
  return { ...checkpoint, signers };
}

function readCheckpoint(text) {
  const [origin, size, root, ...rest] = text.split("\n");
  if (!origin || rest.length < 1 || rest.pop() !== "" || rest.some((line) => !line)) throw new Wrong("checkpoint-form");
  const found = { origin, size: decimal(size), root: fromBase64(root) };
  if (found.root.length !== 32) throw new Wrong("hash-length");
  return found;
}

// A .tlog-proof file: {index, hashes, checkpoint (bytes)}.
export function readProof(bytes) {
  const whole = latin1(bytes); // so that a place in the text is one in the bytes
  const blank = whole.indexOf("\n\n");
  if (blank < 0 || bytes.length > MAX_NOTE + 65536) throw new Wrong("proof-form");
  const lines = whole.slice(0, blank).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Wrong("proof-form");
  if (lines.length && lines[0].startsWith("extra ")) fromBase64(lines.shift().slice(6));
  if (!lines.length || !lines[0].startsWith("index ")) throw new Wrong("proof-form");
  const index = decimal(lines.shift().slice(6));
  const hashes = lines.map(fromBase64);
  if (hashes.length > MAX_HASHES || hashes.some((hash) => hash.length !== 32)) throw new Wrong("hash-length");
  return { index, hashes, checkpoint: bytes.subarray(blank + 2) };
}

export function checkInclusion(proof, leaf, checkpoint) {
  verifyInclusion(leafHash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
}
