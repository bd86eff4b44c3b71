"""Letters and statements about a pack: drafts from its facts, official wording, and nothing filled in for a signer."""

import hashlib
import io
import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from evidence import cli
from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement
from evidence.core.statements.case import Notice, Reply
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.gathered.editions import Edition
from evidence.pack.handover.letter_files import Draft, Ordered, draft, require_signed, write
from evidence.pack.handover.letters import LetterKind
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.pack.words.wording import CERTIFYING, OUTSIDE, WITHIN, sentence, wording
from tests.unit.pack.productions import S01, Produced, opened

NUMBER = "EP-S01-2"
CERTIFICATES = [LetterKind.DECLARATION, LetterKind.RECORDS, LetterKind.SYSTEM, LetterKind.COPIES]
WORDINGS = {
    # 28 USC 1746(1) and (2), the sentence of each form without its choice of verbs and its blanks
    OUTSIDE: "I declare under penalty of perjury under the laws of the United States of America that the foregoing is "
    "true and correct.",
    WITHIN: "I declare under penalty of perjury that the foregoing is true and correct.",
}


def text(made: Draft) -> str:
    """What the pages say, on one line."""
    document = pypdfium2.PdfDocument(made.pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def letter(made: Draft) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(made.data)["letter"]
    return found


@pytest.mark.parametrize(("name", "said"), WORDINGS.items())
def test_the_sentence_to_be_signed_is_that_of_the_statute(name: str, said: str) -> None:
    assert sentence(wording(name, "en")) == said


def test_every_text_of_law_is_pinned_by_its_hash_and_none_is_in_another_language_than_english() -> None:
    document = tomllib.loads((files("evidence.pack") / "data" / "wording.toml").read_text(encoding="utf-8"))
    for each in document["wording"]:
        assert each["language"] == "en" or each["name"] == CERTIFYING
        assert hashlib.sha256(each["text"].encode()).hexdigest() == each["sha256"], each["name"]
        assert wording(each["name"], each["language"]).text == each["text"]


@pytest.mark.parametrize("language", ["fr", "es"])
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_certification_is_refused_in_a_language_whose_official_text_is_not_on_file(
    produced: Produced, kind: LetterKind, language: str
) -> None:
    with pytest.raises(PackError, match=r"No official text of 28 USC 1746.* is on file in .*, and none is made up"):
        draft(produced.handle, NUMBER, Ordered(kind=kind, language=language))


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_certificate_is_an_unsigned_draft_that_fills_in_nothing_for_its_signer(
    produced: Produced, kind: LetterKind
) -> None:
    made = draft(produced.handle, NUMBER, Ordered(kind=kind))
    said = text(made)
    assert "UNSIGNED DRAFT." in said
    assert WORDINGS[WITHIN] in said
    assert said.count("Unsigned draft until a person signs on the last page") == len(pypdfium2.PdfDocument(made.pdf))
    assert "Origin desk" not in said  # whoever recorded or certified is not put forward as the signer
    assert "Signer (role)" not in said
    assert draft(produced.handle, NUMBER, Ordered(kind=kind)).pdf == made.pdf


def test_one_who_signs_outside_the_united_states_gets_the_other_wording(produced: Produced) -> None:
    said = text(draft(produced.handle, NUMBER, Ordered(kind=LetterKind.COPIES, outside=True)))
    assert WORDINGS[OUTSIDE] in said
    assert WORDINGS[WITHIN] not in said
    assert "Executed at (place, country)" in said


def test_the_hash_list_of_copies_has_every_exhibit_with_the_digest_of_its_bytes(produced: Produced) -> None:
    listed = letter(draft(produced.handle, NUMBER, Ordered(kind=LetterKind.COPIES)))["schedule"]
    folder = produced.second.folder
    assert {row["file"] for row in listed} == {f"exhibits/{path.name}" for path in (folder / "exhibits").iterdir()}
    for row in listed:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]


