"""The packs on record: those that were built, those that went out, and what each is of."""

from evidence.core.statements.handling import HandedOver
from evidence.core.statements.own import PackBuilt, PackReleased
from evidence.ledger.found import HomeHandle
from evidence.pack.form import layout
from evidence.pack.gathered.facts import Subject
from evidence.register.queries import Known, Register
from evidence.store.engine import reading


def packs_of(handle: HomeHandle, subject: Subject | None = None) -> list[Known[PackBuilt]]:
    """The packs built so far, of one subject or of all, in ledger order."""
    with reading(handle.engine) as connection:
        found = Register(connection).statements(PackBuilt)
    return found if subject is None else [known for known in found if is_of(known.value, subject)]


def is_of(was: PackBuilt, subject: Subject) -> bool:
    """Whether a recorded pack is of that subject."""
    if was.customs_entry != subject.customs_entry:
        return False
    return subject.shipment is None or was.shipment == subject.shipment


def is_whole(was: PackBuilt) -> bool:
    """Whether a recorded edition is the authority's, which withholds nothing of what a pack lacks.

    One that carries envelopes besides says so behind its name.
    """
    return was.edition.partition("-")[0] == layout.AUTHORITY


def gone_out(handle: HomeHandle) -> set[str]:
    """The numbers under which a pack was released or handed over, whatever became of the record of its building."""
    with reading(handle.engine) as connection:
        register = Register(connection)
        released = {known.value.pack for known in register.statements(PackReleased)}
        return released | {known.value.pack for known in register.statements(HandedOver)}


def subject_of(was: PackBuilt) -> Subject:
    """What a recorded pack is of."""
    return Subject(customs_entry=was.customs_entry) if was.customs_entry else Subject(shipment=was.shipment)
