// Certificates (RFC 5280), and whether one leads to a root that is trusted. Nothing is fetched, so that revocation is
// not asked about; the company's trust folder says which keys are not to be trusted any more.

import { NotCheckable, fromBase64, joined, latin1, same, toHex } from "./bytes.js";
import { bits, expect, inside, oid, onlyDer, readDer, text, time } from "./der.js";

const NAMES = { "2.5.4.3": "CN", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST" };
const HASHES = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
const RSA = "1.2.840.113549.1.1.";
const ECDSA = { "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512" };
const CURVES = {
  "1.2.840.10045.3.1.7": ["P-256", 32],
  "1.3.132.0.34": ["P-384", 48],
  "1.3.132.0.35": ["P-521", 66],
};
const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const UNDERSTOOD = new Set([KEY_USAGE, BASIC_CONSTRAINTS, "2.5.29.14", "2.5.29.35", "2.5.29.37", "2.5.29.17"]);
const LONGEST_CHAIN = 8;

export function readCertificate(der) {
  const [body, algorithm, signature] = inside(onlyDer(der, 0x30));
  const parts = inside(expect(body, 0x30));
  if (parts[0]?.tag === 0xa0) parts.shift();
  const [serial, , issuer, validity, subject, spki, ...rest] = parts;
  const [from, until] = inside(expect(validity, 0x30));
  const listed = rest.find((part) => part.tag === 0xa3);
  return {
    der, body: body.whole, algorithm, signature: bits(signature), serial: toHex(expect(serial, 2).content),
    issuer: toHex(expect(issuer, 0x30).whole), subject: toHex(expect(subject, 0x30).whole), who: nameText(subject),
    from: time(from), until: time(until), spki: expect(spki, 0x30).whole, extensions: readExtensions(listed),
  };
}

function readExtensions(listed) {
  const found = new Map();
  for (const one of listed ? inside(onlyDer(listed.content, 0x30)) : []) {
    const parts = inside(one);
    found.set(oid(parts[0]), { critical: parts[1].tag === 1 && parts[1].content[0] !== 0, value: expect(parts.at(-1), 4).content });
  }
  return found;
}

function nameText(name) {
  const parts = inside(name).flatMap(inside).map(inside);
  return parts.map(([kind, value]) => `${NAMES[oid(kind)] ?? oid(kind)}=${text(value)}`).reverse().join(", ");
}

export function readPem(content) {
  const found = [];
  const blocks = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g;
  for (const [, block] of latin1(content).matchAll(blocks)) found.push(readCertificate(fromBase64(block.replace(/\s/g, ""))));
  return found;
}

export function hashNamed(algorithm) {
  const name = HASHES[oid(inside(expect(algorithm, 0x30))[0])];
  if (!name) throw new NotCheckable("algorithm", oid(inside(algorithm)[0]));
  return name;
}

// Whether `signature` is one over `data` by the key in `spki`. `digest` is the hash where the algorithm names none.
export async function verifySignature(spki, algorithm, signature, data, digest) {
  const [kind, parameters] = inside(expect(algorithm, 0x30));
  const how = methodOf(oid(kind), parameters, spki, digest);
  let key;
  try {
    key = await crypto.subtle.importKey("spki", spki, how.key, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NotCheckable("algorithm", oid(kind));
    return false;
  }
  const plain = how.size ? plainEcdsa(signature, how.size) : signature;
  return plain !== null && crypto.subtle.verify(how.use, key, plain, data);
}

function methodOf(kind, parameters, spki, digest) {
  const pkcs1 = { [`${RSA}1`]: digest, [`${RSA}11`]: "SHA-256", [`${RSA}12`]: "SHA-384", [`${RSA}13`]: "SHA-512" }[kind];
  if (pkcs1) return { key: { name: "RSASSA-PKCS1-v1_5", hash: pkcs1 }, use: { name: "RSASSA-PKCS1-v1_5" } };
  if (kind === `${RSA}10`) {
    const table = new Map(inside(expect(parameters, 0x30)).map((part) => [part.tag, readDer(part.content)]));
    if (!table.has(0xa0)) throw new NotCheckable("algorithm", kind); // without it the hash is SHA-1
    const salt = table.has(0xa2) ? expect(table.get(0xa2), 2).content.reduce((sum, byte) => sum * 256 + byte, 0) : 20;
    return { key: { name: "RSA-PSS", hash: hashNamed(table.get(0xa0)) }, use: { name: "RSA-PSS", saltLength: salt } };
  }
  if (ECDSA[kind]) {
    const [, curve] = inside(inside(onlyDer(spki, 0x30))[0]);
    const [name, size] = CURVES[oid(curve)] ?? [];
    if (!name) throw new NotCheckable("algorithm", oid(curve));
    return { key: { name: "ECDSA", namedCurve: name }, use: { name: "ECDSA", hash: ECDSA[kind] }, size };
  }
  if (kind === "1.3.101.112") return { key: { name: "Ed25519" }, use: { name: "Ed25519" } };
  throw new NotCheckable("algorithm", kind);
}

// A signature of ECDSA as WebCrypto wants it: both numbers at full length, without DER.
function plainEcdsa(signature, size) {
  const numbers = inside(onlyDer(signature, 0x30)).map((part) => {
    const content = expect(part, 2).content;
    return content[0] === 0 ? content.subarray(1) : content;
  });
  if (numbers.length !== 2 || numbers.some((number) => number.length > size)) return null;
  return joined(...numbers.map((number) => joined(new Uint8Array(size - number.length), number)));
}

// Whether a certificate, good for signing documents, leads to one of `roots` at the moment `now`.
export async function leadsToRoot(certificate, others, roots, now) {
  if (!mayUse(certificate, 0xc0)) return false; // digitalSignature or nonRepudiation, as `openssl cms` has it
  let here = certificate;
  for (let below = 0; below < LONGEST_CHAIN; below++) {
    if (roots.some((root) => same(root.der, here.der))) return below > 0 || inTime(here, now);
    if (!inTime(here, now) || !requireUnderstood(here)) return false;
    const root = await issuerOf(here, roots);
    if (root) return true;
    const next = await issuerOf(here, others.filter((one) => isAuthority(one, below)));
    if (!next) return false;
    here = next;
  }
  return false;
}

async function issuerOf(certificate, candidates) {
  for (const one of candidates) {
    if (one.subject !== certificate.issuer) continue;
    if (await verifySignature(one.spki, certificate.algorithm, certificate.signature, certificate.body)) return one;
  }
  return null;
}

function inTime(certificate, now) {
  return certificate.from <= now && now <= certificate.until;
}

// Whether the key usage has one of these bits of its first byte; a certificate without key usage has none.
function mayUse(certificate, mask) {
  const extension = certificate.extensions.get(KEY_USAGE);
  return extension !== undefined && (expect(onlyDer(extension.value), 3).content[1] & mask) !== 0;
}

function isAuthority(certificate, below) {
  const extension = certificate.extensions.get(BASIC_CONSTRAINTS);
  if (!extension || !mayUse(certificate, 0x04)) return false;
  const [authority, most] = inside(onlyDer(extension.value, 0x30));
  if (authority?.tag !== 1 || authority.content[0] === 0) return false;
  return most === undefined || expect(most, 2).content.reduce((sum, byte) => sum * 256 + byte, 0) >= below;
}

function requireUnderstood(certificate) {
  for (const [kind, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(kind)) throw new NotCheckable("extension", kind);
  }
  return true;
}

