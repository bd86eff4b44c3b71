"""Fillable PDFs, read inside the bounded process (`worker`): the fields of an AcroForm and their values, as text.

Only names and values are read. Scripts and actions are left alone; that they are there is told. An XFA form, which
draws its own fields, and an encrypted file are not read: such a file is kept as a document.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, BinaryIO

import pikepdf

VERSION = "evidence-acroform/1"
_DEEPEST = 16
_MOST_FIELDS = 2000
_LONGEST_VALUE = 32_767

Say = Callable[[Any], None]
Fault = Callable[..., None]


def parse(stream: BinaryIO, limits: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with the form as a table of one row, or with nothing where the file holds no form that is read."""
    try:
        with pikepdf.open(stream) as pdf:
            if len(pdf.pages) > limits["pages"]:
                fault(f"{len(pdf.pages)} pages", f"at most {limits['pages']}")
                return
            _form(pdf, say)
    except pikepdf.PasswordError:
        say({"notice": "encrypted: kept as a document, its form not read"})
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError) as error:
        say({"notice": f"a PDF that cannot be read ({type(error).__name__}): kept as a document"})


def _form(pdf: pikepdf.Pdf, say: Say) -> None:
    if "/AcroForm" not in pdf.Root:
        return
    form = pdf.Root.AcroForm
    if "/XFA" in form:
        say({"notice": "an XFA form: kept as a document, its fields not read"})
        return
    if "/OpenAction" in pdf.Root or "/AA" in pdf.Root or "/JavaScript" in pdf.Root.get("/Names", {}):
        say({"notice": "the PDF holds scripts or actions; they were not run"})
    values = values_of(form)
    if not values:
        return
    parser = f"{VERSION}; pikepdf {version('pikepdf')}"
    table = {"sheet": None, "header": [name for name, _ in values], "header_row": 0, "first_column": 0}
    say({"table": {**table, "parser": parser, "hidden": False, "form": True}})
    say([0, [value for _, value in values]])


def values_of(form: Any) -> list[tuple[str, str]]:
    """The fields of a form that hold values, by name, in its order.

    Raises:
        ValueError: it is deeper or larger than any real one.
    """
    values: list[tuple[str, str]] = []
    for field in form.get("/Fields", []):
        _collect(field, "", values, 0)
    return values


def _collect(field: Any, above: str, values: list[tuple[str, str]], depth: int) -> None:
    """Names as ISO 32000-1 12.7.3.2 joins them: partial names from the root, with points between."""
    if depth > _DEEPEST or len(values) >= _MOST_FIELDS:
        raise ValueError("a form deeper or larger than any real one")
    name = f"{above}.{field['/T']}".lstrip(".") if "/T" in field else above
    kids = [kid for kid in field.get("/Kids", []) if "/T" in kid]
    for kid in kids:
        _collect(kid, name, values, depth + 1)
    if kids or _inherited(field, "/FT") == "/Sig":
        return
    button = _inherited(field, "/FT") == "/Btn"
    if button and int(field.get("/Ff", 0)) & (1 << 16):
        return  # a push button holds no value
    value = _text(_inherited(field, "/V"))
    if button:
        value = "no" if value in ("", "Off") else "yes" if value in ("Yes", "On", "1", "yes") else value
    if len(value) > _LONGEST_VALUE:
        raise ValueError("a value longer than any cell")
    values.append((name, value))


def _inherited(field: Any, key: str) -> Any:
    for _ in range(_DEEPEST):
        if key in field:
            return field[key]
        if "/Parent" not in field:
            return None
        field = field["/Parent"]
    return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).removeprefix("/") if isinstance(value, pikepdf.Name) else str(value)
