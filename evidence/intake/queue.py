"""Takes what waits in the inbox through the whole intake, one item after the other.

An item is read, checked and recorded exactly as ``evidence import`` does with a file; what has a fault is held back
with its reason, whole, and those behind it go on. An item's receipt stands in the receipt of the document as the basis
of its day, so that an item taken by a process that was killed before it could say so is known again.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError

from evidence.core.disclosure import Tier
from evidence.core.statements.own import DocumentReceived
from evidence.core.values import legal_day
from evidence.errors import (
    DocumentDamaged,
    DocumentMissing,
    EvidenceError,
    IntakeError,
    NotPublished,
    RefusesToSign,
    ScannerUnavailable,
    StoreError,
    UsageError,
)
from evidence.intake.drafts import Reception
from evidence.intake.mapping_document import Mapping, parse_mapping
from evidence.intake.mapping_saved import saved_mappings
from evidence.intake.options import Options
from evidence.intake.run import Imported, import_paths
from evidence.intake.templates import DOCUMENT
from evidence.ledger.found import HomeHandle
from evidence.ledger.inbox import FOLDER, Inbox, Item, State
from evidence.ledger.lock import writing_turn
from evidence.ledger.writer import WAIT_S
from evidence.register.queries import Register
from evidence.store.engine import reading

_STRICTER = tuple(Tier)  # each after those that it is stricter than
_LAID_OUT = "taking"  # beneath the inbox: the item at hand, under its own name


@dataclass(frozen=True, slots=True)
class Queue:
    """The inbox of a home opened to sign. `tier` is the operator's; of it and what was said of an item the stricter
    counts.
    """

    handle: HomeHandle
    inbox: Inbox
    tier: Tier | None = None

    def take(
        self, settled: Callable[[Item], None] | None = None, goes_on: Callable[[], bool] = lambda: True
    ) -> list[Item]:
        """Take what waits, oldest first, and give what became of each item.

        Where the virus scanner does not answer, the item at hand and those behind it go on waiting.

        Args:
            settled: told of each item once it is recorded or held back.
            goes_on: asked before each item.

        Raises:
            EvidenceError: what no item is to blame for: the ledger refuses to sign, the database cannot be used.
        """
        taken: list[Item] = []
        while goes_on() and (item := self.inbox.next()) is not None:
            taken.append(self.take_in(item))
            if settled is not None:
                settled(taken[-1])
            if taken[-1].state is State.WAITING:
                break
        return taken

    def take_in(self, item: Item) -> Item:
        """Take one item through the intake; recorded, already recorded, or held back with its reason.

        Raises:
            EvidenceError: as `take` has it.
        """
        with self._turn():
            item = self.inbox.item(item.id)
            if item.state is not State.WAITING:
                return item  # another process has taken it meanwhile
            return self._settle(self.inbox.begin(item, self.handle.clock.now()))

    def keep(self, item: Item, reason: str, by: str, tier: Tier | None = None) -> Item:
        """Record an item as a document only, marked as refused: a person's choice, for what cannot be read.

        Raises:
            UsageError: it is on record, or no reason or no name is given.
            IntakeError: not even that may be recorded; the item stays as it was.
            EvidenceError: as `take` has it.
        """
        if not reason.strip() or not by.strip():
            raise UsageError("Keeping a file unread needs a reason and the name of who decided it.")
        with self._turn():
            item = self.inbox.release(self.inbox.item(item.id))
            told = replace(item.told, kind=DOCUMENT, refused=f"{reason.strip()} (kept by {by.strip()})")
            told = replace(told, tier=_stricter(told.tier, tier))
            return self._settle(replace(self.inbox.begin(item, self.handle.clock.now()), told=told))

    def _settle(self, item: Item) -> Item:
        """Take an item in, and put down in the inbox what became of it."""
        try:
            outcome = self._taken(item)
        except ScannerUnavailable as error:
            return self.inbox.hold(item, [str(error)], State.WAITING)
        except (RefusesToSign, NotPublished):
            raise
        except StoreError as error:
            if not _of_one_item(error):
                raise
            return self.inbox.hold(item, [str(error)])
        except EvidenceError as error:
            return self.inbox.hold(item, [str(error)])
        except Exception as error:  # noqa: BLE001 -- a fault of ours over one item must not stop those behind it
            return self.inbox.hold(item, [f"internal fault: {type(error).__name__}: {error}"])
        if outcome.faults:
            return self.inbox.hold(item, outcome.faults, notes=outcome.notes)
        return self.inbox.settle(item, outcome.state, outcome.first, outcome.last, outcome.notes)

    def _taken(self, item: Item) -> "_Outcome":
        """What an item has come to; on record by its own entries, by earlier ones, or kept out by its faults."""
        tier = _stricter(item.told.tier, self.tier) or Tier.RESTRICTED
        before = self._own(item) if item.attempts > 1 else []
        if before and tier is Tier.SECRET_PERSONAL:  # its receipt names other bytes, so no duplicate would be found
            return _Outcome(State.RECORDED, before[0], before[-1])
        with self._laid_out(item) as path:
            came = self._imported(item, path, tier)
        notes = came.plan.notices
        if not came.plan.clean:
            return _Outcome(faults=tuple(str(fault) for fault in came.plan.faults), notes=notes)
        entries = before + [seq for each in came.recorded for seq in (each.first, each.last)]
        if entries:
            return _Outcome(State.RECORDED, min(entries), max(entries), notes=notes)
        already = next(int(each.already[1:]) for each in came.plan.duplicates if each.already.startswith("#"))
        if not self.handle.documents.has(item.sha256):
            gone = f"{item.name}: these bytes were recorded as #{already} and are not in the store any more"
            return _Outcome(faults=(gone,), notes=notes)
        return _Outcome(State.ALREADY_RECORDED, already, already, notes=notes)

    def _imported(self, item: Item, path: Path, tier: Tier) -> Imported:
        settings, told = self.handle.settings, item.told
        reception = Reception(
            settings.organisation.legal_name,
            told.received_on or legal_day(item.submitted_at, settings.zone),
            self.handle.clock.now(),
            self.handle.random,
            received_basis=_basis(item),
            channel=item.channel,
            tier=tier,
            refused=told.refused,
        )
        kind = DOCUMENT if tier is Tier.SECRET_PERSONAL else told.kind
        options = Options(kind=kind, mappings=self._mappings(told.mapping))
        return import_paths(self.handle, [path], reception, options, keep=False)

    def _mappings(self, name: str | None) -> tuple[Mapping, ...]:
        """The saved mapping that the item's columns are to be read by."""
        if name is None:
            return ()
        with reading(self.handle.engine) as connection:
            saved = saved_mappings(Register(connection)).get(name)
        if saved is None:
            raise IntakeError(f"No mapping is called {name!r}. Save it, then 'evidence inbox retry'.")
        return (parse_mapping(self.handle.documents.read(saved.value.mapping)),)

    def _own(self, item: Item) -> list[int]:
        """The entries that an earlier taking of this very item recorded before it was killed, in order."""
        with reading(self.handle.engine) as connection:
            receipts = Register(connection).statements(DocumentReceived, received_basis=_basis(item))
        entries = {seq for each in receipts for seq in self.handle.ledger.entries_naming(each.value.document)}
        return sorted(seq for seq in entries if seq >= receipts[0].seq)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time takes from an inbox: two would both find a file new, and record it twice."""
        with writing_turn(self.handle.settings.home / "inbox.lock", WAIT_S):
            yield

    @contextmanager
    def _laid_out(self, item: Item) -> Iterator[Path]:
        """The item as a file of its own name, alone in a folder; what a killed process left there goes first."""
        place = self.handle.settings.home / FOLDER / _LAID_OUT
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise StoreError(f"{place} cannot be written ({error.strerror}). Check the disk.") from error
        try:
            yield self._copy(item, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _copy(self, item: Item, place: Path) -> Path:
        try:
            return self.inbox.lay_out(item, place)
        except DocumentMissing:
            if not self.handle.documents.has(item.sha256):
                raise
        # a backup taken between two steps has the row as it was and the bytes where they went
        self.handle.documents.verify(item.sha256)
        with self.handle.documents.open(item.sha256) as kept:
            os.link(kept.name, place / item.name)
        return place / item.name


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an item has come to: its entries, or the faults that keep it out; and what is worth telling beside."""

    state: State = State.HELD_BACK
    first: int = 0
    last: int = 0
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _stricter(*tiers: Tier | None) -> Tier | None:
    """The strictest of what was said; None where nothing was."""
    return max((tier for tier in tiers if tier is not None), key=_STRICTER.index, default=None)


def _of_one_item(error: StoreError) -> bool:
    """Whether an item is to blame: its bytes, or values that the database takes of no statement twice or not at all."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, DocumentDamaged | DocumentMissing | IntegrityError | DataError):
            return True
        at = at.__cause__
    return False


def _basis(item: Item) -> str:
    """Why the day is believed, with the receipt by which the item is known again."""
    left = f"left in the inbox, receipt {item.id}"
    return f"{item.told.received_basis}; {left}" if item.told.received_basis else left
