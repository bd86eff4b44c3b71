"""The wording of statutes and rules that is printed, as data: official text, pinned by its hash, never translated.

A declaration under 28 USC 1746 is good in substantially the form that the statute gives, and there is one form for
those who sign inside the United States and another for those who sign elsewhere. A text is printed as it stands in the
statute. A language in which no official text is on file is refused: the product never translates a certification.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from evidence.errors import PackError
from evidence.pack.words.language import NAMES

WITHIN: Final = "1746-within"
OUTSIDE: Final = "1746-outside"
CERTIFYING: Final = "annex-5-a-statement"
"""What the certifier of a certification of origin states, in the words of the agreement."""
_CHOICES: Final = "(or certify, verify, or state) "
_BLANKS: Final = " Executed on (date). (Signature)"


@dataclass(frozen=True, slots=True)
class Wording:
    """One text, and where it stands."""

    name: str
    title: str
    language: str
    text: str
    sha256: str
    source: str
    first: date
    checked: date
    mark: str


def wording(name: str, language: str) -> Wording:
    """A text in a language.

    Raises:
        PackError: no official text is on file in that language, or the file was altered.
    """
    found = _all().get((name, language))
    if found is None:
        title = _all()[name, "en"].title
        raise PackError(
            f"No official text of {title} is on file in {NAMES.get(language, language)}, and none is made up. "
            f"Ask for it in {_named(name)}."
        )
    if sha256(found.text.encode("utf-8")).hexdigest() != found.sha256:
        raise PackError(f"The text of {found.title} on file is not the one that was pinned. Reinstall the program.")
    return found


def official(name: str, language: str, text: str) -> bool | None:
    """Whether a text is the official one to the letter, but for blanks; None where none is on file in the language."""
    if (name, language) not in _all():
        return None
    return " ".join(text.split()) == " ".join(wording(name, language).text.split())


def _named(name: str) -> str:
    return " or ".join(NAMES[language] for known, language in _all() if known == name)


def sentence(form: Wording) -> str:
    """What a person signs by a form of 28 USC 1746: of the verbs that it offers the first, its blanks left to them.

    >>> sentence(wording(WITHIN, "en"))
    'I declare under penalty of perjury that the foregoing is true and correct.'
    """
    return form.text.replace(_CHOICES, "").removesuffix(_BLANKS)


@cache
def _all() -> dict[tuple[str, str], Wording]:
    text = (files("evidence.pack") / "data" / "wording.toml").read_text(encoding="utf-8")
    return {(each["name"], each["language"]): Wording(**each) for each in tomllib.loads(text)["wording"]}
