"""Every error this package raises on purpose, in one tree.

::

    EvidenceError                     1  found wanting
    ├── UsageError                    2  used wrongly
    │   └── SettingsError
    ├── MalformedValue                1  a value that no domain type accepts
    │   └── MalformedJson
    ├── RuleError                     3  the law as data has no answer
    │   ├── NoValueInForce
    │   └── NoRule
    ├── StoreError                    1  database and documents
    │   ├── DocumentMissing
    │   ├── DocumentDamaged
    │   ├── NotPublished                 recorded, but its checkpoint could not be written out
    │   ├── StorageUnfit              4  what is signed there could be lost: a network file system, a setting
    │   ├── DatabaseBusy              4  somebody else has been writing for too long
    │   └── WriteFailed               4  the database failed while a batch was being written
    ├── LedgerError                   1
    │   ├── ProofError                   a note, checkpoint, envelope or proof that does not hold
    │   ├── NoAnswer                     an authority or a witness gave none; it is asked again later
    │   ├── WitnessContradicts           a witness holds another history of the ledger, or a longer one
    │   └── RefusesToSign             4  the ledger refuses to sign
    ├── RegisterError                 1
    ├── IntakeError                   1  what came in could not be taken
    │   ├── LimitExceeded
    │   └── ScannerUnavailable           the virus scanner that was set gives no answer
    ├── OriginError                   3  a determination could not be made
    ├── PackError                     1
    └── DemoFailed                    1  a step of the demonstration ended otherwise than its story has it

The number is the exit status that the command line gives (DESIGN.md section 8: 0 done, 1 found wanting, 2 used
wrongly, 3 could not be decided, 4 the ledger refuses to sign, 70 internal fault). A message is one line: what was
found, what was wanted, what to do next. The facts are attributes too.
"""

from datetime import date
from typing import ClassVar


class EvidenceError(Exception):
    """The root of the tree; `status` is the exit status of a command that ends with it."""

    status: ClassVar[int] = 1


class UsageError(EvidenceError):
    """A command or a function was asked for something that cannot be asked so."""

    status: ClassVar[int] = 2


class SettingsError(UsageError):
    """A setting, a home or a passphrase is missing or unusable."""


class MalformedValue(EvidenceError):
    """Text that is not a value of the type it was read as."""

    def __init__(self, what: str, found: object, wanted: str) -> None:
        super().__init__(f"{what}: found {found!r}, wanted {wanted}.")
        self.what, self.found, self.wanted = what, found, wanted


class MalformedJson(MalformedValue):
    """JSON that is not strict, or holds what ours does not carry: floats, large integers, lone surrogates."""


class RuleError(EvidenceError):
    """The law as data gives no answer to what was asked."""

    status: ClassVar[int] = 3


class NoValueInForce(RuleError):
    """A dated parameter has no value on the day asked for."""

    def __init__(self, name: str, on: date, first: date) -> None:
        super().__init__(
            f"{name} has no value in force on {on}; its first starts on {first}. "
            "Check the date, or add the missing value with its source."
        )
        self.name, self.on, self.first = name, on, first


class NoRule(RuleError):
    """No product rule covers a code in the use and edition asked for."""


class StoreError(EvidenceError):
    """The database or the document store cannot do what was asked."""


class DocumentMissing(StoreError):
    """A document that the ledger names is not in the store."""


class DocumentDamaged(StoreError):
    """A stored document no longer has the digest it is stored under."""


class NotPublished(StoreError):
    """The entries ARE recorded; only their checkpoint could not be put where others look for it.

    Whoever gets this must not record the same again. `size` is the number of entries that stand.
    """

    def __init__(self, where: object, size: int, why: str) -> None:
        super().__init__(
            f"The entries are recorded ({size} in all), but their checkpoint could not be written to {where} ({why}). "
            "Do not record them again. Make that place writable; the next command writes it."
        )
        self.where, self.size = where, size


class StorageUnfit(StoreError):
    """The database lies where, or is set so, that acknowledged entries could be lost; nothing was signed."""

    status: ClassVar[int] = 4


class DatabaseBusy(StoreError):
    """Another program has been writing for longer than is waited; nothing was signed."""

    status: ClassVar[int] = 4


class WriteFailed(StoreError):
    """The database or its disk failed while a batch was written; nothing was acknowledged, and the writer has stopped.

    An error at the commit itself leaves open whether the batch is recorded: who opens the home anew finds out, and the
    same statements are then refused as recorded already.
    """

    status: ClassVar[int] = 4

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger could not be written ({why.rstrip('.')}); nothing was acknowledged, and this process signs "
            "nothing more. Look at the disk under the home and at the database, then give the command again: what was "
            "recorded all the same is not recorded twice."
        )
        self.why = why


class LedgerError(EvidenceError):
    """The ledger cannot do what was asked."""


class ProofError(LedgerError):
    """A note, checkpoint, envelope or proof is malformed or does not hold."""


class NoAnswer(LedgerError):
    """An authority or a witness gave no answer that can be used; it is asked again later."""


class WitnessContradicts(LedgerError):
    """A witness has cosigned another history of this ledger, or more of it than there is here."""


class RefusesToSign(LedgerError):
    """Signing now could fork, roll back or misdate the ledger; nothing was signed."""

    status: ClassVar[int] = 4


class RegisterError(EvidenceError):
    """The register holds no such thing, or cannot be derived."""


class IntakeError(EvidenceError):
    """What came in could not be taken; nothing of it was recorded."""


class LimitExceeded(IntakeError):
    """Something from outside is larger, deeper or slower than the settings allow."""


class ScannerUnavailable(IntakeError):
    """The virus scanner that was set gives no answer; nothing is taken in until it does."""


class OriginError(EvidenceError):
    """A determination could not be made from what is on record."""

    status: ClassVar[int] = 3


class PackError(EvidenceError):
    """A pack could not be built or read."""


class DemoFailed(EvidenceError):
    """A step of the demonstration did not end as its story has it."""
