// Tables whose lines are committed under salts of their own: the lists of a manifest (version 2), loads, worksheets. An
// edition opens a table whole, by its seed, or some of its lines, each with the proof of its place.

import { Wrong, fromBase64, fromHex, isTable, listMember, member, textMember, toHex, utf8, wholeMember } from "./bytes.js";
import { readDisclosure } from "./entries.js";
import { hmac, sha256 } from "./hashes.js";
import { canonicalBytes } from "./json.js";
import { AUTHORITY, MANIFEST_FORMAT, TABLES } from "./layout.js";
import { item } from "./report.js";
import { leafHash, rootOf, verifyInclusion } from "./tree.js";

// The root over all lines of a table: a line's salt comes from the seed of the table, its name is its place.
export function tableRoot(seed, prefix, lines) {
  if (seed.length !== 32) throw new Wrong("disclosure-form");
  const leaves = lines.map((line, place) => {
    const salt = hmac(seed, utf8(`line:${place}`)).subarray(0, 16);
    const written = btoa(String.fromCharCode(...salt)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return leafHash(sha256(canonicalBytes([written, `${prefix}${place}`, line])));
  });
  return toHex(rootOf(leaves));
}

// The lines opened of a table, [number from 1, value], each in its place under the root.
export function verifiedLines(prefix, size, root, opening) {
  if (wholeMember(opening, "size") !== size) throw new Wrong("table-size", member(opening, "size"), size);
  return member(opening, "opened").map((one) => {
    const line = wholeMember(one, "line");
    const disclosure = readDisclosure(member(one, "disclosure"));
    if (disclosure.name !== `${prefix}${line - 1}`) throw new Wrong("line-name", line, disclosure.name);
    const proof = member(one, "proof").map(fromBase64);
    verifyInclusion(leafHash(disclosure.digest), BigInt(line - 1), BigInt(size), proof, fromHex(root));
    return [line, disclosure.value];
  });
}

// The lines of one table of a manifest as far as an edition opens them; decoys are left out.
export function openTable(name, committed, opening) {
  const [size, root] = [wholeMember(committed, "size"), textMember(committed, "root")];
  if (opening === undefined) return { lines: [], whole: false, size };
  if (!Object.hasOwn(opening, "seed")) {
    const found = verifiedLines(`${name}/`, size, root, opening).map(([, value]) => value);
    return { lines: found.filter((line) => line !== null), whole: false, size };
  }
  const lines = listMember(opening, "lines");
  const found = tableRoot(fromBase64(textMember(opening, "seed")), `${name}/`, lines);
  if (found !== root || lines.length !== size) throw new Wrong("table-root");
  return { lines: lines.filter((line) => line !== null), whole: true, size };
}

// The manifest with the lines of its tables as far as this edition opens them; one of version 1 as it is.
export async function checkTables(report, manifest, opening) {
  if (manifest.format !== MANIFEST_FORMAT) return manifest;
  const shown = {};
  for (const name of TABLES) {
    const what = item.table(name);
    const committed = member(member(manifest, "tables"), name);
    const opened = member(opening, "tables")[name];
    shown[name] = [];
    await report.judging(what, () => {
      const { lines, whole, size } = openTable(name, committed, opened);
      const key = name === "entries" ? "index" : "number";
      if (whole) report.passed(what, "table-whole", lines.length, size);
      else if (opening.edition === AUTHORITY) report.failed(what, "table-left-out");
      else report.passed(what, "table-part", lines.length);
      shown[name] = lines.toSorted((one, other) => (member(one, key) < member(other, key) ? -1 : 1));
    });
  }
  return { ...manifest, ...shown };
}

// Whether an edition withholds an exhibit that it has to carry: the authority's, all that was not given in secret.
export function isOwed(exhibit, entry, manifest, opening) {
  if (opening.edition !== AUTHORITY || isCarried(exhibit, manifest, opening)) return false;
  return member(exhibit, "field") !== "document" || !["secret", "secret+personal"].includes(entry.fields.get("tier"));
}

// Whether an edition carries an exhibit's bytes: it opens their digest, or its manifest of version 1 has a path.
export function isCarried(exhibit, manifest, opening) {
  if (manifest.format !== MANIFEST_FORMAT) return member(exhibit, "path") !== null;
  const statements = isTable(opening.statements) ? opening.statements : {};
  return listMember(statements, String(member(exhibit, "entry"))).some((one) => one[1] === member(exhibit, "field"));
}
