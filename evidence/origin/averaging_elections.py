"""Elections to average, read from recorded `election` statements (19 CFR 182 App A s.16(6)-(7); 19 CFR 182.100).

An election's `election` is ``averaging`` and its `choice` names its particulars, separated by semicolons::

    category=b; class=d; basis=all; estimate=76.5; address=1 Specimen Road, Sampleton

`plant` or ``plants`` say where, `valid_from` and `valid_to` or ``period`` for which days. One statement is made for
each customs administration that it was filed with: `filed_with` is the country, the statement's event date the day. A
statement that supersedes an election does not unmake it: both are read, and a difference is a finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from evidence.core.statements.election import Election
from evidence.core.values import Period, decimal_from_text
from evidence.errors import MalformedValue
from evidence.origin.inputs import Fact
from evidence.rules.averaging import Basis, Category, Regime
from evidence.rules.elections import AveragingElection, Filing

N = TypeVar("N", Regime, Basis)

AVERAGING = "averaging"
CATEGORIES = {
    "a": Category.LINE_CLASS_PLANT,
    "b": Category.CLASS_PLANT,
    "c-line": Category.LINE_COUNTRY,
    "c-class": Category.CLASS_COUNTRY,
    "d": Category.AGREED,
    "plant": Category.PLANT,
    "core-group": Category.CORE_GROUP,
    "super-core": Category.SUPER_CORE,
    "similar": Category.SIMILAR,
}
"""Short names of the categories: letters are those of s.16(1)."""
_CUSTOMS = {"CBP": "US", "CBSA": "CA", "SAT": "MX"}
_CLASSES = {"passenger vehicle": "d", "light truck": "c", "heavy truck": "a"}
"""The class of motor vehicles (s.12) that holds each vehicle class, for who writes the one for the other."""
_PARTICULARS = (
    "regime", "category", "basis", "to", "model line", "class", "country", "plants", "kind", "period", "producer",
    "address", "estimate", "withdrawn", "vehicles",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An election to average that cannot be read, and why."""

    ref: str
    reason: str


def read_elections(facts: Iterable[Fact[Election]]) -> tuple[tuple[AveragingElection, ...], tuple[Unreadable, ...]]:
    """The elections to average among `facts`, those alike in everything but their filing as one, and those not read."""
    read: list[AveragingElection] = []
    faults: list[Unreadable] = []
    for fact in facts:
        if fact.value.election != AVERAGING:
            continue
        try:
            one = _read(fact)
        except MalformedValue as fault:
            faults.append(Unreadable(fact.ref, str(fault)))
            continue
        for at, other in enumerate(read):
            if replace(one, key=other.key, made_on=other.made_on, filings=other.filings) == other:
                read[at] = replace(other, filings=(*other.filings, *one.filings))
                break
        else:
            read.append(one)
    return tuple(read), tuple(faults)


def category(name: str) -> Category:
    """The category with that short or full name.

    Raises:
        MalformedValue: there is none.
    """
    if name in CATEGORIES:
        return CATEGORIES[name]
    try:
        return Category(name)
    except ValueError as error:
        raise MalformedValue("averaging category", name, f"one of {', '.join(CATEGORIES)}") from error


def _read(fact: Fact[Election]) -> AveragingElection:
    form = fact.value
    said = _particulars(form.choice)
    span = said.get("period")
    if span is not None:
        period = Period.parse(span)
    elif form.valid_from is not None and form.valid_to is not None:
        period = Period(form.valid_from, form.valid_to)
    else:
        raise MalformedValue(f"election {fact.ref}", "no period", "valid_from and valid_to, or period=…")
    plants = tuple(filter(None, (form.plant, *_several(said.get("plants", "")))))
    return AveragingElection(
        key=fact.ref,
        made_on=form.made_on,
        regime=_named(Regime, said.get("regime", Regime.VEHICLES.value)),
        category=category(said.get("category", "none given")),
        basis=_named(Basis, said.get("basis", Basis.ALL.value)),
        period=period,
        producer=said.get("producer", form.owner),
        address=said.get("address", ""),
        signer=form.signer,
        estimated=decimal_from_text(said["estimate"]) if "estimate" in said else None,
        plants=tuple(dict.fromkeys(plants)),
        model_line=said.get("model line", ""),
        vehicle_class=_CLASSES.get(said.get("class", "").replace("_", " "), said.get("class", "")),
        country=said.get("country", ""),
        kind=said.get("kind", ""),
        aim=_several(said.get("to", "")),
        filings=_filings(form),
        withdrawn_on=Period.parse(f"{said['withdrawn']}..{said['withdrawn']}").first if "withdrawn" in said else None,
        vehicles=category(said["vehicles"]) if "vehicles" in said else None,
    )


def _particulars(choice: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in filter(None, (each.strip() for each in choice.split(";"))):
        name, equals, value = piece.partition("=")
        name = name.strip().lower()
        if not equals or name not in _PARTICULARS or not value.strip():
            raise MalformedValue("choice of an election to average", piece, f"name=value, of {', '.join(_PARTICULARS)}")
        if name in found:
            raise MalformedValue("choice of an election to average", f"{name} twice", "each particular once")
        found[name] = value.strip()
    return found


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _named(names: type[N], name: str) -> N:
    try:
        return names(name)
    except ValueError as error:
        known = ", ".join(each.value for each in names)
        raise MalformedValue(f"{names.__name__.lower()} of an election to average", name, f"one of {known}") from error


def _filings(form: Election) -> tuple[Filing, ...]:
    if form.filed_with is None:
        return ()
    name = form.filed_with.split(" ")[0].strip(",")
    return (Filing(_CUSTOMS.get(name, name), form.event_date or form.made_on, form.receipt or ""),)
