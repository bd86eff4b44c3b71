// Detached CMS signatures with signed attributes (RFC 5652), as CAdES and PAdES have them.

import { Wrong, same, toHex } from "./bytes.js";
import { expect, inside, oid, onlyDer } from "./der.js";
import { hashNamed, readCertificate, verifySignature } from "./x509.js";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47";
const SUBJECT_KEY_ID = "2.5.29.14";

// What a signature says: {intact, certificate, others}. `hashOf(name)` gives the digest of what is signed.
export async function verifyCms(der, hashOf) {
  const [type, wrapped] = inside(onlyDer(der, 0x30));
  if (oid(type) !== SIGNED_DATA) throw new Wrong("cms-form");
  const [, , encapsulated, ...rest] = inside(onlyDer(expect(wrapped, 0xa0).content, 0x30));
  const contentType = oid(inside(expect(encapsulated, 0x30))[0]);
  const signers = inside(expect(rest.at(-1), 0x31));
  if (signers.length !== 1) throw new Wrong("cms-form");
  const listed = rest.find((part) => part.tag === 0xa0);
  const certificates = (listed ? inside(listed) : []).filter((part) => part.tag === 0x30).map((part) => readCertificate(part.whole));
  const [, id, digestAlgorithm, ...parts] = inside(expect(signers[0], 0x30));
  const attributes = parts[0]?.tag === 0xa0 ? parts.shift() : null;
  const [algorithm, signature] = parts;
  const certificate = certificates.find((one) => isNamed(one, id));
  if (!certificate || !attributes) throw new Wrong("cms-form");
  const hash = hashNamed(digestAlgorithm);
  const table = readAttributes(attributes);
  const content = await hashOf(hash);
  const signed = Uint8Array.from(attributes.whole);
  signed[0] = 0x31; // signed is the set, not the tag that it has in the message (RFC 5652 section 5.4)
  const intact =
    same(expect(table.get(MESSAGE_DIGEST), 4).content, content) &&
    oid(table.get(CONTENT_TYPE)) === contentType &&
    (await namesCertificate(table.get(SIGNING_CERTIFICATE), certificate)) &&
    (await verifySignature(certificate.spki, algorithm, expect(signature, 4).content, signed, hash));
  return { intact, certificate, others: certificates };
}

function readAttributes(attributes) {
  const table = new Map();
  for (const one of inside(attributes)) {
    const [kind, values] = inside(one);
    const [value, ...more] = inside(expect(values, 0x31));
    if (more.length || table.has(oid(kind))) throw new Wrong("cms-form");
    table.set(oid(kind), value);
  }
  return table;
}

function isNamed(certificate, id) {
  if (id.tag === 0x80) {
    const extension = certificate.extensions.get(SUBJECT_KEY_ID);
    return extension !== undefined && same(onlyDer(extension.value, 4).content, id.content);
  }
  const [issuer, serial] = inside(expect(id, 0x30));
  return toHex(issuer.whole) === certificate.issuer && toHex(serial.content) === certificate.serial;
}

// Whether the signature itself names the certificate (signing-certificate-v2, RFC 5035): else it could be exchanged for
// another one of the same key.
async function namesCertificate(attribute, certificate) {
  if (!attribute) throw new Wrong("cms-form");
  const [first] = inside(expect(inside(expect(attribute, 0x30))[0], 0x30));
  const parts = inside(expect(first, 0x30));
  const hash = parts[0].tag === 0x30 ? hashNamed(parts.shift()) : "SHA-256";
  const digest = new Uint8Array(await crypto.subtle.digest(hash, certificate.der));
  return same(expect(parts[0], 4).content, digest);
}
