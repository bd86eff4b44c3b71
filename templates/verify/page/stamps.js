// Time stamps (RFC 3161): whether each is over what lies beside it. Whose a stamp is takes certificates that this page does
// not have; `openssl ts -verify` and the other checkers take them from a trust folder.

import { latin1, same } from "./bytes.js";
import { expect, inside, onlyDer } from "./der.js";
import { CHECKPOINT, SUMS, SUMS_STAMP } from "./layout.js";
import { item } from "./report.js";
import { hashNamed } from "./x509.js";

export async function checkStamps(report, files, digests) {
  for (const name of [...digests.keys()].filter(isStamp).sort()) {
    await report.judging(item.stamp(name), async () => {
      const covered = name === SUMS_STAMP ? SUMS : CHECKPOINT;
      const { hash, imprint, at } = readStamp(await files.read(name));
      const found = new Uint8Array(await crypto.subtle.digest(hash, await files.read(covered)));
      if (same(found, imprint)) report.undetermined(item.stamp(name), "stamp-unjudged", covered, at);
      else report.failed(item.stamp(name), "stamp-other", covered);
    });
  }
}

function isStamp(name) {
  return name === SUMS_STAMP || (name.startsWith(`${CHECKPOINT}.`) && name.endsWith(".tst"));
}

// What an authority's response says: the digest that it stamps, the hash that made it, and when.
function readStamp(der) {
  const [, token] = inside(onlyDer(der, 0x30));
  const [, wrapped] = inside(expect(token, 0x30));
  const [, , encapsulated] = inside(onlyDer(expect(wrapped, 0xa0).content, 0x30));
  const [, content] = inside(expect(encapsulated, 0x30));
  const [, , stamped, , at] = inside(onlyDer(onlyDer(expect(content, 0xa0).content, 0x04).content, 0x30));
  const [algorithm, imprint] = inside(expect(stamped, 0x30));
  const moment = latin1(expect(at, 24).content).replace(/^(....)(..)(..)(..)(..)(..).*$/, "$1-$2-$3 $4:$5:$6Z");
  return { hash: hashNamed(algorithm), imprint: expect(imprint, 4).content, at: moment };
}
