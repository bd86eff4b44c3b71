"""Derives the line tree of a view in a second process, while the view is still being written.

A tree over a million lines takes seconds of hashing, and the writing of the view takes as long: done beside each other,
they cost one. The process reads the view as it grows, makes sure of each line as `view_lines` does, and says at the end
which bytes it has read (their SHA-256), and the root and number of lines that they give under the seed. So its answer
is about bytes of one digest, whatever becomes of the file. It ends when it is not needed any more, and with the process
that started it: the pipe that it waits on closes. Where it came to no end, nobody waits: the tree is derived anew.
"""

import contextlib
import json
import subprocess
import sys
import weakref
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from evidence.core import canonical
from evidence.core.bulk import many_rows
from evidence.core.disclosure import LineTree
from evidence.errors import MalformedValue
from evidence.ledger.beside import started, stop

_MODULE = "evidence.ledger.ahead"


class Derived(NamedTuple):
    """What the lines of a document give under a seed."""

    root: str
    lines: int


class Ahead:
    """The tree of a view that is being written: `grow` as it grows, `end` when it is whole."""

    def __init__(self, view: Path, seed: bytes, prefix: str) -> None:
        """Start the process; where it cannot be, `end` says so."""
        self.seed = seed
        self._running: subprocess.Popen[bytes] | None = None
        with contextlib.suppress(OSError), view.open("rb") as file:
            self._running = started(_MODULE, file, told=subprocess.PIPE)
        if self._running is not None:
            weakref.finalize(self, stop, self._running)
        self._tell(json.dumps({"seed": seed.hex(), "prefix": prefix}))

    def grow(self, size: int) -> None:
        """The view has `size` bytes by now, whole lines of it."""
        self._tell(str(size))

    def end(self) -> tuple[str, Derived] | None:
        """The digest of what was read and what it gives; None where the process came to no end. To be asked once."""
        if self._running is None:
            return None
        try:
            answer, _ = self._running.communicate(b"end\n")
            digest, root, lines = json.loads(answer)
            return str(digest), Derived(str(root), int(lines))
        except (OSError, ValueError, TypeError):
            return None

    def _tell(self, line: str) -> None:
        told = self._running.stdin if self._running is not None else None
        if told is not None:
            with contextlib.suppress(OSError):  # it ended: `end` finds no answer
                told.write(line.encode() + b"\n")
                told.flush()


def _read_to(view: BinaryIO, size: int, grown: LineTree) -> bytes:
    """The bytes of the view up to `size`, from where it stands; their lines are added to the tree."""
    content = view.read(size - view.tell())
    lines = content.split(b"\n")
    if lines.pop():
        raise MalformedValue("line of a view", "one without an end", "a line feed after each")
    for line in lines:
        value = canonical.loads_canonical(line)
        if type(value) is not dict:
            raise MalformedValue("line of a view", type(value).__name__, "an object")
    grown.add(lines)
    return content


def main() -> None:
    """Read what is told on standard input; answer with digest, root and number once the end is told."""
    told = sys.stdin.buffer
    asked = json.loads(told.readline())
    grown, digest = LineTree(bytes.fromhex(asked["seed"]), asked["prefix"]), sha256()
    with many_rows(), open(int(sys.argv[1]), "rb") as view:
        for line in told:
            if line == b"end\n":
                print(json.dumps([digest.hexdigest(), grown.root(), grown.size]), flush=True)
                return
            digest.update(_read_to(view, int(line), grown))


if __name__ == "__main__":
    main()
