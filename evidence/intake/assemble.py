"""Values become statements: ids are minted, sources named, references found, and each held against what it needs."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from pydantic import ValidationError

from evidence.core.crosswalk.declared import tariff_inputs
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass, Record, Source, Statement
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import (
    DeclarationState,
    Request,
    Silence,
    SupplierDeclaration,
)
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.core.statements.work import WorkItem
from evidence.core.values import legal_day
from evidence.errors import MalformedValue, UsageError
from evidence.intake.alike_declarations import Difference, about, differences
from evidence.intake.backing import backing
from evidence.intake.beside import name_documents
from evidence.intake.declaration_fields import blocking, check_declaration
from evidence.intake.drafts import LoadDraft, Reception
from evidence.intake.elements import Effect, check_certification
from evidence.intake.faults import Faults, shown
from evidence.intake.lines import ShapedLines
from evidence.intake.on_record import ADDITIVE, OnRecord
from evidence.intake.questions import Place
from evidence.intake.read_files import ReadFile
from evidence.intake.shape import UNIQUE, Shaped
from evidence.intake.table import Table
from evidence.intake.templates import StateRow, Template
from evidence.intake.unmatched import Unmatched
from evidence.register.queries import Known, Register

SELF = "self"
Notice = Callable[[str], str | None]
"""Finds the digest of the file that a row names as notice, or None where there is none."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The load that the loads of an import take the place of, and why."""

    of: Known[Load]
    reason: str


