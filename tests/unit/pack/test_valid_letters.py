"""Letters, difference reports, transmittal indexes and prints, in each language, judged by veraPDF: no rule broken."""

from pathlib import Path

import pytest

from evidence.pack.handover.deliver import deliver
from evidence.pack.handover.difference import difference
from evidence.pack.handover.difference_files import difference_files
from evidence.pack.handover.letter_files import Ordered, draft
from evidence.pack.handover.letters import LetterKind, ListedFile, source
from evidence.pack.handover.prints import printed
from evidence.pack.words.language import LANGUAGES, speaking
from tests.unit.pack.productions import Produced
from tests.verapdf import failures

NUMBER = "EP-S01-2"
ORDERS = [
    *(Ordered(kind=LetterKind.COVER, language=language, to="Customs office (SPECIMEN)") for language in LANGUAGES),
    *(Ordered(kind=kind) for kind in LetterKind if kind is not LetterKind.COVER),
    Ordered(kind=LetterKind.DECLARATION, outside=True),
]


def broken(content: bytes, folder: Path) -> tuple[str, ...]:
    path = folder / "document.pdf"
    path.write_bytes(content)
    return (*failures(path, "3a"), *failures(path, "ua1"))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.kind}-{order.language}-{order.outside}")
def test_a_letter_is_valid(produced: Produced, tmp_path: Path, order: Ordered) -> None:
    assert broken(draft(produced.handle, NUMBER, order).pdf, tmp_path) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_report_is_valid(produced: Produced, tmp_path: Path, language: str) -> None:
    with speaking(language):
        files = difference_files(difference(produced.handle, NUMBER, language=language), language)
    (report,) = (content for name, content in files.items() if name.endswith(".pdf"))
    assert broken(report, tmp_path) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transmittal_index_is_valid(produced: Produced, tmp_path: Path, language: str) -> None:
    deliver(produced.handle, NUMBER, tmp_path / "volumes", 5, language=language)
    (index,) = (tmp_path / "volumes").rglob("0000-*.pdf")
    assert broken(index.read_bytes(), tmp_path) == ()


def test_a_print_of_text_is_valid(produced: Produced, tmp_path: Path) -> None:
    about = source(produced.handle, NUMBER, "en").about
    exhibit = ListedFile(number="E001", what="mail.eml", file="exhibits/E001-mail.eml", size=1, sha256="00" * 32)
    made = printed("Subject: pago <b>nº 1</b>\r\n\r\n示例\ttext\n".encode(), exhibit, about)
    assert made is not None
    suffix, content, _form = made
    assert suffix == "pdf"
    assert broken(content, tmp_path) == ()
