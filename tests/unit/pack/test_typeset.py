"""Setting type costs less than the library alone takes for it, and gives the bytes that the library gives."""

import gc

import pytest

from evidence.pack.typesetting import typeset as setting
from evidence.pack.typesetting.typeset import Embedded, Sheet, typeset
from tests.unit.pack.specimen_home import START

PAGE = (
    "<html lang='en'><head><title>Specimen</title></head><body>"
    "<h1 id='here'>Specimen</h1><p><a href='#here'>There</a> and <a href='exhibits/E001.pdf'>E001</a>.</p>"
    "</body></html>"
)
SHEET = Sheet(PAGE, "EP-S01-1", START, (Embedded("manifest.json", b"{}" * 1000, "Manifest"),))


def test_a_file_has_the_bytes_that_the_library_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = typeset(SHEET)
    # without the objects' bytes being made beforehand
    monkeypatch.setattr(setting._Press, "finished", lambda press, _document, pdf: press._relate(pdf))
    assert typeset(SHEET) == made


def test_what_a_large_document_leaves_is_set_aside_until_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    made, before = typeset(SHEET), gc.get_freeze_count()
    monkeypatch.setattr(setting, "_LARGE", 0)
    assert typeset(SHEET) == made
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    monkeypatch.undo()
    assert typeset(SHEET) == made
    assert gc.get_freeze_count() == 0


def test_a_process_that_looks_for_no_garbage_is_left_so() -> None:
    gc.disable()
    try:
        typeset(SHEET)
        assert not gc.isenabled()
    finally:
        gc.enable()
