"""The page that checks packs, as a page: one file that asks for nothing, in three languages, for any size of pack."""

import contextlib
import hashlib
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence import cli
from evidence.core.statements.own import Key
from evidence.pack.checking.check import check_pack
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, write_zip
from tests.altered_packs import INVOICE, signed_anew
from tests.unit.pack.issued import NOW, Issued
from tests.verify_page import PAGE, Page, opened_page, verdicts
from tools import write_verify_page

LANGUAGES = ("en", "fr", "es")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened_page(tmp_path_factory.mktemp("browser")) as found:
        yield found


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_page_is_what_its_readable_parts_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_verify_page.page()


def test_every_pack_holds_the_page_as_it_is_published_apart_from_packs(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["pack", "verifier", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    for name in layout.VERIFIERS:
        published = (tmp_path / "out" / name).read_bytes()
        assert published == (issued.pack.folder / name).read_bytes()
        assert f"{hashlib.sha256(published).hexdigest()}  {name}" in printed


def test_a_place_where_the_checkers_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_bytes(b"")
    assert cli.main(["pack", "verifier", "--out", str(tmp_path / "out")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_page_names_no_address_and_loads_nothing() -> None:
    text = PAGE.read_text(encoding="utf-8")
    known = {  # names of formats, which nobody asks for
        "http://uri.etsi.org/02918/v1.2.1#",
        "http://www.w3.org/2000/09/xmldsig#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "https://in-toto.io/Statement/v1",
    }
    assert [one for one in re.findall(r"https?://[^\s\"'<>)]+", text) if one not in known] == []
    assert re.findall(r"<(?:link|img|iframe|object|embed|script)\b[^>]*", text) == ["<script"]
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts|eval)\b\s*\(", text)
    assert "innerHTML" not in text, "what a pack says is shown as text and never as markup"


def test_every_sentence_is_there_in_three_languages_with_the_same_gaps_and_is_used() -> None:
    code = "".join(
        part.read_text(encoding="utf-8") for part in write_verify_page.PARTS.iterdir() if part.name != "words.js"
    )
    sentences = write_verify_page.sentences()
    for name, words in sentences.items():
        gaps = [sorted(set(re.findall(r"\{[0-9]\}", each))) for each in words]
        assert gaps[0] == gaps[1] == gaps[2], name
        built = re.fullmatch(r"(item|stage|verdict)-(.+)", name)
        assert f'"{name}"' in code or (built and f'"{built[2].removesuffix("-text")}"' in code) or name in (
            "passed", "failed", "undetermined"
        ), name  # fmt: skip
    for used in re.findall(r'Wrong\("([a-z0-9-]+)"|NotCheckable\("([a-z0-9-]+)"|what, "([a-z0-9-]+)"', code):
        assert "".join(used) in sentences


def test_the_page_reads_the_versions_of_key_entries_that_there_are() -> None:
    pattern = re.search(r"KEY_STATEMENT = /(.*)/;", (write_verify_page.PARTS / "entries.js").read_text())
    assert pattern is not None
    assert re.fullmatch(pattern[1], Key.predicate_type())


# --- in the browser --------------------------------------------------------------------------------------------------


def test_nothing_is_asked_for_but_the_page_and_its_policy_stops_whoever_tries(
    page: Page, issued: Issued, tmp_path: Path
) -> None:
    page.window.requests()
    page.window.open(PAGE)
    page.trusts(issued.trust)
    assert page.checks(issued.pack.archive).state == "passed"
    assert page.window.requests() == [PAGE.as_uri()]
    with socket.create_server(("127.0.0.1", 0)) as server:
        reached = threading.Event()
        threading.Thread(target=_accept, args=(server, reached), daemon=True).start()
        tried = page.window.wait(
            "const done = arguments[arguments.length - 1];"
            "document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));"
            "fetch(`http://127.0.0.1:${arguments[0]}/`).then(() => done('sent'), () => {});",
            server.getsockname()[1],
        )
        assert (tried, reached.is_set()) == ("connect-src", False)


def _accept(server: socket.socket, reached: threading.Event) -> None:
    with contextlib.suppress(OSError):  # closed, and nobody came
        server.accept()
        reached.set()


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_a_pack_may_be_dropped_on_the_page(page: Page, issued: Issued, form: str) -> None:
    page.trusts(issued.trust)
    path: Path = getattr(issued.pack, form)
    said = page.takes(path)
    assert said.verdicts() == verdicts(check_pack(path, NOW, issued.trust))
    assert said.state == "passed"


def test_a_link_in_a_dropped_folder_is_not_followed(page: Page, issued: Issued, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    shutil.move(pack / INVOICE, tmp_path / "elsewhere.pdf")
    (pack / INVOICE).symlink_to(tmp_path / "elsewhere.pdf")
    page.trusts(issued.trust)
    for said in (page.takes(pack), page.checks(pack)):
        assert (said.state, said.codes(f"file {INVOICE}")) == ("failed", {"missing"})


def test_what_is_no_pack_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.4\n")
    (tmp_path / "empty").mkdir()
    page.trusts(None)
    for given, words in ((letter, "cannot be read as a ZIP"), (tmp_path / "empty", "could be a pack")):
        said = page.takes(given)
        assert said.state == "refused"
        assert words in said.says


def test_markup_in_a_pack_is_shown_as_text(page: Page, issued: Issued, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    (pack / layout.SUMS).write_bytes(b"<img src=x onerror=alert(1)>\n" + (pack / layout.SUMS).read_bytes())
    page.trusts(issued.trust)
    said = page.checks(pack)
    assert any("<img src=x" in row["reason"] for row in said.items)
    assert page.window.run("return document.images.length") == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_readers_language_and_changes_it_with_a_result_on_show(
    page: Page, issued: Issued, tmp_path: Path, language: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    (pack / INVOICE).unlink()
    page.trusts(issued.trust)
    page.checks(pack)
    page.window.click(f"[data-language={language}]")
    words = {code: dict(zip(LANGUAGES, all_, strict=True)) for code, all_ in write_verify_page.sentences().items()}
    said = page.read()
    assert f'"{said.verdict}"' == words["verdict-failed"][language]
    (row,) = [one for one in said.items if one["code"] == "missing"]
    assert f'"{row["reason"]}"' == words["missing"][language]
    assert page.window.run("return document.documentElement.lang") == language
    shown = page.window.run("return document.body.innerText")
    assert not re.search(r"\{[0-9]\}", shown)
    page.window.click("[data-language=en]")


def test_the_language_of_the_browser_is_the_one_to_begin_with(tmp_path: Path) -> None:
    with opened_page(tmp_path, language="es-MX") as found:
        assert found.window.run("return document.title") == "Verificar un expediente de pruebas"


def test_a_browser_without_ed25519_leaves_what_needs_it_undetermined(page: Page, issued: Issued) -> None:
    page.window.open(PAGE)
    page.trusts(issued.trust)
    page.window.run(
        "const kept = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (form, key, how, ...rest) => how.name === 'Ed25519'"
        " ? Promise.reject(new DOMException('none', 'NotSupportedError')) : kept(form, key, how, ...rest);"
    )
    said = page.checks(issued.pack.folder)
    page.window.open(PAGE)
    assert said.state == "undetermined"
    assert said.codes(layout.CHECKPOINT) == said.codes("entry 28") - {"place-unknown"} | {"no-ed25519"}
    assert said.verdicts()[f"signature {layout.SUMS_SIGNATURE}"] == "passed"


# --- large packs -----------------------------------------------------------------------------------------------------


def large(issued: Issued, place: Path, megabytes: int) -> Path:
    """The ZIP of a pack with one file more of this size, signed by the organisation."""
    pack = Path(shutil.copytree(issued.pack.folder, place / "pack"))
    (pack / "annexes").mkdir()
    with open(pack / "annexes" / "scan.bin", "xb") as file:
        file.write(b"the first page of a scan")
        file.truncate(megabytes * 1_000_000 + 1)
    signed_anew(pack, issued.handle.organisation())
    with open(place / "pack.zip", "x+b") as archive:
        write_zip(Folder(pack), archive)
    return place / "pack.zip"


def test_a_file_too_large_to_be_hashed_in_one_piece_is_hashed_piece_by_piece(
    page: Page, issued: Issued, tmp_path: Path
) -> None:
    path = large(issued, tmp_path, 70)
    page.trusts(issued.trust)
    said = page.checks(path)
    assert said.verdicts() == verdicts(check_pack(path, NOW, issued.trust))
    assert said.state == "passed"
    with open(path, "r+b") as file:
        file.seek(50_000_000)
        file.write(b"x")
    said = page.checks(path)
    assert said.verdicts() == verdicts(check_pack(path, NOW, issued.trust))
    assert said.codes("file annexes/scan.bin") == {"zip-damaged"}


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_pack_past_two_gigabytes_is_checked_in_a_browser_that_holds_a_few_pieces_of_it(
    issued: Issued, tmp_path: Path
) -> None:
    path = large(issued, tmp_path, 2_300)
    with opened_page(tmp_path) as page:
        page.trusts(issued.trust)
        said = page.checks(path)
        assert said.verdicts() == verdicts(check_pack(path, NOW, issued.trust))
        assert said.state == "passed"
        assert page.window.peak_mb() < 700  # a browser that does nothing takes a third of it
