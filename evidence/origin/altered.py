"""The law and the records of one question as a what-if alters them.

Pure: rule set and inputs in, rule set and inputs out. What is altered is never recorded: its inputs name no ledger
size, and its rule set bears a name that no home has on record.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.election import Election
from evidence.errors import OriginError, UsageError
from evidence.origin.alterations import Agreement, Alterations, CoreGoods, Figure, Reclassified
from evidence.origin.altered_supply import declared, resupplied, with_fields, withdrawn
from evidence.origin.choices import CORE_WAY, INVENTORY, PRORATION, SEVERAL_SUPPLIERS, WORST_CASE
from evidence.origin.codes import CodeFile
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.codes import EDITION, CodeSpan, subheading
from evidence.rules.core_parts import Way
from evidence.rules.parameters import Law, Parameter
from evidence.rules.parties import Party
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import WHOLE_PART, TableRow

_SOURCE = "a what-if, no law"
_MARK = "K"
_NONE = "A.1:none; A.2:none"
_TO_PRODUCER = {
    SEVERAL_SUPPLIERS: (WORST_CASE, PRORATION, INVENTORY),
    CORE_WAY: tuple(way.value for way in Way),
}


def altered_law(law: RuleSet, alterations: Alterations, days: tuple[date, ...], agreement: Agreement | None) -> RuleSet:
    """The rule set with the figures, rows and parties of the what-if, as they stand on `days`.

    Raises:
        OriginError: a row begins within the period, so that no one law holds over all of it.
        RuleError: there is no such figure.
    """
    parameters = dict(law.parameters)
    for figure in alterations.figure:
        parameters[figure.series] = _from(law.series(figure.series), figure)
    rows = list(law.tables.rows)
    for row in alterations.row:
        if _in_force(row.from_, days, f"the row of Table {row.table} for {row.code}"):
            if row.removed:
                rows = [each for each in rows if (each.table, each.code) != (row.table, row.code)]
            else:
                rows.append(_row(row.table, "", row.code, row.description))
    for goods in alterations.core_part:
        if _in_force(goods.from_, days, f"the core parts {', '.join(goods.codes)}"):
            for code in goods.codes:
                rows.append(_row("A.1", "core", code, goods.description, ex=bool(goods.parts)))
                rows.append(
                    _row("A.2", f"{goods.group} | ({WHOLE_PART})", code, goods.description, ex=bool(goods.parts))
                )
            if goods.contents:
                parameters |= _own_contents(law, goods)
    name = f"what-if/{alterations.digest or 'made-here'}{f'/{agreement.name}' if agreement else ''}.toml"
    return replace(
        law,
        files=tuple(sorted((*law.files, (name, alterations.digest or "0" * 64)))),
        parameters=MappingProxyType(parameters),
        tables=replace(law.tables, rows=tuple(rows)),
        parties=law.parties if agreement is None else tuple(_party(law, each) for each in agreement.parties),
    )


def require_known(alterations: Alterations, law: RuleSet) -> None:
    """Refuses a figure, reading or option that there is not.

    Raises:
        RuleError: the law has no figure, question or reading of that name.
        UsageError: it is no option that the law leaves to the producer.
    """
    for figure in alterations.figure:
        law.series(figure.series)
    for reading in alterations.reading:
        if reading.name not in _TO_PRODUCER:
            law.choice(reading.name, reading.option)
        elif reading.option not in _TO_PRODUCER[reading.name]:
            wanted = ", ".join(_TO_PRODUCER[reading.name])
            raise UsageError(f"{reading.name} has no option {reading.option!r}; choose one of {wanted}.")


def altered_inputs(
    inputs: Inputs, alterations: Alterations, law: RuleSet, region: Iterable[str]
) -> tuple[Inputs, frozenset[str]]:
    """The inputs as the what-if has them, and which of its changes to records met something to change.

    Args:
        law: in use, whose parties `region` is compared with.
        region: the countries of the parties in the what-if.
    """
    asked, met = inputs.question, set[str]()
    changed = inputs.model_copy(update={"as_of": 0})
    for what, change in _changes(alterations, law, asked.law_days[0]):
        after = change(changed)
        if after is not changed:
            met.add(what)
        changed = after
    for number, reading in enumerate(alterations.reading, start=1):
        election = Election(
            id=f"what-if-{number}", issuer="self", election=reading.name, choice=reading.option, owner=asked.owner,
            made_on=asked.period_from, irrevocable=False, signer=_SOURCE,
        )  # fmt: skip
        changed = changed.model_copy(update={"elections": (*changed.elections, _fact(election, "election"))})
    left = law.region - set(region)
    return (_without(changed, left) if left else changed), frozenset(met)


def changes_of(alterations: Alterations) -> tuple[str, ...]:
    """What a what-if changes on record, in words."""
    return tuple(what for what, _ in _changes(alterations, None, date.max))


def _changes(
    alterations: Alterations, law: RuleSet | None, day: date
) -> Iterator[tuple[str, Callable[[Inputs], Inputs]]]:
    """Each change to what is on record, in words and as what makes it."""
    for new in alterations.reclassified:
        yield f"{new.part} classified under {new.code}", partial(_reclassified, new=new)
    for goods in alterations.core_part:
        if law is None or goods.from_ <= day:
            yield f"{', '.join(goods.codes)} as core parts", partial(_as_core, goods=goods, law=law)
    for supplier in alterations.supplier:
        yield f"{supplier.part} bought from {supplier.to}", partial(resupplied, new=supplier)
    for lost in alterations.withdrawn:
        yield f"declaration {lost.supplier}:{lost.reference} withdrawn", partial(withdrawn, lost=lost)
    for won in alterations.declared:
        by = f" by {won.supplier}" if won.supplier else ""
        yield f"{won.part} declared originating{by}", partial(declared, won=won)


def _from(old: Parameter, figure: Figure) -> Parameter:
    """A dated figure with the altered amount from its day on."""
    kept = [law for law in old.values if law.first < figure.from_]
    model = kept[-1] if kept else old.values[0]
    if kept and (kept[-1].last is None or kept[-1].last >= figure.from_):
        kept[-1] = replace(kept[-1], last=figure.from_ - timedelta(days=1))
    new = replace(model, amount=figure.amount, first=figure.from_, last=None, source=_SOURCE, condition="",
                  confidence=_MARK)  # fmt: skip
    return replace(old, values=(*kept, new))


def _own_contents(law: RuleSet, goods: CoreGoods) -> dict[str, Parameter]:
    """The dated content of core parts that are phased in, for each of their codes."""
    model = law.series("A2-NC")
    ends = [step.from_ - timedelta(days=1) for step in goods.contents[1:]]
    values = tuple(
        Law(
            name=model.name,
            amount=step.amount,
            unit=model.unit,
            source=_SOURCE,
            first=step.from_,
            last=last,
            checked=model.values[-1].checked,
            confidence=_MARK,
            comparator=model.values[-1].comparator,
        )
        for step, last in zip(goods.contents, [*ends, None], strict=True)
    )
    names = [f"{series} {code}" for series in ("A1-NC", "A2-NC") for code in goods.codes]
    return {name: Parameter(name, model.subject, model.measure, model.unit, values) for name in names}


def _row(table: str, column: str, code: str, description: str, *, ex: bool = False) -> TableRow:
    return TableRow(
        table=table, column=column, code=code, ex=ex, description=description, citation=_SOURCE, confidence=_MARK,
        hs_edition=EDITION, checked="", note="",
    )  # fmt: skip


def _party(law: RuleSet, country: str) -> Party:
    """A party of the law in use, or one that it does not have."""
    known = next((each for each in law.parties if each.country == country), None)
    return known or Party(country, _SOURCE, _MARK, law.parties[0].checked)


def _in_force(first: date, days: tuple[date, ...], what: str) -> bool:
    """Whether something binds on every day asked about.

    Raises:
        OriginError: on some of them only.
    """
    begun = {first <= day for day in days}
    if len(begun) > 1:
        raise OriginError(f"In the what-if {what} begin on {first}, within {days[0]} to {days[-1]}; ask about a part.")
    return begun == {True}


def _reclassified(inputs: Inputs, new: Reclassified) -> Inputs:
    """A part's classifications replaced by one."""
    found: list[Fact[ClassificationLine]] = []
    done: set[str] = set()
    for fact in inputs.classifications:
        of = fact.value
        if of.part != new.part or new.owner not in (None, of.owner):
            found.append(fact)
        elif of.owner not in done:
            done.add(of.owner)
            role = new.table_role or of.table_role
            update = {"code": new.code, "hs_edition": new.hs_edition, "country": "any", "table_role": role}
            found.append(fact.model_copy(update={"value": of.model_copy(update=update)}))
    return inputs.model_copy(update={"classifications": tuple(found)}) if done else inputs


