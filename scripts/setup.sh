#!/usr/bin/env bash
# Sets up what `make demo` needs, and with --with-tests what the tests need too. Installs only what is missing:
# system libraries by apt (as root or by sudo), a virtual environment in .venv, the locked packages with their hashes
# checked. A second run finds everything in place by the hash of the lock file and ends within a second.
# EVIDENCE_PYTHON names the Python to use, where the one that is found is not the one that is wanted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
log=.setup.log
began=$SECONDS

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: failed: %s\n' "$*" >&2; exit 1; }

case "${1-}" in
    "") kind=run; lock=requirements.txt ;;
    --with-tests) kind=tests; lock=requirements-dev.txt ;;
    *) fail "found the argument '$1', wanted none or --with-tests" ;;
esac

if command -v flock >/dev/null; then # two terminals at once must not fill one .venv
    exec 9>.setup.lock
    flock -n 9 || { say "waiting for another setup of this checkout to end"; flock 9; }
fi

# --- a Python -------------------------------------------------------------------------------------------------------

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${EVIDENCE_PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if command -v "$candidate" >/dev/null && recent "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

python=$(find_python) || {
    found=${EVIDENCE_PYTHON:-$(python3 --version 2>/dev/null || echo "no python3 at all")}
    fail "found ${found}, wanted Python 3.11 or newer. Debian 12 and Ubuntu 24.04: apt-get install python3 python3-venv;" \
        "Ubuntu 22.04: apt-get install python3.11 python3.11-venv (in universe). Then run this again."
}
version=$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')

# --- system packages ------------------------------------------------------------------------------------------------

libraries=$({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null || true)
has_library() { [[ $libraries == *"$1"* ]]; }
makes_environments() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
has() { command -v "$1" >/dev/null; }
recognises() { [[ $'\n'$(tesseract --list-langs 2>/dev/null)$'\n' == *$'\n'"$1"$'\n'* ]]; } # text in scans, by language
has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_calc() { has soffice && compgen -G '/usr/lib*/libreoffice/program/libsclo.so' >/dev/null; }

missing=()
want() { # want PACKAGE TEST...: the package is missing where the test fails
    local package=$1
    shift
    "$@" || missing+=("$package")
}
want "python$version-venv" makes_environments
want libpango-1.0-0 has_library libpango-1.0.so.0
want libpangoft2-1.0-0 has_library libpangoft2-1.0.so.0
want libharfbuzz0b has_library libharfbuzz.so.0
want libharfbuzz-subset0 has_library libharfbuzz-subset.so.0
want openssl has openssl
want ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
want tesseract-ocr recognises eng
want tesseract-ocr-fra recognises fra
want tesseract-ocr-spa recognises spa
if [[ $kind == tests ]]; then
    want poppler-utils has pdfsig
    want qpdf has qpdf
    want zbar-tools has zbarimg
    want default-jdk-headless has javac
    want libjaxb-java test -e /usr/share/java/jaxb-runtime.jar # that veraPDF needs, and Java no longer has
    want postgresql has_postgres
    want clamav-daemon test -x /usr/sbin/clamd
    want softhsm2 has softhsm2-util
    want strace has strace
    want chromium has chromium
    want chromium-driver has chromedriver
    want libreoffice-calc-nogui has_calc
    want golang-go has go
    want golang-golang-x-mod-dev test -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog
fi

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

install_system_packages() {
    local names="${missing[*]}"
    has apt-get || fail "these are missing and there is no apt-get to bring them: $names. Install their like and run again."
    [[ $EUID -eq 0 ]] || has sudo || fail "these are missing: $names. As root: apt-get install $names. Then run this again."
    say "system packages: installing $names"
    as_root apt-get update -q >>"$log" 2>&1 || fail "apt-get update: $(tail -n 1 "$log") (all of it in $log)"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
        fail "apt-get install $names: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log") (all of it in $log)"
}

if ((${#missing[@]})); then
    : >"$log"
    install_system_packages
fi

# --- the environment ------------------------------------------------------------------------------------------------

wanted="$(sha256sum "$lock" scripts/setup.sh | sha256sum | cut -d ' ' -f 1) $PWD"
if [[ -x .venv/bin/python ]] && recent .venv/bin/python && [[ $(cat ".venv/.set-up-for-$kind" 2>/dev/null) == "$wanted" ]]; then
    say "everything is in place ($(.venv/bin/python --version), $lock)"
    exit 0
fi
: >"$log"

if [[ -e .venv ]] && ! recent .venv/bin/python; then
    [[ -f .venv/pyvenv.cfg ]] || fail "found .venv, which is no virtual environment, in the way. Move it and run this again."
    say "the Python behind .venv is gone or too old; making it anew"
    rm -rf .venv
fi
if [[ ! -e .venv/bin/pip ]]; then
    say "making .venv with Python $version ($python)"
    "$python" -m venv .venv >>"$log" 2>&1 || fail "python -m venv: $(tail -n 1 "$log") (all of it in $log)"
fi

count_packages() { # a line that counts on a terminal, a line for every twentieth package elsewhere
    local all=$1 done_=0 line
    while read -r line; do
        printf '%s\n' "$line" >>"$log"
        [[ $line == Collecting* || $line == "Requirement already"* ]] || continue
        done_=$((done_ + 1))
        if [[ -t 1 ]]; then
            printf '\rsetup: packages: %d of at most %d ' "$done_" "$all"
        elif ((done_ % 20 == 0)); then
            say "packages: $done_ of at most $all"
        fi
    done
    if [[ -t 1 ]]; then printf '\n'; fi
}

pinned=$(grep -c '^[a-z0-9].*==' "$lock")
say "installing the packages of $lock, hashes checked (half a minute or so)"
.venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
    --require-hashes --only-binary :all: -r "$lock" 2>&1 | count_packages "$pinned" ||
    fail "pip install -r $lock: $( (grep -m 1 '^ERROR' "$log" || tail -n 1 "$log") | cut -c -160) (all of it in $log)"

# The checkout itself, for this environment. Not `pip install -e`, which would need the build backend here and leave
# copies of migrations/ and templates/ in site-packages as they were on that day.
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$PWD" >"$packages/evidence-checkout.pth"
printf '#!/bin/sh\nexec "%s" -P -m evidence "$@"\n' "$PWD/.venv/bin/python" >.venv/bin/evidence
chmod +x .venv/bin/evidence
.venv/bin/evidence --version >>"$log" 2>&1 || fail "evidence --version: $(tail -n 1 "$log") (all of it in $log)"

printf '%s\n' "$wanted" >".venv/.set-up-for-$kind"
if [[ $kind == tests ]]; then # the lock of the tests holds every pin of the other
    printf '%s %s\n' "$(sha256sum requirements.txt scripts/setup.sh | sha256sum | cut -d ' ' -f 1)" "$PWD" >.venv/.set-up-for-run
fi
say "ready after $((SECONDS - began)) s"