@dataclass(frozen=True, slots=True)
class Assembler:
    """Makes the statements of one import. `lowered` are elements that a setting lowers to a warning."""

    reception: Reception
    on_record: OnRecord
    zone: str
    lowered: Collection[str]
    unmatched: Unmatched | None = None
    """Takes note of what the lines leave open; None where nothing becomes work, as in reading off a scan."""
    correction: Correction | None = None
    _relates: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def load(self, read: ReadFile, table: Table, template: Template, lines: ShapedLines) -> LoadDraft:
        """A whole table as one load: its parsed view is canonical JSON, a line each (DESIGN.md section 3)."""
        if not issubclass(template.kind, Load):
            raise TypeError(template.kind)
        corrected = self._corrected(read, table, template.kind)
        if template.name in ADDITIVE:
            self._once(read, table, template.kind.line, UNIQUE[template.name], lines)
        if corrected is not None:
            read.notices.append(
                f"takes the place of the {corrected.of.value.kind} load {corrected.of.ref}: {corrected.of.value.lines} "
                f"lines there, {len(lines)} here; none of the lines there counts any more, so give the whole load "
                "again. Determine anew what rests on it."
            )
        if self.unmatched is not None:
            self.unmatched.load(template.kind, self._place(read, table, 0), lines)
        source = Source(document=read.found.sha256, sheet=table.sheet, parser=table.parser)
        program = table.parser.partition("; mapping ")[0]  # a load's parser stands in clear; a mapping names its source
        return LoadDraft(
            template.kind, self._id(template.kind), source, program,
            lines.view, len(lines), lines.scale, lines.currency,
            supersedes=corrected.of.statement_id if corrected else None,
            supersedes_reason=corrected.reason if corrected else None, ahead=lines.ahead,
        )  # fmt: skip

    def _corrected(self, read: ReadFile, table: Table, kind: type[Load]) -> Correction | None:
        """The correction, where it is of this kind of load; another kind beside it is a fault."""
        if self.correction is None or type(self.correction.of.value) is kind:
            return self.correction
        named = f"{self.correction.of.value.kind} load {self.correction.of.ref}"
        read.faults.add(f"a {kind.kind} load in place of the {named}", "a load of the same kind", sheet=table.sheet)
        return None

    def _once(
        self, read: ReadFile, table: Table, line: type[Record], names: tuple[str, ...], lines: ShapedLines
    ) -> None:
        """Fault each line that another load holds already: loaded twice, it would count twice."""
        but = self.correction.of.seq if self.correction else None
        for row, key, where in self.on_record.again(line, names, read.found.name, lines, but):
            at = _At(read.faults, table, row)
            at.add(f"{', '.join(map(str, key))}, already in {where}", f"each {', '.join(names)} loaded once")

    def work(self) -> dict[str, list[WorkItem]]:
        """What the lines of the import leave open, by the digest of the file that each is to be recorded with.

        To be asked once, when every file is assembled: what one file brings serves the lines of the others.
        """
        return self.unmatched.work() if self.unmatched is not None else {}

    def relates_to(self, read: ReadFile) -> tuple[str, ...]:
        """The declarations on record that the file holds once more, by another channel; its receipt relates to them."""
        return tuple(dict.fromkeys(self._relates.get(read.found.sha256, ())))

    @staticmethod
    def _place(read: ReadFile, table: Table, row: int) -> Place:
        return Place(read.found.sha256, read.found.name, table.sheet, row)

    def statements(
        self, read: ReadFile, table: Table, template: Template, rows: list[Shaped], notice: Notice
    ) -> list[Statement]:
        """A statement for each row, or rows folded; what cannot stand leaves a fault."""
        made: list[Statement] = []
        for shaped in rows:
            at = _At(read.faults, table, shaped.row)
            statement = self._statement(read, table, template, shaped, at, notice)
            if statement is None:
                continue
            if self._stands(statement, at, read.notices):
                self.on_record.add(statement)
                if self.unmatched is not None:
                    self.unmatched.statement(statement, self._place(read, table, shaped.row))
                made.append(statement)
        return made

    def _statement(
        self, read: ReadFile, table: Table, template: Template, shaped: Shaped, at: "_At", notice: Notice
    ) -> Statement | None:
        values = dict(shaped.values)
        if isinstance(shaped.model, StateRow):
            event = self._event(shaped.model, at, notice)
            if event is None:
                return None
            values = event
        wrong = name_documents(template, values, notice, self.on_record.document)
        for column, found, wanted in wrong:
            at.add(found, wanted, column)
        if wrong:
            return None
        place = "AcroForm" if table.form else None
        source = Source(
            document=read.found.sha256, sheet=table.sheet, row=shaped.row or None, place=place, parser=table.parser
        )
        values |= {
            "id": self._id(template.kind),
            "issuer": values["supplier"] if template.kind is SupplierDeclaration else SELF,
            "source": source,
            "evidence_class": EvidenceClass.NATIVE if table.form else EvidenceClass.STRUCTURED,
        }
        if "supersedes" in values and not self._supersedes(template.kind, values, at):
            return None
        try:
            return template.kind.model_validate(values)
        except (ValidationError, MalformedValue) as error:
            at.add(shown(str(error)), f"a {template.name} that its kind accepts")
            return None

    def _event(self, row: StateRow, at: "_At", notice: Notice) -> dict[str, object] | None:
        """The fields of a declaration's change of state, references resolved."""
        of = self.on_record.earlier(SupplierDeclaration, (row.supplier, row.reference))
        if of is None:
            at.add(shown(row.reference), f"a declaration of {row.supplier} on record or in this import", "reference")
            return None
        declaration, _ = of
        if row.state is DeclarationState.ACCEPTED:
            behind = backing(declaration, self.unmatched.crosswalk()) if self.unmatched is not None else None
            for each in blocking(check_declaration(declaration, self.lowered, behind)):
                at.add(f"acceptance of a declaration with {each.found}", each.requirement.validation, "state")
        values: dict[str, object] = row.model_dump(include={"state", "effective_from", "reason", "by"})
        values["declaration"] = declaration.id
        if row.notice_file is not None:
            values["notice"] = notice(row.notice_file)
            if values["notice"] is None:
                at.add(shown(row.notice_file), "a file beside this one, without .. or links", "notice_file")
        if row.replaced_by is not None:
            by = self.on_record.earlier(SupplierDeclaration, (row.supplier, row.replaced_by))
            if by is None:
                at.add(shown(row.replaced_by), f"a declaration of {row.supplier} on record", "replaced_by")
                return None
            values["replaced_by"] = by[0].id
        return values

    def _supersedes(self, kind: type[Statement], values: dict[str, object], at: "_At") -> bool:
        """Find the statement superseded, by its id or by its own number; whether there is one, with a reason given."""
        named = str(values["supersedes"])
        found = self.on_record.named(kind, named, values)
        if found is None:
            at.add(shown(named), f"the id or number of a {kind.kind} on record", "supersedes")
        elif not values.get("supersedes_reason"):
            at.add("nothing", "why the earlier one is superseded", "supersedes_reason")
        else:
            values["supersedes"] = found
            return True
        return False

    def _stands(self, statement: Statement, at: "_At", notices: list[str]) -> bool:
        """Whether the statement is new under its number, and what it has to hold holds."""
        key = self.on_record.key(statement)
        if key is not None and statement.supersedes is None:
            earlier = self.on_record.earlier(type(statement), key)
            if earlier is not None and self._by_another_channel(statement, *earlier, notices):
                return False
            if earlier is not None:
                at.add(*_numbered(statement, key, *earlier))
                return False
        if isinstance(statement, Silence) and self.on_record.earlier(Request, (statement.request,)) is None:
            at.add(shown(statement.request), "the number of a request on record or in this import", "request")
            return False
        if isinstance(statement, CertificationOfOrigin):
            return self._certification(statement, at, notices)
        return not isinstance(statement, SupplierDeclaration) or self._inputs(statement, at)

    def _by_another_channel(self, statement: Statement, earlier: Statement, ref: str, notices: list[str]) -> bool:
        """Whether a declaration says in other bytes just what the one with its number says: it is not stated twice."""
        if not isinstance(statement, SupplierDeclaration) or not isinstance(earlier, SupplierDeclaration):
            return False
        documents = [each.source.document if each.source else None for each in (statement, earlier)]
        if documents[0] is None or documents[0] == documents[1] or _differ(statement, earlier):
            return False
        name = f"declaration {statement.reference} of {statement.supplier}"
        notices.append(
            f"{name} is the same declaration as in {ref}, by another channel; the document is kept beside it"
        )
        self._relates[documents[0]].append(about(earlier))
        return True

    def _inputs(self, declaration: SupplierDeclaration, at: "_At") -> bool:
        try:
            tariff_inputs(declaration)
        except MalformedValue as error:
            at.add(shown(error.found), error.wanted, "inputs")
            return False
        return True

    def _certification(self, statement: CertificationOfOrigin, at: "_At", notices: list[str]) -> bool:
        today = legal_day(self.reception.now, self.zone)
        sound = True
        for each in check_certification(statement, today, self.lowered):
            if each.met:
                continue
            if each.effect is Effect.BLOCK_ISSUE:
                at.add(f"{each.requirement.field}: {each.found}", f"{each.requirement.validation} ({each.law})")
                sound = False
            else:
                notices.append(f"certification {statement.number}, {each.effect.value}: {each}")
        return sound

    def _id(self, kind: type[Statement]) -> str:
        return mint(kind.prefix, self.reception.now, self.reception.random)


