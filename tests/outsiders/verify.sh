#!/usr/bin/env bash
# Verifies what a ledger hands out with bash, OpenSSL 3 and coreutils, from docs/formats.md alone.
#
#   verify.sh checkpoint NOTE VKEY                the head of the log is signed by its key
#   verify.sh entry LEAF PROOF VKEY               a .tlog-proof: the leaf is in the tree of a signed head
#   verify.sh consistency FILE OLD VKEY           the tree of the checkpoint OLD is the beginning of a later one
#   verify.sh log DIR VKEY                        a whole export: leaves, tiles and root, under a signed head
#   verify.sh stamp FILE TOKEN ROOT CHAIN MOMENT  an RFC 3161 token over a file, at MOMENT (seconds since 1970)
#   verify.sh list LIST SIGNATURE ROOT            a detached CMS signature over a list such as SHA256SUMS
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

fail() { echo "verify.sh: $*" >&2; exit 1; }
sha256() { openssl dgst -sha256 -binary; }
is_number() { [[ $1 =~ ^(0|[1-9][0-9]{0,17})$ ]] || fail "not a number: $1"; }

# A base64 line as 32 bytes in the file $2.
hash_of() {
  base64 -d <<< "$1" > "$2" || fail "not base64: $1"
  test "$(wc -c < "$2")" -eq 32 || fail "a hash has 32 bytes"
}

# The file $1 is hashed together with the file $2 into the file $3.
node() { { printf '\1'; cat "$1" "$2"; } | sha256 > "$work/node"; mv "$work/node" "$3"; }

