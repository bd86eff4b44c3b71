#!/usr/bin/env bash
# Checks this evidence pack with OpenSSL 3 and coreutils alone:   bash verify.sh [TRUSTDIR] [--proofs]
#
# TRUSTDIR holds root.pem, log.vkey and keys/ of the company, obtained by another way than this pack; without it the
# pack is shown to be unchanged since somebody signed it, and not who. --proofs also checks every ledger entry: its
# statement, its signature, its place in the tree. Status: 0 passed, 1 failed, 2 used wrongly, 3 undetermined.
# Integrity check: unchanged since receipt; says nothing on origin.

set -u
export LC_ALL=C

trust='' proofs='' failed=0 open=0
for argument in "$@"; do
  case $argument in
    --proofs) proofs=yes ;;
    -*) echo "verify.sh: unknown option $argument; wanted [TRUSTDIR] [--proofs]" >&2; exit 2 ;;
    *) trust=$(cd "$argument" 2>/dev/null && pwd) || { echo "verify.sh: no folder $argument" >&2; exit 2; } ;;
  esac
done
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2
for tool in sha256sum base64 od cmp sort openssl; do
  command -v "$tool" >/dev/null || { echo "verify.sh: this machine has no $tool" >&2; exit 2; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

pass() { printf 'passed        %s\n' "$1"; }
fail() { printf 'FAILED        %s\n' "$1"; failed=1; }
undetermined() { printf 'undetermined  %s\n' "$1"; open=1; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { # $1 as bytes
  local rest=$1 out=''
  while [ -n "$rest" ]; do out+="\\x${rest:0:2}"; rest=${rest:2}; done
  printf '%b' "$out"
}
sha() { local sum; sum=$(sha256sum); printf '%s' "${sum%% *}"; }
ed25519_key() { # 32 bytes in hexadecimal -> a public key file that OpenSSL reads
  unhex "302a300506032b6570032100$1" > "$2"
}
verifies() { # key file, signature file, message file
  openssl pkeyutl -verify -pubin -inkey "$1" ${4:+-keyform "$4"} -rawin -in "$3" -sigfile "$2" >/dev/null 2>&1
}

# 1. every file against the lists, and every file in a list
if sha256sum --strict --quiet -c SHA256SUMS >"$work/sums" 2>&1; then
  pass 'SHA256SUMS: every file it lists is unchanged'
else
  fail 'SHA256SUMS: altered or missing:'
  grep -v '^sha256sum: WARNING' "$work/sums" | sed 's/^/                /'
fi
own='META-INF/ASiCManifest001.xml META-INF/signature001.p7s SHA256SUMS SHA256SUMS.p7s'
if [ -e SHA256SUMS.tst ] || [ -e ledger/checkpoint.tst ]; then own="$own SHA256SUMS.tst"; fi
# shellcheck disable=SC2086
if sha256sum $own 2>/dev/null | cmp -s - SIGNATURES.sha256; then
  pass 'SIGNATURES.sha256: the signatures themselves are unchanged'
else
  fail 'SIGNATURES.sha256: a signature or a list was altered:'
  sha256sum --quiet -c SIGNATURES.sha256 2>&1 | grep -v '^sha256sum: WARNING' | sed 's/^/                /'
fi
find . ! -type d | sed 's|^\./||' | sort > "$work/there"
{ sed 's/^[0-9a-f]*  //' SHA256SUMS; printf '%s\n' $own SIGNATURES.sha256; } 2>/dev/null | sort > "$work/listed"
added=$(comm -23 "$work/there" "$work/listed")
if [ -z "$added" ]; then pass 'no file was added'; else fail "added, in no list: $(echo "$added" | tr '\n' ' ')"; fi

# 2. the organisation's signature over the list
cms() { openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -out /dev/null "$@" 2>/dev/null; }
if [ -n "$trust" ]; then
  if cms -CAfile "$trust/root.pem"; then pass 'SHA256SUMS.p7s: signed under the trusted root'
  else fail 'SHA256SUMS.p7s: not a signature over SHA256SUMS under the trusted root'; fi
elif cms -noverify; then
  undetermined 'SHA256SUMS.p7s: intact; whose signature it is needs TRUSTDIR'
else
  fail 'SHA256SUMS.p7s: the signature does not fit SHA256SUMS'
fi

# 3. the ledger's signature on its checkpoint (C2SP signed note, Ed25519)
checkpoint=ledger/checkpoint
sed '/^$/,$d' "$checkpoint" > "$work/body" 2>/dev/null
if [ -n "$trust" ]; then cat "$trust/log.vkey"; else sed -n 's/^log //p' ledger/policy; fi > "$work/vkeys" 2>/dev/null
signed=''
while IFS= read -r vkey; do
  name=${vkey%%+*} rest=${vkey#*+}
  id=${rest%%+*} key=$(printf '%s' "${rest#*+}" | base64 -d 2>/dev/null | hex)
  [ "$name" = "$(head -n 1 "$work/body")" ] || continue
  while IFS= read -r line; do
    signature=$(printf '%s' "${line##* }" | base64 -d 2>/dev/null | hex)
    [ "$line" = "— $name ${line##* }" ] && [ "${signature:0:8}" = "$id" ] || continue
    ed25519_key "${key:2}" "$work/key"
    unhex "${signature:8}" > "$work/sig"
    if verifies "$work/key" "$work/sig" "$work/body" DER; then signed=yes; else signed=no; break 2; fi
  done < "$checkpoint"
done < "$work/vkeys"
if [ "$signed" != yes ]; then fail "$checkpoint: no signature of the ledger's key fits it"
elif [ -n "$trust" ]; then pass "$checkpoint: signed by the ledger's key"
else undetermined "$checkpoint: intact; whose key signed it needs TRUSTDIR"; fi

# 4. time stamps, where there are any (RFC 3161), each judged at the time that it names
stamp() { # stamp, what it is over
  local text at imprint
  text=$(openssl ts -reply -in "$1" -text 2>/dev/null)
  at=$(date -u -d "$(printf '%s\n' "$text" | sed -n 's/^Time stamp: //p' | sed 's/\.[0-9]*//')" +%s 2>/dev/null)
  imprint=$(printf '%s\n' "$text" | sed -n '/^Message data:/,/^Serial/s/^ *[0-9a-f]* - \(.\{48\}\).*/\1/p' | tr -d ' \n-')
  if ! grep -q "^Hash Algorithm: sha\(256\|384\|512\)$" <<< "$text"; then fail "$1: no time stamp that can be read"
  elif [ "$imprint" != "$(openssl dgst -r "-$(sed -n 's/^Hash Algorithm: //p' <<< "$text")" "$2" 2>/dev/null | cut -d ' ' -f 1)" ]; then
    fail "$1: a time stamp over other bytes than $2"
  elif ! cat "${trust:-/nowhere}"/authorities/*.pem > "$work/authorities" 2>/dev/null; then
    undetermined "$1: intact over $2; whose time stamp it is needs TRUSTDIR with authorities/NAME.pem"
  elif openssl ts -verify -data "$2" -in "$1" -CAfile "$work/authorities" -untrusted "$work/authorities" -attime "$at" >/dev/null 2>&1; then
    pass "$1: $2 was there at $(date -u -d "@$at" '+%Y-%m-%d %H:%M:%S')Z"
  else
    fail "$1: no authority in the trust folder made this time stamp"
  fi
}
if [ -e SHA256SUMS.tst ]; then stamp SHA256SUMS.tst SHA256SUMS
elif [ -e ledger/checkpoint.tst ]; then fail 'SHA256SUMS.tst: missing from a pack that was stamped'; fi
for each in ledger/checkpoint.*tst; do
  if [ -e "$each" ]; then stamp "$each" ledger/checkpoint; fi
done

# 5. on request: every entry's statement, signature and place in the tree (RFC 6962)
size=$(sed -n 2p "$work/body") root=$(sed -n 3p "$work/body" | base64 -d 2>/dev/null | hex)
entry() { # index -> nothing, or what is wrong
  local base=entries/$1 index node last here sibling actor
  [ "$(sed -n '/^$/,$p' "$base.tlog-proof" | tail -n +2 | sha)" = "$(sha < "$checkpoint")" ] || { echo 'another checkpoint'; return; }
  index=$(sed -n 's/^index //p' "$base.tlog-proof" | head -n 1)
  [ "$index" = "$1" ] && [ "$index" -lt "$size" ] || { echo 'another index'; return; }
  node=$({ printf '\0'; cat "$base.leaf"; } | sha)
  here=$index last=$((size - 1))
  while IFS= read -r sibling; do
    sibling=$(printf '%s' "$sibling" | base64 -d | hex)
    [ "$last" -gt 0 ] || { echo 'a proof too long'; return; }
    if [ $((here & 1)) = 1 ] || [ "$here" = "$last" ]; then
      node=$(unhex "01$sibling$node" | sha)
      while [ $((here & 1)) = 0 ] && [ "$here" != 0 ]; do here=$((here >> 1)) last=$((last >> 1)); done
    else
      node=$(unhex "01$node$sibling" | sha)
    fi
    here=$((here >> 1)) last=$((last >> 1))
  done < <(sed '/^$/,$d' "$base.tlog-proof" | grep -v -e '^c2sp.org/' -e '^index ' -e '^extra ')
  [ "$last" = 0 ] && [ "$node" = "$root" ] || { echo 'not in the tree of the checkpoint'; return; }
  sed -n 's/^{"payload":"\([^"]*\)","payloadType":"application\/vnd.in-toto+json",.*/\1/p' "$base.dsse" | base64 -d > "$work/payload" 2>/dev/null
  { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < "$work/payload")"; cat "$work/payload"; } > "$work/pae"
  [ "$(sed -n 's/.*"payload_sha256":"\([0-9a-f]*\)".*/\1/p' "$base.leaf")" = "$(sha < "$work/pae")" ] || { echo 'leaf and statement differ'; return; }
  actor=$(sed -n 's/^{"actor":"\([^"]*\)".*/\1/p' "$base.leaf")
  if [ -n "$trust" ] && [ -f "$trust/keys/$actor.pem" ]; then
    sed -n 's/.*"sig":"\([^"]*\)".*/\1/p' "$base.leaf" | base64 -d > "$work/sig" 2>/dev/null
    verifies "$trust/keys/$actor.pem" "$work/sig" "$work/pae" || echo "not signed by $actor"
  fi
}
if [ -n "$proofs" ]; then
  count=0 wrong=0 leaves=(entries/*.leaf)
  for leaf in "${leaves[@]}"; do
    if [ $((count % 25)) = 0 ]; then printf 'walking proofs: %d of %d entries\n' "$count" "${#leaves[@]}" >&2; fi
    index=${leaf#entries/} index=${index%.leaf}
    what=$(entry "$index" 2>/dev/null)
    count=$((count + 1))
    if [ -n "$what" ]; then fail "entry $index: $what"; wrong=$((wrong + 1)); fi
  done
  if [ "$wrong" = 0 ]; then pass "$count entries: each statement is in its place in the ledger of $size"; fi
fi

echo 'Integrity check: unchanged since receipt; says nothing on origin.'
if [ "$failed" = 1 ]; then exit 1; elif [ "$open" = 1 ]; then exit 3; fi
exit 0
