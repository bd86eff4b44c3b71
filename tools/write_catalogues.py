"""Brings the catalogues of the report's languages up to date with the words in its source.

``python -m tools.write_catalogues`` gathers every sentence given to `_`, `_n` and the templates' ``trans``, and merges
them into `evidence/pack/locale/fr.po` and `es.po`: what is new stands there empty, for a translator; what is gone goes.
Nothing is guessed from a sentence that is like it.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from evidence.pack import asked_items
from evidence.pack.language import LANGUAGES

HERE = Path(__file__).parent.parent
LOCALE = HERE / "evidence" / "pack" / "locale"
_SOURCES: tuple[tuple[Path, list[tuple[str, str]]], ...] = (
    (HERE / "evidence" / "pack", [("**.py", "python")]),
    (HERE / "templates" / "pack", [("**.html", "jinja2")]),
)
_KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "_n": (1, 2), "ngettext": (1, 2)}
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


def template() -> Catalog:
    """The catalogue without translations, sentence by sentence in a lasting order."""
    found: dict[str | tuple[str, ...], set[str]] = {}
    for message, file in sentences():
        found.setdefault(message, set()).add(file)
    catalogue = Catalog(project="Evidence", charset="utf-8")
    for message in sorted(found, key=lambda each: (sorted(found[each]), each if isinstance(each, str) else each[0])):
        catalogue.add(message, locations=[(file, 0) for file in sorted(found[message])])
    return catalogue


def merged(language: str) -> Catalog:
    """The catalogue of a language with today's sentences and the translations that it has."""
    path = LOCALE / f"{language}.po"
    catalogue = Catalog(locale=language, project="Evidence", charset="utf-8")
    if path.exists():
        with open(path, "rb") as text:
            catalogue = read_po(text, locale=language)
    fresh = template()
    for message in list(catalogue):
        if message.id and message.id not in fresh:
            catalogue.delete(message.id)
    for message in fresh:
        if not message.id:
            continue
        had = catalogue.get(message.id)
        if had is None:
            catalogue.add(message.id, locations=message.locations)
        else:
            had.locations = message.locations
    ordered = Catalog(locale=language, project="Evidence", charset="utf-8")
    for message in fresh:
        if message.id:
            had = catalogue[message.id]
            ordered.add(message.id, had.string, locations=message.locations)
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


def written(language: str) -> bytes:
    """The catalogue's file."""
    catalogue = merged(language)
    text = io.BytesIO()
    write_po(text, catalogue, width=116, omit_header=True, include_lineno=False)
    head = _HEADER.format(language=language, plurals=catalogue.num_plurals, rule=catalogue.plural_expr)
    return head.encode() + text.getvalue()


def main() -> int:
    LOCALE.mkdir(exist_ok=True)
    for language in LANGUAGES:
        if language != "en":
            (LOCALE / f"{language}.po").write_bytes(written(language))
            missing = sum(not message.string for message in merged(language) if message.id)
            print(f"{language}.po: {missing} sentences without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
