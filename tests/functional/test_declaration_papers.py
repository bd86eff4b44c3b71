"""Declarations as they are, over a real home: letters, seals, distributors, withdrawals by mail, blankets."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core import canonical
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.handling import Review
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.work import WorkItem
from evidence.ledger.found import open_home
from tests.homes import new_home, set_clock
from tests.unit.intake.making import DECLARATION, ITEM, csv_text

LATER = timedelta(days=430)
"""From the start of a home to a day on which the files here may have been received."""
BY = ("--by", "Origin desk (role)")
ACCEPT = ("--reason", "complete", *BY)
PARTY = {
    "party": "SUP-001", "name": "Sample Frame Works (SPECIMEN)", "roles": "producer;supplier", "address": "1 Road",
    "country": "US", "identifiers": "EIN:00-0000001",
}  # fmt: skip
MAIL = (
    "Received: from mail.example by mx.arroyo.example; Fri, 17 May 2024 09:30:00 +0000\r\n"
    "From: Quality desk <quality@frames.example>\r\nTo: trade@arroyo.example\r\nSubject: OD-1\r\n"
    "Message-ID: <1@frames.example>\r\nDate: Fri, 17 May 2024 09:29:00 +0000\r\n\r\n"
    "We take back OD-1 as of 1 March 2024.\r\n"
)
RELIES = {"supplier": "DIS-9", "reference": "D-1", "supplier_part": "9-FRM", "reliance": "producer's written statement"}

Run = Callable[..., tuple[int, Any]]
Take = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = new_home(tmp_path)
    set_clock(made, LATER)
    return made


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, Any]:
        capfd.readouterr()
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out, err = capfd.readouterr()
        return status, json.loads(out) if out else err

    return call


@pytest.fixture
def take(tmp_path: Path, run: Run) -> Take:
    """Import rows as one CSV."""
    count = iter(range(1000))

    def call(*rows: Mapping[str, str]) -> Any:
        path = tmp_path / f"{next(count)}.csv"
        path.write_text(csv_text(*rows))
        status, found = run("import", path)
        assert status == 0, found
        return found

    call(ITEM)
    call(PARTY, {**PARTY, "party": "DIS-9", "roles": "distributor"})
    return call


def entries(home: Path) -> int:
    with open_home(home, {}) as handle:
        return handle.ledger.size()


def test_a_letter_that_is_no_statement_of_origin_is_kept_marked_and_asked_about(
    home: Path, tmp_path: Path, take: Take, run: Run
) -> None:
    letter = tmp_path / "made-in-usa.txt"
    letter.write_text("All our frames are Made in USA.")
    before = entries(home)
    told = ("--supplier", "SUP-001", "--reason", "a marking claim; names no part, plant or period", *BY)
    status, found = run("declarations", "letter", letter, *told)
    assert (status, entries(home)) == (0, before + 3)
    with opened(home) as handle, registered(handle) as register:
        (receipt,) = register.statements(DocumentReceived, document=found["sha256"])
        (review,) = register.statements(Review)
        (item,) = register.statements(WorkItem)
        assert register.statements(SupplierDeclaration) == []
    assert receipt.value.role == "letter, not a statement of origin"
    assert (review.value.of, review.value.outcome) == (receipt.statement_id, "objected")
    assert (item.value.topic, item.value.document) == ("not a statement of origin", found["sha256"])
    status, again = run("declarations", "letter", letter, *told)
    assert (status, again["document"]) == (0, found["document"])  # received once


def test_a_row_with_a_form_that_states_no_origin_is_refused_with_the_way_to_keep_the_letter(
    tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "d.csv"
    path.write_text(csv_text({**DECLARATION, "form": "Made in USA"}))
    status, found = run("import", path)
    assert status == 1
    assert [fault["column"] for fault in found["faults"]] == ["form"]
    assert "evidence declarations letter" in found["faults"][0]["wanted"]


SEALED = {
    **DECLARATION, "form": "accumulation s.9(2)(a)", "sealed_figures": "", "net_cost": "", "non_originating_value": "",
    "currency": "",
}  # fmt: skip
FIGURES = {"net_cost": "412.50", "non_originating_value": "120", "currency": "USD"}


def test_sealed_figures_are_verified_when_they_are_handed_over(
    home: Path, tmp_path: Path, take: Take, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    figures, opening = tmp_path / "figures.json", tmp_path / "opening.json"
    figures.write_text(json.dumps(FIGURES))
    assert main(["declarations", "seal", "--figures", str(figures), "--out", str(opening), "--json"]) == 0
    commitment = json.loads(capfd.readouterr().out)["sealed_figures"]
    assert hashlib.sha256(opening.read_bytes().rstrip(b"\n")).hexdigest() == commitment  # by any tool that hashes
    assert opening.stat().st_mode & 0o077 == 0
    take({**SEALED, "sealed_figures": commitment})
    assert run("declarations", "accept", "SUP-001:OD-1", *ACCEPT)[0] == 0
    status, found = run("declarations", "unseal", "SUP-001:OD-1", "--with", opening, *BY)
    assert (status, found["net_cost"], found["currency"]) == (0, "412.50", "USD")
    with opened(home) as handle, registered(handle) as register:
        (declaration,) = register.statements(SupplierDeclaration)
        (review,) = register.statements(Review, of=declaration.statement_id)
        (document,) = register.documents(f"supplier-declaration:{declaration.statement_id}")
    assert (review.value.outcome, document.value.tier) == ("agreed", "secret")


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param({**FIGURES, "net_cost": "412.51"}, id="a-cent"),
        pytest.param({**FIGURES, "currency": "CAD"}, id="a-currency"),
    ],
)
def test_other_figures_than_those_sealed_are_refused_and_nothing_is_recorded(
    altered: dict[str, str], home: Path, tmp_path: Path, take: Take, run: Run
) -> None:
    salt = "AAAAAAAAAAAAAAAAAAAAAA"
    opens = canonical.dumps([salt, "sealed_figures", dict(FIGURES)])
    take({**SEALED, "sealed_figures": hashlib.sha256(opens).hexdigest()})
    before = entries(home)
    path = tmp_path / "opening.json"
    path.write_bytes(canonical.dumps([salt, "sealed_figures", dict(altered)]))
    status, told = run("declarations", "unseal", "SUP-001:OD-1", "--with", path, *BY)
    assert (status, entries(home)) == (1, before)
    assert "412.5" not in told
    path.write_bytes(opens)
    assert run("declarations", "unseal", "SUP-001:OD-1", "--with", path, *BY)[0] == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"net_cost": 412.5, "currency": "USD"}', id="a-float"),
        pytest.param(b'{"net_cost": "412.5"}', id="no-currency"),
        pytest.param(b'{"net_cost": "412,5", "currency": "USD"}', id="a-comma"),
        pytest.param(b'{"price": "412.5", "currency": "USD"}', id="another-figure"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"not json", id="no-json"),
    ],
)
def test_what_are_no_figures_are_not_sealed(content: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    figures.write_bytes(content)
    assert main(["declarations", "seal", "--figures", str(figures), "--out", str(tmp_path / "out")]) == 1
    told = capfd.readouterr().err
    assert len(told.splitlines()) == 1
    assert "412" not in told.replace(str(tmp_path), "")
    assert not (tmp_path / "out").exists()


def test_a_withdrawal_by_mail_is_recorded_with_when_and_from_whom_we_learned(
    home: Path, tmp_path: Path, take: Take, run: Run
) -> None:
    take(DECLARATION)
    run("declarations", "accept", "OD-1", *ACCEPT)
    mail = tmp_path / "notice.eml"
    mail.write_bytes(MAIL.encode())
    before = entries(home)
    told = ("--from", "2024-03-01", "--reason", "source changed", "--notice", mail, *BY)
    status, found = run("declarations", "withdraw", "OD-1", *told)
    assert (status, entries(home)) == (0, before + 3)
    with opened(home) as handle, registered(handle) as register:
        (receipt,) = register.statements(DocumentReceived, name="notice.eml")
        (event,) = [each for each in register.statements(DeclarationEvent) if each.value.state == "withdrawn"]
        (known,) = register.statements(KnowledgeEvent)
    assert found == [{"declaration": "SUP-001:OD-1", "state": "withdrawn", "entry": event.ref}]
    assert event.value.notice == receipt.value.document == known.value.document
    assert (str(known.value.learned_on), known.value.channel) == ("2024-05-17", "e-mail")
    assert "frames.example" in known.value.from_whom
    assert known.value.about == (f"supplier-declaration:{event.value.declaration}",)
    assert known.value.reason_to_believe is None  # for a person to decide
    assert receipt.value.received_on == known.value.learned_on


def test_how_a_withdrawal_was_learned_can_be_told(home: Path, take: Take, run: Run) -> None:
    take(DECLARATION)
    told = ("--reason", "source changed", "--learned", "2024-05-02", *BY)
    assert run("declarations", "withdraw", "OD-1", *told)[0] == 2  # without the reason why the day is believed
    more = ("--learned-basis", "minute of the call", "--from-whom", "Quality desk of SUP-001")
    assert run("declarations", "withdraw", "OD-1", *told, *more)[0] == 0
    with opened(home) as handle, registered(handle) as register:
        (known,) = register.statements(KnowledgeEvent)
    assert (str(known.value.learned_on), known.value.learned_basis) == ("2024-05-02", "minute of the call")
    assert known.value.from_whom == "Quality desk of SUP-001"


def lacking(run: Run, name: str) -> dict[str, str]:
    return {row["field"]: row["effect"] for row in run("declarations", "show", name)[1]["lacking"]}


@pytest.mark.parametrize(
    ("told", "field", "effect"),
    [
        pytest.param({"valid_to": "2024-04-30"}, "window_length", "block accept", id="a-blanket-of-13-months"),
        pytest.param({"signed_on": "2023-03-07"}, "signature_date", "block accept", id="signed-after-it-was-received"),
        pytest.param({"authority_reference": ""}, "authority", "warn", id="a-signer-without-authority"),
        pytest.param({"valid_from": "", "valid_to": ""}, "window", "block accept", id="no-window-and-no-shipment"),
        pytest.param({"reliance": "producer's written statement"}, "producer", "block accept", id="relying-on-nobody"),
        pytest.param({"supplier": "DIS-9"}, "producer", "block accept", id="a-distributors-own-records"),
        pytest.param({"producer": "SUP-777"}, "producer", "block accept", id="own-records-of-anothers-part"),
        pytest.param({"form": "tariff inputs s.9(7)(a)(ii)"}, "inputs", "block accept", id="inputs-not-listed"),
        pytest.param(
            {"form": "average s.9(4)-(5)", "net_cost": "1", "non_originating_value": "1", "currency": "USD"},
            "averaged_over", "block accept", id="an-average-of-no-period",
        ),
        pytest.param(
            {"form": "accumulation s.9(2)(a)", "net_cost": "1", "non_originating_value": "2", "currency": "USD"},
            "figures_sound", "block accept", id="more-than-the-whole",
        ),
        pytest.param(
            {"form": "accumulation s.9(2)(b)", "non_originating_value": "2", "currency": "USD"},
            "figures", "block accept", id="the-figures-of-another-form",
        ),
        pytest.param(
            {"form": "accumulation s.9(2)(a)", "net_cost": "3", "non_originating_value": "2", "currency": "MXN"},
            "figures_currency", "warn", id="another-countrys-currency",
        ),
    ],
)  # fmt: skip
def test_what_a_declaration_lacks_is_told_and_blocks_or_warns_as_its_mark_says(
    told: dict[str, str], field: str, effect: str, take: Take, run: Run
) -> None:
    take({**DECLARATION, **told})
    assert lacking(run, "OD-1")[field] == effect
    status, _ = run("declarations", "accept", "OD-1", *ACCEPT)
    assert status == (1 if effect == "block accept" else 0)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"shipment": "INV-7", "valid_from": "", "valid_to": ""}, id="single-shipment"),
        pytest.param({"form": "not originating", "valid_to": "2026-03-31"}, id="not-originating-for-three-years"),
        pytest.param(
            {"form": "tariff inputs s.9(7)(a)(ii)", "inputs": "CELL:850760:CN;BOLT:731815:DE"}, id="tariff-inputs"
        ),
        pytest.param(
            {
                "form": "average s.9(4)-(5)", "averaged_over": "2022-01-01..2022-12-31, all units of one plant",
                "amount_free_of_vnm": "7", "currency": "USD",
            },
            id="an-average-of-a-year",
        ),
        pytest.param({"form": "accumulation s.9(3)", "non_originating_value": "7", "currency": "USD"}, id="s.9(3)"),
    ],
)  # fmt: skip
def test_forms_that_state_what_they_need_are_accepted(told: dict[str, str], take: Take, run: Run) -> None:
    take({**DECLARATION, **told})
    assert run("declarations", "accept", "OD-1", *ACCEPT)[0] == 0


def test_recorded_authority_answers_what_a_cited_one_leaves_open(take: Take, run: Run) -> None:
    take(DECLARATION)
    assert lacking(run, "OD-1") == {"authority": "warn"}
    take(
        {
            "person": "Authorised signer", "title": "Manager (role)", "party": "SUP-001",
            "may_sign": "supplier's declaration", "granted_on": "2020-01-01", "shown_by": "board resolution (SPECIMEN)",
        }
    )  # fmt: skip
    assert lacking(run, "OD-1") == {}


@pytest.mark.parametrize(
    ("producers", "accepted", "field"),
    [
        pytest.param(None, True, "producer_statement_held", id="not-on-record"),
        pytest.param({}, True, None, id="covers-part-and-window"),
        pytest.param({"valid_to": "2023-12-31"}, False, "producer_statement", id="ends-before"),
        pytest.param({"part": "FRM-202"}, False, "producer_statement", id="of-another-part"),
        pytest.param({"form": "not originating"}, False, "producer_statement", id="not-originating"),
    ],
)
def test_a_distributor_rests_on_the_producers_own_statement(
    producers: dict[str, str] | None, accepted: bool, field: str | None, take: Take, run: Run
) -> None:
    if producers is not None:
        take({**DECLARATION, **producers})
    take({**DECLARATION, **RELIES, "producer": "SUP-001", "producer_statement": "OD-1"})
    found = lacking(run, "DIS-9:D-1")
    assert {name for name in found if name.startswith("producer")} == ({field} if field else set())
    assert (run("declarations", "accept", "DIS-9:D-1", *ACCEPT)[0] == 0) is accepted


def test_a_producers_statement_that_was_withdrawn_carries_nobody(take: Take, run: Run) -> None:
    take(DECLARATION)
    take({**DECLARATION, **RELIES, "producer": "SUP-001", "producer_statement": "OD-1"})
    run("declarations", "withdraw", "SUP-001:OD-1", "--from", "2023-06-01", "--reason", "source changed", *BY)
    assert lacking(run, "DIS-9:D-1")["producer_statement"] == "block accept"


def test_one_received_after_goods_were_entered_though_signed_before_is_told_as_late(take: Take, run: Run) -> None:
    take(
        {
            "number": "E-1", "country": "US", "entry_type": "01", "filer": "XXX", "importer": "VOLTERA-US",
            "importer_number": "00-0000001", "port": "2304", "imported_on": "2023-04-10", "entered_on": "2023-04-12",
            "lines.line": "1", "lines.shipment": "S01", "lines.invoice": "CI-1", "lines.invoice_line": "1",
            "lines.tariff_item": "8703900000", "lines.hs_edition": "HS2012", "lines.value": "62000",
            "lines.currency": "USD", "lines.quantity": "2",
        }
    )  # fmt: skip
    take({**DECLARATION, "received_on": "2023-05-02"})
    told = run("declarations", "show", "OD-1")[1]["late"]
    assert told.startswith("signed 2023-03-01 and received 2023-05-02: after customs entries E-1 of 2023-04-12")
    take({**DECLARATION, "reference": "OD-2", "plant": "SUP-001-P2"})
    assert run("declarations", "show", "OD-2")[1]["late"] is None


def test_a_tariff_input_of_another_form_is_a_fault_of_its_cell(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "d.csv"
    path.write_text(csv_text({**DECLARATION, "form": "tariff inputs s.9(7)(a)(ii)", "inputs": "CELL:8507:CN"}))
    status, found = run("import", path)
    assert (status, [fault["column"] for fault in found["faults"]]) == (1, ["inputs"])
