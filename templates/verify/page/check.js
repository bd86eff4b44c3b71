// The whole check of a pack, in the order in which `evidence pack check` makes it. Nothing is believed that can be made
// again: the lists of digests are written anew and compared whole, each entry is put back into the tree, each opened
// field is hashed against the commitment that was signed.

import { Wrong, isTable, listMember, member, same, toHex, utf8 } from "./bytes.js";
import { WithEntries, checkBeside, checkDocuments, checkSealed } from "./beside.js";
import { verifyCms } from "./cms.js";
import { checkCheckpoint, checkEntries } from "./entries.js";
import { readCanonical, readJson } from "./json.js";
import {
  ASIC_E, ASIC_MANIFEST, ASIC_SIGNATURE, AUTHORITY, CHECKPOINT, DISCLOSURES, ENTRY_PARTS, FORMATS, MANIFEST, SIGNATURES,
  SUMS, SUMS_SIGNATURE, asicManifest, entryPath, reportDataPath, reportLanguages, reportPath, signedApart, summed,
  sumsText,
} from "./layout.js";
import { checkOpening } from "./opening.js";
import { Pdf, reportSignature } from "./pdf.js";
import { Report, item } from "./report.js";
import { checkAverages, checkExhibits, checkLines, checkWorksheets } from "./sheets.js";
import { MIMETYPE, checkNames } from "./sources.js";
import { checkStamps } from "./stamps.js";
import { checkTables, isCarried } from "./tables.js";
import { leadsToRoot, readPem } from "./x509.js";

const MAX_READ = 512 * 1024 * 1024; // a list or a document for machines that is larger was made to fill the memory

// Check the pack in `files`. `beside` are pairs of name and File that were handed over with it, openings and documents;
// `now` is in milliseconds since 1970; `tell(stage, done, all)` may be waited for.
export async function checkPack(files, beside, trust, now, tell) {
  const report = new Report();
  const digests = await digestsOf(report, files, tell);
  const canonical = await report.judging(item.zip(), () => files.isCanonical());
  if (canonical === true) report.passed(item.zip(), "zip-good");
  else if (canonical === false) report.failed(item.zip(), "zip-other");
  const bounded = new Bounded(files);
  await checkLists(report, bounded, digests);
  await tell("signatures", 0, 1);
  const head = digests.has(CHECKPOINT) ? await checkCheckpoint(report, bounded, trust) : undefined;
  await checkSignatures(report, bounded, digests, trust, head, now);
  await checkStamps(report, bounded, digests);
  const manifest = await readDocument(report, bounded, digests, MANIFEST);
  const opening = await readDocument(report, bounded, digests, DISCLOSURES);
  if (manifest && opening) {
    await report.judging(item.part(MANIFEST), async () => {
      await checkManifest(report, bounded, digests, manifest, opening, head);
      const more = await checkBeside(report, bounded, manifest, opening, beside);
      const full = await checkTables(report, manifest, more.opening);
      await checkOpening(report, full, opening);
      const telling = (done, all) => tell("entries", done, all);
      const joint = new WithEntries(bounded, more.entries);
      const entries = await checkEntries(report, joint, full, more.opening, head, trust, telling);
      checkDocuments(report, more.documents, entries);
      checkUnnamed(report, full, opening, digests);
      const lines = await checkLines(report, more.opening, entries);
      checkExhibits(report, full, opening, entries, digests, more.documents);
      await checkWorksheets(report, bounded, full, entries, lines, digests, more.opening);
      await checkAverages(report, bounded, full, entries, lines, digests);
      await checkSealed(report, bounded, opening, digests);
    });
  }
  return report;
}

// Files that are read whole, as long as they fit.
class Bounded {
  constructor(files) {
    this.files = files;
    this.listed = files.names();
    this.there = new Set(this.listed);
  }

  names() {
    return this.listed;
  }

  async read(name) {
    if (!this.there.has(name)) throw new Wrong("missing-part", name);
    if (this.files.size(name) > MAX_READ) throw new Wrong("too-large", name);
    return this.files.read(name);
  }
}

