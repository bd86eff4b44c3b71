// The names of files in a pack and the forms of the lists that cover them.

import { fromHex, toBase64 } from "./bytes.js";
import { MIMETYPE } from "./sources.js";

export const MANIFEST = "manifest.json";
export const DISCLOSURES = "disclosures.json";
export const CHECKPOINT = "ledger/checkpoint";
export const POLICY = "ledger/policy";
export const SUMS = "SHA256SUMS";
export const SUMS_SIGNATURE = "SHA256SUMS.p7s";
export const SUMS_STAMP = "SHA256SUMS.tst";
export const CHECKPOINT_STAMP = "ledger/checkpoint.tst"; // signed for: whoever takes the other stamp away is found by it
export const ASIC_MANIFEST = "META-INF/ASiCManifest001.xml";
export const ASIC_SIGNATURE = "META-INF/signature001.p7s";
export const SIGNATURES = "SIGNATURES.sha256";
export const ASIC_E = "application/vnd.etsi.asic-e+zip";
export const MANIFEST_FORMAT = "urn:evidence:pack-manifest:2";
export const TABLES = ["entries", "exhibits", "worksheets", "averages"];
export const DISCLOSURES_FORMAT = "urn:evidence:pack-disclosures:2";
export const AUTHORITY = "authority"; // the edition that opens everything but what is secret

// The formats of manifest and disclosures that belong together; those of version 1 have one edition.
export const FORMATS = [
  [MANIFEST_FORMAT, DISCLOSURES_FORMAT],
  ["urn:evidence:pack-manifest:1", "urn:evidence:pack-disclosures:1"],
];

// What SIGNATURES.sha256 covers, in its order.
export const SIGNED_APART = [ASIC_MANIFEST, ASIC_SIGNATURE, SUMS, SUMS_SIGNATURE];

// The same in a pack of these files: one that is stamped has its stamp there too.
export function signedApart(names) {
  const all = [...names];
  return all.includes(SUMS_STAMP) || all.includes(CHECKPOINT_STAMP) ? [...SIGNED_APART, SUMS_STAMP] : SIGNED_APART;
}

export const ENTRY_PARTS = ["leaf", "dsse", "tlog-proof"];

// The languages of the reports among some files, in order; each has a PDF and what it prints, as data.
export function reportLanguages(names) {
  return [...names].flatMap((name) => /^report-([a-z]{2})\.pdf$/.exec(name)?.[1] ?? []).sort();
}

export function reportPath(language) {
  return `report-${language}.pdf`;
}

export function reportDataPath(language) {
  return `report-${language}.json`;
}

export function entryPath(index, part) {
  return `entries/${index}.${part}`;
}

// The files that SHA256SUMS lists, in its order.
export function summed(names) {
  return [...names].filter((name) => ![...SIGNED_APART, SUMS_STAMP, SIGNATURES].includes(name)).sort();
}

// Lines as `sha256sum` writes them, from pairs of name and digest.
export function sumsText(pairs) {
  return pairs.map(([name, digest]) => `${digest}  ${name}\n`).join("");
}

// The ASiC manifest (EN 319 162-1, annex A.4) over pairs of name and digest.
export function asicManifest(pairs) {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
    `<asic:SigReference URI="${ASIC_SIGNATURE}" MimeType="application/pkcs7-signature"/>`,
  ];
  for (const [name, digest] of pairs.filter(([name]) => name !== MIMETYPE)) {
    lines.push(
      `<asic:DataObjectReference URI=${quoted(name)}>` +
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>' +
        `<ds:DigestValue>${toBase64(fromHex(digest))}</ds:DigestValue></asic:DataObjectReference>`,
    );
  }
  return [...lines, "</asic:ASiCManifest>", ""].join("\n");
}

function quoted(name) {
  const text = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? `"${text.replaceAll('"', "&quot;")}"` : `'${text}'`;
}
