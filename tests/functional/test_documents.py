"""``evidence documents`` as a person runs it, over a real home: what is known of a document, what is read on it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.cli.opening import opened, registered
from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.derived import DerivedDocument
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reading import Reading
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.errors import IntakeError
from evidence.intake.companions import Companions, companions
from evidence.intake.gather import gather
from evidence.intake.limits import Limits
from evidence.intake.readings import plan_reading
from evidence.intake.resemblance import Resemblances
from evidence.intake.signed_pdf import TrustList
from evidence.ledger.found import HomeHandle
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text
from tests.unit.intake.making_scans import CERTIFICATE, page, picture
from tests.unit.intake.making_signed import authority, kept, plain_pdf, signed

Run = Callable[..., tuple[int, Any]]
READER = "Origin desk (role)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("documents") / "home"
    assert main(["init", "--home", str(home), "--demo", "--at", "2024-06-03"]) == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home"))


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, Any]:
        capfd.readouterr()
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out = capfd.readouterr().out
        return status, json.loads(out) if out else None

    return call


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return picture(tmp_path / "certificate.png")


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str = "typed.csv", **changed: str) -> Path:
        path = tmp_path / name
        path.write_text(csv_text({**making.DECLARATION, **changed}), encoding="utf-8")
        return path

    return write


def read(run: Run, document: object, transcript: Path, *more: str) -> tuple[int, Any]:
    return run("documents", "read", document, "--from", transcript, "--by", READER, *more)


@contextmanager
def register_of(home: Path) -> Iterator[Register]:
    with opened(home) as handle, registered(handle) as register:
        yield register


def receive(handle: HomeHandle, path: Path, trust: TrustList | None = None) -> tuple[DocumentReceived, Companions]:
    """Record the receipt of a file and its companions, in one append."""
    (found,) = gather([path], Limits()).files.values()
    now = handle.clock.now()
    beside = companions(found, path, Limits(), trust, now, handle.random)
    for content in (path.read_bytes(), *(content for content, _ in beside.documents)):
        handle.documents.put(content)
    receipt = DocumentReceived(
        id=mint(DocumentReceived.prefix, now, handle.random), issuer="self", document=found.sha256, size=found.size,
        name=found.name, media_type=found.media_type, tier=Tier.RESTRICTED, personal=None, channel="import",
        document_class=EvidenceClass.SCAN if beside.is_scan else EvidenceClass.NATIVE,
        holder="Specimen Motors, Inc.", location="documents", received_on=now.date(), received_basis="test",
    )  # fmt: skip
    handle.signer().record([(each, ()) for each in (receipt, *beside.statements)])
    return receipt, beside


def test_a_reading_is_recorded_with_its_statement_and_rests_on_the_scan(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    transcript = typed()
    status, told = read(run, scan, transcript, "--note", "the stamp cannot be read")
    assert (status, told["recorded"], told["faults"]) == (0, True, [])
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    with register_of(home) as register:
        (declaration,) = register.statements(SupplierDeclaration)
        (reading,) = register.statements(Reading)
        (receipt,) = register.statements(DocumentReceived, document=digest)
    assert declaration.value.source is not None
    assert (declaration.value.source.document, declaration.value.source.place) == (digest, "read by a person")
    assert declaration.value.evidence_class is EvidenceClass.SCAN
    assert (reading.value.evidence_class, reading.value.reader) == (EvidenceClass.TESTIMONY, READER)
    assert reading.value.statements == (declaration.statement_id,)
    assert reading.value.transcript == hashlib.sha256(transcript.read_bytes()).hexdigest()
    assert reading.value.note == "the stamp cannot be read"
    assert (reading.seq, reading.recorded_at) == (declaration.seq + 1, declaration.recorded_at)
    assert receipt.seq < declaration.seq
    assert main(["ledger", "check", "--home", str(home), "--trust", str(home / "trust")]) == 0


def test_what_a_reading_leaves_open_becomes_work_about_the_scan(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    told = read(run, scan, typed())[1]
    assert {"unmatched part", "unmatched party"} <= {each["topic"] for each in told["work"]}
    with register_of(home) as register:
        items = register.statements(WorkItem)
    assert {(each.value.document, each.value.place) for each in items} == {
        (hashlib.sha256(scan.read_bytes()).hexdigest(), "read by a person")
    }
    assert read(run, scan, typed(part="FRM-207"))[1]["work"] == []


def test_a_document_on_record_is_read_by_its_entry_or_its_digest_and_not_received_again(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    run("import", scan, "--kind", "document")
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    with register_of(home) as register:
        (receipt,) = register.statements(DocumentReceived, document=digest)
    assert read(run, digest[:12], typed())[0] == 0
    assert read(run, receipt.ref, typed("two.csv", reference="OD-2"))[0] == 0
    assert read(run, scan, typed("three.csv", reference="OD-3"))[0] == 0
    with register_of(home) as register:
        assert len(register.statements(DocumentReceived, document=digest)) == 1
        assert len(register.statements(SupplierDeclaration)) == 3


def test_a_second_reading_that_says_the_same_bears_out_the_first_and_makes_nothing(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    first = read(run, scan, typed())[1]["statements"][0]["entry"]
    status, told = read(run, scan, typed())
    assert (status, told["statements"], told["agreeing"], told["differences"]) == (0, [], [first], [])
    with register_of(home) as register:
        assert len(register.statements(SupplierDeclaration)) == 1
        assert register.statements(Reading)[-1].value.note == f"bears out {first}"


def test_a_second_reading_that_differs_is_pointed_out_recorded_and_makes_nothing(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    first = read(run, scan, typed())[1]["statements"][0]["entry"]
    status, told = read(run, scan, typed(part="FRM-207"))
    difference = f"supplier-declaration SUP-001 OD-1, part: 'FRM-201' in {first}, 'FRM-207' here"
    assert (status, told["statements"], told["differences"]) == (1, [], [difference])
    with register_of(home) as register:
        (declaration,) = register.statements(SupplierDeclaration)
        assert declaration.value.part == "FRM-201"
        assert register.statements(Reading)[-1].value.note == f"differs from an earlier reading: {difference}"


def test_a_reading_may_supersede_what_an_earlier_one_made(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    read(run, scan, typed())
    right = typed(part="FRM-207", supersedes="OD-1", supersedes_reason="a digit was misread")
    status, told = read(run, scan, right)
    assert (status, len(told["statements"])) == (0, 1)
    with register_of(home) as register:
        first, second = register.statements(SupplierDeclaration)
        assert second.value.supersedes == first.statement_id


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        pytest.param({"valid_to": "2024-02-31"}, "valid_to", id="a-day-that-is-none"),
        pytest.param({"hs_code": "8708.9"}, "hs_code", id="a-code-that-is-none"),
        pytest.param({"valid_to": "2022-03-31"}, "valid_to", id="an-end-before-its-beginning"),
    ],
)
def test_a_faulty_table_is_refused_as_in_an_import_and_nothing_of_it_is_recorded(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path], changed: dict[str, str], column: str
) -> None:
    status, told = read(run, scan, typed(**changed))
    assert (status, told["recorded"]) == (1, False)
    assert [fault["column"] for fault in told["faults"]] == [column]
    with register_of(home) as register:
        assert register.statements(SupplierDeclaration) == []
        assert register.statements(Reading) == []


def test_what_another_document_has_declared_already_is_a_fault(
    run: Run, scan: Path, tmp_path: Path, typed: Callable[..., Path]
) -> None:
    run("import", typed("declared.csv"))
    status, told = read(run, scan, typed())
    assert status == 1
    assert "already in #" in told["faults"][0]["found"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param(making.ITEM, "a table of item", id="a-load"),
        pytest.param({"foreign": "1", "headings": "2"}, "the columns", id="no-template"),
    ],
)
def test_a_table_without_statements_is_refused(
    run: Run, scan: Path, tmp_path: Path, row: dict[str, str], found: str
) -> None:
    (tmp_path / "other.csv").write_text(csv_text(row))
    status, told = read(run, scan, tmp_path / "other.csv")
    assert status == 1
    assert told["faults"][0]["found"].startswith(found)


def test_nothing_is_read_off_a_sealed_document(home: Path, run: Run, scan: Path, typed: Callable[..., Path]) -> None:
    run("import", scan, "--kind", "document")
    with register_of(home) as register:
        (receipt,) = register.statements(DocumentReceived, name=scan.name)
        sealed = receipt.value.model_copy(update={"tier": Tier.SECRET_PERSONAL})
        with pytest.raises(IntakeError, match="kept sealed and nothing is read from it"):
            plan_reading(typed(), sealed, register, Limits(), making.reception(), zone=making.ZONE, reader=READER)


def test_a_document_that_is_not_known_and_a_day_to_come_are_wrong_use(
    run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    assert read(run, "#999", typed())[0] == 2
    assert read(run, "no-such-file.png", typed())[0] == 2
    assert read(run, scan, typed(), "--on", "2031-01-01")[0] == 2
    assert run("documents", "show", "0123abcd")[0] == 2


def test_scans_are_listed_until_somebody_has_read_them(
    home: Path, run: Run, scan: Path, typed: Callable[..., Path]
) -> None:
    run("import", scan, "--kind", "document")
    (row,) = run("documents", "list", "--unread")[1]
    assert (row["name"], row["class"], row["type"], row["read_by"]) == ("certificate.png", "scan", "image/png", [])
    read(run, scan, typed())
    assert run("documents", "list", "--unread")[1] == []
    (row,) = run("documents", "list", "--scans")[1]
    assert row["read_by"] == [READER]
    assert len(run("documents", "list")[1]) > 1


def test_the_text_of_a_scan_stands_beside_it_and_is_shown(home: Path, run: Run, scan: Path) -> None:
    with opened(home, sign=True) as handle:
        receipt, beside = receive(handle, scan)
        assert handle.documents.read(receipt.document) == scan.read_bytes()
    assert beside.text is not None
    status, told = run("documents", "show", receipt.document)
    assert status == 0
    assert told["is_scan"] is True
    assert told["text"]["how"].startswith("ocr text, by tesseract 5")
    assert "FRM-201" in told["text"]["begins"]
    assert len(told["named_by"]) == 2
    assert main(["ledger", "check", "--home", str(home), "--trust", str(home / "trust")]) == 0


def test_a_signed_pdf_shows_its_signature_in_plain_words_and_its_trust_list_is_kept(
    home: Path, run: Run, tmp_path: Path
) -> None:
    bundle = authority().pem
    trust = TrustList(bundle, hashlib.sha256(bundle).hexdigest())
    with opened(home, sign=True) as handle:
        receipt, _ = receive(handle, kept(tmp_path, "signed.pdf", signed(plain_pdf())), trust)
        assert handle.documents.read(trust.sha256) == bundle
    status, told = run("documents", "show", receipt.document)
    (signature,) = told["signatures"]
    assert status == 0
    assert (signature["intact"], signature["trusted"], signature["trust_list"]) == (True, True, trust.sha256)
    assert signature["found"] == "intact; trusted; covers: whole file; added since: none"
    assert signature["says"].startswith("Intact. It covers the whole file. Nothing was added since.")
    assert told["text"]["begins"] == "Origin declaration OD-1 (SPECIMEN)"
    (row,) = [each for each in run("documents", "list")[1] if each["name"] == "signed.pdf"]
    assert row["signatures"] == [signature["found"]]


def test_a_file_that_is_neither_pdf_nor_picture_has_no_companions(tmp_path: Path) -> None:
    (found,) = gather([kept(tmp_path, "letter.txt", b"Dear all")], Limits()).files.values()
    assert companions(found, found.path, Limits(), None, making.NOW, making.reception().random) == Companions()


def test_the_same_scan_with_one_digit_changed_is_pointed_out_with_both_figures(home: Path, tmp_path: Path) -> None:
    with opened(home, sign=True) as handle:
        receive(handle, picture(tmp_path / "first.png"))
        changed = [line.replace("1250", "1260") for line in CERTIFICATE]
        (found,) = gather([picture(tmp_path / "second.png", changed)], Limits()).files.values()
        second = companions(found, found.path, Limits(), None, handle.clock.now(), handle.random)
        with registered(handle) as register:
            (first,) = register.statements(DocumentReceived, name="first.png")
            (notice,) = Resemblances(register, handle.documents).notices(second)
    assert notice.startswith(f"a near-duplicate of {first.ref} (first.png)")
    assert notice.endswith("differs in '1250' / '1260'")


def test_an_import_tells_of_the_scan_sent_twice_and_records_its_text_beside_it(
    home: Path, run: Run, tmp_path: Path
) -> None:
    first = picture(tmp_path / "first.png")
    second = picture(tmp_path / "second.png", [line.replace("1250", "1260") for line in CERTIFICATE])
    assert run("import", first)[0] == 0
    status, told = run("import", second)
    assert (status, told["recorded"]) == (0, True)
    notice = told["notices"][0]
    assert notice.startswith("second.png: a near-duplicate of #")
    assert notice.endswith("differs in '1250' / '1260'")
    with register_of(home) as register:
        assert [each.value.purpose for each in register.statements(DerivedDocument)] == ["ocr text", "ocr text"]
        (receipt,) = register.statements(DocumentReceived, name="second.png")
        (question,) = register.statements(WorkItem)
    assert receipt.value.document_class is EvidenceClass.SCAN
    assert question.value.topic is WorkTopic.NEAR_DUPLICATE
    assert question.value.document == receipt.value.document
    assert question.value.question.endswith("differs in '1250' / '1260'. Which of the two holds?")
    assert run("work", "list")[0] in (0, 1)


def test_the_same_picture_saved_anew_is_pointed_out_whether_on_record_or_in_the_same_import(
    home: Path, tmp_path: Path
) -> None:
    page().save(tmp_path / "again.tif", dpi=(200, 200))
    with opened(home, sign=True) as handle:
        _, first = receive(handle, picture(tmp_path / "first.png"))
        (found,) = gather([tmp_path / "again.tif"], Limits()).files.values()
        again = companions(found, found.path, Limits(), None, handle.clock.now(), handle.random)
        with registered(handle) as register:
            (receipt,) = register.statements(DocumentReceived, name="first.png")
            on_record = Resemblances(register, handle.documents)
            assert on_record.notices(again) == [
                f"the same picture as {receipt.ref} (first.png), saved anew: other bytes, not one point different"
            ]
        with registered(handle, as_of=receipt.seq) as register:
            earlier = Resemblances(register, handle.documents)
            assert earlier.notices(again) == []
            earlier.add("first.png", first)
            assert earlier.notices(again)[0].startswith("the same picture as first.png, saved anew")


def test_a_text_that_was_disposed_of_is_compared_with_no_more(home: Path, tmp_path: Path) -> None:
    with opened(home, sign=True) as handle:
        _, first = receive(handle, picture(tmp_path / "first.png"))
        with registered(handle) as register:
            (derived,) = register.statements(DerivedDocument)
            handle.documents.dispose(derived.value.derived, derived.seq)
            assert Resemblances(register, handle.documents).notices(replace_pixels(first)) == []


def replace_pixels(of: Companions) -> Companions:
    return Companions(text=of.text, pages=of.pages)
