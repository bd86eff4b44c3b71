"""What a sender is told of an item: its receipt and what has become of it, and nothing of what else is on record.

That the same bytes were there before, which entry has them, and what other statements say is for those inside: they see
the item as it is (``evidence inbox show``).
"""

import json
import re
from collections.abc import Sequence

from evidence.core.values import moment_text
from evidence.ledger.inbox import Inbox, Item, State

ASK = "Something beside the form of the file keeps it from being recorded. Ask those who run the inbox."

_OF_THE_FILE = re.compile(r"found .*, wanted ", re.DOTALL)  # how a fault reads (intake/faults.py)
_OF_OTHERS = re.compile(r"#\d|\b(already|accept\w*|earlier|is recorded|on record|resembl\w*|same|supersede\w*)\b", re.I)


def told_outside(item: Item, inbox: Inbox) -> dict[str, object]:
    """The answer of the API, and the receipt in a watched folder."""
    state = State.RECORDED if item.state is State.ALREADY_RECORDED else item.state
    return {
        "receipt": item.id,
        "name": item.name,
        "channel": item.channel,
        "sha256": item.sha256,
        "size": item.size,
        "submitted_at": moment_text(item.submitted_at),
        "state": state.value,
        "reason": _neutral(item.reason),
        "notes": [line for line in item.notes if not _OF_OTHERS.search(line)],
        "entries": item.entries if _theirs(item, inbox) else None,
    }


def folder_of(item: Item) -> str | None:
    """The folder that the item's file lay in; None where it came by another way."""
    return str(json.loads(item.origin)[0]).rpartition("/")[0] if item.origin is not None else None


def _theirs(item: Item, inbox: Inbox) -> bool:
    """Whether the entries came on record with what this very token, or this sender's folder, left."""
    if item.state is State.RECORDED or item.seq is None:
        return True
    mine = (item.left_by, folder_of(item))
    return any(mine == (each.left_by, folder_of(each)) != (None, None) for each in inbox.recorded_by(item.seq))


def _neutral(reason: Sequence[str]) -> list[str]:
    """Faults of the file itself as they are; one line for whatever else there is."""
    plain = [line for line in reason if _OF_THE_FILE.search(line) and not _OF_OTHERS.search(line)]
    return plain if len(plain) == len(reason) else [*plain, ASK]
