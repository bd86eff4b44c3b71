// The ledger entries in a pack: leaf, statement, signature, place in the tree, and what opens their commitments.

import {
  Wrong, fromBase64, fromBase64url, fromUtf8, isTable, joined, listMember, member, same, textMember, toHex, utf8, wholeMember,
} from "./bytes.js";
import { sha256 } from "./hashes.js";
import { canonicalBytes, readCanonical } from "./json.js";
import { CHECKPOINT, POLICY, entryPath } from "./layout.js";
import {
  MOMENT, checkInclusion, openCheckpoint, rawOfSpki, readProof, readVkey, spkiOfRaw, verifyEd25519,
} from "./note.js";
import { leftOut } from "./opening.js";
import { item } from "./report.js";
import { inDoubt, judgedIn, signsEntry, signsHead } from "./trust.js";

const SHA = /^[0-9a-f]{64}$/;
const KIND = /^[a-z][a-z0-9._-]{0,63}$/;
const KEY_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;
const KEY_STATEMENT = /^urn:evidence:key:[0-9]+$/;
const MAX_LEAF = 65535;
const MAX_PAYLOAD = 1024 * 1024;

// The ledger's head: signed by a key of the ledger itself. Gives it, or undefined where no key of it has signed.
export async function checkCheckpoint(report, files, trust) {
  const what = item.part(CHECKPOINT);
  let head;
  await report.judging(what, async () => {
    const named = trust.namesLedger ? [] : await namedKeys(files);
    const trusted = trust.ledgerKeys(named);
    head = await openCheckpoint(await files.read(CHECKPOINT), trusted.length ? trusted : named);
    head.trusted = trusted.length > 0;
    const ending = trust.ending(head);
    requireInUse(head, trust, ending); // where it was not, the entries are still judged by their place under it
    if (!head.trusted) report.undetermined(what, "head-unnamed");
    else if (ending) report.passed(what, "head-lost", head.origin, head.size, ending.from, ending.successor);
    else report.passed(what, "head-signed", head.origin, head.size);
  });
  return head;
}

// The keys of its ledger that the pack itself names; they count for nothing without a word from outside.
async function namedKeys(files) {
  const lines = fromUtf8(await files.read(POLICY)).split("\n");
  return lines.filter((line) => line.startsWith("log ")).map((line) => readVkey(line.slice(4)));
}

// A rotated key goes on verifying what it signed while in use; what it signs later is no head of the ledger.
function requireInUse(head, trust, ending) {
  const states = head.signers.map((signer) => {
    const spki = toHex(spkiOfRaw(signer.key));
    const listed = [...trust.keys.values()].find((key) => toHex(key.spki) === spki);
    return listed === undefined || signsHead(judgedIn(listed, ending), head.size) ? null : listed.id;
  });
  if (!states.includes(null)) throw new Wrong("head-not-in-use", states.join(", "));
}

// Every entry that the manifest names. Gives those that fit together, by their index as text.
export async function checkEntries(report, files, manifest, opening, head, trust, tell) {
  const listed = listMember(manifest, "entries");
  const found = new Map();
  const bad = new Map();
  const checkpoint = await files.read(CHECKPOINT).catch(() => null);
  for (const [place, one] of listed.entries()) {
    const index = wholeMember(one, "index");
    try {
      found.set(String(index), await readEntry(files, one, opening, head, checkpoint));
    } catch (error) {
      bad.set(String(index), error);
    }
    await tell(place + 1, listed.length);
  }
  const keys = keysIn(found);
  for (const index of [...new Set([...found.keys(), ...bad.keys()])].sort((one, other) => one - other)) {
    const what = item.entry(index);
    if (bad.has(index)) report.wrong(what, bad.get(index));
    else await report.judging(what, () => judgeSignature(report, what, found.get(index), keys, head, trust));
  }
  for (const index of bad.keys()) found.delete(index);
  return found;
}

