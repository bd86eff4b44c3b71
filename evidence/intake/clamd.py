"""A virus scanner asked about each file that comes in: ClamAV's daemon, over its own protocol (clamd(8), INSTREAM).

The bytes are sent, so that the daemon needs no access to our folders and may run on another machine. What it finds
refuses the file. A scanner that was set and does not answer lets nothing through: no answer is not "nothing found".
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import IntakeError, LimitExceeded, ScannerUnavailable
from evidence.intake.gather import open_regular
from evidence.settings import Settings

_CHUNK = 1 << 16
_LONGEST_ANSWER = 4096
_TIMEOUT_S = 120  # for each piece sent or awaited: an archive takes the daemon a while
_VERSION = re.compile(r"ClamAV ([^/ ]+)(?:/(\d+))?")


@dataclass(frozen=True, slots=True)
class Scanner:
    """A clamd: ``HOST:PORT``, or the path of its socket."""

    address: str
    timeout_s: int = _TIMEOUT_S

    def scan(self, path: Path) -> str | None:
        """The name of what was found in a file; None where nothing was.

        Raises:
            ScannerUnavailable: no scanner answers there.
            LimitExceeded: the file is larger than the scanner takes.
            IntakeError: the file cannot be opened, or the scanner could not look through it.
        """
        with open_regular(path) as file, self._connected() as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                while piece := file.read(_CHUNK):
                    connection.sendall(len(piece).to_bytes(4) + piece)
                connection.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has stopped listening and says why
            answer = _answer(connection)
        verdict = answer.removeprefix("stream: ")
        if verdict == "OK":
            return None
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        if "size limit exceeded" in verdict:
            raise LimitExceeded(
                f"{path.name} is larger than the virus scanner takes. Raise StreamMaxLength of clamd, then try again."
            )
        if not verdict:
            raise ScannerUnavailable(f"The virus scanner at {self.address} closed without an answer. Look at its log.")
        raise IntakeError(f"{path.name} could not be scanned: the virus scanner says {verdict[:200]!r}. See its log.")

    def says(self, found: str | None) -> str:
        """A verdict as it is recorded: which scanner, with which signatures, and what it found.

        Raises:
            ScannerUnavailable: no scanner answers there.
        """
        with self._connected() as connection:
            connection.sendall(b"zVERSION\0")
            answer = _answer(connection)
        known = _VERSION.match(answer)
        if known is None:
            raise ScannerUnavailable(
                f"What answers at {self.address} is not clamd: found {answer[:80]!r}, wanted its version."
            )
        signatures = f"signatures {known[2]}" if known[2] else "signatures of its own"
        return f"clamd {known[1]}, {signatures}: {found or 'nothing found'}"

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with self._connect() as connection:
                yield connection
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
            raise ScannerUnavailable(
                f"The virus scanner at {self.address} does not answer ({why}); nothing is taken in without it. Start "
                "clamd, or correct the setting clamd."
            ) from error

    def _connect(self) -> socket.socket:
        if self.address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(self.timeout_s)
            try:
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), self.timeout_s)


def scanner_of(settings: Settings) -> Scanner | None:
    """The scanner that a home's settings name; None where they name none."""
    return Scanner(settings.clamd) if settings.clamd else None


def _answer(connection: socket.socket) -> str:
    """What the daemon says, up to the zero byte that ends it; it may also just close."""
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        try:
            more = connection.recv(_LONGEST_ANSWER)
        except ConnectionResetError:
            break
        if not more:
            break
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
