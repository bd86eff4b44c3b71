// What lies on the entries: lines shown of loads and worksheets, exhibits, worksheets with their inputs.

import { Wrong, fromBase64, isTable, listMember, member, textMember, toHex, wholeMember } from "./bytes.js";
import { sha256 } from "./hashes.js";
import { canonicalBytes, readCanonical } from "./json.js";
import { item } from "./report.js";
import { isCarried, isOwed, tableRoot, verifiedLines } from "./tables.js";

const LINE_PREFIX = "worksheet:";
const SHEET_TABLES = ["choices", "cells", "findings", "materials", "core_parts", "shifts", "gaps", "views", "inputs"];
const FEW = 5;

// Lines of entries' tables: each under the root that its statement names. Gives their values by `#entry:line`.
export async function checkLines(report, opening, entries) {
  const values = new Map();
  const lines = Object.hasOwn(opening, "lines") ? opening.lines : {};
  if (!isTable(lines)) throw new Wrong("wrong-member", "lines");
  for (const [index, table] of Object.entries(lines)) {
    await report.judging(item.lines(index), () => {
      const entry = entries.get(index);
      if (!entry) throw new Wrong("entry-missing", index);
      const snapshot = entry.leaf.kind === "snapshot";
      const root = textMember(Object.fromEntries(entry.fields), snapshot ? "worksheet_root" : "view_root");
      const size = wholeMember(table, "size");
      const counted = entry.fields.get(snapshot ? "worksheet_lines" : "lines") ?? null;
      if (counted !== null && counted !== size) throw new Wrong("table-size", size, counted);
      const shown = verifiedLines(snapshot ? LINE_PREFIX : `${entry.leaf.kind}/`, size, root, table);
      for (const [line, value] of shown) values.set(`#${index}:${line}`, value);
      // A proof of place does not show a tree's size: where the count is not opened, the size stays a claim.
      if (counted === null) report.undetermined(item.lines(index), "lines-uncounted");
      else report.passed(item.lines(index), "lines-good", shown.length, size);
    });
  }
  return values;
}

// Exhibits: the bytes are those whose receipt the ledger holds. `opening` is what the pack itself opens; `beside` has
// the names of documents that were handed over with it, by digest.
export function checkExhibits(report, manifest, opening, entries, digests, beside) {
  const seen = new Set();
  for (const exhibit of listMember(manifest, "exhibits")) {
    const [number, field] = [String(member(exhibit, "number")), String(member(exhibit, "field"))];
    const [path, at] = [member(exhibit, "path"), member(exhibit, "entry")];
    const entry = entries.get(String(at));
    const what = item.exhibit(number);
    if (seen.has(number)) report.failed(what, "exhibit-twice");
    else if (!entry) report.failed(what, "receipt-missing", at);
    else if (committed(entry, field) !== member(exhibit, "commitment")) report.failed(what, "commitment-other");
    else if (isOwed(exhibit, entry, manifest, opening)) report.failed(what, "exhibit-left-out");
    else if (!isCarried(exhibit, manifest, opening)) judgeWithheld(report, what, entry.fields.get(field) ?? null, beside);
    else if ((entry.fields.get(field) ?? null) !== (digests.get(path) ?? null)) report.failed(what, "exhibit-other", path, at);
    else report.passed(what, "exhibit-good", path, at);
    seen.add(number);
  }
}

// An exhibit that the edition does not carry; an opening may name its digest, and its bytes lie beside the pack.
function judgeWithheld(report, what, digest, beside) {
  if (digest === null) report.passed(what, "exhibit-withheld");
  else if (beside.has(String(digest))) report.passed(what, "exhibit-beside", beside.get(String(digest)));
  else report.passed(what, "exhibit-opened", digest);
}

function committed(entry, field) {
  return Object.hasOwn(entry.committed, field) ? entry.committed[field] : undefined;
}

// Worksheets: the recorded bytes, resting on inputs that the pack shows.
export async function checkWorksheets(report, files, manifest, entries, lines, digests, opening) {
  for (const listed of listMember(manifest, "worksheets")) {
    const what = item.worksheet(String(member(listed, "number")));
    const entry = recorded(report, what, listed, entries, digests);
    if (!entry) continue;
    await report.judging(what, async () => {
      const sheet = readCanonical(await files.read(String(member(listed, "path"))));
      checkRoot(sheet, opening, entry, textMember(listed, "root"));
      checkInputs(report, what, sheet, entries, lines);
    });
  }
}

// Averages that claims rest on: the recorded bytes, resting on determinations whose entries the pack shows.
export async function checkAverages(report, files, manifest, entries, lines, digests) {
  for (const listed of listMember(manifest, "averages")) {
    const what = item.average(String(member(listed, "number")));
    if (!recorded(report, what, listed, entries, digests)) continue;
    await report.judging(what, async () => {
      const sheet = readCanonical(await files.read(String(member(listed, "path"))));
      const refs = [...new Set(member(sheet, "members").flatMap((one) => member(one, "rests_on").map(String)))];
      const missing = refs.filter((ref) => !isShown(ref, entries, lines));
      if (missing.length) report.failed(what, "inputs", missing.slice(0, FEW).join(", "));
      else report.passed(what, "average-good", refs.length);
    });
  }
}

// The entry that records a worksheet or an average, where the file is the one that it records.
function recorded(report, what, listed, entries, digests) {
  const path = String(member(listed, "path"));
  const entry = entries.get(String(member(listed, "entry")));
  if (!entry || committed(entry, "worksheet") !== member(listed, "commitment")) report.failed(what, "snapshot-other");
  else if ((entry.fields.get("worksheet") ?? null) !== (digests.get(path) ?? null)) report.failed(what, "worksheet-other", path);
  else return entry;
  return null;
}

// Whether the pack has the entry, or the line of it, that `#12` or `#12:345` names.
function isShown(ref, entries, lines) {
  const [index, line] = ref.replace(/^#/, "").split(":");
  return line ? lines.has(ref) : entries.has(index);
}

// The worksheet line by line under the root that the snapshot's statement names, where the seed is opened.
function checkRoot(sheet, opening, entry, root) {
  const seeds = isTable(opening.seeds) ? opening.seeds : {};
  if (!Object.hasOwn(seeds, String(entry.index))) return;
  const rows = rowsOf(sheet);
  const found = tableRoot(fromBase64(String(seeds[entry.index])), LINE_PREFIX, rows);
  const stated = entry.fields.get("worksheet_root");
  if (found !== root || found !== stated || rows.length !== entry.fields.get("worksheet_lines")) throw new Wrong("worksheet-root");
}

function rowsOf(sheet) {
  if (!isTable(sheet)) throw new Wrong("wrong-member", "worksheet");
  const head = Object.fromEntries(Object.entries(sheet).filter(([name]) => !SHEET_TABLES.includes(name)));
  const listed = (name) => (Object.hasOwn(sheet, name) ? [sheet[name]].flat() : []);
  return [["head", head], ...SHEET_TABLES.flatMap((name) => listed(name).map((row) => [name, row]))];
}

function checkInputs(report, what, sheet, entries, lines) {
  const [missing, altered] = [[], []];
  for (const one of member(sheet, "inputs")) {
    const ref = String(member(one, "ref"));
    if (!isShown(ref, entries, lines)) missing.push(ref);
    else if (lines.has(ref) && toHex(sha256(canonicalBytes(lines.get(ref)))) !== member(one, "sha256")) altered.push(ref);
  }
  if (missing.length || altered.length) report.failed(what, "inputs", [...missing, ...altered].slice(0, FEW).join(", "));
  else report.passed(what, "worksheet-good", sheet.inputs.length);
}
