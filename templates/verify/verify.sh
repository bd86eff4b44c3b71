#!/usr/bin/env bash
# Checks an evidence pack with OpenSSL 3 and coreutils alone:   bash verify.sh [TRUSTDIR] [--proofs] [--pack=FOLDER]
#
# TRUSTDIR holds root.pem, log.vkey and keys/ of the company, obtained by another way than this pack; without it the
# pack is shown to be unchanged since somebody signed it, and not who. --proofs also checks every ledger entry: its
# statement, its signature, its place in the tree, and that opened fields and exhibits are those that it commits to.
# The pack is the folder in which this script lies, or FOLDER, for a copy of the script that did not come with the pack.
# Status: 0 passed, 1 failed, 2 used wrongly, 3 undetermined.
# Integrity check: unchanged since receipt; says nothing on origin.

set -u
export LC_ALL=C

trust='' proofs='' pack='' failed=0 open=0
for argument in "$@"; do
  case $argument in
    --proofs) proofs=yes ;;
    --pack=*) pack=${argument#--pack=} ;;
    -*) echo "verify.sh: unknown option $argument; wanted [TRUSTDIR] [--proofs] [--pack=FOLDER]" >&2; exit 2 ;;
    *) trust=$(cd "$argument" 2>/dev/null && pwd) || { echo "verify.sh: no folder $argument" >&2; exit 2; } ;;
  esac
done
cd "${pack:-$(dirname "${BASH_SOURCE[0]}")}" || exit 2
for tool in sha256sum base64 od cmp sort sed grep find xargs openssl; do
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
strange=$(find . ! -type d ! -type f | sed 's|^\./||' | sort)
if [ -n "$strange" ]; then
  fail "neither a file nor a folder, nothing was read: $(echo "$strange" | tr '\n' ' ')"
  exit 1
fi
if sha256sum --strict --quiet -c SHA256SUMS >"$work/sums" 2>&1; then
  pass 'SHA256SUMS: every file it lists is unchanged'
else
  fail 'SHA256SUMS: altered or missing:'
  grep -v '^sha256sum: WARNING' "$work/sums" | sed 's/^/                /'
fi
if [ -n "$(tail -c 1 SHA256SUMS 2>/dev/null)" ] || grep -qvE '^[0-9a-f]{64}  [!-~]+$' SHA256SUMS 2>/dev/null ||
  ! cut -c 67- SHA256SUMS 2>/dev/null | sort -c -u 2>/dev/null; then
  fail 'SHA256SUMS: not as it is written from what it covers'
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

report() { # the signature in a report (PAdES): a list of four numbers says what it covers, around a gap that holds it
  local from until after rest size
  size=$(wc -c < "$1")
  [ "$(grep -a -o '/ByteRange' "$1" | wc -l)" = 1 ] || { fail "$1: not one signature in it"; return; }
  read -r from until after rest _ < <(grep -a -o '/ByteRange *\[[0-9 ]*\]' "$1" | tr -c '0-9\n' ' ')
  if [ "$from" != 0 ] || [ $((after + rest)) != "$size" ] || [ "$until" -ge "$after" ]; then
    fail "$1: added to after it was signed"; return
  fi
  { head -c "$until" "$1"; tail -c "$rest" "$1"; } > "$work/covered"
  printf '%b' "$(tail -c +$((until + 2)) "$1" | head -c $((after - until - 2)) | sed 's/../\\x&/g')" > "$work/signature"
  pades() { openssl cms -verify -binary -inform DER -in "$work/signature" -content "$work/covered" -out /dev/null "$@" 2>/dev/null; }
  if [ -n "$trust" ]; then
    if pades -CAfile "$trust/root.pem"; then pass "$1: signed under the trusted root"
    else fail "$1: not a signature over the report under the trusted root"; fi
  elif pades -noverify; then undetermined "$1: intact; whose signature it is needs TRUSTDIR"
  else fail "$1: the signature in it does not fit"; fi
}
for each in report-[a-z][a-z].pdf; do
  if [ -e "$each" ]; then report "$each"; fi
done

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

