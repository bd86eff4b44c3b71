"""Reads the case files of this folder, works them out and compares. README.md of this folder says how to write one."""

import importlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

_REQUIRED = {"id", "title", "citation", "source_read", "method"}
_ALLOWED = _REQUIRED | {"note", "inputs", "stated", "derived", "also"}
_ALLOWED_AGAIN = {"inputs", "stated", "derived", "note"}
_TEXTS = {"US", "CA", "derived"}
_PRINTED_TOLERANCE = Decimal("0.1")
_LEAST_DECIMALS = 4

Method = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class BadCase(AssertionError):
    """A case file is not written as README.md says; the message names the file and what to put there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs with what must come out.

    Attributes:
        id: the file's identifier, with ``-2``, ``-3``… for what stands in its `[[also]]` tables.
        method: ``topic.function``, found in ``methods_<topic>.py``.
        stated: what the text prints; a key that ends in ``_percent`` is allowed 0.1.
        derived: what follows by arithmetic.
    """

    id: str
    method: str
    inputs: Mapping[str, Any]
    stated: Mapping[str, Any]
    derived: Mapping[str, Any]


def cases(folder: Path = FOLDER) -> list[Case]:
    """Every case of every ``*.toml`` in `folder` and beneath it, in order of path.

    Raises:
        BadCase: a file is not a case.
    """
    return [case for path in sorted(folder.rglob("*.toml")) for case in read(path)]


def read(path: Path) -> Iterator[Case]:
    """The cases of one file: the file's own and one for each `[[also]]`.

    Raises:
        BadCase: the file is not TOML, lacks or misspells a key, or its name is not its identifier.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCase(f"{path.name}: not readable as TOML: {error}") from error
    _require(path, document)
    inputs = document.get("inputs", {})
    for number, part in enumerate([document, *document.get("also", [])], start=1):
        if number > 1 and (strange := set(part) - _ALLOWED_AGAIN):
            raise BadCase(f"{path.name}: [[also]] has {', '.join(sorted(strange))}, wanted inputs, stated, derived")
        stated, derived = part.get("stated", {}), part.get("derived", {})
        if not stated and not derived:
            raise BadCase(f"{path.name}, case {number}: give [stated] or [derived] at least one figure")
        name = document["id"] if number == 1 else f"{document['id']}-{number}"
        yield Case(name, document["method"], {**inputs, **part.get("inputs", {})}, stated, derived)


def _require(path: Path, document: Mapping[str, Any]) -> None:
    if lacking := _REQUIRED - set(document):
        raise BadCase(f"{path.name}: lacks {', '.join(sorted(lacking))}")
    if strange := set(document) - _ALLOWED:
        raise BadCase(f"{path.name}: has {', '.join(sorted(strange))}, which no case has; look for a misspelling")
    if path.stem != str(document["id"]).lower():
        raise BadCase(f"{path.name}: its id is {document['id']}, so the file is called {document['id'].lower()}.toml")
    if not str(document["citation"]).strip() or not str(document["title"]).strip():
        raise BadCase(f"{path.name}: title and citation must say something")
    if not document["source_read"] or set(document["source_read"]) - _TEXTS:
        raise BadCase(f"{path.name}: source_read lists one or more of {', '.join(sorted(_TEXTS))}")


def methods(topic: str) -> Mapping[str, Method]:
    """The methods of ``methods_<topic>.py``, by name.

    Raises:
        BadCase: there is no such file.
    """
    module = f"tests.cases.usmca.methods_{topic}"
    try:
        found: Mapping[str, Method] = importlib.import_module(module).METHODS
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise BadCase(f"there is no methods_{topic}.py; the method of a case is topic.function") from error
    return found


def topics() -> list[str]:
    """The topics that have a ``methods_<topic>.py``."""
    return [path.stem.removeprefix("methods_") for path in sorted(FOLDER.glob("methods_*.py"))]


def work_out(case: Case) -> Mapping[str, Any]:
    """What the method of `case` gives for its inputs.

    Raises:
        BadCase: there is no such method, or the inputs lack a figure that it needs.
    """
    known = methods(case.method.partition(".")[0])
    if case.method not in known:
        raise BadCase(f"{case.id}: no method {case.method!r}; there are {', '.join(sorted(known))}")
    try:
        return known[case.method](case.inputs)
    except KeyError as error:
        if error.args and error.args[0] in case.inputs:
            raise
        raise BadCase(f"{case.id}: {case.method} needs the input {error}") from error


def differences(case: Case, result: Mapping[str, Any]) -> list[str]:
    """Every place where `result` is not what `case` states or derives; empty where all agree."""
    stated = _compare("stated", case.stated, result, near=False, printed=True)
    return [*stated, *_compare("derived", case.derived, result, near=False, printed=False), *_floats("result", result)]


def _compare(where: str, wanted: Any, found: Any, *, near: bool, printed: bool) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        yield from _compare_mapping(where, wanted, found, near=near, printed=printed)
    elif isinstance(wanted, list):
        listed = list(found) if isinstance(found, list | tuple) else None
        if listed is None or len(listed) != len(wanted):
            yield f"{where}: found {found!r}, wanted {len(wanted)} entries {wanted!r}"
            return
        for number, (one, other) in enumerate(zip(wanted, listed, strict=True)):
            yield from _compare(f"{where}[{number}]", one, other, near=near, printed=printed)
    elif not _same(wanted, found, near=near):
        yield f"{where}: found {_shown(found)}, wanted {_shown(wanted)}"


def _compare_mapping(where: str, wanted: Mapping[str, Any], found: Any, *, near: bool, printed: bool) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{where}: found {found!r}, wanted a table with {', '.join(wanted)}"
        return
    by_text = {str(key): value for key, value in found.items()}
    for key, value in wanted.items():
        if key not in by_text:
            yield f"{where}.{key}: not in the result, which has {', '.join(by_text)}"
            continue
        close = near or (printed and key.endswith("_percent"))
        yield from _compare(f"{where}.{key}", value, by_text[key], near=close, printed=printed)


def _same(wanted: Any, found: Any, *, near: bool) -> bool:
    """Whether one figure, word, day or truth is the wanted one."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return type(wanted) is type(found) and bool(wanted == found)
    if found is None:
        return bool(wanted == "unknown")
    if isinstance(found, date) or isinstance(wanted, date):
        return str(wanted) == str(found)
    if not isinstance(found, Decimal | Fraction | int):
        return bool(wanted == found)
    if isinstance(wanted, str) and wanted.endswith("..."):
        return _same_digits(wanted.removesuffix("..."), found)
    try:
        figure = Fraction(Decimal(wanted))
    except (InvalidOperation, TypeError):
        return False
    return abs(figure - Fraction(found)) <= (Fraction(_PRINTED_TOLERANCE) if near else 0)


def _same_digits(digits: str, found: Decimal | Fraction | int) -> bool:
    """Whether `found` begins with `digits`; a figure cut at four decimals or more is compared as far as it goes."""
    places = len(digits.partition(".")[2])
    if isinstance(found, Decimal):
        places = min(places, max(_LEAST_DECIMALS, -int(found.as_tuple().exponent)))
    scale = Fraction(10**places)
    return int(Fraction(digits) * scale) == int(Fraction(found) * scale)


def _floats(where: str, value: Any) -> Iterator[str]:
    """Every binary fraction in a result: a figure of money or a share is never one."""
    if isinstance(value, float):
        yield f"{where}: {value!r} is a binary fraction; a figure is a Decimal"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _floats(f"{where}.{key}", inner)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _floats(f"{where}[{number}]", inner)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal | Fraction | int | date) else repr(value)
