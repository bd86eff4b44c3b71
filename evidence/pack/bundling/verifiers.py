"""What checks a pack without this program: a shell script, a page for a browser, and how to use them.

They lie in every pack, and are published apart from packs, the same bytes: a checker that came with a pack could have
been exchanged together with it.
"""

from hashlib import sha256
from pathlib import Path

from evidence.errors import PackError
from evidence.pack.form import layout
from evidence.store.resources import folder


def verifiers() -> dict[str, bytes]:
    """The files by their names in a pack."""
    place = folder("templates") / "verify"
    return {name: (place / name).read_bytes() for name in layout.VERIFIERS}


def write_verifiers(out: Path) -> dict[str, str]:
    """Write them into a folder, made where it is not there; the SHA-256 of each by its name.

    Raises:
        PackError: the folder cannot be written.
    """
    files = verifiers()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise PackError(f"{out} cannot be written ({error.strerror}). Name a folder of yours with --out.") from error
    return {name: sha256(content).hexdigest() for name, content in files.items()}
