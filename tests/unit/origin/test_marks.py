"""What a worksheet rests on says how far its text was read, and a national item says which letter code it is of."""

from evidence.origin.codes import CodeFile
from evidence.origin.determine import determine
from evidence.rules.parameters import CONFIDENCE
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import OWNER, small_company

LAW = RuleSet.load()


def test_every_figure_of_law_on_a_worksheet_carries_its_mark_and_the_day_it_was_read() -> None:
    worksheet = determine(small_company().inputs(), LAW)
    figures = [law for finding in worksheet.findings for law in finding.law if law.text]
    assert {"PV-RVC", "A2-NC"} <= {law.name for law in figures}
    for law in figures:
        assert law.source
        assert law.mark in CONFIDENCE
        assert law.checked is not None


def test_the_text_of_a_product_rule_is_printed_with_its_mark() -> None:
    worksheet = determine(small_company().inputs(), LAW)
    texts = {law.source for finding in worksheet.findings for law in finding.law if not law.text}
    assert "19 CFR 182 App A s.13; SOR/2020-155 s.13 [verified]" in texts
    assert "HTSUS GN 11(o) ch. 85 rule 17 [transcribed]" in texts


def test_every_choice_on_a_worksheet_carries_the_mark_of_its_text() -> None:
    worksheet = determine(small_company().inputs(), LAW)
    named = {choice.name: choice.citation for choice in worksheet.choices if choice.name in LAW.choices}
    assert named
    assert all(citation.rpartition("[")[2].rstrip("]") in CONFIDENCE for citation in named.values())


def test_a_national_code_that_the_note_prints_is_of_its_letter_code_and_the_worksheet_says_so() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "STEER", code="87089955", country="US")
    code = CodeFile(company.inputs(importing_country="US"), LAW.items).of(OWNER, "STEER")
    assert "8708.99.aa" in code.roles
    assert code.by.startswith("8708.99.55 of US is of 8708.99.aa: HTSUS GN 11(o) prints the item")
    assert code.by.endswith("[transcribed]")
    elsewhere = CodeFile(company.inputs(importing_country="CA"), LAW.items).of(OWNER, "STEER")
    assert "8708.99.aa" not in elsewhere.roles


def test_a_national_code_known_by_its_description_only_gives_no_role() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "STEER", code="87089941", country="US")
    code = CodeFile(company.inputs(importing_country="US"), LAW.items).of(OWNER, "STEER")
    assert "8708.99.ee" not in code.roles
    assert code.by == ""
