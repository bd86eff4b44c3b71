// Whose signature counts: keys and certificates that came by another way than the pack. Either the company's trust
// folder, which says of each key from when and until when it was in use; or fingerprints as the company prints them.

import { Wrong, fromBase64, fromUtf8, isTable, listMember, member, same, shown, textMember, toHex } from "./bytes.js";
import { readJson } from "./json.js";
import { sha256 } from "./hashes.js";
import { MOMENT, readVkey, spkiOfRaw } from "./note.js";
import { readPem } from "./x509.js";

const FINGERPRINT = /(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})(?![0-9A-Za-z])/g;
const PRINTED = /^\s*(key-[0-9a-f]{16})\s+([a-z]+), (?:.* by entry ([0-9]{1,15})\s*$)?/gm;
const VKEY = /\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}(?![A-Za-z0-9+/=])/g;

const ORGANISATION = "organisation";

export class Trust {
  constructor() {
    this.roots = [];
    this.verifiers = [];
    this.keys = new Map(); // key id -> as the folder lists it
    this.endings = [];
    this.fingerprints = new Set();
    this.doubted = new Set(); // ids of keys that a printed list calls compromised
    this.printed = new Map(); // key id -> what a printed list says that it is for, and by which entry it ended
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

  // The certificates that may end a chain: those of the folder, and those of the pack that a fingerprint names, or that
  // hold the company's key.
  anchors(certificates) {
    const named = (one) => this.isFingerprint(one.der) || (!this.roots.length && this.organisationKey(one) !== null);
    return [...this.roots, ...certificates.filter(named)];
  }

  // The ledger's keys; a key that the pack itself names counts where a fingerprint names it too.
  ledgerKeys(named) {
    return [...this.verifiers, ...named.filter((one) => this.isFingerprint(spkiOfRaw(one.key)))];
  }

  // The company's key that is in a certificate; null where nothing from outside says that it is the company's. That the
  // certificate leads to a trusted root does not: an authority may certify others too.
  organisationKey({ der, spki }) {
    for (const key of this.keys.values()) {
      if (key.purpose === ORGANISATION && same(key.spki, spki)) return key;
    }
    const id = `key-${toHex(sha256(spki)).slice(0, 16)}`;
    const { purpose, endedBy } = this.printed.get(id) ?? { purpose: ORGANISATION, endedBy: null };
    if (purpose !== ORGANISATION || !(this.isFingerprint(spki) || this.isFingerprint(der))) return null;
    return { id, createdBy: null, endedBy, compromised: this.doubted.has(id) ? "" : null };
  }

  // Why a signature under what is trusted may not be the company's, in a pack that stands at `head`; null where it is.
  // A pack of an earlier place can be written out with the key in use today, so that only the key's end counts.
  signerDoubt(certificate, head) {
    const key = this.organisationKey(certificate);
    if (!key) return ["signer-unlisted", certificate.who];
    if (key.compromised !== null) return ["signer-doubt", certificate.who, key.id];
    const { endedBy } = judgedIn(key, this.ending(head));
    return head && endedBy !== null && head.size > endedBy ? ["signer-ended", certificate.who, key.id] : null;
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

// The trust in a folder; `files` maps a name in it to a File. Without log.vkey it says nothing of the ledger, and without
// keys.json nothing of keys.
export async function readTrustFolder(files) {
  const trust = new Trust();
  const content = async (name) => {
    if (!files.has(name)) throw new Wrong("trust-missing", name);
    return new Uint8Array(await files.get(name).arrayBuffer());
  };
  trust.roots = readPem(await content("root.pem"));
  if (!trust.roots.length) throw new Wrong("trust-missing", "root.pem");
  if (files.has("log.vkey")) trust.verifiers = fromUtf8(await content("log.vkey")).split("\n").filter(Boolean).map(readVkey);
  for (const listed of files.has("keys.json") ? member(readJson(await content("keys.json")), "keys") : []) {
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
  for (const [, id, purpose, ended] of pasted.matchAll(PRINTED)) {
    trust.printed.set(id, { purpose, endedBy: ended === undefined ? null : BigInt(ended) });
  }
  if (trust.isEmpty && pasted.trim()) throw new Wrong("no-fingerprint", shown(pasted.trim()));
  return trust;
}