async function readEntry(files, listed, opening, head, checkpoint) {
  const index = wholeMember(listed, "index");
  const leafBytes = await files.read(requireFile(files, entryPath(index, "leaf")));
  const leaf = readLeaf(leafBytes);
  const envelope = readEnvelope(await files.read(requireFile(files, entryPath(index, "dsse"))));
  const pae = joined(utf8(`DSSEv1 ${utf8(envelope.type).length} ${envelope.type} ${envelope.payload.length} `), envelope.payload);
  if (leaf.digest !== toHex(sha256(pae)) || !same(canonicalBytes(leaf.signatures), canonicalBytes(envelope.signatures))) {
    throw new Wrong("leaf-other");
  }
  if (leaf.kind !== member(listed, "kind") || leaf.digest !== member(listed, "statement")) throw new Wrong("manifest-other");
  const proof = readProof(await files.read(requireFile(files, entryPath(index, "tlog-proof"))));
  if (proof.index !== BigInt(index)) throw new Wrong("proof-of-other", proof.index);
  if (checkpoint === null || !same(proof.checkpoint, checkpoint)) throw new Wrong("proof-checkpoint");
  if (head) checkInclusion(proof, leafBytes, head);
  const statements = isTable(opening) && Object.hasOwn(opening, "statements") ? opening.statements : {};
  const body = openBody(envelope.payload, listMember(statements, String(index)).map(readDisclosure));
  const [withheld] = leftOut(leaf.kind, body.committed, body.fields, opening);
  if (withheld !== undefined) throw new Wrong("field-left-out", withheld);
  return { index, leaf, pae, ...body };
}

function requireFile(files, name) {
  if (!files.names().includes(name)) throw new Wrong("missing-part", name);
  return name;
}

function readLeaf(bytes) {
  if (bytes.length > MAX_LEAF) throw new Wrong("leaf-form");
  const leaf = readCanonical(bytes);
  const members = isTable(leaf) ? Object.keys(leaf).sort().join() : "";
  if (members !== "actor,kind,payload_sha256,recorded_at,signatures,v" || leaf.v !== 1) throw new Wrong("leaf-form");
  const [kind, actor, digest, recorded] = ["kind", "actor", "payload_sha256", "recorded_at"].map((name) => textMember(leaf, name));
  if (!KIND.test(kind) || !KEY_ID.test(actor) || !SHA.test(digest) || !isMoment(recorded)) throw new Wrong("leaf-form");
  const signatures = listMember(leaf, "signatures");
  const plain = (one) => isTable(one) && Object.keys(one).sort().join() === "keyid,sig" && KEY_ID.test(textMember(one, "keyid"));
  if (!signatures.length || !signatures.every(plain)) throw new Wrong("leaf-form");
  for (const one of signatures) fromBase64(textMember(one, "sig"));
  return { kind, actor, digest, recorded, signatures };
}

function isMoment(text) {
  const moment = MOMENT.test(text) ? new Date(`${text.slice(0, 19)}Z`) : null;
  return moment !== null && !Number.isNaN(moment.valueOf()) && moment.toISOString().slice(0, 19) === text.slice(0, 19);
}

// The envelope in its one spelling: no member that the protocol does not name, base64 of the standard alphabet.
function readEnvelope(bytes) {
  const envelope = readCanonical(bytes);
  if (!isTable(envelope) || Object.keys(envelope).sort().join() !== "payload,payloadType,signatures") throw new Wrong("dsse-form");
  const payload = fromBase64(textMember(envelope, "payload"));
  const signatures = listMember(envelope, "signatures");
  if (payload.length > MAX_PAYLOAD || signatures.length < 1 || signatures.length > 16) throw new Wrong("dsse-form");
  for (const one of signatures) {
    if (!isTable(one) || Object.keys(one).sort().join() !== "keyid,sig") throw new Wrong("dsse-form");
    textMember(one, "keyid");
    fromBase64(textMember(one, "sig"));
  }
  return { payload, type: textMember(envelope, "payloadType"), signatures };
}

