"""``successions.json`` of a trust folder: the origins that a ledger has left, and what was lost with each.

Whoever holds a pack from before needs to know two things that the pack cannot tell: that its entries beyond a position
are not in the ledger any more, so that the pack itself is what is left of them, and up to where the old key may have
signed such a head (docs/decisions/0073).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import LedgerError
from evidence.ledger.trust import TrustedKey

if TYPE_CHECKING:
    from evidence.ledger.succession import Lineage

FILE = "successions.json"


@dataclass(frozen=True, slots=True)
class Ending:
    """The log `origin` ended: of what it signed, the entries from `lost_from` to `lost_to` are lost; `successor` goes
    on with those before.
    """

    origin: str
    successor: str
    lost_from: int
    lost_to: int

    def reaches(self, origin: str, size: int) -> bool:
        """Whether a head of `origin` for `size` entries is one of the lost end."""
        return origin == self.origin and self.lost_from < size <= self.lost_to + 1

    def judged(self, key: TrustedKey) -> TrustedKey:
        """The key as it counts in the lost end: what the successor's entries say of it is said of another history."""
        return replace(
            key,
            created_by=None if key.created_by is not None and key.created_by >= self.lost_from else key.created_by,
            ended_by=None if key.ended_by is not None and key.ended_by >= self.lost_from else key.ended_by,
        )


def endings_file(lineage: "Lineage") -> bytes:
    """The file, from the succession entries of a ledger."""
    listed = [
        {
            "origin": origin,
            "successor": one.origin,
            "entry": one.seq,
            "lost_from": one.seq,
            "lost_to": one.lost_to,
            "checkpoint": one.note.decode("utf-8", "replace"),
        }
        for one in lineage.successions
        for origin in sorted({one.predecessor, one.known_origin})
    ]
    return (json.dumps({"successions": listed}, indent=2, ensure_ascii=False) + "\n").encode()


def read_endings(folder: Path) -> tuple[Ending, ...]:
    """What the file in a trust folder says; nothing where there is none.

    Raises:
        LedgerError: it cannot be read.
    """
    path = folder / FILE
    try:
        if not path.exists():
            return ()
        listed = json.loads(path.read_bytes())["successions"]
        return tuple(
            Ending(str(one["origin"]), str(one["successor"]), int(one["lost_from"]), int(one["lost_to"]))
            for one in listed
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise LedgerError(f"{path} cannot be read ({type(error).__name__}); wanted it as it was published.") from error


def ending_of(endings: Sequence[Ending], origin: str, size: int) -> Ending | None:
    """The ending that a head is of; None where the ledger goes on from it."""
    return next((one for one in endings if one.reaches(origin, size)), None)