// The digest of every file there is, under names that any system reads alike.
async function digestsOf(report, files, tell) {
  const names = files.names();
  const all = names.reduce((sum, name) => sum + files.size(name), 0);
  const found = new Map();
  let done = 0;
  for (const name of names) {
    await tell("files", done, all);
    await report.judging(item.file(name), async () => {
      checkNames([name]);
      found.set(name, await files.digest(name, (count) => tell("files", (done += count), all)));
    });
  }
  return found;
}

// Both lists against the files: altered, exchanged, missing, added; then the lists against their own form.
async function checkLists(report, files, digests) {
  const listed = new Map();
  for (const name of [SUMS, SIGNATURES]) {
    if (!digests.has(name)) report.failed(item.file(name), "missing");
    else await report.judging(item.file(name), async () => readSums(report, name, await files.read(name), listed));
  }
  const byDigest = new Map([...listed].map(([name, digest]) => [digest, name]));
  const judged = new Set(report.items.filter((one) => one.kind === "file").map((one) => one.of));
  for (const name of [...new Set([...listed.keys(), ...digests.keys()])].sort()) {
    const what = item.file(name);
    if (name === SIGNATURES) continue;
    if (!digests.has(name)) {
      if (!judged.has(name)) report.failed(what, "missing");
    } else if (!listed.has(name)) report.failed(what, "added");
    else if (digests.get(name) === listed.get(name)) report.passed(what);
    else if (byDigest.has(digests.get(name))) report.failed(what, "exchanged", byDigest.get(digests.get(name)));
    else report.failed(what, "altered");
  }
  await checkForms(report, files, digests, listed);
}

// The lists as they would be written from what they list: nothing may stand in them beside it.
async function checkForms(report, files, digests, listed) {
  const pairs = summed(listed.keys()).map((name) => [name, listed.get(name)]);
  const wanted = [
    [SUMS, sumsText(pairs)],
    [SIGNATURES, sumsText(signedApart([...listed.keys(), ...digests.keys()]).map((name) => [name, digests.get(name) ?? ""]))],
    [ASIC_MANIFEST, asicManifest(pairs)],
    [MIMETYPE, ASIC_E],
  ];
  for (const [name, content] of wanted.filter(([name]) => digests.has(name))) {
    if (same(await files.read(name), utf8(content))) report.passed(item.form(name), "form-good");
    else report.failed(item.form(name), "form-other");
  }
}

function readSums(report, name, content, listed) {
  const own = new Set();
  for (const line of new TextDecoder("utf-8", { ignoreBOM: true }).decode(content).split("\n")) {
    const found = /^([0-9a-f]{64}) {2}([ -~]{1,200})$/.exec(line);
    if (found && !own.has(found[2])) {
      own.add(found[2]);
      listed.set(found[2], found[1]);
    } else if (line) report.failed(item.file(name), "not-a-sum", line.slice(0, 80));
  }
}

async function checkSignatures(report, files, digests, trust, head, now) {
  const certificates = [];
  for (const name of digests.keys()) {
    if (/^certificates\/[^/]+\.pem$/.test(name)) certificates.push(...(await files.read(name).then(readPem).catch(() => [])));
  }
  const judge = (what, signature, hashOf) => judgeCms(report, what, signature, hashOf, certificates, trust, head, now);
  for (const [covered, name] of [[SUMS, SUMS_SIGNATURE], [ASIC_MANIFEST, ASIC_SIGNATURE]]) {
    const what = item.signature(name);
    if (!digests.has(covered) || !digests.has(name)) report.failed(what, "signature-missing", covered);
    else {
      const content = await files.read(covered);
      const hashOf = async (hash) => new Uint8Array(await crypto.subtle.digest(hash, content));
      await judge(what, await files.read(name), hashOf);
    }
  }
  for (const language of reportLanguages(digests.keys())) {
    const what = item.reportSignature(reportPath(language));
    await report.judging(what, async () => {
      const found = await reportSignature(await files.read(reportPath(language)));
      await judge(what, found.contents, found.hashOf);
    });
    await checkAttached(report, files, digests, language);
  }
}

