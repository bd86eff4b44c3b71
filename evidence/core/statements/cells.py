"""Cell types: how the text of a template's cell becomes a field of a line."""

from typing import Annotated

from pydantic import BeforeValidator

from evidence.core.values import Text
from evidence.errors import MalformedValue


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"yes", "no"}:
        return value == "yes"
    raise MalformedValue("flag", value, "yes or no")


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _blank(value: object) -> object:
    return None if value == "" else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Listed = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
"""Several values in one cell, separated by semicolons."""
Blank = BeforeValidator(_blank)
"""Makes an empty cell None."""