# 5. on request: every entry's statement, signature and place in the tree (RFC 6962), and what opens its commitments.
# Hashes are made for all entries at once, level by level of the tree: starting a program for each would take minutes.
size=$(sed -n 2p "$work/body") root=$(sed -n 3p "$work/body" | base64 -d 2>/dev/null | hex)
alphabet=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
declare -A wrong=() node=() siblings=() said=() payloads=() held=()
unbase64() { # $1 in its one spelling -> $bytes in hexadecimal, else empty
  local at bits part before text=${1%%=*} out=''
  bytes=''
  [[ $1 =~ ^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$ ]] || return
  for ((at = 0; at < ${#text}; at += 4)); do
    part=${text:at:4} bits=0
    while [ -n "$part" ]; do before=${alphabet%%"${part:0:1}"*} bits=$((bits << 6 | ${#before})) part=${part:1}; done
    case $((${#text} - at)) in
      2) [ $((bits & 15)) = 0 ] || return; printf -v part %02x $((bits >> 4)) ;;
      3) [ $((bits & 3)) = 0 ] || return; printf -v part %04x $((bits >> 2)) ;;
      *) printf -v part %06x "$bits" ;;
    esac
    out+=$part
  done
  bytes=$out
}
slurp() { # a file without zero bytes -> $text, line ends at its end included
  text=''
  [ -f "$1" ] || return 1
  IFS= read -r -d '' text 2>/dev/null < "$1"
  [ "${#text}" = "$(wc -c < "$1" 2>/dev/null)" ]
}
sums() { # folder under $work -> lines of digest and name
  find "$work/$1" -type f -print0 | xargs -0 -r sha256sum | sed 's|^\([0-9a-f]*\)  .*/|\1 |'
}
read_entry() { # index -> its hashes to be made, or what is wrong
  local text head line leaf signatures actor payload proof=() base=entries/$1
  slurp "$base.tlog-proof" || { wrong[$1]='no proof that can be read'; return; }
  head=${text%%$'\n\n'*}
  [ "$text" = "$head"$'\n\n'"$note" ] || { wrong[$1]='another checkpoint'; return; }
  mapfile -t proof <<< "$head"
  [ "${proof[0]}" = c2sp.org/tlog-proof@v1 ] || { wrong[$1]='a proof of another form'; return; }
  if [[ ${proof[1]} == 'extra '* ]]; then proof=("${proof[0]}" "${proof[@]:2}"); fi
  [ "${proof[1]}" = "index $1" ] && [ "$1" -lt "$size" ] || { wrong[$1]='another index'; return; }
  siblings[$1]=''
  for line in "${proof[@]:2}"; do
    unbase64 "$line"
    [ "${#bytes}" = 64 ] || { wrong[$1]='a proof of another form'; return; }
    siblings[$1]+=" $bytes"
  done
  slurp "$base.leaf" || { wrong[$1]='no leaf that can be read'; return; }
  leaf=$text
  printf '\0%s' "$leaf" > "$work/nodes/$1"
  slurp "$base.dsse" || { wrong[$1]='no statement that can be read'; return; }
  [[ $leaf =~ ^\{\"actor\":\"([^\"]*)\",\"kind\":\"[^\"]*\",\"payload_sha256\":\"([0-9a-f]{64})\".*,\"signatures\":(\[.*\]),\"v\":1\}$ ]] ||
    { wrong[$1]='a leaf of another form'; return; }
  actor=${BASH_REMATCH[1]} said[$1]=${BASH_REMATCH[2]} signatures=${BASH_REMATCH[3]}
  payload=${text#'{"payload":"'} payload=${payload%%\"*}
  [ "$text" = '{"payload":"'"$payload"'","payloadType":"application/vnd.in-toto+json","signatures":'"$signatures}" ] ||
    { wrong[$1]='leaf and statement differ'; return; }
  base64 -d > "$work/payload" 2>/dev/null <<< "$payload" || { wrong[$1]='a statement of another form'; return; }
  slurp "$work/payload" || { wrong[$1]='a statement of another form'; return; }
  payloads[$1]=$text
  printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' "${#text}" "$text" > "$work/statements/$1"
  if [ -n "$trust" ] && [ -f "$trust/keys/$actor.pem" ]; then
    [[ $signatures =~ \"keyid\":\"$actor\",\"sig\":\"([^\"]*)\" ]] && unbase64 "${BASH_REMATCH[1]}" && unhex "$bytes" > "$work/sig"
    verifies "$trust/keys/$actor.pem" "$work/sig" "$work/statements/$1" || wrong[$1]="not signed by $actor"
  fi
}
climb() { # every node to the root, one level at a time
  local index sum path here last more=yes
  declare -A heres=() lasts=()
  while read -r sum index; do node[$index]=$sum heres[$index]=$index lasts[$index]=$((size - 1)); done < <(sums nodes)
  while [ -n "$more" ]; do
    more=''
    find "$work/nodes" -type f -delete
    for index in "${!node[@]}"; do
      read -r path siblings[$index] <<< "${siblings[$index]}"
      [ -n "$path" ] || continue
      here=${heres[$index]} last=${lasts[$index]}
      if [ "$last" -le 0 ]; then wrong[$index]='a proof too long' siblings[$index]=''; continue; fi
      if [ $((here & 1)) = 1 ] || [ "$here" = "$last" ]; then
        unhex "01$path${node[$index]}"
        while [ $((here & 1)) = 0 ] && [ "$here" != 0 ]; do here=$((here >> 1)) last=$((last >> 1)); done
      else
        unhex "01${node[$index]}$path"
      fi > "$work/nodes/$index"
      heres[$index]=$((here >> 1)) lasts[$index]=$((last >> 1)) more=yes
    done
    while read -r sum index; do node[$index]=$sum; done < <(sums nodes)
  done
  for index in "${!node[@]}"; do
    [ "${lasts[$index]}" = 0 ] && [ "${node[$index]}" = "$root" ] || : "${wrong[$index]:=not in the tree of the checkpoint}"
  done
}
open_fields() { # every opened field against the commitment in its statement; digests of documents are kept in `held`
  local line index='' count=0 sum name fields=() of=()
  while IFS= read -r line; do
    if [[ $line == @* ]]; then index=${line#@}; continue; elif [ -z "$line" ]; then continue; fi
    [[ $line == '],' || $line != *'],' ]] || line=${line%'],'}
    printf '%s' "$line" > "$work/fields/$count"
    fields[count]=$line of[count]=$index count=$((count + 1))
  done < <(sed -n 's/.*"seeds":{[^}]*},"statements":{\(.*\)}\(,"tables":.*\|}\)$/\1,/p' disclosures.json 2>/dev/null |
    sed -e 's/"[0-9]*":\[\],//g' -e 's/\],\["\([A-Za-z0-9_-]\{22\}\)","\([a-z0-9_]*\)",/]\n["\1","\2",/g' -e 's/"\([0-9]*\)":\[\[/\n@\1\n[/g')
  while read -r sum name; do
    line=${fields[name]} index=${of[name]}
    [[ $line =~ ^\[\"[A-Za-z0-9_-]{22}\",\"([a-z0-9_]*)\", ]] || { : "${wrong[$index]:=a field of another form is opened}"; continue; }
    if [[ ${payloads[$index]-} != *"\"committed\":{"*"\"${BASH_REMATCH[1]}\":\"$sum\""* ]]; then
      : "${wrong[$index]:=its statement does not commit to the ${BASH_REMATCH[1]} that is opened}"
    elif [[ $line =~ ,\"([0-9a-f]{64})\"\]$ ]]; then held[${BASH_REMATCH[1]}]=yes; fi
  done < <(sums fields)
  opened=$count
}
if [ -n "$proofs" ]; then
  mkdir "$work/nodes" "$work/statements" "$work/fields"
  count=0 opened=0 none=0
  slurp "$checkpoint" || fail "$checkpoint: it cannot be read"
  note=$text
  mapfile -t indexes < <(find entries -type f 2>/dev/null | sed -e 's|^entries/||' -e 's/\.\(leaf\|dsse\|tlog-proof\)$//' | sort -n -u)
  for index in "${indexes[@]}"; do
    if [ $((count % 25)) = 0 ]; then printf 'walking proofs: %d of %d entries\n' "$count" "${#indexes[@]}" >&2; fi
    if [[ $index =~ ^(0|[1-9][0-9]{0,15})$ ]] && [[ $size =~ ^[1-9][0-9]{0,15}$ ]]; then read_entry "$index"
    else fail "entry $index: another index"; none=$((none + 1)); fi
    count=$((count + 1))
  done
  climb
  while read -r sum index; do
    [ "$sum" = "${said[$index]}" ] || : "${wrong[$index]:=leaf and statement differ}"
  done < <(sums statements)
  open_fields
  for index in "${!wrong[@]}"; do fail "entry $index: ${wrong[$index]}"; done
  if [ "${#wrong[@]}" = 0 ] && [ "$none" = 0 ]; then
    pass "$count entries: each statement is in its place in the ledger of $size"
    if [ "$opened" -gt 0 ]; then pass "disclosures.json: each of $opened opened fields is the one that its statement commits to"
    else fail 'disclosures.json: no opened fields that can be read'; fi
  fi
  strays=$(sed -n 's/^\([0-9a-f]\{64\}\)  \(exhibits\/.*\|worksheets\/[a-z0-9-]*\.json\)$/\1 \2/p' SHA256SUMS 2>/dev/null |
    while read -r sum name; do [ -n "${held[$sum]-}" ] || echo "$name"; done)
  if [ -z "$strays" ]; then pass 'exhibits and worksheets: each is the one that an entry records'
  else while IFS= read -r name; do fail "$name: no entry records it"; done <<< "$strays"; fi
  if slurp manifest.json && [[ $text == '{"customs_entry":'*'"ledger":{"origin":"'"$(head -n 1 "$work/body")"'","root":"'"$root"'","size":'"$size"'},"pack":"'* ]]; then
    pass 'manifest.json: of this place in the ledger'
  else fail 'manifest.json: of another form, or another place in the ledger'; fi
fi

echo 'Integrity check: unchanged since receipt; says nothing on origin.'
if [ "$failed" = 1 ]; then exit 1; elif [ "$open" = 1 ]; then exit 3; fi
exit 0
