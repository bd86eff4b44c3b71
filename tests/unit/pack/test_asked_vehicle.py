"""The checklist of vehicles: certifications submitted, their papers, and the identifiers that an entry quotes."""

from dataclasses import replace
from datetime import date
from typing import Any

from evidence.core.statements.certification import VehicleCertification
from evidence.pack.gathered.facts import Facts
from evidence.register.queries import Known
from tests.unit.pack.asking import known, rows
from tests.unit.pack.specimen_home import OWNER


def certification(kind: str, number: str | None, **fields: Any) -> Known[Any]:
    told = {
        "certification_kind": kind, "authority": "US", "producer": "SPEC-MX", "category": "EV-1", "owner": OWNER,
        "parts": "EV-1", "plants": "MX-1", "calculated_from": "2024-04-01", "calculated_to": "2025-03-31",
        "figures": "as submitted", "submitted_on": "2025-01-02", "identifier": number, "status": "properly filed",
        "certificate": "ab" * 32,
    }  # fmt: skip
    return known(VehicleCertification, **(told | fields))


def entered_2025(facts: Facts, **line: Any) -> dict[str, Any]:
    """The specimen's line as entered after 19 CFR 182.92 came into force."""
    first = facts.lines[0]
    entry = first.entry.value.model_copy(update={"entered_on": date(2025, 5, 19)})
    return {"lines": [replace(first, entry=replace(first.entry, value=entry), line=first.line.model_copy(update=line))]}


def test_a_covered_vehicle_quotes_three_identifiers_of_certifications_on_file(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    quoted = entered_2025(facts, labour_value_id="LVC-1", steel_id="STL-1", aluminum_id=None)
    forms = [certification("labour value content", "LVC-1"), certification("steel", "STL-1", status="invalidated")]
    row = rows(gathered, vehicle_certifications=forms, **quoted)["vehicle_rvc-07"]
    assert row.note == (
        "STL-1, quoted on SPC-1, line 1, is of no certification of steel on file and in force. "
        "SPC-1, line 1 quotes no identifier of a certification of aluminum."
    )
    whole = entered_2025(facts, labour_value_id="LVC-1", steel_id="STL-1", aluminum_id="ALU-1")
    forms = [forms[0], certification("steel", "STL-1"), certification("aluminum", "ALU-1")]
    found = rows(gathered, vehicle_certifications=forms, **whole)
    assert {found[name].state for name in ("vehicle_rvc-07", "lvc-01", "steel_aluminium-01")} == {"present"}


def test_a_certification_without_its_paper_as_submitted_or_returned_is_not_shown(
    gathered: tuple[Facts, dict[int, int]],
) -> None:
    facts, _numbers = gathered
    bare = [
        certification("steel", "STL-1", certificate=None),
        certification("aluminum", None, status="errors returned"),
    ]
    found = rows(gathered, vehicle_certifications=bare, **entered_2025(facts))
    note = found["steel_aluminium-01"].note
    assert "The certification of steel STL-1 is not on file as it was submitted." in note
    assert "The certification of aluminum #5 was returned or is not valid." in note
    assert found["lvc-01"].note == "No certification of labour value content is on file."
