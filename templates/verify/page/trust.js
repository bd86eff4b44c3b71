// Whose signature counts: keys and certificates that came by another way than the pack. Either the company's trust
// folder, which says of each key from when and until when it was in use; or fingerprints as the company prints them.

import { Wrong, fromBase64, fromUtf8, isTable, listMember, member, shown, textMember, toHex } from "./bytes.js";
import { readJson } from "./json.js";
import { sha256 } from "./hashes.js";
import { MOMENT, readVkey, spkiOfRaw } from "./note.js";
import { readPem } from "./x509.js";

const FINGERPRINT = /(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})(?![0-9A-Za-z])/g;
const VKEY = /\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}(?![A-Za-z0-9+/=])/g;

export class Trust {
  constructor() {
    this.roots = [];
    this.verifiers = [];
    this.keys = new Map(); // key id -> as the folder lists it
    this.endings = [];
    this.fingerprints = new Set();
    this.doubted = new Set(); // ids of keys that a printed list calls compromised
  }

  get namesSigner() {
    return this.roots.length > 0 || this.fingerprints.size > 0;
  }

  get namesLedger() {
    return this.verifiers.length > 0;
  }

  get isEmpty() {
    return !this.namesSigner && !this.namesLedger;
  }

  isFingerprint(bytes) {
    return this.fingerprints.has(toHex(sha256(bytes)));
  }

  // The certificates that may end a chain: those of the folder, and those of the pack that a fingerprint names.
  anchors(certificates) {
    return [...this.roots, ...certificates.filter((one) => this.isFingerprint(one.der))];
  }

  // The ledger's keys; a key that the pack itself names counts where a fingerprint names it too.
  ledgerKeys(named) {
    return [...this.verifiers, ...named.filter((one) => this.isFingerprint(spkiOfRaw(one.key)))];
  }

  // The organisation's key with this SPKI, where it is known to be compromised: its id, and since when.
  compromised(spki) {
    for (const key of this.keys.values()) {
      if (key.purpose === "organisation" && key.compromised !== null && toHex(key.spki) === toHex(spki)) return key;
    }
    const id = `key-${toHex(sha256(spki)).slice(0, 16)}`;
    return this.doubted.has(id) ? { id, compromised: "" } : null;
  }

  // The end of the log that a head, or its entry at `index`, was lost with; null where the ledger goes on from it.
  ending(head, index = null) {
    const found = head && this.endings.find((one) => one.origin === head.origin && one.from < head.size && head.size <= one.to + 1n);
    return !found || (index !== null && index < found.from) ? null : found;
  }
}

// The key as it counts in a lost end: what the successor's entries say of it is said of another history.
export function judgedIn(key, ending) {
  if (!ending) return key;
  const kept = (position) => (position !== null && position >= ending.from ? null : position);
  return { ...key, createdBy: kept(key.createdBy), endedBy: kept(key.endedBy) };
}

export function signsHead(key, size) {
  return (key.createdBy === null || key.createdBy < size) && (key.endedBy === null || size <= key.endedBy);
}

export function signsEntry(key, index) {
  const begun = key.createdBy === null || key.createdBy < index || (index === 0n && key.createdBy === 0n);
  return begun && (key.endedBy === null || index <= key.endedBy);
}

// Whether what a key signed at that moment may be another's; moments are text of one form, so that they sort.
export function inDoubt(key, moment) {
  return key.compromised !== null && (!key.compromised || moment >= key.compromised);
}

// The trust in a folder; `files` maps a name in it to a File.
export async function readTrustFolder(files) {
  const trust = new Trust();
  const content = async (name) => {
    if (!files.has(name)) throw new Wrong("trust-missing", name);
    return new Uint8Array(await files.get(name).arrayBuffer());
  };
  trust.roots = readPem(await content("root.pem"));
  trust.verifiers = fromUtf8(await content("log.vkey")).split("\n").filter(Boolean).map(readVkey);
  if (!trust.roots.length || !trust.verifiers.length) throw new Wrong("trust-missing", "root.pem, log.vkey");
  for (const listed of member(readJson(await content("keys.json")), "keys")) {
    const key = readKey(listed);
    trust.keys.set(key.id, key);
  }
  if (files.has("successions.json")) {
    trust.endings = listMember(JSON.parse(fromUtf8(await content("successions.json"))), "successions").map((one) => ({
      origin: textMember(one, "origin"), successor: textMember(one, "successor"),
      from: BigInt(member(one, "lost_from")), to: BigInt(member(one, "lost_to")),
    }));
  }
  return trust;
}

function readKey(listed) {
  if (!isTable(listed)) throw new Wrong("wrong-member", "keys");
  const position = (value) => (value === null || value === undefined ? null : BigInt(value));
  const compromised = listed.compromised_since ?? null;
  if (compromised && !MOMENT.test(compromised)) throw new Wrong("wrong-member", "compromised_since");
  return {
    id: textMember(listed, "key"), spki: fromBase64(textMember(listed, "public_key")),
    purpose: textMember(listed, "purpose"), state: listed.state ?? "created",
    createdBy: position(listed.created_by), endedBy: position(listed.ended_by), compromised,
  };
}

// The trust in pasted text: fingerprints (SHA-256, with or without colons) and verifier keys; a whole FINGERPRINTS.txt
// as well, where a key that its list calls compromised is not taken for the company's word any more.
export function readFingerprints(pasted) {
  const trust = new Trust();
  for (const [found] of pasted.matchAll(FINGERPRINT)) trust.fingerprints.add(found.replaceAll(":", "").toLowerCase());
  for (const [found] of pasted.matchAll(VKEY)) trust.verifiers.push(readVkey(found));
  for (const [, id] of pasted.matchAll(/^\s*(key-[0-9a-f]{16})\b.*\bcompromised since\b/gm)) trust.doubted.add(id);
  if (trust.isEmpty && pasted.trim()) throw new Wrong("no-fingerprint", shown(pasted.trim()));
  return trust;
}
