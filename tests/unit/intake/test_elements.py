"""The nine elements of a certification of origin; each expectation stands in certification_elements.csv."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.intake.declaration_fields import blocking, check_declaration
from evidence.intake.elements import Effect, certifying_statements, check_certification, requirements
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, plan_of

TODAY = date(2024, 6, 3)


def certification(**changes: object) -> CertificationOfOrigin:
    values: dict[str, object] = {"id": "cert-1", "issuer": "self", "certifier": {}, "goods": [{}]}
    for name, value in making.CERTIFICATION.items():
        part, _, field = name.rpartition(".")
        target = values["certifier"] if part == "certifier" else values["goods"][0] if part else values  # type: ignore[index]
        target[field or name] = value  # type: ignore[index]
    for name, value in changes.items():
        values[name] = {**values[name], **value} if isinstance(value, dict) and name in values else value  # type: ignore[dict-item]
    return CertificationOfOrigin.model_validate(values)


def failed(of: CertificationOfOrigin, lowered: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [
        (each.requirement.element, each.effect.value)
        for each in check_certification(of, TODAY, lowered)
        if not each.met
    ]


def good(**changes: str) -> dict[str, str]:
    plain = {name.partition(".")[2]: value for name, value in making.CERTIFICATION.items() if name.startswith("goods.")}
    return {**plain, **changes}


CONTACT = {
    "name": "Specimen",
    "address": "1 Road",
    "country": "US",
    "email": "a@example.com",
    "telephone": "+1 555 0100",
}


def test_a_whole_certification_fails_nothing() -> None:
    assert failed(certification()) == []


def test_every_element_that_can_be_held_against_the_paper_is_held() -> None:
    checked = {each.requirement.element for each in check_certification(certification(), TODAY)}
    assert {each.element for each in requirements("coo")} - checked == {"12"}  # possession: a matter of the claim


@pytest.mark.parametrize(
    ("changes", "element", "effect"),
    [
        ({"certifier_role": "importer", "signed_on": "2023-12-31", "importer": {**CONTACT, "country": "MX"},
          "exporter": CONTACT, "producer": CONTACT}, "1", "block issue"),
        ({"certifier": {"email": None}}, "2", "block issue"),
        ({"certifier": {"country": "DE"}}, "2", "block issue"),
        ({"certifier_role": "importer", "producer": CONTACT}, "3", "block issue"),
        ({"exporter": {**CONTACT, "country": "CN"}}, "3", "block issue"),
        ({"certifier_role": "exporter"}, "4", "block issue"),
        ({"importer_note": None}, "5", "warn"),
        ({"goods": [good(description="Vehicle")]}, "6a", "block issue"),
        ({"valid_from": None, "valid_to": None}, "6c", "warn"),
        ({"goods": [good(criterion="E")]}, "7", "block issue"),
        ({"goods": [{**good(), "rule": None}]}, "7", "block issue"),
        ({"valid_to": "2024-04-01"}, "8", "block claim"),
        ({"valid_to": None}, "8", "block claim"),
        ({"signed_on": "2024-06-04"}, "9b", "block claim"),
        ({"statement_text": certifying_statements()["en"][:-1]}, "9c", "block issue"),
        ({"statement_language": "es"}, "9c", "block issue"),
        ({"carrier_document": "commercial invoice CI-1", "carrier_country": "CN"}, "11", "block issue"),
        ({"certification_basis": "producer's written representation", "representation": "decl-1"}, "13", "block issue"),
    ],
)  # fmt: skip
def test_what_is_missing_does_what_the_data_says(changes: dict[str, object], element: str, effect: str) -> None:
    assert (element, effect) in failed(certification(**changes))


def test_a_blanket_period_may_last_a_year_less_a_day() -> None:
    assert failed(certification(valid_from="2023-04-01", valid_to="2024-03-31")) == []


def test_a_language_whose_wording_is_not_on_file_cannot_be_issued() -> None:
    of = certification(statement_language="fr", statement_text="Je certifie")
    assert failed(of) == [("9c", "block issue")]


def test_a_setting_lowers_an_element_with_mark_s_and_none_with_mark_p() -> None:
    of = certification(certifier={"email": None}, statement_text="I certify.")
    assert failed(of, ("2", "9c")) == [("2", "block issue"), ("9c", "warn")]


def test_the_wording_on_file_is_pinned() -> None:
    pinned = {language: hashlib.sha256(text.encode()).hexdigest() for language, text in certifying_statements().items()}
    assert pinned == {
        "en": "ded750b8fd33fd634d0a4bd0672fe7c2d48679b2175b4bb258bd17d3639409cc",
        "es": "f3f7613614be34d58a18c79a2d4517a495d68eb3c1b297a0ae3331782e90abfb",
    }


def test_a_certification_that_may_not_be_issued_is_a_fault_and_a_warning_is_told(
    folder: Path, register: Register
) -> None:
    row = {**making.CERTIFICATION, "importer_note": "", "statement_text": "I certify."}
    (folder / "c.csv").write_text(csv_text(row))
    planned = plan_of(register, folder)
    assert [fault.found for fault in planned.faults] == [
        "certifying_statement: another wording than the prescribed one"
    ]
    assert any("importer_identity" in notice for notice in planned.notices)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plant": None}, "plant"),
        ({"country": None}, "country"),
        ({"signatory": None}, "signatory"),
        ({"signed_on": None}, "signature_date"),
        ({"signed_on": "2023-03-07"}, "signature_date"),
        ({"valid_to": None}, "window"),
        ({"form": "accumulation s.9(2)(a)", "net_cost": "10", "currency": "USD"}, "figures"),
    ],
)
def test_a_declaration_that_lacks_this_cannot_be_accepted(changes: dict[str, object], field: str) -> None:
    values = {**making.DECLARATION, "id": "decl-1", "issuer": "SUP-001", **changes}
    checked = check_declaration(SupplierDeclaration.model_validate(values))
    assert [each.requirement.field for each in blocking(checked)] == [field]


def test_a_whole_declaration_lacks_nothing() -> None:
    values = {**making.DECLARATION, "id": "decl-1", "issuer": "SUP-001"}
    assert [each for each in check_declaration(SupplierDeclaration.model_validate(values)) if not each.met] == []


def test_a_failure_of_an_element_does_what_its_row_says() -> None:
    effects = {each.element: each.effect for each in requirements("coo")}
    assert effects["1"] is Effect.BLOCK_ISSUE
    assert {element for element, effect in effects.items() if effect is Effect.BLOCK_CLAIM} == {"6b", "8", "9b", "12"}
    assert {element for element, effect in effects.items() if effect is Effect.WARN} == {"5", "6c", "10"}


def test_no_mark_k_blocks() -> None:
    marked_k = [each for each in requirements("coo") if each.mark.startswith("K")]
    assert all(each.capped(()) is Effect.WARN for each in marked_k)
