"""Values become statements: ids are minted, sources named, references found, and each held against what it needs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pydantic import ValidationError

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
from evidence.core.values import legal_day
from evidence.errors import MalformedValue
from evidence.intake.declaration_fields import blocking, check_declaration
from evidence.intake.drafts import LoadDraft, Reception
from evidence.intake.elements import Effect, check_certification
from evidence.intake.faults import Faults, shown
from evidence.intake.on_record import ADDITIVE, OnRecord
from evidence.intake.read_files import ReadFile
from evidence.intake.shape import UNIQUE, Shaped
from evidence.intake.table import Table
from evidence.intake.templates import StateRow, Template

SELF = "self"
Notice = Callable[[str], str | None]
"""Finds the digest of the file that a row names as notice, or None where there is none."""


@dataclass(frozen=True, slots=True)
class Assembler:
    """Makes the statements of one import. `lowered` are elements that a setting lowers to a warning."""

    reception: Reception
    on_record: OnRecord
    zone: str
    lowered: Collection[str]

    def load(self, read: ReadFile, table: Table, template: Template, rows: list[Shaped]) -> LoadDraft:
        """A whole table as one load: its parsed view is canonical JSON, a line each (DESIGN.md section 3)."""
        if not issubclass(template.kind, Load):
            raise TypeError(template.kind)
        if template.name in ADDITIVE:
            self._once(read, table, template.kind.line, UNIQUE[template.name], rows)
        view = b"".join(row.line for row in rows)
        source = Source(document=read.found.sha256, sheet=table.sheet, parser=table.parser)
        return LoadDraft(template.kind, self._id(template.kind), source, table.parser, view, len(rows))

    def _once(
        self, read: ReadFile, table: Table, line: type[Record], names: tuple[str, ...], rows: list[Shaped]
    ) -> None:
        """Fault each line that another load holds already: loaded twice, it would count twice."""
        known = self.on_record.lines(line, names)
        for row in rows:
            key = tuple(row.values[name] for name in names)
            if key in known:
                at = _At(read.faults, table, row.row)
                at.add(f"{', '.join(map(str, key))}, already in {known[key]}", f"each {', '.join(names)} loaded once")
            known.setdefault(key, f"{read.found.name}, row {row.row}")

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
            for each in blocking(check_declaration(declaration, self.lowered)):
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
            if earlier is not None:
                of = " of ".join(str(part) for part in reversed(key))
                wanted = "another number, or the columns supersedes and supersedes_reason"
                at.add(f"the {statement.kind} {of}, already in {earlier[1]}", wanted)
                return False
        if isinstance(statement, Silence) and self.on_record.earlier(Request, (statement.request,)) is None:
            at.add(shown(statement.request), "the number of a request on record or in this import", "request")
            return False
        if isinstance(statement, CertificationOfOrigin):
            return self._certification(statement, at, notices)
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
