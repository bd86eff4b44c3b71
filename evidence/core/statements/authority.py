"""Authority: who may sign what for whom (RECORDS.md 5)."""

from datetime import date
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, Text


class Authority(Statement):
    """One person's authority to sign for one party."""

    kind: ClassVar[str] = "authority"
    prefix: ClassVar[str] = "auth"
    default_tier: ClassVar[Tier] = Tier.RESTRICTED

    person: Text
    """Who may sign, by function where a name need not stand here."""
    title: Text
    party: Code
    """For which party."""
    may_sign: Listed
    """Any of: certification of origin, supplier's declaration, vehicle certification, claim."""
    granted_on: date
    """The day on which the authority was given."""
    shown_by: Text
    """What shows it: board minute, power of attorney."""
    key: Annotated[Text | None, Tier.OPEN] = None
    """The person's key in this ledger, where there is one."""