def test_the_hash_list_of_what_the_system_made_has_reports_worksheets_manifest_and_ledger_head(
    produced: Produced,
) -> None:
    listed = {
        row["file"]: row["sha256"]
        for row in letter(draft(produced.handle, NUMBER, Ordered(kind=LetterKind.SYSTEM)))["schedule"]
    }
    assert {"report-en.pdf", "worksheets/worksheet-1.json", "manifest.json", "ledger/checkpoint"} <= listed.keys()
    for name, digest in listed.items():
        assert hashlib.sha256((produced.second.folder / name).read_bytes()).hexdigest() == digest


def test_a_record_entered_after_the_claim_is_marked_late_in_the_certificate_of_records(issued: Any) -> None:
    made = draft(issued.handle, issued.pack.number, Ordered(kind=LetterKind.RECORDS))
    late = {row["number"] for row in letter(made)["schedule"] if row["late"]}
    assert late
    assert "late.pdf" in {row["what"] for row in letter(made)["schedule"] if row["late"]}
    assert "LATE" in text(made)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_cover_letter_is_written_in_each_language_of_the_reports(produced: Produced, language: str) -> None:
    order = Ordered(kind=LetterKind.COVER, language=language, to="Customs office (SPECIMEN)\n1 Example Road")
    made = draft(produced.handle, NUMBER, order)
    said = letter(made)
    assert said["to"] == ["Customs office (SPECIMEN)", "1 Example Road"]
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert str(pdf.Root.Lang) == language
    assert "EP-S01-1" in " ".join(said["opening"])  # it names the pack that it supersedes
    archive = hashlib.sha256(produced.second.archive.read_bytes()).hexdigest()
    assert archive in {digest for _, digest in said["digests"]}


def test_a_cover_letter_names_every_item_that_stands_against_the_claim(produced: Produced) -> None:
    made = draft(produced.handle, NUMBER, Ordered(kind=LetterKind.COVER, to="Customs office (SPECIMEN)"))
    printed = json.loads((produced.second.folder / "report-en.json").read_bytes())
    against = [gap["what"] for gap in printed["report"]["opening"]["gaps"] if gap["defeats"]]
    assert against
    assert [item["what"] for item in letter(made)["items"]] == against


def test_a_cover_letter_is_to_somebody(produced: Produced) -> None:
    with pytest.raises(PackError, match="name the addressee with --to, or the notice with --notice"):
        draft(produced.handle, NUMBER, Ordered(kind=LetterKind.COVER))
    with pytest.raises(PackError, match="No notice N-9 is on record"):
        draft(produced.handle, NUMBER, Ordered(kind=LetterKind.COVER, notice="N-9"))


