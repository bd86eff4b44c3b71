"""Figures for other regimes, qualification of sources, and alternative staging (RECORDS.md 35)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Basis, Record, Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Country, Currency, Sha256, Text


class OtherRegime(StrEnum):
    """Regimes that ask for like figures under other definitions; none of them is origin under the agreement."""

    US_CONTENT = "US content"
    PROHIBITED_ENTITY = "45X prohibited foreign entity"
    LABELLING = "labelling"


class RegimeLine(Record):
    """One figure of one good under one regime over one period."""

    regime: OtherRegime
    """Which regime asks for it."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The good."""
    plant: Code | None = None
    """The plant that makes it."""
    period_from: date
    period_to: date
    measure: Text
    """What the figure is, in the regime's own words."""
    figure: Amount
    """The figure itself."""
    unit: Text
    """Percent, or a currency, or a count."""
    currency: Currency | None = None
    figures: Basis
    """Whether the figure is actual, an estimate or a standard."""
    approval: Text | None = None
    """The authority's number for its approval, where the regime asks for one."""
    approved_on: date | None = None
    """The day of that approval."""
    shown_by: Text
    """What shows it."""


class RegimeFigures(Load):
    """A load of figures for other regimes."""

    kind: ClassVar[str] = "other-regime"
    line: ClassVar[type[Record]] = RegimeLine


class QualificationStage(StrEnum):
    """How far a candidate source has come."""

    IDENTIFIED = "identified"
    SAMPLES = "samples"
    AUDIT = "audit"
    TRIAL = "trial production"
    APPROVED = "approved"
    REJECTED = "rejected"
    STOPPED = "stopped"


class SourceQualification(Statement):
    """One step of qualifying another source for a part: the record that one was looked for, and what came of it."""

    kind: ClassVar[str] = "source-qualification"
    prefix: ClassVar[str] = "qual"

    number: Code
    """The qualification's own number, the same through all its steps."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The part that another source is sought for."""
    specification: Text
    """The specification that the source has to meet, with its revision."""
    candidate: Code
    """The party that might supply it."""
    site: Code | None = None
    """The plant that would make it."""
    country: Country
    """Where it would be made."""
    stage: QualificationStage
    """How far it has come."""
    stage_on: date
    """The day of this step."""
    expected_on: date | None = None
    """When the next stage, or the first delivery, is expected."""
    finding: Annotated[Text, Tier.SECRET]
    """What this step found."""
    by: Text
    """Who did it."""
    evidence: Sha256 | None = None
    """The audit report, sample report or approval."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("evidence", self.evidence),) if self.evidence else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("about", f"party:{self.candidate}"))


_Percent = Annotated[Amount, Field(ge=0, le=100)]


class StagingAuthorisation(Statement):
    """Leave to use the alternative staging regime over `valid_from` to `valid_to` (Uniform Regulations s.19).

    Expired by default since 2025-06-30 and kept for looking back. The percentages are those of the approval.
    """

    kind: ClassVar[str] = "staging-authorisation"
    prefix: ClassVar[str] = "staging"

    number: Code
    """The authorisation's own number."""
    producer: Code
    """The vehicle producer."""
    authority: Text
    """Who gave leave."""
    authorised_on: date
    """The day of the approval."""
    models: Listed
    """The model lines covered."""
    terms: Text
    """The terms, in the approval's words."""
    regional_value_percent: _Percent
    """Regional value content that the vehicles need, net cost."""
    parts_value_percent: _Percent | None = None
    """Regional value content that the parts of Table A.1 need, net cost."""
    labour_value_percent: _Percent
    """Labour value content that the vehicles need."""
    steel_exempt: Flag
    """Whether the approval exempts the producer from the steel test (s.19(4)(c))."""
    aluminum_exempt: Flag
    """Whether the approval exempts the producer from the aluminum test (s.19(4)(c))."""
    cap_units: Annotated[Annotated[Amount, Field(ge=0)] | None, Tier.SECRET] = None
    """The most vehicles that may use it; empty where the approval sets none."""
    base_volume: Annotated[Annotated[Amount, Field(ge=0)] | None, Tier.SECRET] = None
    """The regional production that the cap is a share of."""
    base_from: date | None = None
    """The first day of the period that the base volume is of."""
    base_to: date | None = None
    """The last day of that period."""
    document: Sha256
    """The approval."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("authorisation", self.document))
