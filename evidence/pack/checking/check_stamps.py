"""The time stamps in a pack (RFC 3161): over the list of digests, and over the ledger's checkpoint.

A stamp is judged at the time that it names, since its certificate will have ended by the time somebody asks. Whose it
is, only certificates can say that came by another way than the pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import PackError, ProofError
from evidence.ledger.stamp_trust import Trusted, read_trusted
from evidence.ledger.time_stamps import read as read_stamp
from evidence.ledger.time_stamps import require_about, verify
from evidence.pack.checking.verdict import PackReport
from evidence.pack.form import layout
from evidence.pack.form.container import Files, read

AUTHORITIES = "authorities"
"""The folder, in a trust folder, of the certificates that are trusted for each authority: ``NAME.pem``."""


@dataclass(frozen=True, slots=True)
class StampTrust:
    """The certificates trusted for each authority, by its name; none without a trust folder."""

    authorities: Mapping[str, Trusted]

    @classmethod
    def read(cls, trust: Path | None) -> "StampTrust":
        """Those in a trust folder.

        Raises:
            PackError: a file holds none that can be read.
        """
        places = [] if trust is None else sorted((trust / AUTHORITIES).glob("*.pem"))
        found = {}
        for place in places:
            try:
                found[place.stem] = read_trusted(place.read_bytes())
            except (OSError, ProofError) as error:
                raise PackError(f"{place} holds no certificates that can be read ({error}).") from error
        return cls(found)


def check_stamps(report: PackReport, files: Files, digests: Mapping[str, str], trust: StampTrust) -> None:
    """Every time stamp against what it is over."""
    for name in sorted(name for name in digests if _is_stamp(name)):
        covered = layout.SUMS if name == layout.SUMS_STAMP else layout.CHECKPOINT
        with report.judging(f"time stamp {name}"):
            stamp, data = read_stamp(read(files, name)), read(files, covered)
            require_about(stamp, data)
            by, reasons = "", []
            for authority, trusted in trust.authorities.items():
                try:
                    verify(stamp, data, trusted)
                    by = authority
                except ProofError as error:
                    reasons.append(str(error))
            at = f"{covered} was there at {stamp.gen_time:%Y-%m-%d %H:%M:%S}Z"
            if by:
                report.passed(f"time stamp {name}", f"{at}, by {by}")
            elif reasons:
                report.failed(f"time stamp {name}", " ".join(dict.fromkeys(reasons)))
            else:
                reason = f"Intact over {covered}. Whose it is needs --trust DIR with {AUTHORITIES}/NAME.pem."
                report.undetermined(f"time stamp {name}", reason)


def _is_stamp(name: str) -> bool:
    return name == layout.SUMS_STAMP or (name.startswith(f"{layout.CHECKPOINT}.") and name.endswith(layout.STAMP))
