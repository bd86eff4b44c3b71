"""A statement of what a person said: made under a new id, or refused in one line that names what cannot stand."""

from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from evidence.core.identifiers import mint
from evidence.core.statements.base import Statement
from evidence.errors import UsageError
from evidence.ledger.found import HomeHandle

S = TypeVar("S", bound=Statement)
_SHOWN = 60  # characters of what was said


def stated(handle: HomeHandle, kind: type[S], now: datetime, **said: object) -> S:
    """Our own statement of a kind, to be recorded.

    Args:
        handle: a home open to sign.
        kind: the kind.
        now: the moment, which its id bears.
        said: its fields.

    Raises:
        UsageError: a field cannot stand so: it is empty, too long, or holds what cannot be seen.
    """
    try:
        return kind.model_validate({"id": mint(kind.prefix, now, handle.random), "issuer": "self", **said})
    except ValidationError as error:
        raise unsayable(error) from error


def unsayable(error: ValidationError) -> UsageError:
    """What of a statement that was to be made of what a person said cannot stand, and why."""
    first = error.errors()[0]
    wrong = first["msg"].removeprefix("Value error, ")
    field = ".".join(map(str, first["loc"])) or error.title
    return UsageError(f"{field} {str(first['input'])[:_SHOWN]!r} cannot be recorded: {wrong}.")
