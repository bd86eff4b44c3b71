"""Base64 and decimal numbers with one spelling each.

A lax reader takes several spellings of one value (spare bits in the last base64 character, a leading zero), so that a
bit may flip in a signed file and go unseen. Everything here is read strictly: what is accepted is exactly what would
be written. RFC 4648 sections 4 (standard) and 5 (URL-safe), and section 3.5 on spare bits.
"""

import base64
import binascii
import re
from typing import Final

from evidence.errors import MalformedValue

MAX_DECIMAL: Final = 2**63 - 1
"""The largest tree size or index: what a signed 64-bit column, and Go's tlog package, can hold."""

_DECIMAL: Final = re.compile("0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Standard alphabet, padded."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of padded standard base64.

    Raises:
        MalformedValue: another alphabet, white space, missing padding, or spare bits that are not zero.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedValue("base64", _shown(text), "padded base64 of the standard alphabet") from error
    if to_base64(data) != text:
        raise MalformedValue("base64", _shown(text), "the one spelling of these bytes")
    return data


def to_base64url(data: bytes) -> str:
    """URL-safe alphabet, without padding, as JSON web formats write it."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded URL-safe base64.

    Raises:
        MalformedValue: another alphabet, padding, or spare bits that are not zero.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedValue("base64url", _shown(text), "unpadded base64 of the URL-safe alphabet") from error
    if to_base64url(data) != text:
        raise MalformedValue("base64url", _shown(text), "the one spelling of these bytes")
    return data


def from_decimal(text: str) -> int:
    """A whole number from 0 to 2**63 - 1 in ASCII digits, without sign or leading zero.

    Raises:
        MalformedValue: anything else.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_DECIMAL:
        raise MalformedValue("number", _shown(text), "a decimal from 0 to 2**63 - 1 without leading zero")
    return int(text)


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
