"""Bearer tokens of those who may leave files through the API: printed once, kept as their SHA-256 only.

They stand in ``HOME/inbox-tokens.json``, mode 0600. A token is 256 random bits, so that its bare digest cannot be
searched for; it has a name, under which what it left is told of, and a day on which it ends.
"""

import hashlib
import hmac
import json
import os
import re
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from evidence.core.identifiers import Random
from evidence.core.values import moment_from_text, moment_text
from evidence.errors import EvidenceError, SettingsError, UsageError
from evidence.store.durable import sync_folder, write_new

FILE_NAME = "inbox-tokens.json"
_MARK = "evin_"  # so that one that was published by mistake can be searched for
_SIZE = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as kept: who has it, until when, and the SHA-256 that knows it again."""

    name: str
    sha256: str
    added_at: datetime
    expires_at: datetime


class Tokens:
    """The tokens of a home. A change of the file counts from the next request on."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE_NAME
        self._read: tuple[object, list[Token]] = (None, [])

    def add(self, name: str, now: datetime, days: int, random: Random) -> str:
        """Make a token and give its text, which is kept nowhere.

        Raises:
            UsageError: the name is none, or is given already.
            SettingsError: the file cannot be read or written.
        """
        if _NAME.fullmatch(name) is None:
            raise UsageError(f"A token's name is 1 to 40 letters, digits, '.', '_' or '-'; found {name[:60]!r}.")
        tokens = self.all()
        if name in [token.name for token in tokens]:
            raise UsageError(f"There is a token {name!r} already. Revoke it, or choose another name.")
        text = _MARK + urlsafe_b64encode(random(_SIZE)).decode("ascii").rstrip("=")
        self._write([*tokens, Token(name, _digest(text), now, now + timedelta(days=days))])
        return text

    def revoke(self, name: str) -> None:
        """Take a token's right away.

        Raises:
            UsageError: there is none of that name.
            SettingsError: the file cannot be read or written.
        """
        tokens = self.all()
        if name not in [token.name for token in tokens]:
            raise UsageError(f"There is no token {name!r}. List them with `evidence inbox token list`.")
        self._write([token for token in tokens if token.name != name])

    def find(self, text: str, now: datetime) -> Token | None:
        """The token with that text, where it is in force.

        Raises:
            SettingsError: the file cannot be read.
        """
        found, digest = None, _digest(text)
        for token in self.all():  # all of them, so that the time taken does not tell how many came before
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found if found is not None and now < found.expires_at else None

    def all(self) -> list[Token]:
        """Every token, as added.

        Raises:
            SettingsError: the file cannot be read, or others than its owner can read it.
        """
        try:
            known = self._path.stat()
            mark = (known.st_mtime_ns, known.st_size, known.st_ino)
            if self._read[0] == mark:
                return self._read[1]
            if known.st_mode & 0o077:
                raise SettingsError(f"{self._path} can be read by others. Give it mode 0600.")
            listed = json.loads(self._path.read_bytes())
            tokens = [
                Token(each["name"], each["sha256"], *(moment_from_text(each[n]) for n in ("added_at", "expires_at")))
                for each in listed
            ]
        except FileNotFoundError:
            return []
        except SettingsError:
            raise
        except (OSError, ValueError, LookupError, TypeError, EvidenceError) as error:
            raise SettingsError(f"{self._path} cannot be read ({error}). Remove it and hand out new tokens.") from error
        self._read = (mark, tokens)
        return tokens

    def _write(self, tokens: list[Token]) -> None:
        listed = [{n: moment_text(v) if isinstance(v, datetime) else v for n, v in asdict(t).items()} for t in tokens]
        temporary = self._path.with_name(f"{self._path.name}.new")
        try:
            temporary.unlink(missing_ok=True)
            write_new(temporary, json.dumps(listed, indent=1).encode() + b"\n", 0o600)
            os.replace(temporary, self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise SettingsError(f"{self._path} cannot be written ({error.strerror}).") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
