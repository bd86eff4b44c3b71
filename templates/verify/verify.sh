#!/usr/bin/env bash
# Checks an evidence pack with OpenSSL 3 and what every Unix has:   bash verify.sh [TRUSTDIR] [--proofs] [--pack=FOLDER]
#
# TRUSTDIR holds root.pem, log.vkey, keys.json and keys/ of the company, obtained by another way than this pack; without
# it the pack is shown to be unchanged since somebody signed it, and not who. root.pem has to be in it: alone, it shows
# whose certificate leads to it, and leaves open whether that one is the company, and the ledger. --proofs also checks every ledger entry: its
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
if [ -n "$trust" ] && ! openssl x509 -in "$trust/root.pem" -noout 2>/dev/null; then
  echo "verify.sh: $trust holds no root.pem that can be read; wanted the company's trust folder" >&2; exit 2
fi
cd "${pack:-$(dirname "${BASH_SOURCE[0]}")}" || exit 2
for tool in sha256sum base64 od cmp sort sed grep awk find xargs gzip openssl; do
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
hollow=$(find . -mindepth 1 -type d -empty | sed 's|^\./||' | sort)
if [ -n "$hollow" ]; then fail "added, an empty folder: $(echo "$hollow" | tr '\n' ' ')"; fi
if [ -z "$added" ]; then pass 'no file was added'; else fail "added, in no list: $(echo "$added" | tr '\n' ' ')"; fi

# 2. what the trust folder says of keys (keys.json): what for, by which entry one came and went, and doubts of it
declare -A public=() came=() went=() doubted=() companys=()
while IFS=$'\t' read -r key is since until doubt purpose; do
  public[$key]=$is came[$key]=$since went[$key]=$until doubted[$is]=$doubt
  if [ "$purpose" = organisation ]; then companys[$is]=$key; fi
done < <(tr '{,' '\n\n' 2>/dev/null < "${trust:-/nowhere}/keys.json" | awk -F '"' -v OFS='\t' '
  function number(it) { gsub(/[^0-9]/, "", it); return it == "" ? "-" : it }
  function listed() { if (key != "" && is != "") print key, is, came, went, doubt, purpose }
  $2 == "key" { listed(); key = $4; is = purpose = ""; came = went = "-"; doubt = "no" }
  $2 == "public_key" { is = $4 } $2 == "purpose" { purpose = $4 } $2 == "created_by" { came = number($3) }
  $2 == "ended_by" { went = number($3) } $2 == "compromised_since" { doubt = $3 ~ /null/ ? "no" : "yes" }
  END { listed() }')
if grep -q '"origin"' "${trust:-/nowhere}/successions.json" 2>/dev/null; then
  undetermined 'TRUSTDIR/successions.json: the end of a ledger was lost; what that means for keys and entries is for verify.html'
  came=() went=()
fi
in_use() { # key, entry -> whether it may have signed it
  [ "${came[$1]:--}" = - ] || [ "${came[$1]}" -lt "$2" ] || [ "${came[$1]}$2" = 00 ] || return 1
  [ "${went[$1]:--}" = - ] || [ "$2" -le "${went[$1]}" ]
}

# 3. the organisation's signatures over the list, and over the same list as the container has it (ASiC-E). An authority
# may certify others too: that a certificate leads to the trusted root does not make a signature the organisation's, its
# key does. A pack stands at a size of the ledger, beyond which a key that had ended signed nothing; one of an earlier
# size can be written out with the key in use today.
judge_signer() { # what was signed under the trusted root, who signed it
  local who key at
  who=$(openssl x509 -in "$2" -noout -subject -nameopt RFC2253 2>/dev/null | sed 's/^subject= *//')
  key=$(openssl x509 -in "$2" -noout -pubkey 2>/dev/null | sed '/^-/d' | tr -d '\n')
  at=$(sed -n 2p ledger/checkpoint 2>/dev/null)
  if [ "$(grep -c 'BEGIN CERT' "$2")" != 1 ] || [ -z "${companys[${key:--}]-}" ]; then
    undetermined "$1: signed under the trusted root by $who, by no key of the organisation in TRUSTDIR/keys.json"
  elif [ "${doubted[$key]}" = yes ]; then undetermined "$1: signed by a key that is compromised: it may be another's"
  elif [[ $at =~ ^[1-9][0-9]{0,15}$ && ${went[${companys[$key]}]:--} != - && $at -gt ${went[${companys[$key]}]} ]]; then
    undetermined "$1: signed by $who, whose key was not in use any more at $at entries"
  else pass "$1: signed under the trusted root"; fi
}
cms() { openssl cms -verify -binary -inform DER -in "$1" -content "$2" -out /dev/null "${@:3}" 2>/dev/null; }
signature() { # a signature, and the list that it covers
  if [ -z "$trust" ]; then
    if cms "$1" "$2" -noverify; then undetermined "$1: intact; whose signature it is needs TRUSTDIR"
    else fail "$1: the signature does not fit $2"; fi
  elif cms "$1" "$2" -CAfile "$trust/root.pem" -signer "$work/signer"; then judge_signer "$1" "$work/signer"
  else fail "$1: not a signature over $2 under the trusted root"; fi
}
asic() { # the container's own list, written anew from SHA256SUMS: the same digests in base64, three digits as two letters
  awk '
    function base64(hex,   out, at, bits) {
      for (at = 1; at < 64; at += 3) {
        bits = value(substr(hex, at, 1)) * 256 + value(substr(hex, at + 1, 1)) * 16 + value(substr(hex, at + 2, 1))
        out = out substr(letters, int(bits / 64) + 1, 1) substr(letters, bits % 64 + 1, 1)
      }
      return out substr(letters, value(substr(hex, 64, 1)) * 4 + 1, 1) "="
    }
    function value(digit) { return index("0123456789abcdef", digit) - 1 }
    BEGIN {
      letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
      print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
      print "<asic:ASiCManifest xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\"" \
        " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"
      print "<asic:SigReference URI=\"META-INF/signature001.p7s\" MimeType=\"application/pkcs7-signature\"/>"
    }
    substr($0, 67) != "mimetype" {
      print "<asic:DataObjectReference URI=\"" substr($0, 67) "\">" \
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>" \
        "<ds:DigestValue>" base64(substr($0, 1, 64)) "</ds:DigestValue></asic:DataObjectReference>"
    }
    END { print "</asic:ASiCManifest>" }' SHA256SUMS
}
signature SHA256SUMS.p7s SHA256SUMS
if asic 2>/dev/null | cmp -s - META-INF/ASiCManifest001.xml; then
  signature META-INF/signature001.p7s META-INF/ASiCManifest001.xml
else
  fail 'META-INF/ASiCManifest001.xml: not the list of what SHA256SUMS covers'
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
  if [ -n "$trust" ]; then
    if cms "$work/signature" "$work/covered" -CAfile "$trust/root.pem" -signer "$work/signer"; then
      judge_signer "$1" "$work/signer"
    else fail "$1: not a signature over the report under the trusted root"; fi
  elif cms "$work/signature" "$work/covered" -noverify; then undetermined "$1: intact; whose signature it is needs TRUSTDIR"
  else fail "$1: the signature in it does not fit"; fi
}
for each in report-[a-z][a-z].pdf; do
  if [ -e "$each" ]; then report "$each"; fi
