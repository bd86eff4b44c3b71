"""The most memory of a process that writes an archive of three large files and checks it: run with its path and a size.

Nothing else is loaded, so that what is told is the archive's.
"""

import sys
from pathlib import Path
from typing import BinaryIO

from evidence.pack.form.container import Archive, Crc32, Kept, Memory, write_archive

_PIECE = 1 << 20


class _Zeros:
    """A file of zeros, of any size."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)

    def __enter__(self) -> "_Zeros":
        return self

    def __exit__(self, *_: object) -> None:
        return


def main() -> None:
    """Write and check an archive of three large files, and print the most memory that this process has had, in MiB."""
    path, size = Path(sys.argv[1]), int(sys.argv[2])
    summed, zeros = Crc32(), _Zeros(size)
    while piece := zeros.read(_PIECE):
        summed.update(piece)

    def opened() -> BinaryIO:
        return _Zeros(size)  # type: ignore[return-value]

    write_archive(Memory({}, {f"E{number:03}.tif": Kept(opened, size, summed.value) for number in range(3)}), path)
    assert Archive(path).is_canonical()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024)


if __name__ == "__main__":
    main()
