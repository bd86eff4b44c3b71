// The Merkle tree of RFC 6962 section 2.1: inclusion proofs as RFC 9162 section 2.1.3.2 checks them, and roots.

import { Wrong, same } from "./bytes.js";
import { sha256 } from "./hashes.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(bytes) {
  return sha256(LEAF, bytes);
}

function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

// `index` and `size` are BigInt: a log may hold more entries than a number of JavaScript counts exactly.
export function verifyInclusion(leaf, index, size, proof, root) {
  if ([leaf, root, ...proof].some((hash) => hash.length !== 32)) throw new Wrong("hash-length");
  if (index < 0n || index >= size) throw new Wrong("not-in-tree", index, size);
  let here = index;
  let last = size - 1n;
  let result = leaf;
  for (const sibling of proof) {
    if (last === 0n) throw new Wrong("proof-too-long");
    if (here & 1n || here === last) {
      result = nodeHash(sibling, result);
      while (!(here & 1n) && here) {
        here >>= 1n;
        last >>= 1n;
      }
    } else {
      result = nodeHash(result, sibling);
    }
    here >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new Wrong("proof-too-short");
  if (!same(result, root)) throw new Wrong("proof-other-root", index, size);
}

// The root over leaf hashes: complete subtrees are folded as soon as they are full, so that only their heads are kept.
export function rootOf(leaves) {
  const heads = []; // [hash, height], heights descending
  for (const leaf of leaves) {
    let [hash, height] = [leaf, 0];
    while (heads.length && heads.at(-1)[1] === height) {
      hash = nodeHash(heads.pop()[0], hash);
      height++;
    }
    heads.push([hash, height]);
  }
  if (!heads.length) return sha256();
  let root = heads.pop()[0];
  while (heads.length) root = nodeHash(heads.pop()[0], root);
  return root;
}
