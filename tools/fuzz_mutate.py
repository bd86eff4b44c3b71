"""Mutations of known inputs: of bytes, and, in a ZIP, of what its members hold, since few changed ZIPs open at all."""

import io
import random
import zipfile
import zlib
from collections.abc import Sequence

LONGEST = 200_000

_TOKENS = tuple(
    b"\x00|\xff|\xfe\xff|\xff\xfe|\xef\xbb\xbf|\r\n|\n\n|\"|'|,|;|\t|=|<|>|&|(|)|[|]|{|}|%|/|\\|..|-|+|@|0|-1|1e400|NaN"
    b"|9999999999999999999|4294967295|65535|<!DOCTYPE a|&#0;|<![CDATA[|]]>|--|--b|--b--|Content-Type: |message/rfc822"
    b"|multipart/mixed; boundary=b|=?utf-8?b?|?=|filename*0=|charset=|base64|\xe2\x80\xae|\xf0\x9f\x98\x80|PK\x01\x02"
    b"|PK\x03\x04|PK\x05\x06|obj|endobj|stream|endstream|xref|trailer|/Kids|/Parent|/AcroForm|1 0 R|<<|>>|null|true"
    b"|\xe2\x80\x94 |index |extra |old |log |witness |group |quorum |all|any|none|tile/|.p/|9223372036854775807|=\n"
    .split(b"|")
)  # fmt: skip


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """`data` with one to eight changes; `others` give pieces."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.8:
        inside = _inside(data, others, chance)
        if inside is not None:
            return inside
    changed = bytearray(data)
    for _ in range(1 << chance.randrange(4)):
        _change(changed, others, chance)
    return bytes(changed[:LONGEST])


def _change(data: bytearray, others: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    length = min(1 << chance.randrange(10), max(1, len(data)))
    match chance.randrange(8):
        case 0 if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        case 1 if at < len(data):
            data[at] = chance.randrange(256)
        case 2:
            del data[at : at + length]
        case 3:
            data[at:at] = data[at : at + length] * chance.randrange(1, 4)
        case 4 if others:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at : at + chance.choice((0, length))] = other[start : start + length]
        case 5:
            token = chance.choice(_TOKENS)
            data[at : at + chance.choice((0, len(token)))] = token * chance.choice((1, 1, 1, 2, 50))
        case 6:
            place = chance.randrange(len(data) + 1)
            piece = data[place : place + length]
            del data[place : place + length]
            data[at:at] = piece
        case _:
            digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
            if digits:
                place = chance.choice(digits)
                data[place : place + 1] = str(chance.choice((0, 1, -1, 255, 65536, 2**31, 2**63, 10**30))).encode()


def _inside(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes | None:
    """The archive with one member changed, left out or added."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(each.filename, archive.read(each)) for each in archive.infolist() if each.file_size < LONGEST]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None
    if not members:
        return None
    place = chance.randrange(len(members))
    name, content = members[place]
    changed = bytearray(content)
    for _ in range(1 << chance.randrange(4)):
        _change(changed, [content for _, content in members] or others, chance)
    match chance.randrange(12):
        case 0:
            members.pop(place)
        case 1:
            fresh = bytearray(name.encode("utf-8", "replace"))
            _change(fresh, others, chance)
            members[place] = (fresh.decode("utf-8", "replace")[:500] or "x", content)
        case _:
            members[place] = (name, bytes(changed))
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for each, inside in members:
                archive.writestr(zipfile.ZipInfo(each), inside)
    except (ValueError, UnicodeError):
        return None
    return out.getvalue()
