"""The parts of a report in the auditor's order: what they print of a small home, and where every link leads."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from evidence.core.statements.authority import Authority
from evidence.core.statements.case import Notice, Reply
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.relationship import Relationship
from evidence.ledger.found import HomeHandle
from evidence.origin.worksheet import Status
from evidence.pack.contents import contents as c
from evidence.pack.contents.chart import origin_bar
from evidence.pack.contents.contents import Contents
from evidence.pack.gathered.facts import Subject
from evidence.pack.gathered.numbering import number_exhibits
from evidence.pack.gathered.request import read_request, template
from evidence.pack.productions.build import BuiltPack, build
from evidence.pack.productions.gathering import gather_at
from evidence.pack.report.page_one_room import first_gaps
from evidence.pack.typesetting.assemble import Issue, assemble
from evidence.pack.typesetting.render import render_html, render_report
from evidence.pack.words.language import LANGUAGES, _, speaking
from tests.unit.pack import sample
from tests.unit.pack.issued import Issued
from tests.unit.pack.sheets import material, sheet
from tests.unit.pack.specimen_home import Making, made

S01 = Subject(shipment="S01")
ORDER = ("answers", "certification", "crosswalk", "rule", "calculation", "schedule", "support", "production",
         "transport", "corrections", "exhibits", "annex")  # fmt: skip


def report_of(pack: BuiltPack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((pack.folder / "report-en.json").read_bytes())["report"]
    return found


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a home with a letter of customs, its answer and more, built for a Form 28."""
    place = tmp_path_factory.mktemp("asked")
    making = made(place / "home")
    _around(making)
    (place / "form28.toml").write_text(template("form28"), encoding="utf-8")
    with making.handle as handle:
        return report_of(build(handle, S01, place / "packs", request=read_request(place / "form28.toml")))


def _around(making: Making) -> None:
    letter = making.receive("notice.pdf", b"%PDF-1.4 notice\n", "notice", "customs-entry:SPC-1")
    paragraphs = (
        {"line": 1, "paragraph": "2(a)", "asks": "The certification", "about": "certification-of-origin:COO-1"},
        {"line": 2, "paragraph": "2(b)", "asks": "Records of the drive motor"},
    )
    making.say(
        Notice, number="N-1", authority="Customs (SPECIMEN)", country="US", addressee="SPEC-US",
        notice_kind="request for information (Form 28)", dated_on="2023-08-01", received_on="2023-08-03",
        received_basis="portal log", channel="portal", language="en", about="customs-entry:SPC-1", document=letter,
        paragraphs=paragraphs,
    )  # fmt: skip
    answer = making.receive("reply.pdf", b"%PDF-1.4 reply\n", "reply", "customs-entry:SPC-1")
    making.say(
        Reply, number="R-1", notice="N-1", sent_on="2023-08-20", sent_by="Director (role)", channel="portal",
        complete="no", document=answer,
        answers=({"line": 1, "paragraph": "2(a)", "answer": "enclosed", "exhibits": "E005"},),
    )  # fmt: skip
    making.say(
        Authority, person="Signer (role)", title="Origin manager", party="SPEC-MX", granted_on="2022-03-01",
        may_sign="certification of origin", shown_by="Board resolution (SPECIMEN)", valid_from="2022-03-01",
    )  # fmt: skip
    making.say(
        Relationship, party="SPEC-MX", other_party="SPEC-US", ground="control", price_influenced="no",
        shown_by="share register", price_support="test values",
    )  # fmt: skip
    making.say(
        Reconciliation, number="RC-1", producer="SPEC-MX", reconciled="regional value content", category="EV-1",
        owner="SPEC", parts="EV-1", plants="MX-1", year_from="2023-04-01", year_to="2024-03-31",
        estimated_snapshot="snap-1", result="not met", completed_on="2024-05-02", by="Origin desk (role)",
    )  # fmt: skip


def test_the_parts_stand_in_the_order_in_which_an_auditor_reads() -> None:
    html = render_html(sample.contents())
    places = [html.index(f'id="part-{name}"') for name in ORDER]
    assert places == sorted(places)
    assert html.index('id="opening"') < html.index('id="contents"') < html.index('id="gaps"') < places[0]


def test_every_link_within_the_report_leads_to_a_place_in_it(issued: Issued) -> None:
    report = report_of(issued.pack)
    with pikepdf.open(issued.pack.report) as pdf:
        uris, targets = _links(pdf)
    files = {path.relative_to(issued.pack.folder).as_posix() for path in issued.pack.folder.rglob("*")}
    printed = {row["path"] for row in report["exhibits"] if row["path"]}
    assert printed <= uris <= files | printed
    assert all(printed_file in files for printed_file in printed)
    assert targets > 100


def test_every_place_that_a_link_names_is_there_and_is_there_once(issued: Issued) -> None:
    html = render_html(contents_of(issued.handle, issued.size))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert set(re.findall(r'href="#([^"]+)"', html)) - set(ids) == set()
    assert len(ids) == len(set(ids))


