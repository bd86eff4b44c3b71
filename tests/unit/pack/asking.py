"""What tests of the checklist share: the specimen's facts, gathered once, and the checklist of them changed."""

from dataclasses import replace
from typing import Any

import pytest

from evidence.core.statements.base import Statement
from evidence.core.statements.case import Notice
from evidence.pack.contents.contents import ChecklistRow
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.productions.gathering import planned
from evidence.pack.productions.plan import plan_of
from evidence.register.queries import Known
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import START


@pytest.fixture(scope="session")
def gathered(issued: Issued) -> tuple[Facts, dict[int, int]]:
    return planned(issued.handle, Subject(shipment="S01"))


def rows(gathered: tuple[Facts, dict[int, int]], **changed: Any) -> dict[str, ChecklistRow]:
    """The checklist of the specimen's facts with some of them changed."""
    facts, numbers = gathered
    return {row.id: row for row in plan_of(replace(facts, **changed), numbers, "Specimen Motors").items}


def known(kind: type[Statement], **fields: Any) -> Known[Any]:
    id_ = f"{kind.prefix}-0190c1f0-0000-7000-8000-000000000001"
    value = kind.model_validate({"id": id_, "issuer": "self", **fields})
    return Known(value, 5, value.id, START)


def notice(**fields: Any) -> Known[Any]:
    told = {
        "number": "N-1", "authority": "Customs (SPECIMEN)", "country": "US",
        "notice_kind": "request for information (Form 28)", "addressee": "SPEC-US", "dated_on": "2023-09-04",
        "received_on": "2023-09-08", "received_basis": "portal log", "channel": "portal", "language": "en",
        "about": "customs-entry:SPC-1", "document": "ab" * 32,
    }  # fmt: skip
    return known(Notice, **(told | fields))


def sheet_of(facts: Facts, **changed: Any) -> dict[str, Any]:
    """The specimen's facts with its worksheet changed."""
    fact = facts.snapshots[0]
    return {"snapshots": [replace(fact, worksheet=fact.worksheet.model_copy(update=changed))]}