def _as_core(inputs: Inputs, goods: CoreGoods, law: RuleSet | None) -> Inputs:
    """Every part of the codes recorded as a core part of the group; one that is recorded as such stays as it is.

    Where only some parts of the codes are meant, each is recorded as what the rows describe, and every other as not.
    """
    codes = CodeFile(inputs) if law is None else CodeFile(inputs, law.items)
    spans = [CodeSpan.parse(code) for code in goods.codes]

    def meant(owner: str, part: str) -> bool:
        code = codes.of(owner, part).rule_code
        return bool(code) and any(span.holds(subheading(code or "")) for span in spans)

    of_codes = {
        (fact.value.owner, fact.value.part) for fact in inputs.items if meant(fact.value.owner, fact.value.part)
    }
    parts = {key for key in of_codes if not goods.parts or key[1] in goods.parts}
    if not of_codes:
        return inputs
    items = tuple(
        with_fields(fact, core_group=goods.group)
        if (fact.value.owner, fact.value.part) in parts and fact.value.core_group is None
        else fact
        for fact in inputs.items
    )
    if not goods.parts:
        return inputs.model_copy(update={"items": items})
    is_one = f"A.1:{goods.description}; A.2:{goods.group}:{WHOLE_PART}"
    classifications = tuple(
        with_fields(
            fact,
            table_role="; ".join(
                filter(None, [fact.value.table_role, is_one if (fact.value.owner, fact.value.part) in parts else _NONE])
            ),
        )
        if (fact.value.owner, fact.value.part) in of_codes
        else fact
        for fact in inputs.classifications
    )
    return inputs.model_copy(update={"items": items, "classifications": classifications})


def _without(inputs: Inputs, left: Iterable[str]) -> Inputs:
    """The inputs without the declarations of goods made in countries that are no longer of the region."""
    gone, countries = set(left), {fact.value.site: fact.value.country for fact in inputs.sites}
    kept = tuple(
        fact
        for fact in inputs.declarations
        if countries.get(fact.value.plant or "", fact.value.country) not in gone and fact.value.country not in gone
    )
    return inputs.model_copy(update={"declarations": kept})


def _fact(value: Election, kind: str) -> Fact[Election]:
    return Fact(ref=value.id, seq=1 << 62, statement=value.id, kind=kind, value=value)