# Opens the checkpoint in the file $1 with the key $2: sets origin, size, and writes the root to the file $3.
open_checkpoint() {
  local name rest id key found=0
  name=${2%%+*} rest=${2#*+}; id=${rest%%+*} key=${rest#*+}
  sed '/^$/,$d' "$1" > "$work/text"
  sed '1,/^$/d' "$1" > "$work/lines"
  { read -r origin; read -r size; read -r root; } < "$work/text"
  test "$origin" = "$name" || fail "the checkpoint is of another log: $origin"
  is_number "$size"
  hash_of "$root" "$3"
  # twelve bytes make a bare Ed25519 key a SubjectPublicKeyInfo; before it stands the signature type
  { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; base64 -d <<< "$key" | tail -c +2; } > "$work/key"
  while read -r dash who signature; do
    test "$dash" = $'\xe2\x80\x94' || fail "not a signature line"
    test "$who" = "$name" || continue
    base64 -d <<< "$signature" > "$work/line" || fail "not base64"
    test "$(head -c 4 "$work/line" | od -An -tx1 | tr -d ' ')" = "$id" || continue
    tail -c +5 "$work/line" > "$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/text" \
      -sigfile "$work/signature" > "$work/said" || fail "the checkpoint's signature does not verify"
    found=1
  done < "$work/lines"
  test "$found" = 1 || fail "the checkpoint is not signed by the log's key"
}

checkpoint() {
  open_checkpoint "$1" "$2" "$work/root"
  echo "$origin: $size entries"
}

# RFC 9162 section 2.1.3.2
entry() {
  sed '/^$/,$d' "$2" > "$work/head"
  sed '1,/^$/d' "$2" > "$work/note"
  test "$(head -n 1 "$work/head")" = c2sp.org/tlog-proof@v1 || fail "not a proof file"
  local index fn sn
  index=$(sed -n 's/^index //p' "$work/head")
  is_number "$index"
  open_checkpoint "$work/note" "$3" "$work/root"
  fn=$index sn=$((size - 1))
  test "$fn" -le "$sn" || fail "the entry lies outside the tree"
  { printf '\0'; cat "$1"; } | sha256 > "$work/hash"
  while read -r line; do
    test "$sn" -gt 0 || fail "the proof is too long"
    hash_of "$line" "$work/sibling"
    if (( fn & 1 || fn == sn )); then
      node "$work/sibling" "$work/hash" "$work/hash"
      while (( fn > 0 && !(fn & 1) )); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      node "$work/hash" "$work/sibling" "$work/hash"
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done < <(sed '1,/^index /d' "$work/head")
  test "$sn" -eq 0 || fail "the proof is too short"
  cmp -s "$work/hash" "$work/root" || fail "the proof leads to another root"
  echo "$origin: entry $index of $size"
}

# RFC 9162 section 2.1.4.2
consistency() {
  open_checkpoint "$2" "$3" "$work/old-root"
  local old=$size was=$origin fn sn
  sed '/^$/,$d' "$1" > "$work/head"
  sed '1,/^$/d' "$1" > "$work/note"
  test "$(head -n 1 "$work/head")" = "old $old" || fail "the proof is for another checkpoint"
  open_checkpoint "$work/note" "$3" "$work/root"
  test "$origin" = "$was" || fail "the proof is of another log"
  test "$old" -ge 1 && test "$old" -le "$size" || fail "the sizes do not ascend"
  tail -n +2 "$work/head" > "$work/hashes"
  if test "$old" -eq "$size"; then
    test ! -s "$work/hashes" && cmp -s "$work/old-root" "$work/root" || fail "two roots at one size"
    echo "$origin: $old and $size entries"; return
  fi
  fn=$((old - 1)) sn=$((size - 1))
  while (( fn & 1 )); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  exec 3< "$work/hashes"
  if (( old & (old - 1) )); then
    read -r line <&3 || fail "the proof is empty"
    hash_of "$line" "$work/fr"
  else
    cp "$work/old-root" "$work/fr"
  fi
  cp "$work/fr" "$work/sr"
  while read -r line <&3; do
    test "$sn" -gt 0 || fail "the proof is too long"
    hash_of "$line" "$work/sibling"
    if (( fn & 1 || fn == sn )); then
      node "$work/sibling" "$work/fr" "$work/fr"
      node "$work/sibling" "$work/sr" "$work/sr"
      while (( fn > 0 && !(fn & 1) )); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      node "$work/sr" "$work/sibling" "$work/sr"
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  test "$sn" -eq 0 || fail "the proof is too short"
  cmp -s "$work/fr" "$work/old-root" || fail "the proof leads to another old root"
  cmp -s "$work/sr" "$work/root" || fail "the proof leads to another root"
  echo "$origin: $old of $size entries"
}

# The path of tile number $2 of width $3 below $1: 1234067 is x001/x234/067.
tile_path() {
  local path n=$2
  path=$(printf '%03d' $((n % 1000)))
  while (( n >= 1000 )); do n=$((n / 1000)) path=$(printf 'x%03d/%s' $((n % 1000)) "$path"); done
  test "$3" -eq 256 && echo "$1/$path" || echo "$1/$path.p/$3"
}

# The tiles of level $2 in the export $1 are the first $4 hashes of the file $3.
compare_tiles() {
  local n path width
  for (( n = 0; n * 256 < $4; n++ )); do
    width=$(( $4 - n * 256 < 256 ? $4 - n * 256 : 256 ))
    path=$1/$(tile_path "tile/$2" "$n" "$width")
    tail -c +$((n * 8192 + 1)) "$3" | head -c $((width * 32)) > "$work/tile"
    cmp -s "$path" "$work/tile" || fail "$path is not what the entries give"
  done
}

# The hashes of the files that are in the folder of leaves or nodes, in order, after the file $1; the folder is emptied.
hash_all() { openssl dgst -sha256 -binary "$work"/bytes/* >> "$1"; rm "$work"/bytes/*; }

log() {
  open_checkpoint "$1/checkpoint" "$2" "$work/root"
  local n width length at i level count bundle
  mkdir "$work/bytes"
  : > "$work/row"
  for (( n = 0; n * 256 < size; n++ )); do
    width=$(( size - n * 256 < 256 ? size - n * 256 : 256 ))
    bundle=$1/$(tile_path tile/entries "$n" "$width") at=0
    exec 3< "$bundle"
    for (( i = 1000; i < 1000 + width; i++ )); do
      length=$(od -An -tu2 --endian=big -j "$at" -N 2 "$bundle" | tr -d ' ')
      head -c 2 <&3 > "$work/length"
      { printf '\0'; head -c "$length" <&3; } > "$work/bytes/$i"
      at=$((at + 2 + length))
    done
    test "$at" -eq "$(wc -c < "$bundle")" || fail "$bundle breaks off or runs on"
    hash_all "$work/row"
  done
  # hashes are paired, and an odd one at the end goes up as it is; level 8 of the tree is level 1 of the tiles
  for (( level = 0, count = size; ; level++, count = (count + 1) / 2 )); do
    if (( level % 8 == 0 )); then compare_tiles "$1" $((level / 8)) "$work/row" $((size >> level)); fi
    test "$count" -gt 1 || break
    exec 3< "$work/row"
    : > "$work/above"
    for (( i = 0; i < count / 2; i++ )); do
      { printf '\1'; head -c 64 <&3; } > "$work/bytes/$((1000 + i % 256))"
      if (( i % 256 == 255 || i + 1 == count / 2 )); then hash_all "$work/above"; fi
    done
    cat <&3 >> "$work/above"
    mv "$work/above" "$work/row"
  done
  cmp -s "$work/row" "$work/root" || fail "the entries have another root than was signed"
  echo "$origin: all $size entries"
}

stamp() {
  openssl ts -verify -data "$1" -in "$2" -CAfile "$3" -untrusted "$4" -attime "$5" > "$work/said" 2>&1 ||
    fail "the time stamp does not verify: $(tail -n 1 "$work/said")"
  openssl ts -reply -in "$2" -text 2> "$work/said" | sed -n 's/^Time stamp: //p'
}

list() {
  openssl cms -verify -binary -inform DER -in "$2" -content "$1" -CAfile "$3" -purpose any -out "$work/content" \
    2> "$work/said" || fail "the signature does not verify: $(tail -n 1 "$work/said")"
  cmp -s "$work/content" "$1" || fail "another list was signed"
  (cd "$(dirname "$1")" && sha256sum --check --strict --quiet "$(basename "$1")") || fail "a file is not what the list says"
  echo "$(wc -l < "$1") files"
}

command=$1; shift
case $command in
  checkpoint | entry | consistency | log | stamp | list) "$command" "$@" ;;
  *) fail "unknown: $command" ;;
esac