def _differ(one: SupplierDeclaration, other: SupplierDeclaration) -> list[Difference]:
    """The fields in which two declarations of one party's number differ; under which of its numbers is none of them."""
    return [each for each in differences(one, other) if each.field != "supplier"]


def _numbered(statement: Statement, key: tuple[object, ...], earlier: Statement, ref: str) -> tuple[str, str]:
    """What is wrong with a statement whose number another has, and what is wanted instead."""
    name = f"the {statement.kind} {' of '.join(str(part) for part in reversed(key))}"
    if not isinstance(statement, SupplierDeclaration) or not isinstance(earlier, SupplierDeclaration):
        return f"{name}, already in {ref}", "another number, or the columns supersedes and supersedes_reason"
    differ = _differ(statement, earlier)
    if not differ:
        return f"{name}, already in {ref} with the same content", "each declaration once"
    fields = "; ".join(each.told() for each in differ)
    other = ref if ref.startswith("#") else f"the one in {ref}"
    return (
        f"{name}, which differs from {other} in {fields}",
        "the one that holds: ask the supplier which, or use the columns supersedes and supersedes_reason",
    )


def correction(register: Register, named: str, reason: str) -> Correction:
    """The load called `named` (its id, or its entry as ``#12``), to be superseded for a reason.

    Raises:
        UsageError: there is no such load, it is superseded already, or the reason is empty.
    """
    if not reason.strip():
        raise UsageError("--supersedes needs --reason: why the load on record is corrected.")
    found = next(
        (
            each
            for kind in KINDS.values()
            if issubclass(kind, Load)
            for each in register.statements(kind)
            if named in (each.statement_id, each.ref, each.ref.removeprefix("#"))
        ),
        None,
    )
    if found is None:
        raise UsageError(f"No load is called {named!r}. Give its id, or its entry as #12.")
    if by := [edge for edge in register.edges(to_id=found.statement_id) if edge.role == "supersedes"]:
        raise UsageError(f"The {found.value.kind} load {found.ref} is superseded already, by #{by[-1].seq}.")
    return Correction(found, reason.strip())


@dataclass(frozen=True, slots=True)
class _At:
    """Where faults of the row at hand are put."""

    faults: Faults
    table: Table
    row: int

    def add(self, found: str, wanted: str, column: str | None = None) -> None:
        if column in self.table.header:
            column = self.table.column(self.table.header.index(column))
        self.faults.add(found, wanted, sheet=self.table.sheet, row=self.row, column=column)
