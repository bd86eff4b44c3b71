"""What the parts of a report print besides a claim and its analysis: authority, elections, books, price.

Gathered by recorded links alone: an authority by the person who signed, lines of the books by the analysis that
counted them, a relationship by the parties of the shipment, a sale by its invoice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from evidence.core.statements.assist import AssistLine
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cost import CostLine, CostPoolLine
from evidence.core.statements.declaration import Silence
from evidence.core.statements.election import Election
from evidence.core.statements.handling import Anchor
from evidence.core.statements.inventory import InventoryLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.relationship import Relationship
from evidence.core.statements.sale import SaleLine
from evidence.origin.worksheet import Worksheet
from evidence.pack.gathered.exhibits import Shelf
from evidence.pack.words.language import marked
from evidence.register.queries import Known, Register

if TYPE_CHECKING:
    from evidence.pack.gathered.facts import Facts

R = TypeVar("R", bound=Record)


@dataclass(kw_only=True)
class Particulars:
    """All of it; lines of loads by ``#12:345``."""

    authorities: list[Known[Authority]] = field(default_factory=list)
    anchors: list[Known[Anchor]] = field(default_factory=list)
    """Of each certification, the first checkpoint over it that somebody else holds."""
    elections: list[Known[Election]] = field(default_factory=list)
    silences: list[Known[Silence]] = field(default_factory=list)
    costs: dict[str, Known[CostLine]] = field(default_factory=dict)
    pools: dict[str, Known[CostPoolLine]] = field(default_factory=dict)
    volumes: dict[str, Known[VolumeLine]] = field(default_factory=dict)
    inventories: dict[str, Known[InventoryLine]] = field(default_factory=dict)
    relationships: list[Known[Relationship]] = field(default_factory=list)
    sales: list[Known[SaleLine]] = field(default_factory=list)
    assists: list[Known[AssistLine]] = field(default_factory=list)


def particulars(register: Register, facts: "Facts", inputs: Iterable[Known[Statement]], shelf: Shelf) -> Particulars:
    """What is on record for the parts of the report; what it takes up goes into the pack.

    Args:
        register: as of the pack's checkpoint.
        facts: as gathered so far.
        inputs: the statements that the analyses rest on.
        shelf: receives the documents of what is taken up.
    """
    found = Particulars(
        authorities=_authorities(register, facts),
        anchors=_anchors(register, facts),
        elections=[_of(known) for known in inputs if isinstance(known.value, Election)],
        silences=[_of(known) for known in inputs if isinstance(known.value, Silence)],
    )
    for fact in facts.snapshots:
        _of_analysis(register, found, fact.worksheet)
    _of_price(register, facts, found)
    for known in _added(found):
        facts.use(known)
        shelf.named(register.by_id(known.statement_id), _TITLES[type(known.value)])
    return found


_TITLES: dict[type[Any], str] = {
    Authority: marked("authority to sign"),
    Anchor: marked("checkpoint held elsewhere"),
    Relationship: marked("relationship of buyer and seller"),
    SaleLine: marked("sales, their data"),
    AssistLine: marked("assists, their data"),
}


def _added(found: Particulars) -> list[Known[Any]]:
    """What no analysis rests on, and the pack therefore does not carry yet."""
    return [*found.authorities, *found.anchors, *found.relationships, *found.sales, *found.assists]


def _of(known: Known[Any]) -> Known[Any]:
    return Known(known.value, known.seq, known.statement_id, known.recorded_at)


def _authorities(register: Register, facts: "Facts") -> list[Known[Authority]]:
    """Of everybody who signed a certification; those alone that no later one supersedes."""
    signers = {known.value.signer for known in facts.certifications}
    found = register.statements_of(Authority, "person", signers) if signers else []
    gone = register.superseded(known.statement_id for known in found)
    return [known for known in found if known.statement_id not in gone]


def _anchors(register: Register, facts: "Facts") -> list[Known[Anchor]]:
    """The first anchor over each certification, each once; none later than all else that the pack rests on.

    Such a one is a fact of the next pack: otherwise each anchor would make a new pack where nothing changed.
    """
    newest = max(facts.used_lines, default=-1)
    every = [known for known in register.statements(Anchor) if known.seq < newest] if facts.certifications else []
    first = {next((one.seq for one in every if one.value.size > known.seq), -1) for known in facts.certifications}
    return [known for known in every if known.seq in first]


def _of_analysis(register: Register, found: Particulars, sheet: Worksheet) -> None:
    """Lines of loads that an analysis counted."""
    refs: dict[str, set[str]] = {}
    for ref in sheet.inputs:
        refs.setdefault(ref.kind, set()).add(ref.ref)
    refs["cost"] = refs.get("cost", set()) & counted(sheet)
    made = {row.part for row in sheet.materials if row.made_at is not None} | {sheet.good.part}
    bought = {row.part for row in sheet.materials}
    _take(found.costs, register, CostLine, "part", made, refs["cost"])
    _take(found.volumes, register, VolumeLine, "part", {sheet.good.part}, refs.get("volume", set()))
    _take(found.inventories, register, InventoryLine, "part", bought, refs.get("inventory", set()))
    _take(found.pools, register, CostPoolLine, "owner", {sheet.good.owner}, refs.get("cost-pool", set()))


def counted(sheet: Worksheet) -> frozenset[str]:
    """What the figures of an analysis came about from: it also looked at lines that it did not count, as estimates."""
    return frozenset(name for cell in sheet.cells for name in cell.rests_on)


def _take(
    into: dict[str, Known[R]], register: Register, line: type[R], column: str, values: set[str], refs: set[str]
) -> None:
    if refs:
        into.update({known.ref: known for known in register.lines_of(line, column, values) if known.ref in refs})


def _of_price(register: Register, facts: "Facts", found: Particulars) -> None:
    """Relationships of the shipment's parties, the producer's sale of the invoice lines, assists for the goods."""
    parties = {known.value.exporter for known in facts.shipments} | {known.value.consignee for known in facts.shipments}
    parties |= {line.entry.value.importer for line in facts.lines}
    goods = {(line.invoice_line.owner, line.invoice_line.part) for line in facts.lines if line.invoice_line}
    parties |= {owner for owner, _ in goods}
    related = register.statements_of(Relationship, "party", parties) if parties else []
    gone = register.superseded(known.statement_id for known in related)
    found.relationships = [
        known for known in related if known.value.other_party in parties and known.statement_id not in gone
    ]
    invoices = {line.invoice_line.invoice for line in facts.lines if line.invoice_line}
    for owner, part in sorted(goods):
        sold = register.lines_of(SaleLine, "invoice", invoices, owner=owner, part=part)
        found.sales += [known for known in sold if known not in found.sales]
        found.assists += register.lines(AssistLine, owner=owner, part=part)
