"""Where a pack goes: its folder and its archive, written beside their place and moved there at once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evidence.errors import PackError
from evidence.pack.bundling.bundle import same
from evidence.pack.form.container import Files, Folder, Memory, write_archive, write_folder


class Place:
    """Where a pack goes: written beside it, then moved there at once."""

    def __init__(self, out: Path, name: str) -> None:
        self.folder, self.archive = out / name, out / f"{name}.zip"
        self._making = out / f".{name}.unfinished"

    def require_free(self) -> None:
        """Refuse, before anything is made or recorded, where a new pack could not be put.

        Raises:
            PackError: something lies there.
        """
        for path in (self.folder, self.archive):
            if path.exists() or path.is_symlink():
                raise PackError(f"{path} is there already, and is not this pack. Move it away, or name another --out.")
        above = next(path for path in (self.folder.parent, *self.folder.parents) if path.exists())
        if not above.is_dir():
            raise PackError(f"{self.folder} cannot be written ({above} is no folder). Name another --out.")

    def write(self, files: Memory) -> str:
        """Write folder and archive beside their place; the archive's SHA-256."""
        try:
            self.clear()
            self._making.mkdir(parents=True)
            with ThreadPoolExecutor(1) as beside:
                folder = beside.submit(write_folder, files, self._making / "folder")
                archive = write_archive(files, self._making / "archive.zip")
                folder.result()
            return archive
        except OSError as error:
            self.clear()
            raise PackError(f"{self.folder} cannot be written ({error.strerror}). Name another --out.") from error
        except BaseException:
            self.clear()
            raise

    def settle(self, files: Files) -> None:
        """Move both to their place; what is there already must be the same pack.

        Raises:
            PackError: something else lies there. It is left as it is.
        """
        try:
            if self.folder.exists():
                if not same(Folder(self.folder), files):
                    raise PackError(
                        f"{self.folder} holds other files than the pack that belongs there. "
                        "Move it away, or name another --out."
                    )
            else:
                (self._making / "folder").rename(self.folder)
            (self._making / "archive.zip").replace(self.archive)
        except OSError as error:
            raise PackError(f"{self.folder} cannot be written ({error.strerror}). Name another --out.") from error
        finally:
            self.clear()

    def clear(self) -> None:
        shutil.rmtree(self._making, ignore_errors=True)