done

# 4. the ledger's signature on its checkpoint (C2SP signed note, Ed25519)
checkpoint=ledger/checkpoint
sed '/^$/,$d' "$checkpoint" > "$work/body" 2>/dev/null
if [ -s "${trust:-/nowhere}/log.vkey" ]; then named=TRUSTDIR; cat "$trust/log.vkey"; else named=pack; sed -n 's/^log //p' ledger/policy; fi > "$work/vkeys" 2>/dev/null
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
else
  for each in "${!public[@]}"; do
    if [ "$(printf '%s' "${public[$each]}" | base64 -d 2>/dev/null | tail -c 32 | hex)" = "${key:2}" ]; then
      in_use "$each" "$(sed -n 2p "$work/body")" || signed=ended
    fi
  done
  if [ "$signed" != yes ]; then fail "$checkpoint: signed by a key that was not in use there"
  elif [ "$named" = TRUSTDIR ]; then pass "$checkpoint: signed by the ledger's key"
  else undetermined "$checkpoint: intact; whose key signed it needs TRUSTDIR${trust:+ with log.vkey}"; fi
fi

# 5. time stamps, where there are any (RFC 3161), each judged at the time that it names
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

# 6. on request: every entry's statement, signature and place in the tree (RFC 6962), and what manifest.json and
# disclosures.json say, against these. Hashes are made for all at once, level by level of a tree: starting a program for
# each would take minutes.
size=$(sed -n 2p "$work/body") root=$(sed -n 3p "$work/body" | base64 -d 2>/dev/null | hex)
alphabet=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
declare -A wrong=() node=() siblings=() said=() place=() among=() top=()
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
digests() { # lines, written by printf as $1 says -> the digest of each
  local line here at=1000000000
  here=$(mktemp -d "$work/lines.XXXXXX")
  # shellcheck disable=SC2059
  while IFS= read -r line; do printf "$1" "$line" > "$here/$((at++))"; done
  find "$here" -type f | sort | xargs -r sha256sum | cut -c 1-64
  rm -r "$here"
}
escaped() { sed 's/[0-9a-f][0-9a-f]/\\x&/g'; } # lines of hexadecimal, as printf %b takes bytes
read_entry() { # index -> its hashes to be made, or what is wrong
  local text head line leaf signatures actor payload form proof=() base=entries/$1
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
  place[$1]=$1 among[$1]=$size top[$1]=$root
  printf '\0%s' "$leaf" > "$work/nodes/$1"
  slurp "$base.dsse" || { wrong[$1]='no statement that can be read'; return; }
  [[ $leaf =~ ^\{\"actor\":\"([^\"]*)\",\"kind\":\"([^\"]*)\",\"payload_sha256\":\"([0-9a-f]{64})\".*,\"signatures\":(\[.*\]),\"v\":1\}$ ]] ||
    { wrong[$1]='a leaf of another form'; return; }
  actor=${BASH_REMATCH[1]} said[$1]=${BASH_REMATCH[3]} signatures=${BASH_REMATCH[4]}
  printf 'leaf\t%s\t%s\t%s\n' "$1" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}" >> "$work/facts"
  payload=${text#'{"payload":"'} payload=${payload%%\"*}
  [ "$text" = '{"payload":"'"$payload"'","payloadType":"application/vnd.in-toto+json","signatures":'"$signatures}" ] ||
    { wrong[$1]='leaf and statement differ'; return; }
  base64 -d > "$work/payloads/$1" 2>/dev/null <<< "$payload" || { wrong[$1]='a statement of another form'; return; }
  slurp "$work/payloads/$1" || { wrong[$1]='a statement of another form'; return; }
  printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' "${#text}" "$text" > "$work/statements/$1"
  [ -n "$trust" ] || return
  if [ -n "${public[$actor]-}" ]; then base64 -d > "$work/person" 2>/dev/null <<< "${public[$actor]}"; form=DER
  elif [ -f "$trust/keys/$actor.pem" ]; then cp "$trust/keys/$actor.pem" "$work/person"; form=PEM
  else return; fi
  [[ $signatures =~ \"keyid\":\"$actor\",\"sig\":\"([^\"]*)\" ]] && unbase64 "${BASH_REMATCH[1]}" && unhex "$bytes" > "$work/sig"
  if ! verifies "$work/person" "$work/sig" "$work/statements/$1" "$form"; then wrong[$1]="not signed by $actor"
  elif ! in_use "$actor" "$1"; then wrong[$1]="signed by $actor, which was not in use there"
  elif [ "${doubted[${public[$actor]:--}]-}" = yes ]; then undetermined "entry $1: signed by $actor, which is compromised: it may be another's"; fi
}
climb() { # every node to the root of its tree, one level at a time
  local key sum path here last more=yes
  declare -A heres=() lasts=()
  while read -r sum key; do node[$key]=$sum heres[$key]=${place[$key]} lasts[$key]=$((among[$key] - 1)); done < <(sums nodes)
  while [ -n "$more" ]; do
    more=''
    find "$work/nodes" -type f -delete
    for key in "${!node[@]}"; do
      read -r path siblings[$key] <<< "${siblings[$key]}"
      [ -n "$path" ] || continue
      here=${heres[$key]} last=${lasts[$key]}
      if [ "$last" -le 0 ]; then wrong[$key]='a proof too long' siblings[$key]=''; continue; fi
      if [ $((here & 1)) = 1 ] || [ "$here" = "$last" ]; then
        unhex "01$path${node[$key]}"
        while [ $((here & 1)) = 0 ] && [ "$here" != 0 ]; do here=$((here >> 1)) last=$((last >> 1)); done
      else
        unhex "01${node[$key]}$path"
      fi > "$work/nodes/$key"
      heres[$key]=$((here >> 1)) lasts[$key]=$((last >> 1)) more=yes
    done
    while read -r sum key; do node[$key]=$sum; done < <(sums nodes)
  done
  for key in "${!node[@]}"; do
    [ "${lasts[$key]}" = 0 ] && [[ ${top[$key]} == '?' || ${node[$key]} == "${top[$key]}" ]] || : "${wrong[$key]:=not in its tree}"
  done
}

# JSON is recorded here in one spelling (RFC 8785, whole numbers only). This reads it strictly: lines of "json", document,
# path and value, between tabs; a value whose path fits $slice is written whole, of others each text and number.
flat='
function bad(what) { if (!ended) print "json", doc, "!", what; ended = 1 }
function starts() {
  if (want != "value" && want != "value or ]") bad("a value where none may stand")
  at = deep ? path[deep] "/" (type[deep] == "[" ? count[deep] : key[deep]) : ""
  if (!whole && at ~ slice) { whole = 1; from = deep; kept = at; text = "" }
}
function token(it) { if (whole) text = text it }
function ends() {
  want = deep ? "," : "end"
  if (whole && deep == from) { print "json", doc, kept, text; whole = 0 }
}
function scalar(it) { starts(); token(it); if (!whole || from != deep) print "json", doc, at, it; ends() }
function word(it) {
  if (it !~ /^(true|false|null|0|-?[1-9][0-9]*)$/) bad("a number or a word of another form")
  sub(/^-/, "", it)
  if (it ~ /^[0-9]/ && (length(it) > 16 || length(it) == 16 && it "" > "9007199254740991")) bad("a number too large")
}
function punctuation(it) {
  if (it == "{" || it == "[") {
    starts(); token(it); path[++deep] = at; type[deep] = it; count[deep] = 0; key[deep] = ""; first[deep] = 1
    want = it == "{" ? "key or }" : "value or ]"
    if (deep > 64) bad("nesting too deep")
  } else if (it == "}" || it == "]") {
    if (!deep || type[deep] != (it == "}" ? "{" : "[")) { bad("a bracket of another kind"); return }
    if (want != "," && want != (it == "}" ? "key or }" : "value or ]")) bad("a bracket too early")
    token(it)
    if (want != "," && !whole) print "json", doc, path[deep], type[deep] it
    deep--; ends()
  } else if (it == ",") {
    if (want != ",") bad("a comma where none may stand")
    token(it); count[deep]++; want = type[deep] == "[" ? "value" : "key"
  } else { if (want != ":") bad("a colon where none may stand"); token(it); want = "value" }
}
function quoted(it, plain) {
  plain = it
  if (index(it, "\\")) gsub(/\\["\\bfnrt]|\\u00(0[0-7bef]|1[0-9a-f])/, "", plain)
  if (plain ~ /[\001\\]/) bad("a text of another spelling")
  if (want == "key" || want == "key or }") {
    if (!first[deep] && it raw[deep] !~ /[^ -~]/ && it "" <= raw[deep] "") bad("members out of order, or one twice")
    raw[deep] = key[deep] = it; gsub("/", "|", key[deep]); first[deep] = 0; token("\"" it "\""); want = ":"
  } else scalar("\"" it "\"")
}
function close_document() { if (doc != "" && (want != "end" || !inside || string != "" || open)) bad("no whole document") }
BEGIN { OFS = "\t" }
substr($0, 1, 1) == "\002" {
  close_document()
  doc = substr($0, 2); deep = whole = inside = open = ended = 0; want = "value"; string = ""; next
}
ended { next }
inside {
  string = string $0
  match(string, /\\*$/)
  if (RLENGTH % 2) { string = string "\""; open = 1; next }
  quoted(string); inside = open = 0; string = ""; next
}
{
  line = $0
  while (line != "" && !ended) {
    if (match(line, /^[^][{}:,]+/)) { word(substr(line, 1, RLENGTH)); scalar(substr(line, 1, RLENGTH)) }
    else { RLENGTH = 1; punctuation(substr(line, 1, 1)) }
    line = substr(line, RLENGTH + 1)
  }
  inside = 1
}
END { close_document() }
'
flatten() { # pattern of paths, documents
  local slice=$1 each
  shift
  for each in "$@"; do
    [ -f "$each" ] || continue
    printf '\2%s\n' "${each#"$work"/}"
    tr '\000-\037"' '[\001*32]\n' < "$each"
    echo
  done | awk -v slice="$slice" "$flat"
}

# Tables whose lines are committed under salts: from the seed of a table opened whole the salt of each line, from these
# the tree over all lines. Lines of table, place, seed, name and value, between tabs -> of each table its root.
salted() {
  local table place seed name value block at byte
  declare -A inner=() outer=()
  cat > "$work/rows"
  [ -s "$work/rows" ] || return
  while IFS=$'\t' read -r table seed; do
    unbase64 "$seed"
    [ "${#bytes}" = 64 ] || continue
    inner[$table]='' outer[$table]='' block=$bytes$(printf '0%.0s' {1..64})
    for ((at = 0; at < 128; at += 2)); do
      printf -v byte '\\x%02x' $((0x${block:at:2} ^ 0x36)); inner[$table]+=$byte
      printf -v byte '\\x%02x' $((0x${block:at:2} ^ 0x5c)); outer[$table]+=$byte
    done
  done < <(cut -f 1,3 "$work/rows" | uniq)
  while IFS=$'\t' read -r table place _; do echo "${inner[$table]-}line:$place"; done < "$work/rows" | digests %b | escaped |
    paste "$work/rows" - | while IFS=$'\t' read -r table _ _ _ value; do printf '%s\n' "${outer[$table]-}${value##*$'\t'}"; done |
    digests %b | cut -c 1-32 | sed 's/$/0000/' | escaped | while IFS= read -r byte; do printf '%b' "$byte"; done |
    base64 | tr -d '\n' | tr '+/' '-_' | { fold -w 24; echo; } | cut -c 1-22 > "$work/salts"
  paste "$work/salts" "$work/rows" | while IFS=$'\t' read -r byte table place seed name value; do
    printf '["%s","%s%s",%s]\n' "$byte" "$name" "$place" "$value"
  done | digests %s | sed 's/^/00/' | escaped | digests %b | paste "$work/rows" - | awk -F '\t' -v OFS='\t' '{ print $1, $NF }' > "$work/level"
  while [ -n "$(cut -f 1 "$work/level" | uniq -d | head -n 1)" ]; do
    awk -F '\t' -v OFS='\t' '
      half != "" && $1 == table { print table, "01" half $2; half = ""; next }
      half != "" { print table, half }
      { table = $1; half = $2 }
      END { if (half != "") print table, half }' "$work/level" > "$work/pairs"
    awk -F '\t' 'length($2) > 64 { print $2 }' "$work/pairs" | escaped | digests %b > "$work/made"
    awk -F '\t' -v OFS='\t' -v made="$work/made" 'length($2) > 64 { getline $2 < made } { print }' "$work/pairs" > "$work/level"
  done
  sed 's/^/root\t/' "$work/level"
}

# What manifest and disclosures say, held against each other and against entries, files and trees: lines of item and reason.
judge='
function fail(item, why) { if (!((item, why) in told)) print item ": " why; told[item, why] = 1 }
function plain(it) { return it ~ /^"/ ? substr(it, 2, length(it) - 2) : it }
function committed(entry, name) { return plain(sta[entry, "/predicate/committed/" name]) }
function field(entry, name) { return (entry, name) in opened ? opened[entry, name] : sta[entry, "/predicate/open/" name] }
function rows(table, one, at, row, member, n) { # the lines shown of a table, taken apart
  one = "table of " table
  if (("/tables/" table "/seed") in dis) {
    if (("/tables/" table "/size") in dis) fail("disclosures.json", "a table opened in two ways")
    if (root[one] != plain(man["/tables/" table "/root"]) || lines[one] != man["/tables/" table "/size"])
      fail(one, "its lines do not give the root that the manifest names")
  } else if (edition == "authority") fail(one, "the edition of the authority opens it whole")
  else if (("/tables/" table "/size") in dis) {
    if (dis["/tables/" table "/size"] != man["/tables/" table "/size"]) fail(one, "of another size")
  }
  for (at = 1; at <= shown[table]; at++) {
    row = line[table, at]
    if (row == "null") continue
    if (row !~ form[table]) { fail(one, "a line of another form"); continue }
    n = split(row, member, /[{},:]/)
    if (table == "entries") entry_row(member[3], plain(member[5]), plain(member[7]))
    else sheet_or_exhibit(table, plain(member[3]), member[5], plain(member[7]), plain(member[9]), plain(member[11]), plain(member[13]))
  }
}
function entry_row(index_, kind_, statement_) {
  if (index_ in named) fail("disclosures.json", "a line twice: entry " index_)
  named[index_] = 1
  if (!(index_ in kind)) fail("entry " index_, "missing, or no entry that can be read")
  else if (kind[index_] != kind_ || statement[index_] != statement_) fail("entry " index_, "the manifest names another statement")
}
function sheet_or_exhibit(table, commitment, entry, name, number, file, sheet_root, item) {
  item = substr(table, 1, length(table) - 1) " " number
  if ((table, number) in numbers) fail(item, "the manifest gives this number twice")
  numbers[table, number] = 1
  if (!(entry in named)) fail(item, "its entry is not there")
  if (committed(entry, name) != commitment) fail(item, "another commitment than its statement carries")
  if (!((entry, name) in opened)) {
    if (table != "exhibits") fail(item, "what records it is not opened")
    else if (edition == "authority" && (name != "document" || plain(field(entry, "tier")) !~ /^secret/))
      fail(item, "the edition of the authority carries it; here it is left out")
    return
  }
  if (!(file in digest) || digest[file] != plain(opened[entry, name])) fail(item, file " is missing or another document")
  carried[file] = 1
  if (table == "worksheets") analyses[entry] = 1
  if (table == "worksheets") worksheet(item, entry, file, sheet_root)
  else if (table == "averages") rests(item, file, "/members/")
}
function worksheet(item, entry, file, sheet_root) {
  if (plain(field(entry, "worksheet_root")) != sheet_root) fail(item, "another root than its statement names")
  if (("/seeds/" entry) in dis && (root[file] != sheet_root || lines[file] != field(entry, "worksheet_lines")))
    fail(item, "its lines do not give the root that its statement names")
  rests(item, file, "/inputs/")
}
function rests(item, file, under, at, ref, n, part, sum) {
  for (at = 1; at <= refs[file]; at++) {
    ref = substr(plain(refer[file, at]), 2); n = split(ref, part, ":")
    if (n == 2 ? !(ref in value) : !(ref in named)) fail(item, "what it rests on is not shown: #" ref)
    sum = refpath[file, at]
    if (under == "/inputs/" && n == 2 && sub(/ref$/, "sha256", sum) && plain(doc[file, sum]) != value[ref])
      fail(item, "what it rests on differs: #" ref)
  }
}
BEGIN {
  FS = "\t"; hexa = "\"[0-9a-f]+\""
  form["entries"] = "^[{]\"index\":(0|[1-9][0-9]*),\"kind\":\"[a-z-]+\",\"statement\":" hexa "[}]$"
  common = "^[{]\"commitment\":" hexa ",\"entry\":(0|[1-9][0-9]*),\"field\":\"[a-z_]+\",\"number\":"
  form["exhibits"] = common "\"[A-Za-z0-9-]+\",\"path\":\"exhibits/[A-Za-z0-9._-]+\"[}]$"
  form["averages"] = common "[1-9][0-9]*,\"path\":\"worksheets/[a-z0-9-]+[.]json\"[}]$"
  form["worksheets"] = common "[1-9][0-9]*,\"path\":\"worksheets/[a-z0-9-]+[.]json\",\"root\":" hexa "[}]$"
}
$1 == "file" { digest[$3] = $2; next }
$1 == "leaf" { kind[$2] = $3; statement[$2] = $4; next }
$1 == "root" { root[$2] = $3; next }
$1 == "lines" { lines[$2] = $3; next }
$1 == "line" { line[$2, ++shown[$2]] = $3; next }
$1 == "top" { top[$2] = $3; next }
$1 == "field" { sum[$2] = $3; next }
$1 == "value" { value[$2] = $3; next }
$3 == "!" { fail($2 ~ /^payloads/ ? "entry " substr($2, 10) : $2, $4); next }
$2 == "manifest.json" { man[$3] = $4; next }
$2 == "disclosures.json" { dis[$3] = $4; next }
$2 ~ /^payloads/ { sta[substr($2, 10), $3] = $4; next }
$2 ~ /^report/ { if (sub(/^\/report\/pack\//, "", $3)) rep[$2, $3] = $4; reports[$2] = 1; next }
{ doc[$2, $3] = $4 }
$3 ~ /^\/inputs\/[0-9]+\/ref$|^\/members\/[0-9]+\/rests_on\/[0-9]+$/ { refer[$2, ++refs[$2]] = $4; refpath[$2, refs[$2]] = $3 }
END {
  for (at in man)
    if (at !~ /^\/(customs_entry|format|ledger\/(origin|root|size)|pack|shipment|supersedes|tables\/(averages|entries|exhibits|worksheets)\/(root|size))$/)
      fail("manifest.json", "a member of another name")
  if (man["/format"] != "\"urn:evidence:pack-manifest:2\"" || dis["/format"] != "\"urn:evidence:pack-disclosures:2\"")
    fail("manifest.json", "of another format")
  if (man["/ledger/origin"] != "\"" ENVIRON["origin"] "\"" || man["/ledger/size"] != ENVIRON["size"] || man["/ledger/root"] != "\"" ENVIRON["root"] "\"")
    fail("manifest.json", "of another place in the ledger than the checkpoint")
  edition = plain(dis["/edition"])
  if (man["/pack"] !~ /^"EP-[A-Za-z0-9._-]+"$/ || dis["/pack"] != man["/pack"]) fail("disclosures.json", "of another pack")
  for (at in dis) {
    split(at, part, "/"); seen[part[2]] = 1
    if (at !~ /^\/(edition|format|pack|lines|sealed|seeds|statements)$|^\/seeds\/[0-9]+$|^\/statements\/[0-9]+($|\/[0-9]+(\/|$))/ &&
        at !~ /^\/sealed\/[0-9]+\/(path|recipient|sha256)$|^\/tables\/(averages|entries|exhibits|worksheets)\/(seed$|lines($|\/[0-9]+(\/|$)))/ &&
        at !~ /^\/(lines\/[0-9]+|tables\/(averages|entries|exhibits|worksheets))\/(size$|opened($|\/[0-9]+\/(line$|disclosure(\/|$)|proof(\/[0-9]+$|$))))/)
      fail("disclosures.json", "a member of another name")
    if (at !~ /^\/statements\/[0-9]+\/[0-9]+$/) continue
    raw = dis[at]; name = raw
    if (raw !~ /^\["[A-Za-z0-9_-]+","[a-z0-9_]+",.*\]$/) { fail("entry " part[3], "a field of another form is opened"); continue }
    sub(/^\["[A-Za-z0-9_-]+","/, "", name); sub(/".*/, "", name)
    if (committed(part[3], name) != sum[at]) fail("entry " part[3], "its statement does not commit to the " name " that is opened")
    else if ((part[3], name) in opened) fail("disclosures.json", name " of entry " part[3] " is opened twice")
    sub(/^\["[A-Za-z0-9_-]+","[a-z0-9_]+",/, "", raw)
    opened[part[3], name] = substr(raw, 1, length(raw) - 1)
  }
  if (!seen["edition"] || !seen["lines"] || !seen["sealed"] || !seen["seeds"] || !seen["statements"] || !seen["tables"])
    fail("disclosures.json", "a member is missing")
  for (each in reports)
    if (rep[each, "number"] != man["/pack"] || rep[each, "as_of"] != man["/ledger/size"] || rep[each, "root"] != man["/ledger/root"] || plain(rep[each, "edition"]) != edition)
      fail(each, "of another pack, place in the ledger or edition")
  rows("entries"); rows("exhibits"); rows("worksheets"); rows("averages")
  for (each in sta) if (edition == "authority" && each ~ /committed/) { # all that is not secret by its kind or as a document
    split(each, part, SUBSEP); at = part[1]; name = part[2]; sub(/.*\//, "", name)
    if (!((at, name) in opened) && !index(" " ENVIRON["secret"] " ", " " kind[at] "." name " ") &&
        !(kind[at] == "document-received" && (name == "document" || name == "size") && plain(field(at, "tier")) ~ /^secret/))
      fail("entry " at, "the edition of the authority opens all that is not secret; here " name " is left out")
  }
  for (at in kind) if (!(at in named)) fail("entry " at, "added, the manifest does not name it")
  for (at in dis) {
    split(at, part, "/")
    if ((part[2] == "lines" || part[2] == "statements" || part[2] == "seeds") && !(part[3] in named) && part[3] != "")
      fail("disclosures.json", "it opens entry " part[3] ", which is not there")
    if (part[2] == "seeds" && part[3] != "" && !(part[3] in analyses)) fail("disclosures.json", "entry " part[3] " has no worksheet for its seed")
    if (part[2] == "lines" && part[4] == "size" && (part[3] in kind)) {
      name = field(part[3], kind[part[3]] == "snapshot" ? "worksheet_lines" : "lines")
      if (name == "") fail("disclosures.json", "lines " part[3] ": how many there are is not opened")
      else if (name != dis[at]) fail("lines of entry " part[3], "of another number than its statement says")
    }
    if (part[5] != "" && part[6] == "line" && ((part[2], part[3], dis[at]) in told_line)) fail("disclosures.json", "a line twice")
    if (part[6] == "line") told_line[part[2], part[3], dis[at]] = 1
  }
  for (at in dis) if (at ~ /^\/(lines|tables)\/[^\/]+\/opened\/[0-9]+\/disclosure$/) {
    split(at, part, "/"); raw = at; sub(/disclosure$/, "line", raw); name = dis[at]
    sub(/^\["[^"]*","/, "", name); sub(/".*/, "", name)
    if (part[2] == "tables") { item = "table of " part[3]; prefix = part[3] "/"; wanted = plain(man["/tables/" part[3] "/root"]) }
    else if (kind[part[3]] == "snapshot") { item = "lines of entry " part[3]; prefix = "worksheet:"; wanted = plain(field(part[3], "worksheet_root")) }
    else { item = "lines of entry " part[3]; prefix = kind[part[3]] "/"; wanted = plain(field(part[3], "view_root")) }
    if (name != prefix (dis[raw] - 1)) fail(item, "a line of another name")
    if (wanted == "" || top[part[2] "." part[3] "." part[5]] != wanted) fail(item, "a line that is not under its root")
  }
  for (at = 0; ("/sealed/" at "/path") in dis; at++) {
    each = plain(dis["/sealed/" at "/path"])
    if (!(each in digest) || digest[each] != plain(dis["/sealed/" at "/sha256"]) || each !~ /^sealed\/[A-Za-z0-9._-]+$/)
      fail("sealed " each, "missing, or not the envelope that was sealed")
    carried[each] = 1
  }
  for (each in digest)
    if (each ~ /^(exhibits|sealed)\/|^worksheets\/.*[.]json$/ && !(each in carried)) fail(each, "no entry records it")
}
'
embedded() { # a report: the files inside it are those beside it (zlib streams, told by their length)
  local at length
  while IFS=: read -r at length; do
    { printf '\37\213\10\0\0\0\0\0\0\0'; tail -c +$((at + ${#length} + 1)) "$1" | sed '1,/^stream\r*$/d' | head -c "${length##* }" | tail -c +3; } |
      gzip -dc 2>/dev/null | sha256sum
  done < <(grep -a -b -o '/Type */EmbeddedFile[^s].*/Length [0-9]*' "$1") | cut -c 1-64 | sort > "$work/inside"
  sha256sum manifest.json "${1%.pdf}.json" worksheets/*.json 2>/dev/null | cut -c 1-64 | sort | cmp -s - "$work/inside"
}
if [ -n "$proofs" ]; then
  # fields that no edition opens, by kind of statement
  secret='access.by delivery.address knowledge-event.decision_reason knowledge-event.from_whom
    loan.average_maturity_years loan.principal loan.rate_percent loan.schedule relationship.price_support
    relationship.share_percent review.notes ruling.about ruling.basis ruling.country ruling.document
    ruling.event_date ruling.holding ruling.issued_by ruling.issued_on ruling.issued_to ruling.issuer
    ruling.number ruling.privileged ruling.question ruling.ruling_kind ruling.source ruling.status
    ruling.status_on ruling.supersedes_reason ruling.valid_from ruling.valid_to signature-check.signer
    source-qualification.finding staging-authorisation.base_volume staging-authorisation.cap_units
    supplier-declaration.amount_free_of_vnm supplier-declaration.currency supplier-declaration.inputs
    supplier-declaration.net_cost supplier-declaration.non_originating_value translation.translator
    wage-certificate.agency_hours wage-certificate.agency_wages wage-certificate.average_wage
    wage-certificate.base_wages wage-certificate.certified_by wage-certificate.direct_hours
    wage-certificate.payroll_custodian wage-certificate.workers wage-certificate.workers_over_85_percent'
  tables='choices cells findings materials core_parts shifts gaps views inputs'
  mkdir "$work/nodes" "$work/statements" "$work/payloads"
  count=0 none=0
  slurp "$checkpoint" || fail "$checkpoint: it cannot be read"
  note=$text
  { sed -n 's/^\([0-9a-f]\{64\}\)  /file\t\1\t/p' SHA256SUMS 2>/dev/null; echo; } > "$work/facts"
  mapfile -t indexes < <(find entries -type f 2>/dev/null | sed -e 's|^entries/||' -e 's/\.\(leaf\|dsse\|tlog-proof\)$//' | sort -n -u)
  for index in "${indexes[@]}"; do
    if [ $((count % 25)) = 0 ]; then printf 'walking proofs: %d of %d entries\n' "$count" "${#indexes[@]}" >&2; fi
    if [[ $index =~ ^(0|[1-9][0-9]{0,15})$ ]] && [[ $size =~ ^[1-9][0-9]{0,15}$ ]]; then read_entry "$index"
    else fail "entry $index: another index"; none=$((none + 1)); fi
    count=$((count + 1))
  done

  # what is opened of tables and statements, and the worksheets that a seed opens
  paths='^/statements/[0-9]+/[0-9]+$|^/(lines|tables)/[^/]*/opened/[0-9]+/disclosure$|^/tables/[^/]*/lines/[0-9]+$'
  flatten "$paths" manifest.json disclosures.json "$work"/payloads/* >> "$work/facts"
  flatten '^$' report-[a-z][a-z].json | grep -a "$(printf '\t')\(!\|/report/pack/[a-z_]*\)$(printf '\t')" >> "$work/facts"
  flatten "^/(${tables// /|})/[0-9]+\$" worksheets/*.json > "$work/sheets"
  flatten '^/[^/]*$' worksheets/*.json | sed 's/^json/head/' >> "$work/sheets"
  grep -a "^json.*$(printf '\t')\(!\|/inputs/[0-9]*/[a-z0-9]*\|/members/.*\)$(printf '\t')" "$work/sheets" >> "$work/facts"
  awk -F '\t' -v OFS='\t' '$2 == "disclosures.json" && $3 ~ /^\/statements\/[0-9]+\/[0-9]+$/ { print $3, $4 }' "$work/facts" > "$work/opened"
  cut -f 2- "$work/opened" | digests %s | paste "$work/opened" - | awk -F '\t' -v OFS='\t' 'NF > 2 { print "field", $1, $3 }' > "$work/more"
  awk -F '\t' -v OFS='\t' '
    $2 != "disclosures.json" { next }
    { split($3, part, "/"); id = part[2] "." part[3] "." part[5] }
    part[4] == "opened" && part[6] == "disclosure" && part[7] == "" { order[++n] = id; opened[id] = $4 }
    part[4] == "opened" && part[6] == "line" { line[id] = $4 }
    part[4] == "opened" && part[6] == "proof" && part[7] != "" { proof[id] = proof[id] " " substr($4, 2, length($4) - 2) }
    part[4] == "size" { size[part[2] "." part[3]] = $4 }
    END {
      for (at = 1; at <= n; at++) {
        id = order[at]; table = id; sub(/[.][0-9]*$/, "", table)
        print id, (line[id] == "" ? "-" : line[id]), (size[table] == "" ? "-" : size[table]), "=" proof[id], opened[id]
      }
    }' "$work/facts" > "$work/opened"
  while IFS=$'\t' read -r id line among_ path _ sum; do
    [[ $id =~ ^(lines\.(0|[1-9][0-9]{0,15})|tables\.[a-z]+)\.[0-9]+$ ]] || continue # of any other name: judged below
    [[ $line =~ ^[1-9][0-9]{0,15}$ && $among_ =~ ^[1-9][0-9]{0,15}$ && $line -le $among_ ]] || { wrong[$id]='a line beyond its table'; continue; }
    place[$id]=$((line - 1)) among[$id]=$among_ top[$id]='?' siblings[$id]=''
    for each in ${path#=}; do
      unbase64 "$each"
      if [ "${#bytes}" = 64 ]; then siblings[$id]+=" $bytes"; else wrong[$id]='a proof of another form'; fi
    done
    unhex "00$sum" > "$work/nodes/$id"
  done < <(cut -f 5 "$work/opened" | digests %s | paste "$work/opened" -)
  climb
  for id in "${!node[@]}"; do if [[ $id == *.* ]]; then printf 'top\t%s\t%s\n' "$id" "${node[$id]}" >> "$work/more"; fi; done
  cut -f 5 "$work/opened" | sed 's/^\["[^"]*","[^"]*",\(.*\)\]$/\1/' > "$work/values"
  digests %s < "$work/values" | paste "$work/opened" - "$work/values" |
    awk -F '\t' -v OFS='\t' '
      $1 ~ /^lines/ { sub(/^lines[.]/, "", $1); sub(/[.].*/, "", $1); print "value", $1 ":" $2, $6 }
      $1 ~ /^tables/ { sub(/^tables[.]/, "", $1); sub(/[.].*/, "", $1); print "line", $1, $7 }' >> "$work/more"
  awk -F '\t' -v OFS='\t' -v tables="$tables" -v more="$work/more" '
    NR == FNR && $2 == "disclosures.json" {
      split($3, part, "/")
      if (part[2] == "tables" && part[4] == "lines" && part[5] != "" && part[6] == "") {
        line[part[3], count[part[3]]++] = $4
        print "line", part[3], $4 >> more
      }
      if (part[2] == "tables" && part[3] == "worksheets" && (part[4] == "lines" && part[6] == "" || part[6] == "disclosure" && part[7] == "")) {
        n = split($4, member, /[{},:"]+/)
        for (at = 1; at < n; at++) { if (member[at] == "entry") entry = member[at + 1]; if (member[at] == "path") entry_of[member[at + 1]] = entry }
      }
      if (part[2] == "tables" && part[4] == "seed") seed[part[3]] = substr($4, 2, length($4) - 2)
      if (part[2] == "seeds") seed[part[3]] = substr($4, 2, length($4) - 2)
    }
    NR == FNR { next }
    { n = split($3, part, "/") }
    $1 == "json" && n == 3 && index(" " tables " ", " " part[2] " ") { row[$2, part[2], part[3]] = $4 }
    $1 == "head" && n == 2 && !index(" " tables " ", " " part[2] " ") { head[$2] = head[$2] (head[$2] == "" ? "" : ",") "\"" part[2] "\":" $4 }
    END {
      for (table in count) {
        print "lines", "table of " table, count[table] >> more
        for (at = 0; at < count[table]; at++) if (seed[table] != "") print "table of " table, at, seed[table], table "/", line[table, at]
      }
      n = split(tables, name, " ")
      for (file in head) {
        its = seed[entry_of[file]]; at = 0
        if (its != "") print file, at, its, "worksheet:", "[\"head\",{" head[file] "}]"
        for (each = 1; each <= n; each++)
          for (one = 0; (file, name[each], one) in row; one++) {
            at++
            if (its != "") print file, at, its, "worksheet:", "[\"" name[each] "\"," row[file, name[each], one] "]"
          }
        print "lines", file, at + 1 >> more
      }
    }' "$work/facts" "$work/sheets" | salted >> "$work/facts"
  cat "$work/more" >> "$work/facts"
  while read -r sum index; do
    [ "$sum" = "${said[$index]}" ] || : "${wrong[$index]:=leaf and statement differ}"
  done < <(sums statements)
  judged=$(secret=${secret//[[:space:]]/ } origin=$(head -n 1 "$work/body") size=$size root=$root awk "$judge" "$work/facts")
  for index in "${!wrong[@]}"; do
    case $index in
      lines.*) index_=${index#lines.}; judged+=$'\n'"lines of entry ${index_%.*}: ${wrong[$index]}" ;;
      tables.*) index_=${index#tables.}; judged+=$'\n'"table of ${index_%.*}: ${wrong[$index]}" ;;
      *) judged+=$'\n'"entry $index: ${wrong[$index]}" ;;
    esac
  done
  for each in report-[a-z][a-z].pdf; do
    if [ -e "$each" ] && ! embedded "$each"; then judged+=$'\n'"$each: the files inside it are not those beside it"; fi
  done
  group() { # what its items begin with, what to say where none of them fails
    local found
    found=$(grep -E "^($1)" <<< "$judged" | sort -u)
    if [ -z "$found" ]; then pass "$2"; return; fi
    while IFS= read -r found; do fail "$found"; done <<< "$(head -n 50 <<< "$found")"
  }
  if [ "$none" = 0 ]; then group entry "$count entries: each statement is in its place in the ledger of $size"; else group entry 'other entries: each is in its place'; fi
  group 'disclosures|table|lines' "disclosures.json: each of $(grep -c '^field' "$work/more") opened fields is the one that its statement commits to"
  group 'exhibit|worksheet|average|sealed' 'exhibits and worksheets: each is the one that an entry records'
  group 'manifest|report' 'manifest.json: of this place in the ledger'
fi

echo 'Integrity check: unchanged since receipt; says nothing on origin.'
if [ "$failed" = 1 ]; then exit 1; elif [ "$open" = 1 ]; then exit 3; fi
exit 0
