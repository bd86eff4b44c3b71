"""Designations after customs found one non-originating (s.8(10)-(12)), in a determination.

The pack of 8708.50 with its module of `test_nested`, both with a content: while the pack is designated, the module may
not be. With the pack rescinded, the module's designation counts, where it came in time.
"""

import hashlib
from datetime import date
from typing import Any

import pytest

from evidence.core.statements.case import Notice, NoticeKind
from evidence.core.statements.election import Election
from evidence.origin.worksheet import Outcome
from tests.unit.origin.small_company import OWNER, Company, material, named, result
from tests.unit.origin.test_nested import company_with_module, shut_out

TOLD = date(2023, 8, 1)


def choose(company: Company, part: str, choice: str, on: date, **update: Any) -> None:
    values: dict[str, Any] = {
        "id": named("elect", str(len(company.statements()))), "issuer": "self", "election": "intermediate material",
        "choice": choice, "owner": OWNER, "part": part, "made_on": on, "irrevocable": False,
        "signer": "Authorised signer", **update,
    }  # fmt: skip
    company.add("elections", Election(**values))


def notice(company: Company, kind: NoticeKind, received: date, number: str) -> None:
    values: dict[str, Any] = {
        "id": named("notice", number), "issuer": "self", "number": number, "authority": "customs", "country": "US",
        "notice_kind": kind, "addressee": OWNER, "dated_on": received, "received_on": received,
        "received_basis": "postmark", "channel": "post", "language": "en", "about": ("part:EV1",),
        "document": hashlib.sha256(number.encode()).hexdigest(),
    }  # fmt: skip
    company.add("notices", Notice(**values))


def rescinded(on: date = date(2023, 8, 10), receipt: str | None = "N-1") -> Company:
    """The pack designated, found non-originating by customs' notice of 1 August 2023 and rescinded."""
    company = company_with_module("850790", labour="600")
    choose(company, "PACK", "designated", date(2023, 4, 1))
    notice(company, NoticeKind.VERIFICATION_LETTER, TOLD, "N-1")
    choose(company, "PACK", "rescinded", on, receipt=receipt)
    return company


def test_a_rescinded_material_counts_by_what_is_in_it() -> None:
    found = result(rescinded())
    assert material(found, "CELL").counted == 200
    choice = next(choice for choice in found.choices if choice.name == "intermediate material PACK")
    assert choice.choice == "rescinded"


@pytest.mark.parametrize(
    ("on", "counted"),
    [
        pytest.param(date(2023, 8, 31), 0, id="on-the-thirtieth-day"),
        pytest.param(date(2023, 9, 1), 200, id="a-day-late"),
    ],
)
def test_another_material_takes_its_place_within_thirty_days(on: date, counted: int) -> None:
    company = rescinded()
    choose(company, "MODULE", "designated", on)
    found = result(company)
    assert material(found, "CELL").counted == counted
    assert bool(shut_out(found)) is bool(counted)


def test_a_designation_that_does_not_stand_is_printed_with_its_reason() -> None:
    company = rescinded()
    choose(company, "MODULE", "designated", date(2023, 9, 1))
    (row,) = shut_out(result(company))
    assert row.outcome is Outcome.NOT_MET
    assert "designated on 2023-09-01 in place of PACK, after 2023-08-31" in row.reason
    assert row.law[0].name == "REDESIGNATION-DAYS"
    assert len(row.rests_on) == 2


def test_after_customs_has_determined_nothing_takes_its_place() -> None:
    company = rescinded()
    notice(company, NoticeKind.DETERMINATION, date(2023, 8, 5), "N-2")
    choose(company, "MODULE", "designated", date(2023, 8, 20))
    (row,) = shut_out(result(company))
    assert "customs had determined on 2023-08-05" in row.reason


def test_a_rescission_that_names_no_notice_leaves_the_time_unknown() -> None:
    company = rescinded(receipt=None)
    choose(company, "MODULE", "designated", date(2023, 8, 20))
    (row,) = shut_out(result(company))
    assert row.outcome is Outcome.NOT_DETERMINABLE
    assert material(result(company), "CELL").counted == 200


def test_a_rescission_of_a_material_that_is_not_in_the_bill_binds_nothing() -> None:
    company = rescinded()
    company.change("elections", lambda one: one.choice == "rescinded", part="ELSEWHERE")
    company.drop("elections", lambda one: one.choice == "designated")
    choose(company, "MODULE", "designated", date(2023, 12, 1))
    assert material(result(company), "CELL").counted == 0
