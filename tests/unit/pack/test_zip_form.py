"""The form of the archive: what other programs write and read, at the bounds where sizes need 64 bits."""

import io
import subprocess
import sys
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.errors import PackError
from evidence.pack.form.container import Archive, Folder, Kept, Memory, write_archive, write_folder, write_zip
from evidence.pack.form.zip_form import LARGE, Member, directory_entry, end_records, local_header
from tests.java import read_zip

ROOT = Path(__file__).parents[3]
GIB = 1 << 30
LIBRARYS_BOUND = 2_045_222_520  # times 1.05 is the most below two gigabytes
SIZES = [0, 1, LIBRARYS_BOUND, LIBRARYS_BOUND + 1, LARGE, LARGE + 1, 4 * GIB - 1, 4 * GIB, 5 * GIB]


def _info(name: str, size: int, crc: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, 0o100644 << 16
    info.file_size, info.compress_size, info.CRC = size, size, crc
    return info


@pytest.mark.parametrize("size", SIZES)
def test_a_header_has_the_bytes_that_zipfile_writes(size: int) -> None:
    """Packs issued so far were written by it, and are put together again under the digest that was recorded."""
    theirs = _info("exhibits/E001-invoice.pdf", size, 0xDEADBEEF).FileHeader(size * 1.05 > zipfile.ZIP64_LIMIT)
    assert local_header("exhibits/E001-invoice.pdf", 0xDEADBEEF, size) == theirs


class _Sink(io.RawIOBase):
    """Takes what is written behind a place that lies far out."""

    def __init__(self, place: int) -> None:
        self.place, self.start, self.content = place, place, b""

    def tell(self) -> int:
        return self.place

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self.content += content
        self.place += len(content)
        return len(content)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("offset", [0, LARGE, LARGE + 1, 12 * GIB])
def test_the_directory_and_the_end_have_the_bytes_that_zipfile_writes(size: int, offset: int) -> None:
    sink = _Sink(offset + 1000)
    theirs = zipfile.ZipFile(sink, "w")
    info = _info("a.pdf", size, 7)
    info.FileHeader(size * 1.05 > zipfile.ZIP64_LIMIT)  # which settles the version that a reader needs
    info.header_offset = offset
    theirs.filelist.append(info)
    theirs.start_dir, theirs._didModify = sink.place, True
    theirs.close()
    ours = directory_entry(Member("a.pdf", 7, size, offset))
    assert sink.content == ours + end_records(1, offset + 1000, len(ours))


def test_more_members_than_sixteen_bits_count_get_the_64_bit_end() -> None:
    files = Memory({f"entries/{number}.leaf": b"" for number in range(65_536)})
    out = io.BytesIO()
    write_zip(files, out)
    with zipfile.ZipFile(out) as archive:
        assert len(archive.namelist()) == 65_536


def test_an_archive_is_the_same_whether_its_sums_were_known_or_not(tmp_path: Path) -> None:
    files = Memory({"mimetype": b"m", "a/b": b"content"})
    write_folder(files, tmp_path / "pack")
    known = write_archive(files, tmp_path / "known.zip")
    assert known == write_archive(Folder(tmp_path / "pack"), tmp_path / "unknown.zip")
    assert known == sha256((tmp_path / "unknown.zip").read_bytes()).hexdigest()


def test_an_archive_goes_down_a_pipe_where_every_sum_is_known() -> None:
    class Pipe(io.BytesIO):
        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    pipe, file = Pipe(), io.BytesIO()
    files = Memory({"mimetype": b"m", "a.txt": b"a"})
    write_zip(files, pipe)
    write_zip(files, file)
    assert pipe.getvalue() == file.getvalue()


@pytest.mark.parametrize("now", [pytest.param(b"contenT", id="altered"), pytest.param(b"conten", id="shorter")])
def test_a_document_that_changes_while_a_pack_is_written_stops_it(now: bytes) -> None:
    files = Memory({}, {"a.txt": Kept(lambda: io.BytesIO(now), 7, zlib.crc32(b"content"))})
    with pytest.raises(PackError, match="changed while the pack was written"):
        write_zip(files, io.BytesIO())


def test_javas_stream_reads_every_member_of_an_archive(tmp_path: Path) -> None:
    contents = {"mimetype": b"m", "exhibits/E001.pdf": b"%PDF" * 50_000, "empty": b""}
    write_archive(Memory(contents), tmp_path / "pack.zip")
    order = ("mimetype", "empty", "exhibits/E001.pdf")
    wanted = [(sha256(contents[name]).hexdigest(), name, len(contents[name])) for name in order]
    assert read_zip(tmp_path / "pack.zip") == wanted


_WRITES = """
import sys
from pathlib import Path
from evidence.pack.form.container import Archive, Kept, Memory, write_archive

class Long:
    def __init__(self): self.left = {size}
    def read(self, count=-1):
        count = min(self.left, count)
        self.left -= count
        return bytes(count)
    def __enter__(self): return self
    def __exit__(self, *_): pass

{sums}
kept = {{f"exhibits/E{{n:03}}.tif": Kept(Long, {size}, sum_of({size})) for n in range({count})}}
write_archive(Memory({{"mimetype": b"m"}}, kept), Path(sys.argv[1]))
assert Archive(Path(sys.argv[1])).is_canonical()
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""
_SUM = """
import zlib
def sum_of(size):
    found, piece = 0, bytes(1 << 20)
    for _ in range(size >> 20):
        found = zlib.crc32(piece, found)
    return zlib.crc32(bytes(size & 0xFFFFF), found)
"""


def _memory_mib(path: Path, size: int, count: int) -> float:
    """The most memory that a process has which writes an archive of `count` files of `size` zeros, and checks it."""
    code = _WRITES.format(size=size, count=count, sums=_SUM)
    ran = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


def test_an_archive_of_any_size_is_written_and_checked_in_little_memory(tmp_path: Path) -> None:
    assert _memory_mib(tmp_path / "pack.zip", 40 << 20, 3) < 50


@pytest.mark.full
def test_an_archive_of_13_gigabytes_takes_less_than_50_mib_and_java_reads_it(tmp_path: Path) -> None:
    path, size = tmp_path / "pack.zip", 4 * GIB + (200 << 20)
    try:
        assert _memory_mib(path, size, 3) < 50
        assert path.stat().st_size > 3 * size
        assert [found[1:] for found in read_zip(path)[1:]] == [(f"exhibits/E{n:03}.tif", size) for n in range(3)]
        assert Archive(path).size("exhibits/E002.tif") == size
    finally:
        path.unlink(missing_ok=True)
