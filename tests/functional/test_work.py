"""What an import cannot match becomes work with an owner, over a real home: asked once, assigned, resolved, closed."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.ledger.found import open_home
from tests.homes import new_home, set_clock
from tests.unit.intake.making import CERTIFICATION, DECLARATION, ITEM, PURCHASE, SHIPMENT, csv_text, write_form

LATER = timedelta(days=430)
"""From the start of a home to a day on which the files here may have been received."""
Run = Callable[..., tuple[int, Any]]
Take = Callable[..., Any]

PARTY = {
    "party": "SUP-001", "name": "Sample Frame Works (SPECIMEN)", "roles": "producer;supplier", "address": "1 Road",
    "country": "US", "identifiers": "EIN:00-0000001",
}  # fmt: skip
LINK = {
    "owner": "VOLTERA", "part": "FRM-201", "relation": "supplier's number", "other_owner": "SUP-001",
    "other_part": "001-FRM", "applies_from": "2020-01-01", "shown_by": "price list (SPECIMEN)",
}  # fmt: skip
CONVERSION = {
    "owner": "VOLTERA", "part": "FRM-201", "from_unit": "KGM", "to_unit": "PCE", "factor": "0.25",
    "applies_from": "2020-01-01", "shown_by": "weighing (SPECIMEN)",
}  # fmt: skip
CLASSIFIED = {
    "owner": "VOLTERA", "part": "FRM-201", "country": "any", "hs_edition": "HS2012", "code": "870899",
    "classified_by": "own", "applies_from": "2020-01-01",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = new_home(tmp_path)
    set_clock(made, LATER)
    return made


@pytest.fixture
def run(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out = capfdbinary.readouterr().out
        return status, json.loads(out) if out else None

    return call


@pytest.fixture
def take(tmp_path: Path, run: Run) -> Take:
    """Import rows as one CSV; gives what the command tells."""
    count = iter(range(1000))

    def call(*rows: Mapping[str, str], options: tuple[object, ...] = (), status: int = 0) -> Any:
        path = tmp_path / f"{next(count)}.csv"
        path.write_text(csv_text(*rows))
        ended, found = run("import", path, *options)
        assert ended == status, found
        return found

    return call


@pytest.fixture
def masters(take: Take) -> None:
    take(ITEM)
    take(PARTY)


def work(run: Run, *options: str) -> list[tuple[str, str]]:
    return [(row["topic"], row["state"]) for row in run("work", "list", *options)[1]]


def entries(home: Path) -> int:
    with open_home(home, {}) as handle:
        return handle.ledger.size()


@pytest.mark.usefixtures("masters")
def test_what_matches_leaves_no_work(take: Take, run: Run) -> None:
    take(CLASSIFIED)
    take(LINK)
    take(DECLARATION)
    take(PURCHASE)
    assert work(run) == []


@pytest.mark.usefixtures("masters")
def test_a_line_without_a_match_is_recorded_and_is_work_in_the_same_append(home: Path, take: Take, run: Run) -> None:
    before = entries(home)
    take({**DECLARATION, "part": "FRM-999", "supplier": "SUP-999"}, options=("--owner", "Buying desk (role)"))
    assert entries(home) == before + 4  # the receipt, the declaration, two questions
    assert [row["part"] for row in run("declarations", "list")[1]] == ["FRM-999"]
    found = run("work", "list")[1]
    assert [row["topic"] for row in found] == ["unmatched party", "unmatched part"]
    assert {row["owner"] for row in found} == {"Buying desk (role)"}


@pytest.mark.usefixtures("masters")
def test_the_purchases_of_an_unmatched_part_are_one_question(take: Take, run: Run) -> None:
    lines = [{**PURCHASE, "part": "FRM-999", "invoice_line": str(line)} for line in (1, 2, 3)]
    take(*lines, {**PURCHASE, "part": "FRM-998", "invoice_line": "4"})
    assert work(run) == [("unmatched part", "open")] * 2
    take({**PURCHASE, "part": "FRM-999", "invoice": "INV-2"})  # asked already
    assert len(work(run)) == 2


def test_without_a_master_one_question_asks_for_it(take: Take, run: Run) -> None:
    take({**PURCHASE, "part": "A"}, {**PURCHASE, "part": "B", "invoice_line": "2", "seller": "SUP-002"})
    assert work(run) == [("unmatched party", "open"), ("unmatched part", "open")]
    take(ITEM)
    assert [state for _, state in work(run)] == [
        "open",
        "seems resolved by what is on record: a load of kind item is on record",
    ]


@pytest.mark.usefixtures("masters")
def test_what_is_recorded_later_seems_to_resolve_and_a_person_closes(take: Take, run: Run) -> None:
    take({**PURCHASE, "part": "001-FRM"})
    assert work(run) == [("unmatched part", "open")]
    take(LINK)
    ((_, state),) = work(run)
    assert state.startswith("seems resolved by #")
    item = run("work", "list")[1][0]["item"]
    link = state.split()[3].rstrip(":,")
    closing = ("--outcome", "the supplier's number", "--by", "Desk (role)", "--resolved-by", link)
    assert run("work", "close", item, *closing)[0] == 0
    assert work(run) == []
    assert work(run, "--all")[0][1].startswith("closed 2024-06-04")
    status, _ = run("work", "close", item, *closing)
    assert status == 1  # closed already


@pytest.mark.usefixtures("masters")
def test_an_item_is_assigned_with_a_reason_and_keeps_what_it_was(home: Path, take: Take, run: Run) -> None:
    take({**PURCHASE, "seller": "SUP-999"})
    (item,) = run("work", "list")[1]
    given = ("--owner", "Supplier desk (role)", "--due", "2024-06-10", "--reason", "their supplier")
    assert run("work", "assign", item["item"], *given)[0] == 0
    (found,) = run("work", "list", "--owner", "Supplier desk (role)")[1]
    assert (found["asked"], found["due"]) == (item["item"], "2024-06-10")
    assert found["item"] != item["item"]
    set_clock(home, LATER + timedelta(days=30))
    assert work(run) == [("unmatched party", "overdue")]
    assert run("work", "close", item["item"], "--outcome", "known", "--by", "Desk (role)")[0] == 0  # by its first entry


@pytest.mark.usefixtures("masters")
def test_a_unit_that_differs_is_work_until_a_conversion_is_recorded(take: Take, run: Run) -> None:
    take({**PURCHASE, "unit": "KGM"})
    assert work(run) == [("unit differs", "open")]
    take(CONVERSION)
    assert work(run)[0][1].startswith("seems resolved by #")
    take({**PURCHASE, "unit": "KGM", "invoice": "INV-2"})
    assert len(work(run)) == 1


@pytest.mark.usefixtures("masters")
def test_what_the_same_import_brings_serves_its_lines(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "together"
    folder.mkdir()
    (folder / "a-purchases.csv").write_text(csv_text({**PURCHASE, "unit": "KGM", "part": "001-FRM"}))
    (folder / "b-links.csv").write_text(csv_text(LINK))
    (folder / "c-conversions.csv").write_text(csv_text(CONVERSION))
    assert run("import", folder)[0] == 0
    assert work(run) == []


@pytest.mark.usefixtures("masters")
def test_a_code_that_differs_from_the_item_master_is_work(take: Take, run: Run) -> None:
    take(CLASSIFIED)
    take({**DECLARATION, "hs_code": "870894"})
    assert work(run) == [("tariff code differs", "open")]
    take(
        {
            **DECLARATION,
            "reference": "OD-2",
            "hs_edition": "HS2022",
            "valid_from": "2024-04-01",
            "valid_to": "2025-03-31",
        }
    )
    assert len(work(run)) == 1  # the same digits in another edition, and nothing on record says that they moved


@pytest.mark.usefixtures("masters")
def test_a_link_that_contradicts_a_declaration_is_work(take: Take, run: Run) -> None:
    take({**ITEM, "part": "FRM-202"})
    take(LINK)
    take({**DECLARATION, "part": "FRM-202"})
    (item,) = run("work", "list")[1]
    assert item["topic"] == "unmatched part"
    assert "stated for FRM-202 of VOLTERA; 001-FRM of SUP-001, revision A is FRM-201 of VOLTERA" in item["question"]


@pytest.mark.usefixtures("masters")
def test_a_currency_without_a_rate_into_the_books_is_work_where_the_books_are_told(take: Take, run: Run) -> None:
    take({**PURCHASE, "currency": "MXN"})
    assert work(run) == []  # no costs on record: the books are not told
    take(
        {
            "owner": "VOLTERA", "part": "ARROYO-E1", "plant": "MX-SAL", "period_from": "2023-04-01",
            "period_to": "2023-06-30", "account": "5100", "description": "Labour", "element": "labour",
            "exclusion": "none", "amount": "1", "currency": "USD", "figures": "actual",
        }
    )  # fmt: skip
    take({**PURCHASE, "currency": "MXN", "invoice": "INV-2"})
    assert work(run) == [("currency without a rate", "open")]
    rate = {"currency": "MXN", "into": "USD", "day": "2023-05-01", "rate": "0.055", "published_by": "Central bank"}
    take({**rate, "purpose": "booking"})
    assert work(run)[0][1].startswith("seems resolved by #")


@pytest.mark.usefixtures("masters")
def test_a_signer_without_any_authority_is_work(take: Take, run: Run) -> None:
    take({**DECLARATION, "authority_reference": ""})
    take({**DECLARATION, "reference": "OD-2", "authority_reference": "", "valid_from": "2024-04-01", "valid_to": ""})
    assert work(run) == [("authority unknown", "open")]  # the same signer of the same party: one question
    take(
        {
            "person": "Authorised signer", "title": "Manager (role)", "party": "SUP-001",
            "may_sign": "supplier's declaration", "granted_on": "2020-01-01", "shown_by": "board resolution (SPECIMEN)",
        }
    )  # fmt: skip
    assert work(run)[0][1].startswith("seems resolved by #")


@pytest.mark.usefixtures("masters")
def test_a_certification_and_a_shipment_raise_their_questions(take: Take, run: Run) -> None:
    take(CERTIFICATION)
    take(SHIPMENT)
    assert sorted(work(run)) == [
        ("authority unknown", "open"),
        ("unmatched part", "open"),
        ("unmatched party", "open"),
        ("unmatched party", "open"),
    ]


@pytest.mark.usefixtures("masters")
def test_a_declaration_that_differs_in_one_digit_is_pointed_out_and_its_figure_is_not_shown(
    take: Take, run: Run
) -> None:
    stated = {
        **DECLARATION,
        "form": "accumulation s.9(2)(a)",
        "net_cost": "412.50",
        "non_originating_value": "10",
        "currency": "USD",
    }
    take(stated)
    take({**stated, "reference": "OD-2", "net_cost": "421.50"})
    (item,) = run("work", "list")[1]
    assert item["topic"] == "near duplicate"
    assert "OD-2 of SUP-001 for FRM-201 is the same as #" in item["question"]
    assert "net_cost (secret" in item["question"]
    assert "421.50" not in item["question"]
    found = run("work", "show", item["item"])[1]["differences"]
    assert {"field": "net_cost", "this": "421.5", "other": "412.5"} in found
    run("declarations", "refuse", "SUP-001:OD-2", "--reason", "a slip of the pen", "--by", "Desk (role)")
    assert work(run)[0][1].startswith("seems resolved by #")


@pytest.mark.usefixtures("masters")
def test_two_alike_in_one_import_are_one_question(take: Take, run: Run) -> None:
    take(DECLARATION, {**DECLARATION, "reference": "OD-2", "rule": "8708.94"})
    (item,) = run("work", "list")[1]
    assert "Declaration OD-2 of SUP-001" in item["question"]
    assert "but for rule 8708.94 / 8708.99" in item["question"]


@pytest.mark.usefixtures("masters")
@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"plant": "SUP-001-P2"}, id="another-plant"),
        pytest.param({"valid_from": "2024-04-01", "valid_to": "2025-03-31"}, id="the-year-after"),
        pytest.param({"supplier_revision": "B"}, id="another-revision"),
        pytest.param({"replaces": "OD-1", "signatory": "Somebody"}, id="said-to-replace-it"),
        pytest.param({"country": "MX", "rule": "x", "method": "y", "language": "es"}, id="too-different"),
    ],
)
def test_what_is_another_declaration_is_not_pointed_out(told: dict[str, str], take: Take, run: Run) -> None:
    take({**DECLARATION, "replaces": ""})
    take({**DECLARATION, "replaces": "", "reference": "OD-2", **told})
    assert work(run) == []


@pytest.mark.usefixtures("masters")
def test_the_same_declaration_by_another_channel_is_told_and_not_stated_twice(
    home: Path, tmp_path: Path, take: Take, run: Run
) -> None:
    take(DECLARATION)
    again = {**DECLARATION, "received_on": "2023-03-09", "received_basis": "portal log"}
    status, found = run("import", write_form(tmp_path / "form.pdf", again))
    assert (status, [row["holds"] for row in found["files"]]) == (0, ["supplier-declaration"])
    assert "is the same declaration as in #" in " ".join(found["notices"])
    with opened(home) as handle, registered(handle) as register:
        (declaration,) = register.statements(SupplierDeclaration)
        (document,) = register.documents(f"supplier-declaration:{declaration.statement_id}")
    assert document.value.name == "form.pdf"
    other = {**again, "rule": "another"}
    assert run("import", write_form(tmp_path / "other.pdf", other))[0] == 1  # one number, two contents


@pytest.mark.usefixtures("masters")
def test_a_corrected_load_takes_the_place_of_the_one_it_names(home: Path, take: Take, run: Run) -> None:
    take(PURCHASE, {**PURCHASE, "invoice_line": "2"})
    with opened(home) as handle, registered(handle) as register:
        (load,) = register.statements(Purchases)
    assert take({**PURCHASE, "price": "4.125"}, status=1)["faults"]  # counted twice
    corrected = ("--supersedes", load.ref, "--reason", "a price per 100 read as a price per piece")
    take({**PURCHASE, "price": "4.125"}, options=corrected)
    with opened(home) as handle, registered(handle) as register:
        assert [str(each.value.price) for each in register.lines(PurchaseLine)] == ["4.125"]
        assert len(register.statements(Purchases)) == 2
    again = take({**PURCHASE, "price": "4.2"}, options=corrected, status=2)
    assert again is None  # superseded already: the later one is to be named
    take({**ITEM, "part": "FRM-203"}, options=("--supersedes", f"#{load.seq + 2}", "--reason", "x"), status=1)


@pytest.mark.usefixtures("masters")
def test_merged_numbers_are_one_party(take: Take, run: Run) -> None:
    take({**PARTY, "party": "SUP-OLD", "identifiers": "EIN:000000001"})
    (proposed,) = run("parties", "list", "--proposed")[1]
    assert (proposed["party"], proposed["other"]) == ("SUP-001", "SUP-OLD")
    told = ("--ground", "one EIN", "--by", "Desk (role)")
    assert run("parties", "merge", "SUP-001", "SUP-OLD", *told)[0] == 0
    assert run("parties", "list", "--proposed")[1] == []
    assert run("parties", "merge", "SUP-OLD", "SUP-001", *told)[0] == 1  # a ring
    assert run("parties", "merge", "SUP-777", "SUP-001", *told)[0] == 1  # nothing names it
    found = run("parties", "show", "SUP-OLD")[1]
    assert (found["kept_as"], found["numbers"], len(found["merges"])) == ("SUP-001", ["SUP-001", "SUP-OLD"], 1)
    assert run("parties", "show", "SUP-777")[0] == 2
    take(DECLARATION)
    take({**DECLARATION, "supplier": "SUP-OLD", "reference": "OD-2"})
    assert work(run) == [("near duplicate", "open")]  # one party's two declarations
    assert len(run("declarations", "list", "--supplier", "SUP-001")[1]) == 2
    assert run("declarations", "show", "SUP-001:OD-2")[1]["fields"]["supplier"] == "SUP-OLD"


@pytest.mark.usefixtures("masters")
def test_status_counts_what_stands_open(take: Take, run: Run) -> None:
    take({**PURCHASE, "seller": "SUP-999"})
    assert "1 unmatched party" in " ".join(run("status")[1]["attention"])


@pytest.mark.usefixtures("masters")
def test_a_near_duplicate_stays_open_until_one_of_the_two_is_ended(take: Take, run: Run) -> None:
    take(CLASSIFIED)
    take(DECLARATION)
    take({**DECLARATION, "reference": "OD-2"})
    assert work(run) == [("near duplicate", "open")]  # although the code agrees with the classification
    assert "in every field but its reference" in run("work", "list")[1][0]["question"]
    run("declarations", "refuse", "SUP-001:OD-1", "--reason", "sent twice", "--by", "Desk (role)")
    assert work(run)[0][1].startswith("seems resolved by #")  # the earlier of the two will do


@pytest.mark.usefixtures("masters")
def test_a_line_under_a_merged_number_is_not_taken_twice(take: Take, run: Run) -> None:
    take({**PARTY, "party": "SUP-OLD"})
    take(PURCHASE)
    take(DECLARATION)
    told = ("--ground", "one EIN", "--by", "Desk (role)")
    assert run("parties", "merge", "SUP-001", "SUP-OLD", *told)[1]["held_twice"] == []
    (fault,) = take({**PURCHASE, "seller": "SUP-OLD"}, status=1)["faults"]
    assert "SUP-OLD, INV-1, 1, already in #" in fault["found"]
    take({**PURCHASE, "invoice": "INV-2"}, {**PURCHASE, "invoice": "INV-3", "seller": "SUP-OLD"})
    both = ({**PURCHASE, "invoice": "INV-4"}, {**PURCHASE, "invoice": "INV-4", "seller": "SUP-OLD"})
    (fault,) = take(*both, status=1)["faults"]
    assert (fault["row"], fault["found"].split(", already in ")[0]) == (3, "SUP-OLD, INV-4, 1")
    (fault,) = take({**DECLARATION, "supplier": "SUP-OLD", "hs_code": "870830"}, status=1)["faults"]
    assert "hs_code: 870830 / 870899" in fault["found"]


@pytest.mark.usefixtures("masters")
def test_a_merge_tells_what_both_numbers_hold_already_and_leaves_it_as_work(home: Path, take: Take, run: Run) -> None:
    take({**PARTY, "party": "SUP-OLD", "identifiers": "RFC:SPE000000XX0"})
    take(PURCHASE)
    take({**PURCHASE, "seller": "SUP-OLD"})
    take(DECLARATION)
    take({**DECLARATION, "supplier": "SUP-OLD"})
    assert work(run) == []
    told = ("--ground", "the deed of merger", "--by", "Desk (role)")
    status, found = run("parties", "merge", "SUP-001", "SUP-OLD", *told)
    assert (status, len(found["held_twice"])) == (0, 2)
    assert found["held_twice"][0].startswith("purchase SUP-001, INV-1, 1 (#")
    assert work(run) == [("counted twice", "open")]
    assert run("work", "list")[1][0]["owner"] == "Desk (role)"
    with opened(home) as handle, registered(handle) as register:
        load = register.statements(Purchases)[-1]
    take({**PURCHASE, "seller": "SUP-OLD", "invoice": "INV-9"}, options=("--supersedes", load.ref, "--reason", "twice"))
    with opened(home) as handle, registered(handle) as register:
        twice = register.statements(SupplierDeclaration, supplier="SUP-OLD")[-1]
    run("declarations", "refuse", twice.statement_id, "--reason", "the same declaration", "--by", "Desk (role)")
    assert work(run)[0][1].startswith("seems resolved by")


ADJUSTMENT = {
    "seller": "SUP-001", "invoice": "INV-1", "invoice_line": "1", "adjustment": "CN-1",
    "adjustment_kind": "credit note", "dated_on": "2023-05-20", "booked_on": "2023-05-21", "amount": "-10",
    "currency": "USD", "reason": "volume rebate (SPECIMEN)",
}  # fmt: skip
REQUEST = {
    "number": "RQ-1", "supplier": "SUP-001", "parts": "FRM-201", "sent_on": "2023-02-01", "due_on": "2023-03-01",
    "channel": "e-mail",
}  # fmt: skip
ASSIST = {
    "reference": "AS-1", "owner": "VOLTERA", "part": "FRM-201", "giver": "SUP-001", "receiver": "SUP-001",
    "assist_kind": "tools, dies or moulds", "value": "1000", "currency": "USD", "given_on": "2023-01-02",
    "spread_over": "all units anticipated", "spread_quantity": "100", "period_from": "2023-01-02",
    "period_to": "2024-01-01",
}  # fmt: skip


@pytest.mark.usefixtures("masters")
def test_a_credit_note_on_no_invoice_line_or_in_another_currency_is_work(take: Take, run: Run) -> None:
    take(PURCHASE)
    take(ADJUSTMENT)
    assert work(run) == []
    take(
        {**ADJUSTMENT, "adjustment": "CN-2", "invoice": "INV-2"},
        {**ADJUSTMENT, "adjustment": "CN-3", "currency": "EUR"},
    )
    found = run("work", "list")[1]
    assert [row["topic"] for row in found] == ["unmatched reference"] * 2
    assert "invoice INV-2 of SUP-001, line 1 is not on record" in found[0]["question"]
    assert f"in {PURCHASE['currency']}. Which currency holds?" in found[1]["question"]
    take({**ADJUSTMENT, "adjustment": "CN-4", "invoice": "INV-2"})  # asked already
    assert len(work(run)) == 2
    take({**PURCHASE, "invoice": "INV-2"})
    states = [state for _, state in work(run)]
    assert states[0].startswith("seems resolved by #")
    assert states[1] == "open"


@pytest.mark.usefixtures("masters")
def test_what_a_request_an_assist_or_a_customs_entry_names_and_nobody_knows_is_work(take: Take, run: Run) -> None:
    take(REQUEST)
    take(ASSIST)
    assert work(run) == []
    take({**REQUEST, "number": "RQ-2", "supplier": "SUP-998", "parts": "FRM-998"})
    assert work(run) == [("unmatched party", "open"), ("unmatched part", "open")]
    take({**ASSIST, "reference": "AS-2", "receiver": "SUP-997", "part": "FRM-997"})
    assert work(run)[2:] == [("unmatched party", "open"), ("unmatched part", "open")]


@pytest.mark.usefixtures("masters")
def test_a_number_without_its_leading_zeros_is_told_the_one_on_record(take: Take, run: Run) -> None:
    take({**ITEM, "part": "0004712"})
    take({**PURCHASE, "part": "4712"})
    (item,) = run("work", "list")[1]
    assert item["question"].endswith("On record: 0004712.")


@pytest.mark.usefixtures("masters")
def test_a_topic_is_known_by_what_begins_it_and_no_other_word_lists_nothing(take: Take, run: Run) -> None:
    take({**PURCHASE, "part": "FRM-999"})
    assert len(work(run, "--topic", "unmatched part")) == 1
    assert work(run, "--topic", "near") == []
    assert run("work", "list", "--topic", "unmatched")[0] == 2  # a part, a party or a reference
    assert run("work", "list", "--topic", "nothing")[0] == 2


@pytest.mark.usefixtures("masters")
def test_accepting_tells_what_is_warned_of_and_what_work_is_open(
    home: Path, take: Take, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    take({**DECLARATION, "part": "FRM-999", "undertakes_notice": "no"})
    main(["declarations", "accept", "SUP-001:OD-1", "--reason", "reviewed", "--by", "Desk", "--home", str(home)])
    captured = capfdbinary.readouterr()
    told = (captured.out + captured.err).decode()
    assert "SUP-001:OD-1, open work #" in told
    assert "unmatched part: Declaration OD-1 of SUP-001" in told


@pytest.mark.usefixtures("masters")
def test_a_row_left_out_seems_settled_by_the_load_that_takes_the_place_of_the_partial_one(
    home: Path, take: Take, run: Run
) -> None:
    partly = ("--partial", "--reason", "the rest is wanted today", "--by", "Desk (role)")
    take(PURCHASE, {**PURCHASE, "invoice_line": "2", "quantity": "x"}, options=partly)
    assert work(run) == [("row left out", "open")]
    with opened(home) as handle, registered(handle) as register:
        (load,) = register.statements(Purchases)
    whole = (PURCHASE, {**PURCHASE, "invoice_line": "2"})
    take(*whole, options=("--supersedes", load.ref, "--reason", "with the row that was left out"))
    assert work(run)[0][1].startswith("seems resolved by #")