def contents_of(handle: HomeHandle, size: int) -> Contents:
    """The pages of the shipment as known then, without the bytes of a pack around them."""
    facts = gather_at(handle, S01, size)
    numbers = number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), {})
    issue = Issue(
        number="EP-S01-1",
        organisation_name="SPECIMEN",
        organisation=handle.organisation(),
        origin="specimen",
        root=bytes(32),
        checkpoint=b"specimen\n",
        specimen=True,
        supersedes=None,
        manifest_sha256="00" * 32,
    )
    return assemble(facts, numbers, issue)


def _links(pdf: pikepdf.Pdf) -> tuple[set[str], int]:
    """Files that the report's links name, and how many lead to a place inside."""
    uris: set[str] = set()
    inside = 0
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get("/A")
            if action is not None and "/URI" in action:
                uris.add(str(action["/URI"]))
            elif action is not None and action.get("/S") == "/GoToR":
                uris.add(str(action["/F"]))
            else:
                inside += annotation.get("/Subtype") == "/Link"
    return uris, inside


def test_page_one_is_one_page_and_has_what_is_asked_first(issued: Issued) -> None:
    first, second = pages_of(issued.pack.report)
    for words in ("12-3456789", "SPC-1 (US), line 1", "8703.80.00.00", "2023-05-12", "COO-1", "net cost",
                  "80.00 percent", "margin 8 points", "actual figures", "Origin desk (role)", "Gaps"):  # fmt: skip
        assert words in first
    assert "Contents" in second
    assert "Contents" not in first


