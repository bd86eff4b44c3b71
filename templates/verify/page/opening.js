// What disclosures and openings may hold: members of known names alone, each field once, nothing of what is not there. A
// member that one reader overlooks and another reads is a place to say two things at once.

import { Wrong, isTable, listMember, member } from "./bytes.js";
import { AUTHORITY, DISCLOSURES, DISCLOSURES_FORMAT, ENTRY_PARTS, MANIFEST_FORMAT, TABLES } from "./layout.js";
import { item } from "./report.js";

const OF_DISCLOSURES = ["edition", "format", "lines", "pack", "sealed", "seeds", "statements", "tables"];
const OF_AN_OPENING = ["entries", "format", "lines", "manifest", "pack", "statements", "tables"]; // beside a pack
const COUNTS = ["lines", "worksheet_lines"]; // fields that say how many lines a load or a worksheet has
const OF_A_WHOLE = ["lines", "seed"];
const OF_A_PART = ["opened", "size"];
const OF_A_LINE = ["disclosure", "line", "proof"];
const OF_AN_ENVELOPE = ["path", "recipient", "sha256"];

// The fields that no edition opens, by kind of statement.
const SECRET_FIELDS = {
  access: ["by"],
  delivery: ["address"],
  "knowledge-event": ["decision_reason", "from_whom"],
  loan: ["average_maturity_years", "principal", "rate_percent", "schedule"],
  relationship: ["price_support", "share_percent"],
  review: ["notes"],
  ruling: [
    "about", "basis", "country", "document", "event_date", "holding", "issued_by", "issued_on", "issued_to",
    "issuer", "number", "privileged", "question", "ruling_kind", "source", "status", "status_on",
    "supersedes_reason", "valid_from", "valid_to",
  ],
  "signature-check": ["signer"],
  "source-qualification": ["finding"],
  "staging-authorisation": ["base_volume", "cap_units"],
  "supplier-declaration": ["amount_free_of_vnm", "currency", "inputs", "net_cost", "non_originating_value"],
  translation: ["translator"],
  "wage-certificate": [
    "agency_hours", "agency_wages", "average_wage", "base_wages", "certified_by", "direct_hours",
    "payroll_custodian", "workers", "workers_over_85_percent",
  ],
};
const OF_A_SECRET_DOCUMENT = ["document", "size"]; // fields of a receipt that tell of a document that was given in secret
const SECRET_TIERS = ["secret", "secret+personal"];

// The form of what a pack itself opens; `manifest` has the lines of its tables. Version 1 is left as it was issued.
export async function checkOpening(report, manifest, opening) {
  if (manifest.format !== MANIFEST_FORMAT) return;
  await report.judging(item.part(DISCLOSURES), () => {
    requireMembers("", opening, OF_DISCLOSURES);
    requireTables(opening);
    for (const listed of listIn(opening, "sealed")) requireMembers("sealed", listed, OF_AN_ENVELOPE);
    requireFieldsAndLines(opening, new Set(listMember(manifest, "entries").map((one) => String(member(one, "index")))));
    for (const index of Object.keys(opening.lines)) {
      const named = listMember(opening.statements, index).map((one) => String(one[1]));
      if (!COUNTS.some((name) => named.includes(name))) throw new Wrong("member-unknown", `lines ${index}`);
    }
    const analyses = new Set(listMember(manifest, "worksheets").map((one) => String(member(one, "entry"))));
    for (const [index] of membersOf(opening, "seeds")) {
      if (!analyses.has(index)) throw new Wrong("member-unknown", `seeds ${index}`);
    }
  });
}

// The form of an opening; `entries` are the indexes of which it may speak, as text: those with a line in the table of
// entries.
export function requireOpening(opening, entries) {
  requireMembers("", opening, OF_AN_OPENING);
  requireTables(opening);
  requireFieldsAndLines(opening, entries);
  for (const [index, parts] of membersOf(opening, "entries")) {
    requireMembers(index, parts, ENTRY_PARTS);
    if (!entries.has(index)) throw new Wrong("member-unknown", `entries ${index}`);
  }
}

function requireTables(opening) {
  for (const [name, table] of membersOf(opening, "tables")) {
    if (!TABLES.includes(name)) throw new Wrong("member-unknown", `tables ${name}`);
    if (isTable(table) && Object.hasOwn(table, "seed")) requireMembers(name, table, OF_A_WHOLE);
    else requirePart(name, table);
  }
}

function requireFieldsAndLines(opening, entries) {
  for (const [index, table] of membersOf(opening, "lines")) {
    requirePart(index, table);
    if (!entries.has(index)) throw new Wrong("member-unknown", `lines ${index}`);
  }
  for (const [index] of membersOf(opening, "statements")) {
    requireOnce(index, listIn(opening.statements, index).map((one) => String(member(one, 1))));
    if (!entries.has(index)) throw new Wrong("member-unknown", `statements ${index}`);
  }
}

// The fields of a statement that the authority's edition opens, and this one, which is called so, withholds.
export function leftOut(kind, committed, fields, opening) {
  if (opening.format !== DISCLOSURES_FORMAT || opening.edition !== AUTHORITY) return [];
  const own = kind === "document-received" && SECRET_TIERS.includes(fields.get("tier")) ? OF_A_SECRET_DOCUMENT : [];
  const secret = Object.hasOwn(SECRET_FIELDS, kind) ? SECRET_FIELDS[kind] : [];
  return Object.keys(committed).filter((name) => !fields.has(name) && !secret.includes(name) && !own.includes(name)).sort();
}

function membersOf(table, name) {
  const found = member(table, name);
  if (!isTable(found)) throw new Wrong("wrong-member", name);
  return Object.entries(found);
}

function listIn(table, name) {
  const found = member(table, name);
  if (!Array.isArray(found)) throw new Wrong("wrong-member", name);
  return found;
}

function requirePart(name, table) {
  requireMembers(name, table, OF_A_PART);
  for (const line of listIn(table, "opened")) requireMembers(name, line, OF_A_LINE);
  requireOnce(name, table.opened.map((line) => String(line.line)));
}

function requireMembers(name, table, wanted) {
  if (!isTable(table)) throw new Wrong("wrong-member", name);
  for (const one of wanted) member(table, one);
  for (const one of Object.keys(table)) if (!wanted.includes(one)) throw new Wrong("member-unknown", `${name} ${one}`.trim());
}

function requireOnce(name, values) {
  if (new Set(values).size !== values.length) throw new Wrong("member-twice", name);
}