// Three things: whether it fits what it covers, who made it, and whether that one is known from outside as the company.
async function judgeCms(report, what, signature, hashOf, certificates, trust, head, now) {
  await report.judging(what, async () => {
    const padded = what[0] === "report-signature"; // a report keeps room for its signature, and fills it with zeros
    const { intact, certificate, others } = await verifyCms(padded ? withoutPadding(signature) : signature, hashOf);
    const all = [...others, ...certificates];
    if (!intact) report.failed(what, "signature-broken");
    else if (!trust.namesSigner) report.undetermined(what, "signer-unnamed", certificate.who);
    else if (!(await leadsToRoot(certificate, all, trust.anchors(all), now))) report.failed(what, "signer-other", certificate.who);
    else {
      const doubt = trust.signerDoubt(certificate, head);
      if (doubt) report.undetermined(what, ...doubt);
      else report.passed(what, "signer-good", certificate.who);
    }
  });
}

function withoutPadding(bytes) {
  const long = bytes[1] & 0x80 ? bytes[1] & 0x7f : 0;
  let length = long ? 0 : bytes[1];
  for (let at = 0; at < long; at++) length = length * 256 + bytes[2 + at];
  const end = 2 + long + length;
  if (bytes.subarray(end).some((byte) => byte !== 0)) throw new Wrong("cms-form");
  return bytes.subarray(0, end);
}

// The files inside a report are those that lie beside it.
async function checkAttached(report, files, digests, language) {
  const what = item.attached(reportPath(language));
  await report.judging(what, async () => {
    const beside = new Map();
    for (const name of digests.keys()) {
      if ([MANIFEST, reportDataPath(language)].includes(name) || /^worksheets\/.*\.json$/.test(name)) {
        beside.set(name.split("/").at(-1), await files.read(name));
      }
    }
    const inside = await (await Pdf.open(await files.read(reportPath(language)))).attachments();
    const names = [...new Set([...beside.keys(), ...inside.keys()])].sort();
    const differing = names.filter((name) => !beside.has(name) || !inside.has(name) || !same(beside.get(name), inside.get(name)));
    if (differing.length) report.failed(what, "attached-other", differing.join(", "));
    else report.passed(what, "attached-good", names.join(", "));
  });
}

async function readDocument(report, files, digests, name) {
  if (!digests.has(name)) return undefined;
  return report.judging(item.part(name), async () => {
    const value = readCanonical(await files.read(name));
    if (!isTable(value)) throw new Wrong("no-object");
    return value;
  });
}

// The documents for machines speak of one pack at one place of one ledger.
async function checkManifest(report, files, digests, manifest, opening, head) {
  const found = [manifest.format, opening.format];
  if (!FORMATS.some((known) => known.join() === found.join())) report.failed(item.part(MANIFEST), "format-other", found.join(", "));
  const at = member(manifest, "ledger");
  const stated = [member(at, "origin"), member(at, "size"), member(at, "root")];
  if (head && (stated[0] !== head.origin || String(stated[1]) !== String(head.size) || stated[2] !== toHex(head.root))) {
    report.failed(item.part(MANIFEST), "position-other");
    return;
  }
  const number = member(manifest, "pack");
  const edition = opening.edition ?? AUTHORITY;
  let agree = opening.pack === number;
  for (const name of reportLanguages(digests.keys()).map(reportDataPath)) {
    await report.judging(item.part(name), async () => {
      const printed = digests.has(name) ? readJson(await files.read(name)) : null;
      const pack = isTable(printed) ? member(member(printed, "report"), "pack") : {};
      agree &&= pack.number === number && pack.as_of === stated[1] && pack.root === stated[2] && pack.edition === edition;
    });
  }
  if (agree) report.passed(item.part(MANIFEST), "manifest-good", number, edition, stated[1]);
  else report.failed(item.part(MANIFEST), "packs-other");
}

// Files in the folders of entries and exhibits that the manifest does not speak of, or the edition withholds.
function checkUnnamed(report, manifest, opening, digests) {
  const carried = member(manifest, "exhibits").filter((one) => isCarried(one, manifest, opening));
  const named = new Set([...carried, ...listMember(opening, "sealed")].map((one) => String(member(one, "path"))));
  for (const one of member(manifest, "entries")) {
    for (const part of ENTRY_PARTS) named.add(entryPath(member(one, "index"), part));
  }
  for (const name of digests.keys()) {
    if (/^(entries|exhibits|sealed)\//.test(name) && !named.has(name)) report.failed(item.file(name), "unnamed");
  }
}
