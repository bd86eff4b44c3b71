"""What becomes of a pack: a draft until it is released, handed over with a receipt, superseded, never built anew."""

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence import cli
from evidence.core import canonical
from evidence.core.statements.own import PackReleased, ReleaseChoice
from evidence.errors import PackError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.production import exhibit_numbers, new_production
from evidence.pack.checking.verdict import Verdict
from evidence.pack.form.tables import LEAST
from evidence.pack.gathered.editions import Edition
from evidence.pack.handover.handing import Handing, hand_over
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.rebuild import first_difference, rebuild
from evidence.pack.productions.release import described, handings_of, listed, open_items, pick, release
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.productions import S01, Produced, keep, opened
from tests.unit.pack.specimen_home import make

TODAY = date(2023, 4, 3)
NEWER = "EP-S01-2"
TOLD = Handing(to="Customs office (SPECIMEN)", channel="portal", purpose="notice N-1", by="Desk (role)", on=TODAY)


def _released(handle: HomeHandle) -> list[PackReleased]:
    with reading(handle.engine) as connection:
        return [known.value for known in Register(connection).statements(PackReleased)]


def test_a_draft_is_not_handed_over(produced: Produced, tmp_path: Path) -> None:
    with produced.copy(tmp_path) as handle:
        assert {row.state for row in listed(handle)} == {"draft", "draft, superseded"}
        with pytest.raises(PackError, match="is a working draft: nobody has released it"):
            hand_over(handle, NEWER, TOLD)
        assert handings_of(handle) == []


def test_each_open_item_gets_the_decision_that_was_taken_on_it(produced: Produced, tmp_path: Path) -> None:
    with produced.copy(tmp_path) as handle:
        items = open_items(packs_of(handle), NEWER, handle.documents)
        assert items
        single = dict.fromkeys(range(1, len(items)), "answer: see the letter")
        with pytest.raises(PackError, match=f"no decision is stated on item {len(items)}: "):
            release(handle, NEWER, "Director (role)", "fine", single)
        with pytest.raises(PackError, match="has no open item 99; it has"):
            release(handle, NEWER, "Director (role)", "disclose: as printed", {99: "answer: x"})
        release(handle, NEWER, "Director (role)", "disclose: as printed", {1: "Correct: claim withdrawn"})
        decisions = _released(handle)[0].decisions
        assert [decision.item for decision in decisions] == items
        assert [decision.choice for decision in decisions] == [
            ReleaseChoice.CORRECT,
            *([ReleaseChoice.DISCLOSE] * (len(items) - 1)),
        ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Correctly nothing", id="a-longer-word"),
        pytest.param("answered: by telephone", id="another-form-of-it"),
        pytest.param("disclose", id="the-choice-alone"),
        pytest.param("disclose as printed", id="no-colon"),
        pytest.param("disclose: ", id="no-words"),
        pytest.param("correct: …", id="no-letter"),
        pytest.param("we disclose: as printed", id="behind-another-word"),
    ],
)
def test_a_decision_is_a_choice_as_a_whole_word_then_a_colon_and_words(
    produced: Produced, tmp_path: Path, words: str
) -> None:
    with produced.copy(tmp_path) as handle:
        with pytest.raises(PackError, match="begins with correct, disclose, answer, then a colon and why") as refused:
            release(handle, NEWER, "Director (role)", words)
        assert "\n" not in str(refused.value)
        assert _released(handle) == []


