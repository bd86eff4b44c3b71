"""Brings the catalogues of the report's languages up to date with the words in its source.

``python -m tools.write_catalogues`` gathers every sentence given to `_`, `_n`, `marked` and the templates' ``trans``,
and merges them into `evidence/pack/words/locale/fr.po` and `es.po`; the forms of the sentences that the engine records
(`tools/recorded_forms.py`) into `recorded-fr.po` and `recorded-es.po`. What is new stands there empty, for a
translator; what is gone goes. Nothing is guessed from a sentence that is like it.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from evidence.pack.gathered import asked_items
from evidence.pack.words import kinds
from evidence.pack.words.language import LANGUAGES
from tools import recorded_forms

HERE = Path(__file__).parent.parent
LOCALE = HERE / "evidence" / "pack" / "words" / "locale"
SORTS = ("", "recorded-")
"""What the catalogues hold, by how their files' names begin: the report's own sentences, and recorded ones."""
_SOURCES: tuple[tuple[Path, list[tuple[str, str]]], ...] = (
    (HERE / "evidence" / "pack", [("**.py", "python")]),
    (HERE / "templates" / "pack", [("**.html", "jinja2")]),
    (HERE / "templates" / "letters", [("**.html", "jinja2")]),
)
_KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "marked": None, "_n": (1, 2), "ngettext": (1, 2)}
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}


def sentences() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every sentence of the source, with the file that says it; a pair where it changes with a number."""
    for folder, methods in _SOURCES:
        for name, _line, message, _comments, _context in extract_from_dir(
            folder, methods, options_map=_OPTIONS, keywords=_KEYWORDS, strip_comment_tags=True
        ):
            yield message, (folder / name).relative_to(HERE).as_posix()
    for words in asked_items.sentences():
        yield words, "evidence/pack/data/pack_checklist.csv"
    for words in kinds.sentences():
        yield words, "evidence/pack/words/kinds.py"


def template(sort: str = "") -> Catalog:
    """The catalogue without translations, sentence by sentence in a lasting order; of `recorded-`, the forms."""
    found: dict[str | tuple[str, ...], set[str]] = {}
    for message, file in recorded_forms.forms() if sort else sentences():
        found.setdefault(message, set()).add(file)
    catalogue = Catalog(project="Evidence", charset="utf-8")
    for message in sorted(found, key=lambda each: (sorted(found[each]), each if isinstance(each, str) else each[0])):
        catalogue.add(message, locations=[(file, 0) for file in sorted(found[message])])
    return catalogue


def merged(language: str, sort: str = "") -> Catalog:
    """The catalogue of a language with today's sentences and the translations that it has."""
    path = LOCALE / f"{sort}{language}.po"
    had = Catalog(locale=language, project="Evidence", charset="utf-8")
    if path.exists():
        with open(path, "rb") as text:
            had = read_po(text, locale=language)
    ordered = Catalog(locale=language, project="Evidence", charset="utf-8")
    for message in template(sort):
        if message.id:
            known = had.get(message.id)
            string = known.string if known is not None and not known.fuzzy and known.id == message.id else None
            ordered.add(message.id, string, locations=message.locations)
    return ordered


_HEADER = """\
# The words of a report. Written by tools/write_catalogues.py, translated by hand. A place in braces or after a
# percent sign stays as it is, wherever the sentence wants it.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals={plurals}; plural={rule};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""No day and no person: a catalogue with the same words is the same file."""


def written(language: str, sort: str = "") -> bytes:
    """The catalogue's file."""
    catalogue = merged(language, sort)
    text = io.BytesIO()
    write_po(text, catalogue, width=116, omit_header=True, include_lineno=False)
    head = _HEADER.format(language=language, plurals=catalogue.num_plurals, rule=catalogue.plural_expr)
    return head.encode() + text.getvalue()


def main() -> int:
    LOCALE.mkdir(exist_ok=True)
    for sort in SORTS:
        for language in LANGUAGES:
            if language != "en":
                (LOCALE / f"{sort}{language}.po").write_bytes(written(language, sort))
                missing = sum(not all(strings(message)) for message in merged(language, sort) if message.id)
                print(f"{sort}{language}.po: {missing} sentences without a translation")
    return 0


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a sentence: one, or one for each number."""
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


if __name__ == "__main__":
    sys.exit(main())
