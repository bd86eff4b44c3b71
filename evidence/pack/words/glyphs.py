"""Which characters the packaged fonts can print.

A character without a glyph would come out as an empty box without a word, and break PDF/A. So what no packaged font has
is written as U+XXXX, and the report says what that means. Names in Chinese, Japanese or Korean come from a font of
several megabytes, which is loaded only for a document that needs it.
"""

import re
from functools import cache
from typing import Final

from fontTools.ttLib import TTFont

from evidence.pack.words.assets import assets

_WESTERN: Final = ("NotoSans-Regular.ttf", "DejaVuSans-Symbols.ttf")  # the other cuts of Noto fall back on these
EASTERN: Final = "WenQuanYiMicroHei-East.ttf"
"""Han, kana and hangul; under its own family, `East`, which ends every list of families in the styles."""
EASTERN_FACE: Final = f'@font-face {{ font-family: "East"; src: url("fonts/{EASTERN}") }}'
_PLAIN: Final = re.compile("[\t\n\x20-\x7e]*")


def printable(text: str) -> str:
    """Text with every character that no packaged font has written as U+XXXX."""
    if _PLAIN.fullmatch(text) is not None:
        return text
    known = western()
    if all(ord(character) in known for character in text):
        return text
    return "".join(c if ord(c) in known or ord(c) in eastern() else f"[U+{ord(c):04X}]" for c in text)


def needs_eastern(text: str) -> bool:
    """Whether a document holds a character that only the eastern font has."""
    return any(ord(character) not in western() for character in set(text))


@cache
def western() -> frozenset[int]:
    """The characters of the fonts that every document is set in."""
    return frozenset({0x0A, 0x09}).union(*(_characters(name) for name in _WESTERN))


@cache
def eastern() -> frozenset[int]:
    """The characters of the font for names in Chinese, Japanese and Korean."""
    return _characters(EASTERN)


def _characters(name: str) -> frozenset[int]:
    with TTFont(assets() / "fonts" / name, lazy=True) as font:
        return frozenset(font.getBestCmap())
