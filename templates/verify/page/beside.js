// What was handed over beside a pack: openings, and documents that an edition withheld or that were sealed. An opening
// is laid over what the pack opens and judged like it, so that it leads to the same root or fails.

import { Wrong, fromBase64, isTable, member, toHex } from "./bytes.js";
import { onlyDer, expect, inside, oid } from "./der.js";
import { sha256 } from "./hashes.js";
import { readCanonical, readJson } from "./json.js";
import { ENTRY_PARTS, MANIFEST, entryPath } from "./layout.js";
import { item } from "./report.js";

const OPENING_FORMAT = "urn:evidence:pack-opening:1";
const ENVELOPED = "1.2.840.113549.1.7.3";
const MAX_OPENING = 256 * 1024 * 1024;

// The pack's disclosures with the openings laid over them, files of entries by name, and documents by digest.
export async function checkBeside(report, files, manifest, opening, beside) {
  const more = { opening, entries: new Map(), documents: new Map() };
  const own = toHex(sha256(await files.read(MANIFEST)));
  for (const [name, file] of beside) {
    const content = new Uint8Array(await file.arrayBuffer());
    if (!isOpening(content)) {
      more.documents.set(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", content))), name);
      continue;
    }
    await report.judging(item.opening(name), () => {
      const added = readCanonical(content);
      if (added.pack !== manifest.pack || added.manifest !== own) throw new Wrong("opening-other", added.pack);
      const laid = laidOver(more.opening, added);
      for (const [path, part] of entryFiles(added)) more.entries.set(path, part);
      more.opening = laid;
      report.passed(item.opening(name), "opening-good", Object.keys(member(added, "statements")).length);
    });
  }
  const statements = Object.values(isTable(more.opening.statements) ? more.opening.statements : {}).flat();
  const named = new Set(statements.filter((one) => one.length === 3).map((one) => String(one[2])));
  for (const [digest, name] of more.documents) {
    if (named.has(digest)) report.passed(item.document(name), "document-named", digest);
    else report.failed(item.document(name), "document-unnamed", digest);
  }
  return more;
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
    if (!Object.hasOwn(tables[name] ?? {}, "seed")) tables[name] = withLines(tables[name], more);
  }
  const lines = { ...member(opening, "lines") };
  for (const [index, more] of Object.entries(member(added, "lines"))) lines[index] = withLines(lines[index], more);
  const statements = { ...member(opening, "statements") };
  for (const [index, more] of Object.entries(member(added, "statements"))) {
    const known = new Set((statements[index] ?? []).map((one) => JSON.stringify(one)));
    statements[index] = [...(statements[index] ?? []), ...more.filter((one) => !known.has(JSON.stringify(one)))];
  }
  return { ...opening, tables, lines, statements };
}

function withLines(known, added) {
  if (known === undefined) return added;
  if (member(known, "size") !== member(added, "size")) throw new Wrong("table-size", added.size, known.size);
  const shown = new Set(member(known, "opened").map((one) => one.line));
  return { ...known, opened: [...known.opened, ...member(added, "opened").filter((one) => !shown.has(one.line))] };
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
