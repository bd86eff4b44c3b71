"""The anchor of a home: where it stands, and how somebody answers for it where it was lost.

The writer refuses to sign while the checkpoint at EVIDENCE_ANCHOR is gone, since then nothing outside the home says
which database is the latest. Only a person can: who knows that nothing is missing accepts the present size, and the
anchor is written anew. What is there is never overwritten by something older or other.
"""

from dataclasses import dataclass
from pathlib import Path

from evidence.errors import RefusesToSign, SettingsError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import HomeHandle
from evidence.ledger.growth import stored_reader
from evidence.ledger.heads import PUBLISHED, publish, read_held, require_not_behind
from evidence.ledger.lock import writing_turn
from evidence.ledger.writer import WAIT_S
from evidence.store.engine import reading


@dataclass(frozen=True, slots=True)
class AnchorStanding:
    """Where the anchor is, for how many entries the checkpoint kept there was signed (None where there is none), and
    how many the ledger and its last checkpoint have.
    """

    anchor: Path
    kept: int | None
    entries: int
    root: str


def anchor_standing(handle: HomeHandle) -> AnchorStanding:
    """How the anchor of an open home stands; nothing is written.

    Raises:
        SettingsError: the home has none.
        ProofError: what is kept there is not a checkpoint of this ledger.
    """
    anchor = handle.settings.anchor
    if anchor is None:
        raise SettingsError("This home has no anchor. Name a file on other storage in EVIDENCE_ANCHOR.")
    note, origin = read_held(anchor), handle.settings.origin
    kept = None if note is None else open_checkpoint(note, handle.verifiers(), origin=origin).size
    last = open_checkpoint(handle.ledger.checkpoint_at(), handle.verifiers(), origin=origin)
    return AnchorStanding(anchor, kept, last.size, last.root.hex())


def accept_anchor(handle: HomeHandle) -> AnchorStanding:
    """Write the ledger's last checkpoint to its anchor, which is gone or behind; the ledger itself is not touched.

    Raises:
        SettingsError: the home has no anchor.
        RefusesToSign: a checkpoint kept at the anchor or in the home is ahead of the ledger, or of other entries.
        NotPublished: the anchor's folder is not there, or not writable.
    """
    with writing_turn(handle.settings.home / "writer.lock", WAIT_S):
        found = anchor_standing(handle)
        with reading(handle.engine) as connection:
            get_hash = stored_reader(connection, found.entries)
            for held in (handle.settings.home / PUBLISHED, found.anchor):
                root = bytes.fromhex(found.root)
                origin, verifiers = handle.settings.origin, handle.verifiers()
                require_not_behind(held, origin, verifiers, found.entries, root, get_hash)
        if handle.ledger.root(found.entries).hex() != found.root or handle.ledger.size() != found.entries:
            raise RefusesToSign("The entries are not those that were signed last. Run `evidence ledger check`.")
        publish(found.anchor, handle.ledger.checkpoint_at())
    return anchor_standing(handle)