// What opens one commitment: {name, value, digest}.
export function readDisclosure(listed) {
  if (!Array.isArray(listed) || listed.length !== 3) throw new Wrong("disclosure-form");
  const [salt, name, value] = listed;
  if (typeof salt !== "string" || typeof name !== "string") throw new Wrong("disclosure-form");
  if (fromBase64url(salt).length !== 16) throw new Wrong("disclosure-form");
  return { name, value, digest: sha256(canonicalBytes(listed)) };
}

// A statement's body (in-toto v1) with what is disclosed matched against its commitments.
function openBody(bytes, disclosures) {
  const body = readCanonical(bytes);
  const names = (table, wanted) => isTable(table) && Object.keys(table).sort().join() === wanted;
  if (!names(body, "_type,predicate,predicateType,subject") || body._type !== "https://in-toto.io/Statement/v1") throw new Wrong("body-form");
  const { predicate, predicateType: type, subject } = body;
  if (typeof type !== "string" || !names(predicate, "committed,nonce,open") || !Array.isArray(subject)) throw new Wrong("body-form");
  const { committed, nonce, open } = predicate;
  if (!isTable(committed) || !isTable(open) || !SHA.test(nonce) || subject.length !== 1) throw new Wrong("body-form");
  if (!names(subject[0], "digest,name") || !isTable(subject[0].digest)) throw new Wrong("body-form");
  if (!Object.values(committed).every((digest) => typeof digest === "string" && SHA.test(digest))) throw new Wrong("body-form");
  if (subject[0].digest.sha256 !== toHex(sha256(canonicalBytes(committed)))) throw new Wrong("subject");
  const fields = new Map(Object.entries(open));
  for (const name of fields.keys()) if (Object.hasOwn(committed, name)) throw new Wrong("both", name);
  for (const { name, value, digest } of disclosures) {
    if (!Object.hasOwn(committed, name) || committed[name] !== toHex(digest)) throw new Wrong("disclosure", name);
    fields.set(name, value);
  }
  const withheld = Object.keys(committed).filter((name) => !fields.has(name)).length;
  return { type, committed, fields, withheld };
}

// People's keys as the pack's own key entries state them.
function keysIn(entries) {
  const found = new Map();
  for (const { type, fields } of entries.values()) {
    const id = String(fields.get("key"));
    if (!KEY_STATEMENT.test(type) || fields.get("purpose") !== "person" || found.has(id)) continue;
    found.set(id, fromBase64(String(fields.get("public_key"))));
  }
  return found;
}

async function judgeSignature(report, what, entry, keys, head, trust) {
  const { actor, kind, recorded, signatures } = entry.leaf;
  const index = BigInt(entry.index);
  const ending = trust.ending(head ?? null, index);
  const listed = trust.keys.has(actor) ? judgedIn(trust.keys.get(actor), ending) : null;
  const spki = listed?.spki ?? keys.get(actor);
  if (!spki) return report.undetermined(what, "key-unknown", kind, actor);
  const key = rawOfSpki(spki);
  let fits = false;
  for (const one of signatures) {
    fits ||= one.keyid === actor && (await verifyEd25519(key, fromBase64(one.sig), entry.pae));
  }
  if (!fits) return report.failed(what, "signature-other", kind, actor);
  if (listed && !signsEntry(listed, index)) return report.failed(what, "key-not-in-use", kind, actor);
  if (!head) return report.undetermined(what, "place-unknown", kind);
  if (!head.trusted) return report.undetermined(what, "entry-unnamed", kind, entry.withheld);
  if ((listed && inDoubt(listed, recorded)) || trust.doubted.has(actor)) return report.undetermined(what, "key-in-doubt", kind, actor);
  return report.passed(what, ending ? "entry-lost" : "entry-good", kind, actor, entry.withheld);
}
