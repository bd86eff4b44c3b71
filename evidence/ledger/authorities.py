"""The time-stamping authorities of a home: entered into its settings, their certificates into its trust folder.

The settings are a file that people write in, so an authority is entered as lines at its end, or in the place of its own
lines, and nothing else of the file changes. Certificates once trusted for a name stay trusted for it, since its older
stamps are verified with them.
"""

import json
import tomllib
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from evidence.errors import ProofError, SettingsError
from evidence.ledger.check_stamps import AUTHORITIES
from evidence.ledger.stamp_trust import Trusted, read_trusted
from evidence.settings import FILE_NAME, Authority
from evidence.store.durable import replace

_TABLE = "[[authorities]]"


def certificates_of(home_trust: Path, name: str) -> Path:
    """Where the certificates trusted for an authority are kept, in a trust folder."""
    return home_trust / AUTHORITIES / f"{name}.pem"


def add_authority(home: Path, authority: Authority, pem: bytes) -> Trusted:
    """Enter an authority, or enter it anew under the same name; gives all the certificates then trusted for it.

    Args:
        home: the home whose settings are written.
        authority: with its certificates in the home's trust folder, whether or not the file is there yet.
        pem: certificates to be trusted for it, besides those already there.

    Raises:
        SettingsError: the certificates or the settings cannot be read.
    """
    place = authority.certificates
    try:
        known = read_trusted(place.read_bytes()) if place.exists() else None
        given = read_trusted(pem)
    except ProofError as error:
        raise SettingsError(f"The certificates for {authority.name} cannot be used. {error}") from error
    listed = dict.fromkeys((*given.roots, *given.between, *((*known.roots, *known.between) if known else ())))
    joined = b"".join(one.public_bytes(Encoding.PEM) for one in listed)
    trusted = read_trusted(joined)
    lines = [_TABLE, f"name = {_quoted(authority.name)}", f"url = {_quoted(authority.url)}"]
    lines.append(f"certificates = {_quoted(str(place.relative_to(home)))}")
    if authority.policy is not None:
        lines.append(f"policy = {_quoted(authority.policy)}")
    lines += [f"hash = {_quoted(authority.hash)}", f"every_minutes = {authority.every_minutes}"]
    written = _without(home, authority.name)[0].rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
    place.parent.mkdir(parents=True, exist_ok=True)
    replace(place, joined)
    _write(home, written)
    return trusted


def remove_authority(home: Path, name: str) -> None:
    """Ask an authority no more. Its certificates stay in the trust folder, for the stamps that it gave.

    Raises:
        SettingsError: there is none of that name, or its lines cannot be told from others.
    """
    text, had = _without(home, name)
    if not had:
        raise SettingsError(f"No time-stamping authority is called {name!r} in {home / FILE_NAME}.")
    _write(home, text)


def _without(home: Path, name: str) -> tuple[str, bool]:
    """The settings without the lines of one authority, and whether it was in them."""
    path = home / FILE_NAME
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}). Restore it from a backup of the home.") from error
    kept: list[str] = []
    had, at = False, 0
    while at < len(lines):
        end = at + 1
        if lines[at].strip() == _TABLE:
            while end < len(lines) and not lines[end].lstrip().startswith("["):
                end += 1
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1  # what follows the table is not its own
            if _name_in("".join(lines[at:end])) == name:
                had, at = True, end
                continue
        kept += lines[at:end]
        at = end
    return "".join(kept), had


def _name_in(table: str) -> str | None:
    try:
        return str(tomllib.loads(table)["authorities"][0].get("name"))
    except (tomllib.TOMLDecodeError, KeyError, IndexError, AttributeError):
        return None


def _write(home: Path, text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{home / FILE_NAME} cannot be written to ({error}). Enter {_TABLE} there by hand."
        ) from error
    replace(home / FILE_NAME, text.encode("utf-8"))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
