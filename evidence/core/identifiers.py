"""Identifiers minted in statements: a prefix for the reader and a UUID of version 7 (RFC 9562).

Version 7 sorts by the moment of minting, which makes listings read in order; nothing rests on that order, since the
ledger's sequence is the only one that counts.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

Random = Callable[[int], bytes]
"""Gives that many random bytes; `os.urandom` in earnest, a seeded generator in tests."""


def mint(prefix: str, now: datetime, random: Random) -> str:
    """A new identifier such as ``decl-018f3c1e-…``; `now` aware, `prefix` lower-case letters."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(random(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (noise >> 64 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return f"{prefix}-{uuid.UUID(int=value)}"
