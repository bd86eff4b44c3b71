"""The part of a check that is about the ledger's names: which origin each checkpoint bears, and what a succession says.

A ledger that was restored short of what had been signed goes on under another origin (docs/decisions/0073). Then a
checkpoint of the old one that is for more entries than were restored is no sign of a cut: it is what the succession
states to be lost, as long as it is for no more than that.
"""

from collections.abc import Mapping, Sequence

from evidence.errors import ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.note import Verifier
from evidence.ledger.succession import Lineage


def check_lineage(
    report: CheckReport,
    lineage: Lineage,
    inside: Mapping[int, Checkpoint],
    verifiers: Sequence[Verifier],
    origin: str | None,
) -> None:
    """Compare the origins of the stored checkpoints (`inside`, by size) with the lineage and with the settings."""
    if origin is not None:
        odd = {signed.origin for size, signed in inside.items() if signed.origin != lineage.origin_at(size)}
        if lineage.origins[-1] != origin:
            odd.add(lineage.origins[-1])
        for name in sorted(odd):
            report.fault(None, "settings", f"the settings call the ledger {origin}, its checkpoints {name}")
    for one in lineage.successions:
        report.counts["successions"] += 1
        at = inside.get(one.seq)
        if at is None or (one.size, one.root) != (at.size, at.root.hex()):
            report.fault(one.seq, "succession", "it does not follow the entries that it says were restored")
        try:
            signed = open_checkpoint(one.note, verifiers)
            if signed.size != one.lost_to + 1 or one.lost_to < one.seq:
                report.fault(one.seq, "succession", f"it carries a checkpoint for {signed.size} entries and says other")
        except ProofError as error:
            report.fault(one.seq, "succession", f"the checkpoint that it carries: {error}")
        report.remarks.append(
            f"entry {one.seq} opens the origin {one.origin}: entries {one.lost} of {one.predecessor} were lost"
        )


def is_lost_end(report: CheckReport, lineage: Lineage, signed: Checkpoint) -> bool:
    """Whether a checkpoint kept outside is of an end that a succession states to be lost, and so is not in the tree."""
    found = lineage.succession_after(signed.origin, signed.size)
    if found is None:
        return False
    if signed.size > found.lost_to + 1:
        report.fault(
            found.seq,
            "succession",
            f"a checkpoint of {signed.origin} kept outside is for {signed.size} entries; the succession knows of "
            f"{found.lost_to + 1}, so more was lost than it says",
        )
    else:
        report.remarks.append(
            f"a checkpoint of {signed.origin} for {signed.size} entries is kept outside: those from {found.seq} on are "
            f"lost, as entry {found.seq} states"
        )
    return True
