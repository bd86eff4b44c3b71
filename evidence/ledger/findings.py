"""What a check of the ledger finds, as values: it names each fault and goes on."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded: where (an entry's `seq`, if it is one entry's), what kind, what."""

    seq: int | None
    kind: str
    what: str


@dataclass
class CheckReport:
    """What a check found. `counts` says what it went through; `unread` are entries whose kind is not known here;
    `remarks` are what somebody may want to know and what is no fault, such as a file that nothing names.
    """

    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unread: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def fault(self, seq: int | None, kind: str, what: str) -> None:
        self.faults.append(Fault(seq, kind, what))

    def merge(self, other: "CheckReport") -> None:
        """Take in what the check of a part has found, after what was found before."""
        self.faults += other.faults
        self.counts += other.counts
        self.unread += other.unread
        self.remarks += other.remarks
