// What was handed over beside a pack: openings, and documents that an edition withheld or that were sealed. An opening
// is laid over what the pack opens and judged like it, so that it leads to the same root or fails. Nothing in it may be
// passed over: what says otherwise than the pack does is refused.

import { Wrong, fromBase64, isTable, listMember, member, same, toHex } from "./bytes.js";
import { onlyDer, expect, inside, oid } from "./der.js";
import { readDisclosure } from "./entries.js";
import { sha256 } from "./hashes.js";
import { canonicalBytes, readCanonical, readJson } from "./json.js";
import { ENTRY_PARTS, MANIFEST, MANIFEST_FORMAT, entryPath } from "./layout.js";
import { requireOpening } from "./opening.js";
import { item } from "./report.js";
import { openTable } from "./tables.js";

const OPENING_FORMAT = "urn:evidence:pack-opening:1";
const ENVELOPED = "1.2.840.113549.1.7.3";
const MAX_OPENING = 256 * 1024 * 1024;

// The pack's disclosures with the openings laid over them, files of entries by name, and documents by digest. An opening
// of which any part has no place in the pack is not laid over it at all.
export async function checkBeside(report, files, manifest, opening, beside) {
  const more = { opening, entries: new Map(), documents: new Map() };
  const own = toHex(sha256(await files.read(MANIFEST)));
  const there = new Set(files.names());
  for (const [name, file] of beside) {
    const content = new Uint8Array(await file.arrayBuffer());
    if (!isOpening(content)) {
      more.documents.set(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", content))), name);
      continue;
    }
    await report.judging(item.opening(name), async () => {
      const added = readCanonical(content);
      if (added.pack !== manifest.pack || added.manifest !== own) throw new Wrong("opening-other", added.pack);
      requireOpening(added, new Set([...entriesShown(manifest, opening), ...entriesOpened(manifest, added)]));
      for (const disclosed of Object.values(added.statements)) disclosed.forEach(readDisclosure);
      const parts = entryFiles(added);
      for (const [path, part] of parts) {
        const known = there.has(path) ? await files.read(path) : (more.entries.get(path) ?? part);
        if (!same(known, part) || !same(more.entries.get(path) ?? part, part)) throw new Wrong("member-twice", path);
      }
      const laid = laidOver(more.opening, added);
      for (const [path, part] of parts) more.entries.set(path, part);
      more.opening = laid;
      report.passed(item.opening(name), "opening-good", Object.keys(member(added, "statements")).length);
    });
  }
  return more;
}

// Documents beside the pack, by digest: each is one that a field names which fits its statement's commitment.
export function checkDocuments(report, documents, entries) {
  const named = new Set([...entries.values()].flatMap((entry) => [...entry.fields.values()]));
  for (const [digest, name] of documents) {
    if (named.has(digest)) report.passed(item.document(name), "document-named", digest);
    else report.failed(item.document(name), "document-unnamed", digest);
  }
}

// The entries with a line in the manifest that the pack itself shows; none where what it shows does not fit.
function entriesShown(manifest, opening) {
  if (manifest.format !== MANIFEST_FORMAT) return indexesOf(listMember(manifest, "entries"));
  try {
    return indexesOf(openTable("entries", member(member(manifest, "tables"), "entries"), member(opening, "tables").entries).lines);
  } catch {
    return []; // the table of entries fails by its own name
  }
}

// The entries of which an opening shows the line, once each line of its tables is under the manifest's roots.
function entriesOpened(manifest, added) {
  const committed = manifest.format === MANIFEST_FORMAT ? member(manifest, "tables") : {};
  const opened = new Map();
  for (const [name, table] of Object.entries(member(added, "tables"))) {
    opened.set(name, openTable(name, member(committed, name), table).lines);
  }
  return indexesOf(opened.get("entries") ?? []);
}

function indexesOf(lines) {
  return lines.map((one) => String(member(one, "index")));
}

function isOpening(content) {
  if (content.length > MAX_OPENING || content[0] !== 0x7b || content[1] !== 0x22) return false;
  try {
    return readJson(content).format === OPENING_FORMAT;
  } catch {
    return false;
  }
}

function laidOver(opening, added) {
  const tables = { ...(opening.tables ?? {}) };
  for (const [name, more] of Object.entries(member(added, "tables"))) {
    if (Object.hasOwn(more, "seed")) tables[name] = more;
    else if (!Object.hasOwn(tables[name] ?? {}, "seed")) tables[name] = withLines(name, tables[name], more);
  }
  const lines = { ...member(opening, "lines") };
  for (const [index, more] of Object.entries(member(added, "lines"))) lines[index] = withLines(index, lines[index], more);
  const statements = { ...member(opening, "statements") };
  for (const [index, more] of Object.entries(member(added, "statements"))) {
    statements[index] = joinedBy((one) => one[1], index, statements[index] ?? [], more);
  }
  return { ...opening, tables, lines, statements };
}

function withLines(what, known, added) {
  if (known === undefined) return added;
  if (member(known, "size") !== member(added, "size")) throw new Wrong("table-size", added.size, known.size);
  return { ...known, opened: joinedBy((one) => one.line, what, member(known, "opened"), member(added, "opened")) };
}

// Both lists, each thing in them once; nothing that is already shown may be said otherwise.
function joinedBy(nameOf, what, known, added) {
  const all = new Map(known.map((one) => [nameOf(one), one]));
  for (const one of added) {
    const name = nameOf(one);
    if (all.has(name) && !same(canonicalBytes(all.get(name)), canonicalBytes(one))) throw new Wrong("member-twice", `${what} ${name}`);
    all.set(name, one);
  }
  return [...all.values()];
}

function entryFiles(added) {
  return Object.entries(member(added, "entries")).flatMap(([index, parts]) =>
    ENTRY_PARTS.map((part) => [entryPath(index, part), fromBase64(String(member(parts, part)))]),
  );
}

// The files of a pack, and entries from an opening for those that it does not carry.
export class WithEntries {
  constructor(files, entries) {
    this.files = files;
    this.there = new Set(files.names());
    this.entries = entries;
  }

  names() {
    return [...new Set([...this.there, ...this.entries.keys()])];
  }

  async read(name) {
    return this.entries.has(name) && !this.there.has(name) ? this.entries.get(name) : this.files.read(name);
  }
}

// Sealed exhibits: envelopes that only their recipient opens, the bytes that the issuer put there.
export async function checkSealed(report, files, opening, digests) {
  for (const listed of opening.sealed ?? []) {
    const path = String(member(listed, "path"));
    const what = item.sealed(path);
    if ((digests.get(path) ?? null) !== member(listed, "sha256")) {
      report.failed(what, "sealed-other");
      continue;
    }
    await report.judging(what, async () => {
      if (isEnvelope(await files.read(path))) report.passed(what, "sealed-good", member(listed, "recipient"));
      else report.failed(what, "sealed-form");
    });
  }
}

// Whether bytes are CMS EnvelopedData (RFC 5652, section 6) and nothing after it.
function isEnvelope(content) {
  try {
    const [type, wrapped] = inside(onlyDer(content, 0x30));
    const recipients = inside(onlyDer(expect(wrapped, 0xa0).content, 0x30)).find((part) => part.tag === 0x31);
    return oid(type) === ENVELOPED && recipients !== undefined && recipients.content.length > 0;
  } catch {
    return false;
  }
}
