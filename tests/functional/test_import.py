"""``evidence import`` and ``evidence declarations`` as a person runs them, over a real home."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.core import canonical
from evidence.core.disclosure import Tier, line_disclosures, line_proof, verify_line
from evidence.core.encoding import from_base64
from evidence.core.statements.base import open_body
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.item import Items
from evidence.core.statements.own import DocumentReceived, Key
from evidence.errors import MalformedValue, ProofError
from evidence.intake.record import refused_files
from evidence.ledger import envelope
from evidence.ledger.found import open_home
from evidence.ledger.proof import Proof, verify
from evidence.ledger.trust import read_verifiers
from tests.unit.intake import making
from tests.unit.intake.making import csv_text

VOLTERA = Path(__file__).resolve().parents[2] / "examples" / "voltera"
Run = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("intake") / "home"
    assert main(["init", "--home", str(home), "--demo", "--code", "VOLTERA", "--at", "2024-06-03"]) == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_here = tmp_path / "files"
    made_here.mkdir()
    (made_here / "items.csv").write_text(csv_text(making.ITEM, {**making.ITEM, "part": "FRM-202"}))
    (made_here / "declarations.csv").write_text(
        csv_text(making.DECLARATION, {**making.DECLARATION, "reference": "OD-2"})
    )
    making.write_form(made_here / "form.pdf", {**making.DECLARATION, "reference": "OD-3", "part": "FRM-202"})
    (made_here / "letter.txt").write_text("Dear all")
    return made_here


@pytest.fixture
def run(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out = capfdbinary.readouterr().out
        return status, json.loads(out) if out else None

    return call


def entries(home: Path) -> int:
    with open_home(home, {}) as handle:
        return handle.ledger.size()


def everything_in(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes() for path in (home / "documents").rglob("*") if path.is_file()
    }


def test_a_folder_is_recorded_file_by_file_and_checks_clean(home: Path, folder: Path, run: Run) -> None:
    before = entries(home)
    status, found = run("import", folder)
    assert (status, found["recorded"], found["faults"]) == (0, True, [])
    assert [(row["file"], row["holds"]) for row in found["files"]] == [
        ("letter.txt", "document"),
        ("items.csv", "item, 2 lines"),
        ("declarations.csv", "2 x supplier-declaration; 2 work items"),
        ("form.pdf", "1 x supplier-declaration"),
    ]
    # four receipts, the form's text, a load, three declarations; no party is on record, two declarations are alike
    assert entries(home) == before + 11
    assert run("ledger", "check")[1]["clean"] is True


def test_importing_again_changes_nothing(home: Path, folder: Path, run: Run) -> None:
    run("import", folder)
    size, documents = entries(home), everything_in(home)
    checkpoint = (home / "checkpoint").read_bytes()
    status, found = run("import", folder)
    assert (status, found["recorded"], found["files"]) == (0, False, [])
    assert {row["name"]: row["already"] for row in found["already_recorded"]} == {
        "letter.txt": "#5",
        "items.csv": "#6",
        "declarations.csv": "#8",
        "form.pdf": "#13",
    }
    assert (entries(home), everything_in(home), (home / "checkpoint").read_bytes()) == (size, documents, checkpoint)


def test_a_dry_run_says_what_would_be_recorded_and_records_nothing(home: Path, folder: Path, run: Run) -> None:
    size, documents = entries(home), everything_in(home)
    status, found = run("import", folder, "--dry-run")
    assert (status, found["recorded"], len(found["files"])) == (0, False, 4)
    assert (entries(home), everything_in(home)) == (size, documents)


def test_one_fault_in_one_row_records_nothing_of_the_whole_import(home: Path, folder: Path, run: Run) -> None:
    bad = csv_text(making.DECLARATION, {**making.DECLARATION, "reference": "OD-2", "signed_on": "1 March 2023"})
    (folder / "declarations.csv").write_text(bad)
    size, documents = entries(home), everything_in(home)
    status, found = run("import", folder)
    assert (status, found["recorded"], found["files"]) == (1, False, [])
    (fault,) = found["faults"]
    assert (fault["file"], fault["row"], fault["column"]) == ("declarations.csv", 3, "signed_on")
    assert (entries(home), everything_in(home)) == (size, documents)
    (kept,) = refused_files(home)
    assert (home / "refused" / kept.sha256).read_bytes() == bad.encode()
    assert (kept.name, len(kept.faults)) == ("declarations.csv", 1)


def test_a_dry_run_with_faults_keeps_nothing_either(home: Path, folder: Path, run: Run) -> None:
    (folder / "items.csv").write_text(csv_text({**making.ITEM, "unit": ""}))
    assert run("import", folder, "--dry-run")[0] == 1
    assert refused_files(home) == []


def test_a_file_that_changed_keeps_what_it_said_before(home: Path, folder: Path, run: Run) -> None:
    run("import", folder)
    (folder / "letter.txt").write_text("Dear all, again")
    status, found = run("import", folder)
    assert (status, [row["file"] for row in found["files"]]) == (0, ["letter.txt"])


def test_the_day_of_receipt_may_be_claimed_with_its_basis(home: Path, folder: Path, run: Run) -> None:
    assert run("import", folder, "--received", "2024-05-30")[0] == 2
    assert run("import", folder, "--received", "2025-01-01", "--basis", "postmark")[0] == 2
    assert run("import", folder, "--received", "2024-05-30", "--basis", "postmark")[0] == 0
    with open_home(home, {}) as handle:
        receipt = handle.ledger.entry(5).statement
    assert receipt is not None
    assert receipt.model_dump(mode="json", include={"received_on", "received_basis"}) == {
        "received_on": "2024-05-30",
        "received_basis": "postmark",
    }


def test_a_template_is_printed_without_a_home(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["import", "--template", "calendar"]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert out.startswith("party,year_starts,period_ends,valid_from")
    assert main(["import", "--template", "nothing"]) == 2


def test_an_importers_view_of_a_declaration_still_verifies(home: Path, folder: Path, run: Run) -> None:
    """Signed once, shown in part: what the importer may not see is withheld; signature, proof and the rest hold."""
    rich = {**making.DECLARATION, "reference": "OD-4", "form": "accumulation s.9(2)(a)", "net_cost": "180.25",
            "non_originating_value": "41.10", "currency": "USD"}  # fmt: skip
    (folder / "declarations.csv").write_text(csv_text(rich))
    run("import", folder)
    with open_home(home, {}) as handle:
        entry = next(each for each in handle.ledger.entries(kind=SupplierDeclaration.kind))
        keys = {each.statement.key: each.statement for each in handle.ledger.entries(kind=Key.kind) if each.statement}
        note = handle.ledger.tlog_proof(entry.seq)
    assert entry.envelope is not None
    hidden = {name for name, tier in SupplierDeclaration.tiers().items() if tier is not Tier.OPEN}
    shown = {"supplier", "part", "form", "valid_from", "valid_to"}
    view = [item for item in entry.disclosures if item.name in shown]

    # what the importer holds: the envelope, the leaf, the proof, and a few disclosures
    signed = envelope.Envelope.parse(entry.envelope.to_json())
    public = {key: from_base64(of.public_key)[-32:] for key, of in keys.items() if isinstance(of, Key)}
    assert envelope.verify(signed, public) == (entry.leaf.actor,)
    assert entry.leaf.payload_sha256 == signed.digest()
    checkpoint = verify(Proof.parse(note), entry.leaf_bytes, read_verifiers(home / "trust"))
    assert checkpoint.size == entries(home)
    opened = open_body(signed.payload, view)
    assert opened.withheld == hidden - shown
    assert {name: opened.fields[name] for name in ("supplier", "part", "valid_to")} == {
        "supplier": "SUP-001",
        "part": "FRM-201",
        "valid_to": "2024-03-31",
    }
    assert b"180.25" not in signed.payload
    assert b"41.10" not in signed.payload
    (supplier,) = [item for item in view if item.name == "supplier"]
    with pytest.raises(MalformedValue):
        open_body(signed.payload, [type(supplier)(supplier.salt, "supplier", "SUP-002")])


def test_one_line_of_a_load_can_be_shown_and_proved_without_the_others(home: Path, folder: Path, run: Run) -> None:
    run("import", folder)
    with open_home(home, {}) as handle:
        load = next(each.statement for each in handle.ledger.entries(kind=Items.kind))
        assert isinstance(load, Items)
        view, seed = handle.documents.read(load.view), handle.documents.read(load.seed)
    lines = line_disclosures(seed, Items.line_prefix(), [canonical.loads(line) for line in view.splitlines()])
    assert isinstance(lines[1].value, dict)
    assert (len(seed), load.lines, lines[1].value["part"]) == (32, 2, "FRM-202")
    verify_line(lines[1], 1, load.lines, line_proof(lines, 1), load.view_root)
    with pytest.raises(ProofError):
        verify_line(lines[0], 1, load.lines, line_proof(lines, 1), load.view_root)
    assert all(canonical.loads_canonical(line) for line in view.splitlines())


def test_a_declaration_goes_from_received_to_accepted_to_withdrawn(home: Path, folder: Path, run: Run) -> None:
    run("import", folder)
    assert {row["state"] for row in run("declarations", "list")[1]} == {"received"}
    status, rows = run("declarations", "accept", "SUP-001:OD-1", "OD-2", "--reason", "complete", "--by", "Desk")
    assert (status, [row["state"] for row in rows]) == (0, ["accepted", "accepted"])
    (folder / "notice.txt").write_text("We withdraw OD-1.")
    withdraw = ("declarations", "withdraw", "OD-1", "--reason", "notice of change")
    assert run(*withdraw, "--from", "2024-01-15", "--notice", folder / "notice.txt")[0] == 0
    known = {row["reference"]: row["state"] for row in run("declarations", "list", "--on", "2024-01-14")[1]}
    assert known["OD-1"] == "received"  # accepted only from the day of acceptance on
    known = {row["reference"]: row["state"] for row in run("declarations", "list")[1]}
    assert known == {"OD-1": "withdrawn", "OD-2": "accepted", "OD-3": "received"}
    found = run("declarations", "show", "OD-1")[1]
    assert [(state["state"], state["by"]) for state in found["states"]] == [
        ("accepted", "Desk"),
        ("withdrawn", "Origin desk (role)"),
    ]
    assert run("declarations", "accept", "OD-1", "--reason", "again")[0] == 1
    assert run("ledger", "check")[1]["clean"] is True


def test_declarations_whose_window_passed_are_recorded_as_expired_once(home: Path, folder: Path, run: Run) -> None:
    run("import", folder)
    status, rows = run("declarations", "expire", "OD-2", "--reason", "no renewal came")
    assert (status, [row["declaration"] for row in rows]) == (0, ["SUP-001:OD-2"])
    assert run("declarations", "expire", "OD-2")[0] == 2
    status, rows = run("declarations", "expire")
    assert (status, [row["declaration"] for row in rows]) == (0, ["SUP-001:OD-1", "SUP-001:OD-3"])
    assert run("declarations", "expire")[1] == []
    assert {row["since"] for row in run("declarations", "list", "--state", "expired")[1]} == {"2024-04-01"}


def test_what_lacks_a_signature_is_not_accepted_and_several_are_decided_together(
    home: Path, folder: Path, run: Run
) -> None:
    unsigned = {**making.DECLARATION, "reference": "OD-5", "signatory": ""}
    (folder / "declarations.csv").write_text(csv_text(making.DECLARATION, unsigned))
    run("import", folder)
    size = entries(home)
    assert run("declarations", "accept", "OD-1", "OD-5", "--reason", "complete")[0] == 1
    assert entries(home) == size
    assert run("declarations", "refuse", "OD-5", "--reason", "not signed")[0] == 0
    assert run("declarations", "show", "nothing")[0] == 2


def test_a_setting_lowers_an_element_of_mark_s_to_a_warning_and_none_of_mark_p(
    home: Path, folder: Path, run: Run
) -> None:
    for file in folder.iterdir():
        file.unlink()
    lacking = {**making.CERTIFICATION, "goods.criterion": "B", "goods.rule": "", "goods.method": ""}
    (folder / "c.csv").write_text(csv_text(lacking))
    assert run("import", folder)[0] == 1
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace("lowered_elements = []", 'lowered_elements = ["7", "1"]'))
    status, found = run("import", folder)
    assert (status, found["recorded"]) == (0, True)
    assert any("criterion" in notice for notice in found["notices"])


def test_the_sample_company_comes_in_without_a_fault_and_leaves_gaps(home: Path, run: Run) -> None:
    (home / "clock").write_text("2024-12-02T12:00:00.000000Z\n", encoding="ascii")  # after all that happened to it
    status, found = run("import", VOLTERA)
    assert (status, found["faults"]) == (0, [])
    assert run("import", VOLTERA)[1]["recorded"] is False
    status, gaps = run("declarations", "gaps", "ARROYO-E1", "--plant", "MX-SAL", "--period", "2023-07-01..2023-09-30")
    assert status == 1
    assert {row["failed"] for row in gaps} >= {"silent"}
    assert run("ledger", "check")[1]["clean"] is True


def test_what_must_vanish_from_backups_too_is_sealed_on_import_and_read_back_through_the_vault(
    home: Path, tmp_path: Path, run: Run
) -> None:
    place = tmp_path / "wages"
    place.mkdir()
    (place / "wages.txt").write_text("wages of A. N. Other", encoding="utf-8")
    row = {"file": "wages.txt", "role": "payroll record", "tier": "secret+personal", "personal": "yes"}
    row |= {"channel": "mail", "received_on": "2023-04-03", "received_basis": "postmark"}
    (place / "documents.csv").write_text(csv_text(row), encoding="utf-8")
    status, found = run("import", place)
    assert (status, found["faults"]) == (0, [])
    assert b"wages of A. N. Other" not in b"".join(everything_in(home).values())
    with open_home(home, {}, sign=True) as handle:
        receipts = [entry.statement for entry in handle.ledger.entries(kind="document-received")]
        (sealed,) = [one for one in receipts if isinstance(one, DocumentReceived) and one.tier is Tier.SECRET_PERSONAL]
        assert handle.vault().read(sealed.document) == b"wages of A. N. Other"
    assert run("ledger", "check")[1]["clean"] is True
