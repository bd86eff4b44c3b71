"""What the ledger asks others over a network, without a network in it: the call is handed in by the command line.

An answer is bytes from outside, and is read by those who asked; that there was none is a value too, since the queue of
anchors goes on with the next one and asks again later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """An answer by HTTP: its status, its body whole, and the media type it gives itself, in small letters."""

    status: int
    body: bytes
    media_type: str = ""


Transport = Callable[[str, bytes, Mapping[str, str]], Response]
"""POSTs a body with headers to an address. Raises NoAnswer where nothing whole came back in time."""
