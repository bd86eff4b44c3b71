"""The tariff code of a part in the edition that the rules print, from its recorded classifications.

A code of another edition needs a concordance that is on file and cited; nothing is mapped silently.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance as ConcordanceStatement
from evidence.errors import NoRule
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.codes import EDITION
from evidence.rules.concordance import Concordance, ConcordanceRow
from evidence.rules.national_items import NationalItems

_NO_ITEMS = NationalItems(())


@dataclass(frozen=True, slots=True)
class RecordedCode:
    """A part's code as recorded and as the rules read it.

    Attributes:
        rule_code: six, eight or ten digits in the edition of the rules; None where none can be had, with `reason`.
        by: how the code was read, with citation and mark; empty where it was of that edition and of no letter code.
        roles: what the part is recorded to be, in the words of the tables and rules.
    """

    edition: str
    code: str
    rule_code: str | None
    by: str
    roles: tuple[str, ...]
    rests_on: tuple[str, ...]
    reason: str = ""


class CodeFile:
    """The classifications and concordances on file."""

    def __init__(self, inputs: Inputs, items: NationalItems = _NO_ITEMS) -> None:
        self._items = items
        self._lines: dict[tuple[str, str], list[Fact[ClassificationLine]]] = defaultdict(list)
        for fact in inputs.classifications:
            self._lines[fact.value.owner, fact.value.part].append(fact)
        self._concordances = inputs.concordances
        self._rows = Concordance(tuple(_row(fact.value) for fact in inputs.concordances))
        self._day = inputs.question.period_to
        self._countries = ("any", inputs.question.importing_country or "any")
        self._alike: dict[tuple[str | None, ...], RecordedCode] = {}

    def of(self, owner: str, part: str) -> RecordedCode:
        """The code of a part on the last day of the period: of the rules' edition if recorded, else by concordance."""
        found = [fact for fact in self._lines[owner, part] if self._in_force(fact.value)]
        if not found:
            return RecordedCode("", "", None, "", (), (), f"no classification of {part} is on file for {self._day}")
        if len(found) > 1:
            return self._recorded(found)
        one, line = found[0], found[0].value
        alike = (line.code, line.hs_edition, line.country, line.table_role)
        read = self._alike.get(alike)
        if read is None:
            read = self._alike[alike] = self._recorded(found)
        refs = (one.ref, *read.rests_on[1:])
        return RecordedCode(read.edition, read.code, read.rule_code, read.by, read.roles, refs, read.reason)

    def _recorded(self, found: Sequence[Fact[ClassificationLine]]) -> RecordedCode:
        """The code of a part that is classified so; of what rests on it, the classification goes first."""
        chosen = max(found, key=self._preference)
        line = chosen.value
        items = [each for fact in found for each in self._items.of(fact.value.code, fact.value.country) if each.decides]
        recorded = [role for fact in found for role in _roles(fact.value)]
        roles = tuple(dict.fromkeys([*recorded, *(item.letter_code for item in items)]))
        try:
            read = self._rows.to_rules(line.code, line.hs_edition)
        except NoRule as missing:
            return RecordedCode(line.hs_edition, line.code, None, "", roles, (chosen.ref,), str(missing))
        rule_code = line.code if read.by is None else read.digits
        used = [] if read.by is None else [fact.ref for fact in self._concordances if _row(fact.value) == read.by]
        by = "; ".join(filter(None, [read.note, *dict.fromkeys(item.said for item in items)]))
        return RecordedCode(line.hs_edition, line.code, rule_code, by, roles, (chosen.ref, *used))

    def read(self, code: str, edition: str) -> RecordedCode:
        """A code recorded apart from a classification, as the rules read it."""
        try:
            read = self._rows.to_rules(code, edition)
        except NoRule as missing:
            return RecordedCode(edition, code, None, "", (), (), str(missing))
        used = [] if read.by is None else [fact.ref for fact in self._concordances if _row(fact.value) == read.by]
        return RecordedCode(edition, code, read.digits, read.note, (), tuple(used))

    def _in_force(self, line: ClassificationLine) -> bool:
        begun = line.applies_from <= self._day and (line.applies_to is None or self._day <= line.applies_to)
        return begun and line.country in self._countries

    def _preference(self, fact: Fact[ClassificationLine]) -> tuple[bool, bool, int]:
        """The rules' edition before others, the importing country's code before a general one, the later before the
        earlier.
        """
        return fact.value.hs_edition == EDITION, fact.value.country != "any", fact.seq


def _roles(line: ClassificationLine) -> Iterable[str]:
    return [role.strip() for role in (line.table_role or "").split(";") if role.strip()]


def _row(statement: ConcordanceStatement) -> ConcordanceRow:
    return ConcordanceRow(
        from_editions=(statement.from_edition,),
        from_code=statement.from_code,
        to_edition=statement.to_edition,
        to_code=statement.to_code,
        kind=statement.relation,
        condition=statement.condition,
        citation=statement.citation,
        confidence=statement.mark,
        checked="",
        note="",
    )