def test_a_pack_without_the_authoritys_edition_is_not_released_until_that_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others print no gaps: read as none, a claim that is defeated would go out without a decision."""
    with make(tmp_path / "home", claimed=False) as handle:
        build(handle, S01, tmp_path / "packs")  # another on the same facts, which in other languages has another number
        build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER))
        own = build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER, ("fr",)))
        assert own.number == NEWER
        assert (own.gaps, own.defeating) == (None, None)
        told = f"has no authority's edition.* evidence pack build S01 --of {own.number} --out DIR"
        with pytest.raises(PackError, match=told):
            release(handle, own.number, "Director (role)", "fine")
        assert _released(handle) == []
    items = ["--home", str(tmp_path / "home"), "pack", "items", own.number]
    assert cli.main(items) == 1
    assert "has no authority's edition" in capsys.readouterr().err
    build_it = ["--home", str(tmp_path / "home"), "pack", "build", "S01", "--of", own.number, "--json"]
    assert cli.main([*build_it, "--out", str(tmp_path / "packs")]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["number"], bool(whole["defeating"])) == (own.number, True)
    with opened(tmp_path / "home") as handle:
        with pytest.raises(PackError, match="no decision is stated on item 1"):
            release(handle, own.number, "Director (role)", "fine")
        release(handle, own.number, "Director (role)", "disclose: as printed")
        (released,) = _released(handle)
        assert {edition for edition, _ in released.archives} == {"authority", "importer"}
        assert released.decisions


def test_one_item_gets_one_decision(produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with produced.copy(tmp_path):
        pass
    said = ["--by", "Director (role)", "--decision", "disclose: as printed", "--item", "1=answer: a"]
    home = ["--home", str(tmp_path / "home"), "pack", "release", NEWER]
    assert cli.main([*home, *said, "--item", "1=correct: b"]) == 2
    assert "names item 1 twice" in capsys.readouterr().err


def test_handing_over_a_pack_that_was_superseded_is_told_and_recorded(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
    said = ["--to", "Customs", "--channel", "portal", "--by", "Desk", "--purpose", "notice", "--json"]
    command = ["--home", str(tmp_path / "home"), "pack", "handed-over", NEWER, *said]
    assert cli.main(command) == 0
    latest = capsys.readouterr()
    assert (json.loads(latest.out)["superseded_by"], "superseded" in latest.err) == (None, False)
    with opened(tmp_path / "home") as handle:
        keep(handle, "another.txt", b"another letter\n", "another letter")
        build(handle, S01, tmp_path / "packs")
    assert cli.main(command) == 0
    former = capsys.readouterr()
    assert json.loads(former.out)["superseded_by"] == "EP-S01-3"
    assert f"Pack {NEWER} was superseded by EP-S01-3" in former.err


def test_a_request_is_answered_in_the_authoritys_edition_alone(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.csv").write_text("paragraph,asks,topics\n1,The certification of origin.,certification\n")
    with produced.copy(tmp_path) as handle:
        size = handle.ledger.size()
    home = ["--home", str(tmp_path / "home"), "pack", "build", "S01", "--out", str(tmp_path / "packs")]
    asked = ["--request", str(tmp_path / "asked.csv")]
    for edition in ("importer", "producer"):
        assert cli.main([*home, "--edition", edition, *asked]) == 2
        assert f"The {edition}'s edition answers no request" in capsys.readouterr().err
    with opened(tmp_path / "home") as handle:
        assert handle.ledger.size() == size
    assert cli.main([*home, *asked, "--json"]) == 0
    answering = json.loads(capsys.readouterr().out)["number"]
    assert answering == "EP-S01-3"
    # without --of it is of the pack that rests on just these facts, and that a later one answers is told
    assert cli.main([*home, "--edition", "producer", "--json"]) == 0
    former = capsys.readouterr()
    assert json.loads(former.out)["number"] == NEWER
    assert f"Pack {NEWER} was superseded by {answering}" in former.err
    assert cli.main([*home, "--edition", "importer", "--of", answering, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["number"] == answering


def test_a_superseded_pack_is_not_released(produced: Produced, tmp_path: Path) -> None:
    with produced.copy(tmp_path) as handle, pytest.raises(PackError, match=f"was superseded by {NEWER}"):
        release(handle, "EP-S01-1", "Director (role)", "disclose: as printed")


def test_what_was_handed_over_is_recorded_with_its_archive_and_shown(produced: Produced, tmp_path: Path) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        other = tmp_path / "other.zip"
        other.write_bytes(b"another file")
        with pytest.raises(PackError, match=f"is not the archive that was issued as {NEWER}"):
            hand_over(handle, NEWER, replace(TOLD, file=other))
        seq = hand_over(handle, NEWER, replace(TOLD, file=produced.second.archive))
        (known,) = handings_of(handle, NEWER)
        assert (known.seq, known.value.archive) == (seq, pick(packs_of(handle), NEWER).value.archive)
        found = described(handle, NEWER)
        assert found["state"] == "handed over"
        assert found["handed_over"] == ("to Customs office (SPECIMEN) on 2023-04-03, portal",)


def test_the_receipt_is_kept_as_it_came_and_recorded_together_with_the_handing_over(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
    receipt = tmp_path / "receipt.txt"
    receipt.write_bytes(b"Receipt 77 (SPECIMEN)\n")
    said = [
        "--to",
        "Customs office (SPECIMEN)",
        "--channel",
        "portal",
        "--by",
        "Desk (role)",
        "--purpose",
        "notice N-1",
    ]
    home, given = ["--home", str(tmp_path / "home")], ["--receipt", str(receipt), "--receipt-number", "R-77", "--json"]
    assert cli.main([*home, "pack", "handed-over", NEWER, *said, *given]) == 0
    found = json.loads(capsys.readouterr().out)
    with opened(tmp_path / "home") as handle:
        (known,) = handings_of(handle)
        assert (known.value.receipt, known.value.receipt_document) == ("R-77", found["receipt"])
        assert handle.documents.read(found["receipt"]) == receipt.read_bytes()
        assert handle.ledger.entry(known.seq - 1).kind == "document-received"
        documents = described(handle, NEWER)["documents"]
        assert isinstance(documents, list)
        assert [document["role"] for document in documents] == ["receipt for a pack handed over"]


@pytest.mark.parametrize("days", [pytest.param(-1, id="before-it-was-built"), pytest.param(1, id="tomorrow")])
def test_a_pack_cannot_have_left_the_house_before_it_was_built_or_tomorrow(
    produced: Produced, tmp_path: Path, days: int
) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        with pytest.raises(PackError, match="it cannot have been handed over on"):
            hand_over(handle, NEWER, replace(TOLD, on=TODAY + timedelta(days=days)))


def test_volumes_that_were_handed_over_are_recorded_file_by_file(produced: Produced, tmp_path: Path) -> None:
    volumes = tmp_path / "volumes"
    (volumes / "EP-S01-2-V001").mkdir(parents=True)
    (volumes / "EP-S01-2-V001" / "0001-report-en.pdf").write_bytes(b"abc")
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        hand_over(handle, NEWER, replace(TOLD, volumes=volumes))
        # SHA-256 of "abc": FIPS 180-4, appendix B.1 of its examples
        digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert handings_of(handle)[0].value.files == (("EP-S01-2-V001/0001-report-en.pdf", digest),)


def test_an_edition_built_after_the_release_is_a_draft_until_it_is_released_too(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER))
        assert [row.state for row in listed(handle)][1:] == ["released", "draft"]
        told = replace(TOLD, edition="importer")
        with pytest.raises(PackError, match="importer's edition, is a working draft"):
            hand_over(handle, NEWER, told)
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        hand_over(handle, NEWER, told)
        assert [row.state for row in listed(handle)][1:] == ["released", "handed over"]


def test_what_was_handed_over_is_written_out_as_issued_and_never_built_anew(produced: Produced, tmp_path: Path) -> None:
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        hand_over(handle, NEWER, TOLD)
        size = handle.ledger.size()
        again = build(handle, S01, tmp_path / "packs")
        assert (again.number, again.new, handle.ledger.size()) == (NEWER, False, size)
        assert again.archive.read_bytes() == produced.second.archive.read_bytes()


def test_volumes_of_another_pack_are_no_part_of_what_was_handed_over(produced: Produced, tmp_path: Path) -> None:
    volumes = tmp_path / "volumes"
    for other in ("EP-S01-1-V001", "EP-S01-21-V001", "mail"):
        (volumes / other).mkdir(parents=True)
        (volumes / other / "0001-report-en.pdf").write_bytes(b"abc")
    with produced.copy(tmp_path) as handle:
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        with pytest.raises(PackError, match=f"holds no volumes of {NEWER}"):
            hand_over(handle, NEWER, replace(TOLD, volumes=volumes))
        (volumes / f"{NEWER}-V001").mkdir()
        (volumes / f"{NEWER}-V001" / "0001-report-en.pdf").write_bytes(b"abc")
        hand_over(handle, NEWER, replace(TOLD, volumes=volumes))
        assert [name for name, _ in handings_of(handle)[0].value.files] == [f"{NEWER}-V001/0001-report-en.pdf"]


@pytest.mark.parametrize("words", ["", "x" * 4001, "drives \x1b[31m the terminal"], ids=["empty", "long", "unseen"])
def test_words_that_cannot_be_recorded_are_refused_in_one_line(produced: Produced, tmp_path: Path, words: str) -> None:
    with produced.copy(tmp_path) as handle:
        size = handle.ledger.size()
        with pytest.raises(UsageError, match=r"by .* cannot be recorded"):
            release(handle, NEWER, words, "disclose: as printed")
        assert handle.ledger.size() == size
        release(handle, NEWER, "Director (role)", "disclose: as printed")
        for name in ("to", "channel", "purpose", "by", "receipt"):
            with pytest.raises(UsageError, match=rf"{name} .* cannot be recorded"):
                hand_over(handle, NEWER, replace(TOLD, **{name: words}))  # type: ignore[arg-type]
        assert handings_of(handle) == []


def test_exhibits_keep_their_numbers_whichever_edition_of_which_pack_was_built_last(
    produced: Produced, tmp_path: Path
) -> None:
    """An edition of the first pack, built after the second, is no reason to number the third after the first."""
    with produced.copy(tmp_path) as handle:
        out = tmp_path / "packs"
        late = build(handle, S01, out, Wanted(Edition.PRODUCER), at=produced.first.as_of)
        assert late.number == "EP-S01-1"
        keep(handle, "another.txt", b"another letter\n", "another letter")
        third = build(handle, S01, out)
        found = {known.value.number: exhibit_numbers(known.value, handle.documents) for known in packs_of(handle, S01)}
        assert third.number == "EP-S01-3"
        assert {receipt: found["EP-S01-3"][receipt] for receipt in found[NEWER]} == found[NEWER]
        assert max(found["EP-S01-3"].values()) == max(found[NEWER].values()) + 1
        assert rebuild(handle, "EP-S01-3").verdict is Verdict.PASSED


def test_a_pack_gets_another_edition_though_a_later_one_rests_on_the_same_facts(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        out = tmp_path / "packs"
        assert build(handle, S01, out, Wanted(languages=("en", "fr"))).number == "EP-S01-3"
        own = build(handle, S01, out, Wanted(Edition.PRODUCER), at=produced.second.as_of, of=NEWER)
        assert (own.number, own.new) == (NEWER, True)


def test_two_builds_at_once_make_one_pack_of_which_the_second_is_told(produced: Produced, tmp_path: Path) -> None:
    waits, second = threading.Event(), []

    def beside(home: Path) -> None:
        with opened(home) as handle:
            told = lambda what: waits.set() if "waiting" in what else None  # noqa: E731
            second.append(build(handle, S01, tmp_path / "second", tell=told))

    with produced.copy(tmp_path) as handle:
        keep(handle, "another.txt", b"another letter\n", "another letter")
        other = threading.Thread(target=beside, args=(handle.settings.home,))

        def tell(what: str) -> None:
            if what.startswith("signing"):
                other.start()
                assert waits.wait(60)

        first = build(handle, S01, tmp_path / "first", tell=tell)
        other.join()
        assert [known.value.number for known in packs_of(handle, S01)] == ["EP-S01-1", NEWER, "EP-S01-3"]
    assert (first.number, first.new, second[0].number, second[0].new) == ("EP-S01-3", True, "EP-S01-3", False)
    assert first.archive.read_bytes() == second[0].archive.read_bytes()


def test_a_number_under_which_something_left_the_house_is_never_given_again() -> None:
    rows: dict[str, list[object]] = {name: [] for name in LEAST}
    made = new_production(rows, "S01", [], lambda size: bytes(size), {"EP-S01-1", "EP-S01-2"})  # type: ignore[arg-type]
    assert (made.number, made.ordinal) == ("EP-S01-3", 3)


def test_a_pack_built_again_from_its_ledger_position_gives_the_same_manifest(produced: Produced) -> None:
    for number in ("EP-S01-1", NEWER):
        report = rebuild(produced.handle, number)
        assert [(item.name, item.verdict) for item in report.items] == [
            ("manifest.json", Verdict.PASSED),
            ("disclosures.json", Verdict.PASSED),
        ]


def test_every_unsigned_part_comes_out_the_same_again(produced: Produced) -> None:
    report = rebuild(produced.handle, NEWER, whole=True)
    assert {item.verdict for item in report.items} == {Verdict.PASSED}, report.items
    assert {"worksheets/worksheet-1.xlsx", "report-en.json", "report-en.pdf before it was signed"} <= {
        item.name for item in report.items
    }


def test_a_manifest_that_the_ledger_does_not_give_is_named_with_the_first_difference(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        was = pick(packs_of(handle), NEWER).value
        manifest = canonical.loads(handle.documents.read(was.manifest), limit=1 << 20)
        assert isinstance(manifest, dict)
        other = handle.documents.put(canonical.dumps({**manifest, "supersedes": "EP-S01-9"})).sha256
        stored = tuple((name, other if name == "manifest.json" else sha256) for name, sha256 in was.stored)
        altered = was.model_copy(update={"id": f"{was.id[:-1]}0", "manifest": other, "stored": stored})
        handle.record(altered)
        report = rebuild(handle, NEWER)
        (failed,) = report.of(Verdict.FAILED)
        assert failed.reason == (
            "The ledger gives another manifest. First difference: supersedes: EP-S01-9 as issued, EP-S01-1 now."
        )


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        pytest.param({"a": 1}, {"a": 1, "b": 2}, "b: now only", id="added"),
        pytest.param({"a": [1, 2]}, {"a": [1]}, "a: 2 as issued, 1 now", id="shorter"),
        pytest.param({"a": {"b": "x"}}, {"a": {"b": "y"}}, "a.b: x as issued, y now", id="changed"),
        pytest.param([{"a": 1}], [{"a": None}], "[0].a: 1 as issued, null now", id="in-a-list"),
    ],
)
def test_the_first_difference_is_named_by_its_place(before: object, now: object, said: str) -> None:
    assert first_difference(before, now) == said