def test_a_notice_is_answered_paragraph_by_paragraph_and_never_with_an_answer_that_is_not_on_record(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        document = handle.documents.put(b"%PDF-1.4 notice\n").sha256
        paragraphs = [
            {"line": 1, "paragraph": "2(a)", "asks": "The contract of sale"},
            {"line": 2, "paragraph": "2(b)", "asks": "Proof of payment"},
        ]
        say(
            handle, Notice, number="N-1", authority="Customs office (SPECIMEN)", authority_reference="F28-77",
            country="US", notice_kind="request for information (Form 28)", addressee="SPEC", dated_on="2023-06-01",
            received_on="2023-06-03", received_basis="portal log", channel="portal", language="en",
            document=document, paragraphs=paragraphs,
        )  # fmt: skip
        answers = [{"line": 2, "paragraph": "2(b)", "answer": "Paid by transfer.", "exhibits": ["E012"]}]
        say(
            handle, Reply, number="R-1", notice="N-1", sent_on="2023-06-10", sent_by="Desk (role)", channel="portal",
            complete=False, pack=NUMBER, document=document, answers=answers,
        )  # fmt: skip
        said = letter(draft(handle, NUMBER, Ordered(kind=LetterKind.COVER, notice="N-1")))
        assert said["to"] == ["Customs office (SPECIMEN)"]
        assert "Your reference: F28-77" in said["reference"]
        assert [(row["paragraph"], row["answer"], row["recorded"]) for row in said["answers"]] == [
            ("2(a)", "No answer to this paragraph is on record.", False),
            ("2(b)", "Paid by transfer.", True),
        ]


def test_a_draft_that_somebody_has_filled_in_is_not_written_over(produced: Produced, tmp_path: Path) -> None:
    made = draft(produced.handle, NUMBER, Ordered(kind=LetterKind.DECLARATION))
    path = write(made, tmp_path)
    assert write(made, tmp_path) == path
    path.write_bytes(made.pdf + b"% filled in\n")
    with pytest.raises(PackError, match="is there already and is another file"):
        write(made, tmp_path)


def test_the_signed_copy_comes_back_as_a_document_that_names_the_pack_and_the_draft_does_not(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with produced.copy(tmp_path):
        home = ["--home", str(tmp_path / "home")]
    ordered = ["pack", "letter", NUMBER, "902-14", "--outside", "--out", str(tmp_path), "--json"]
    assert cli.main([*home, *ordered]) == 0
    path = Path(json.loads(capsys.readouterr().out)["draft"])
    assert cli.main([*home, "pack", "signed", NUMBER, "902-14", str(path)]) == 1
    assert "is the draft as it was written, and nobody has signed it" in capsys.readouterr().err
    path.write_bytes(path.read_bytes() + b"% signed by hand and scanned\n")
    assert cli.main([*home, "pack", "signed", NUMBER, "902-14", str(path)]) == 0
    capsys.readouterr()
    assert cli.main([*home, "pack", "show", NUMBER, "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert document["role"] == "signed qualified person certificate, FRE 902(14)"
    with opened(tmp_path / "home") as handle:
        assert handle.documents.read(document["document"]) == path.read_bytes()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_draft_of_a_cover_letter_is_no_signed_copy_whoever_it_is_to(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    with produced.copy(tmp_path):
        home = ["--home", str(tmp_path / "home")]
    ordered = ["--language", language, "--to", "Customs office (SPECIMEN)\\n1 Example Road", "--out", str(tmp_path)]
    assert cli.main([*home, "pack", "letter", NUMBER, "cover", *ordered, "--json"]) == 0
    path = Path(json.loads(capsys.readouterr().out)["draft"])
    for kind in ("cover", "declaration"):
        assert cli.main([*home, "pack", "signed", NUMBER, kind, str(path)]) == 1
        assert "is the draft as it was written, and nobody has signed it" in capsys.readouterr().err
    path.write_bytes(path.read_bytes() + b"% signed in a PDF tool\n")
    assert cli.main([*home, "pack", "signed", NUMBER, "cover", str(path)]) == 0
    assert "The signed cover letter on EP-S01-2 is kept" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"\xff\xd8\xff a scan", b"%PDF-1.4 nothing of ours\n"])
def test_what_holds_no_draft_may_be_a_signed_copy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "scan").write_bytes(content)
    require_signed(tmp_path / "scan")


@pytest.mark.parametrize("kind", [LetterKind.COVER, LetterKind.DECLARATION])
def test_a_letter_about_an_edition_that_withholds_does_not_say_that_nothing_is_missing(
    produced: Produced, tmp_path: Path, kind: LetterKind
) -> None:
    with produced.copy(tmp_path) as handle:
        build(handle, S01, tmp_path / "packs", Wanted(edition=Edition.IMPORTER))
        made = draft(handle, NUMBER, Ordered(kind=kind, edition="importer", to="Importer (SPECIMEN)"))
    said = text(made)
    assert "the importer's edition" in said
    assert "lists no gap." not in said
    assert "lists 0 items" not in said
    (archive,) = (tmp_path / "packs").glob("*.zip")
    assert archive.name in said
    assert hashlib.sha256(archive.read_bytes()).hexdigest() in said.replace(" ", "")


def test_an_unknown_letter_is_refused_with_the_list_of_those_there_are(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(produced.place / "home")
    assert cli.main(["--home", home, "pack", "letter", NUMBER, "affidavit", "--out", str(tmp_path)]) == 2
    assert "Name cover, declaration (28 USC 1746), 902-11, 902-13 or 902-14" in capsys.readouterr().err


def say(handle: HomeHandle, kind: type[Statement], **fields: Any) -> None:
    id_ = mint(kind.prefix, handle.clock.now(), handle.random)
    handle.record(kind.model_validate({"id": id_, "issuer": "self", **fields}))
