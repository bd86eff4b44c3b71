"""Recovered materials and remanufactured goods as recorded (19 CFR 182 App A s.4; SOR/2020-155 s.4).

A material whose classification records the role `s.4: recovered` originates in a good, or in a part made for it, whose
own records `s.4: remanufactured`. What the producer recovers himself needs its plant in the region; what a recycler
sells needs his declaration. Where that names s.4 or article 4.4 in whatever words as its rule, or no rule at all for a
line that bears the role, it counts in a remanufactured good only.
"""

import re
from dataclasses import dataclass, field

from evidence.core.statements.declaration import SupplierDeclaration
from evidence.origin.bill import Bill, Line
from evidence.origin.codes import RecordedCode
from evidence.origin.inputs import Inputs
from evidence.rules.finding import Finding
from evidence.rules.recovered import CITATION, recovered, remanufactured

RECOVERED, REMANUFACTURED = "s.4: recovered", "s.4: remanufactured"
_RELIED_ON = re.compile(r"\b(?:s|sec|sect|section)\b\.?\s*4(?![\d.]*\d)|(?<![\d.])4\.4(?![\d.]*\d)", re.IGNORECASE)


@dataclass
class RecoveredFile:
    """The recovered materials of one bill."""

    inputs: Inputs
    bill: Bill
    good: RecordedCode
    region: frozenset[str]
    _above: dict[str, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._countries = {fact.value.site: fact.value.country for fact in self.inputs.sites}
        self._above = {line.id: line for line in self.bill.all()}

    def made(self, line: Line) -> Finding | None:
        """Whether a material that its user recovered originates; None of any other."""
        if line.made_at is None or RECOVERED not in line.code.roles:
            return None
        return recovered(line.key, self._countries.get(line.made_at), self.region, self._into(line))

    def shut(self, line: Line, declaration: SupplierDeclaration | None) -> str:
        """Why a declaration that relies on s.4 does not make a bought line originate; empty where it does."""
        if declaration is None:
            return ""
        rule = (declaration.rule or "").strip()
        relied = _RELIED_ON.search(rule) is not None
        if not relied and (rule or RECOVERED not in line.code.roles):
            return ""
        found = recovered(line.key, declaration.country, self.region, self._into(line))
        if RECOVERED in line.code.roles and found.met:
            return ""
        why = found.reason if not found.met else f"its classification does not record the role {RECOVERED!r}"
        how = "relies on s.4" if relied else "of a recovered material states no rule"
        return f"Declaration {declaration.reference} {how} ({CITATION}), which does not make it originate: {why}."

    def _into(self, line: Line) -> Finding | None:
        """Whether the good, or a part of it that the line is in, can be remanufactured as it is recorded to be."""
        above = self._above.get(line.parent) if line.parent is not None else None
        while above is not None:
            if REMANUFACTURED in above.code.roles:
                return remanufactured(above.code.rule_code)
            above = self._above.get(above.parent) if above.parent is not None else None
        return remanufactured(self.good.rule_code) if REMANUFACTURED in self.good.roles else None
