"""Pictures that unpack to far more than they are, or never end."""

import struct
import zlib

from tests.hostile.case import Case, kept


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    head = struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def tiff(frames: int, *, loop: bool = False) -> bytes:
    """Frames of one pixel each; with `loop`, the last leads back to the first."""
    out = bytearray(b"II*\x00\x08\x00\x00\x00")
    tags = ((256, 4, 1), (257, 4, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0), (278, 4, 1), (279, 4, 1))
    for number in range(frames):
        out += struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            out += struct.pack("<HHLL", tag, kind, 1, value)
        last = number == frames - 1
        out += struct.pack("<L", (8 if loop else 0) if last else len(out) + 4)
    return bytes(out)


CASES: dict[str, Case] = {
    "png-of-50000-by-50000": kept("scan.png", lambda: png(50_000, 50_000, zlib.compress(bytes(50_000 * 40), 9)), None),
    "png-truncated": kept("cut.png", lambda: png(10, 10, zlib.compress(bytes(30)))[:50], None),
    "png-with-a-bomb": kept("bomb.png", lambda: png(100, 100, zlib.compress(bytes(100_000_000), 9)), None),
    "tiff-of-100000-frames": kept("frames.tif", lambda: tiff(100_000), None),
    "tiff-without-end": kept("loop.tif", lambda: tiff(3, loop=True), None),
    "jpeg-only-a-header": kept("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(40), None),
}
