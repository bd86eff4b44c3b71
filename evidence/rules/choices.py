"""Questions that the texts leave open, as named readings: a determination states which one it used."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from evidence.errors import RuleError
from evidence.rules.parameters import CONFIDENCE


@dataclass(frozen=True, slots=True)
class Option:
    """One reading, with the text behind it."""

    name: str
    reading: str
    source: str
    confidence: str
    checked: date


@dataclass(frozen=True, slots=True)
class Choice:
    """One open question, its readings and the one taken where no election is on file."""

    name: str
    title: str
    question: str
    default: str
    options: tuple[Option, ...]

    def option(self, name: str | None = None) -> Option:
        """The reading called `name`, or the default.

        Raises:
            RuleError: there is no such reading.
        """
        wanted = self.default if name is None else name
        for option in self.options:
            if option.name == wanted:
                return option
        known = ", ".join(option.name for option in self.options)
        raise RuleError(f"{self.name} has no reading {wanted!r}; choose one of {known}.")


def read_choices(source: str) -> Mapping[str, Choice]:
    """Every choice that a TOML text of `[[choice]]` with `[[choice.option]]` writes, by name.

    Raises:
        RuleError: the text is not such TOML, or a reading lacks its source, mark or day of checking.
    """
    try:
        document = tomllib.loads(source)
        choices = [_choice(entry) for entry in document.get("choice", [])]
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"The choices are not readable TOML: {error}. Correct the file.") from error
    except KeyError as error:
        raise RuleError(f"A choice or one of its readings lacks {error.args[0]!r}.") from error
    return MappingProxyType({choice.name: choice for choice in choices})


def _choice(entry: Mapping[str, Any]) -> Choice:
    options = tuple(_option(entry["name"], option) for option in entry.get("option", []))
    choice = Choice(entry["name"], entry["title"], entry["question"], entry["default"], options)
    choice.option()
    return choice


def _option(choice: str, entry: Mapping[str, Any]) -> Option:
    option = Option(entry["name"], entry["reading"], entry["source"], entry["confidence"], entry["checked"])
    if not option.source.strip() or option.confidence not in CONFIDENCE or type(option.checked) is not date:
        raise RuleError(f"{choice}, reading {option.name}: a source, a known mark and a day of checking are wanted.")
    return option