def pages_of(report: Path) -> tuple[str, str]:
    """The words of the first two pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(report)
    try:
        first, second = (" ".join(document[place].get_textpage().get_text_bounded().split()) for place in (0, 1))
    finally:
        document.close()
    return first, second


def test_the_frame_of_the_samples_is_the_file_in_the_pack_and_its_digest(issued: Issued) -> None:
    page = report_of(issued.pack)["samples"][0]
    frame = dict(page["frame"])
    content = (issued.pack.folder / frame["Frame"]).read_bytes()
    assert frame["SHA-256 of the frame"] == sha256(content).hexdigest()
    assert page["population"] == "2 lines were bought, together worth 800.00 USD in one unit of the good."
    bought = {row["material"]["text"]: row for row in page["rows"]}
    assert bought["m1"]["order"] == "PO-1"
    assert bought["m1"]["invoice"] == "INV-1, line 1, 2023-04-10"
    assert bought["m1"]["paid"] == "no payment is on record"
    assert bought["m1"]["lacking"]
    assert [link["text"][0] for link in bought["m1"]["exhibits"]] == ["#", "E", "E"]  # the line, its load, its invoice


def test_shares_of_the_schedule_add_up_from_the_largest_line_to_the_whole(issued: Issued) -> None:
    lines = report_of(issued.pack)["schedules"][0]["lines"]
    assert [(line["part"], line["cumulative"]) for line in lines] == [("BAT-1", "75"), ("BRK-1", "100")]


def test_a_letter_on_record_is_answered_by_its_recorded_answer_and_an_open_paragraph_says_so(
    asked: dict[str, Any],
) -> None:
    page = next(page for page in asked["answers"] if page["recorded"])
    rows = {row["paragraph"]: row for row in page["rows"]}
    said = [line["said"] for line in rows["2(a)"]["answers"]]
    assert said[0] == "Answered on 2023-08-20 in R-1: enclosed Exhibits named in it: E005."
    assert rows["2(a)"]["answers"][1]["shown_at"][0]["to"] == "certification-1"
    assert rows["2(b)"]["answers"] == []


def test_a_form_28_is_answered_block_by_block_and_never_by_what_is_not_on_record(asked: dict[str, Any]) -> None:
    page = next(page for page in asked["answers"] if not page["recorded"])
    rows = {row["paragraph"]: row["answers"] for row in page["rows"]}
    assert [line["said"] for line in rows["A"]] == [
        "On customs entry SPC-1, line 1, buyer and seller are not declared as related.",
        "Specimen México, S.A. de C.V. and Specimen Motors US are related (control; shown by share register); that "
        "did not influence the price.",
    ]
    assert rows["B"] == rows["C"] == rows["D"] == []  # packing, commissions, proceeds; assists; royalties
    assert any("COO-1" in line["said"] for line in rows["G"])


def test_authority_time_held_and_reconciliation_stand_as_recorded(asked: dict[str, Any], issued: Issued) -> None:
    assert [row["position"][0] for row in asked["authority"]["authorities"]] == ["#"]
    assert asked["authority"]["without"] == []
    assert report_of(issued.pack)["authority"]["without"] == ["Signer (role)"]
    assert asked["authority"]["held"][0]["held"] == "recorded before the claim, on the same day"
    assert [row["against"] for row in asked["history"]["reconciliations"]] == [True]
    assert {row["what"] for row in asked["history"]["rows"]} >= {"Claim", "Letter of customs", "Answer to customs"}


def test_nothing_on_record_is_said_in_words(issued: Issued) -> None:
    text = render_html(sample.contents())
    assert "<b>Nothing on record.</b>" in text
    report = report_of(issued.pack)
    assert report["answers"] == report["ties"] == report["production"]["pools"] == []
    papers = {row["what"]: row["shown_at"] for row in report["transport"]["papers"]}
    assert papers["Entry summary or accounting document"] == papers["Payment for the good"] == []
    assert papers["Commercial invoice"]


def test_value_by_origin_counts_no_line_twice_and_marks_how_far_the_threshold_lets_it_reach() -> None:
    whole = sheet(
        material("M1", "500", Status.ROLLED_UP, "0"),
        material("M2", "100", Status.NON_ORIGINATING, "100", "M1"),
        material("M3", "400", Status.ORIGINATING, "0", "M1"),
        material("M4", "120", Status.UNDETERMINED, "120"),
        units="10",
        net_cost="10000",
        vnm__unit="250",
    )
    drawn = origin_bar(whole, Decimal(72))
    assert drawn is not None
    assert [(colour, value) for _name, colour, value, _start, _length in drawn.segments] == [
        ("against", Decimal(100)),
        ("open", Decimal(120)),
        ("besides", Decimal(30)),
        ("for", Decimal(400)),
        ("rest", Decimal(350)),
    ]
    places = [(start, length) for _name, _colour, _value, start, length in drawn.segments]
    assert places == [(0, 100), (100, 120), (220, 30), (250, 400), (650, 350)]
    assert drawn.bound_at == 280
    assert "28.00 percent" in drawn.bound


def test_value_by_origin_of_a_good_by_transaction_value_is_of_that_value() -> None:
    drawn = origin_bar(
        sheet(
            material("M1", "40", Status.NON_ORIGINATING, "40"),
            method="transaction value",
            tv__unit="200",
            vnm__unit="40",
            units="10",
            net_cost="900",
        ),
        Decimal(60),
    )
    assert drawn is not None
    assert drawn.title == "Transaction value of one unit by origin"
    assert [value for _name, _colour, value, _start, _length in drawn.segments] == [Decimal(40), Decimal(160)]


def test_value_by_origin_of_a_good_without_net_cost_is_of_its_materials_and_has_no_threshold() -> None:
    drawn = origin_bar(sheet(material("M1", "5", Status.ORIGINATING, "0"), method="tariff shift"), Decimal(72))
    assert drawn is not None
    assert (drawn.bound_at, drawn.bound, drawn.title) == (None, "", "Materials of one unit by origin")
    assert origin_bar(sheet(), None) is None


def test_page_one_stays_one_page_however_much_there_is_to_say(tmp_path: Path) -> None:
    whole = sample.contents()
    long = "a line of goods with a description of its own"
    facts = tuple(
        c.Fact(name=f"Fact {place}", said=(c.Link(f"{long}, {place}"),), wide=place > 13) for place in range(20)
    )
    gap = replace(whole.opening.gaps[0], what=(long + "; ") * 2)
    opening = replace(
        whole.opening,
        facts=facts,
        states=tuple((state, "ONE ITEM OPEN: WHL-305, not yet reviewed", long) for state in ("CLAIMED", "NOT CLAIMED")),
        results=tuple(replace(whole.opening.results[0], averaged=None) for _ in range(3)),
        averages=(),
        first_gaps=(gap, gap),
        gaps=(gap,) * 12,
    )
    path = tmp_path / "report.pdf"
    path.write_bytes(render_report(replace(whole, opening=opening, schedules=(), exhibits=(), worksheets=())))
    first, second = pages_of(path)
    assert "1 more results" in first
    assert "the first 2 of 12" in first
    assert "Working draft" in first
    assert "Contents" in second


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_has_the_gaps_that_there_is_room_for_in_each_language(tmp_path: Path, language: str) -> None:
    with speaking(language):
        whole = sample.contents()
        gap = replace(whole.opening.gaps[0], what="a declaration that covers another plant and another time; " * 6)
        opening = replace(whole.opening, gaps=(gap,) * 12)
        shown = first_gaps(opening)
        path = tmp_path / "report.pdf"
        opening = replace(opening, first_gaps=shown)
        path.write_bytes(render_report(replace(whole, opening=opening, schedules=(), exhibits=(), worksheets=())))
        first, second = pages_of(path)
        assert 0 < len(shown) < 12
        assert all(len(one.what) <= 181 for one in shown)
        assert _("Contents") in second
        assert opening.status.split()[0] in first


def test_an_analysis_that_another_followed_is_stamped_wherever_it_is_printed() -> None:
    whole = sample.contents()
    stamp = "SUPERSEDED by Worksheet 2 (2024-05-27)"
    page = whole.worksheets[0]
    stamped = replace(
        whole,
        worksheets=(replace(page, result=replace(page.result, stamp=stamp)),),
        rules=tuple(replace(rule, stamp=stamp) for rule in whole.rules[:1]),
        opening=replace(whole.opening, results=()),
    )
    assert render_html(stamped).count(f'<p class="stamp">{stamp}</p>') == 2
