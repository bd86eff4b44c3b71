"""Assists: what a buyer gives a seller free or cheaply for making the goods (RECORDS.md 18; 19 CFR 152.102(h))."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Currency, Text


class AssistKind(StrEnum):
    """The four kinds of 19 CFR 152.102(h)(1)."""

    MATERIALS = "materials or components"
    TOOLS = "tools, dies or moulds"
    CONSUMED = "merchandise consumed"
    ENGINEERING = "engineering, development, design or plans"


class AssistSpread(StrEnum):
    """What the value is spread over (19 CFR 152.103(e))."""

    FIRST_SHIPMENT = "first shipment"
    MADE_SO_FAR = "units made up to the first shipment"
    ANTICIPATED = "all units anticipated"
    OTHER = "other accepted method"


class AssistLine(Record):
    """One assist for one part. `spread_quantity` units of it carry `value` between them."""

    reference: Text
    """The assist's own number: told apart by it, none is counted twice."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The part whose value the assist adds to."""
    revision: Code | None = None
    """Empty where it adds to every revision."""
    giver: Code
    """The buyer that gave it."""
    receiver: Code
    """The producer that received it."""
    assist_kind: AssistKind
    """What was given."""
    value: Annotated[Amount, Field(ge=0)]
    """The whole value given, transport to the place of production in it."""
    currency: Currency
    given_on: date
    """The day on which it was given."""
    spread_over: AssistSpread
    """What the value is spread over."""
    spread_quantity: Annotated[Amount, Field(gt=0)]
    """Over how many units of the part."""
    period_from: date
    """The first day on which the part carries its share."""
    period_to: date
    """The last day on which the part carries its share."""
    shown_by: Text | None = None
    """What shows it: the tooling order, the transfer note, the asset register."""


class Assists(Load):
    """A load of assists."""

    kind: ClassVar[str] = "assist"
    line: ClassVar[type[Record]] = AssistLine
