"""A hostile or broken input: how it is made, and the one clear line that it gets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REFUSED, KEPT = 1, 0


@dataclass(frozen=True)
class Case:
    """One input.

    `build` makes it in an empty folder, which is then imported. `status` is what the command ends with; `says` stands
    in the one fault, where it is refused, or in a notice, where it is kept; None: it is kept as the document it is and
    there is nothing to tell of it. `name` is what the fault or the notice calls it by.
    """

    name: str
    build: Callable[[Path], object]
    status: int
    says: str | None
    arguments: tuple[str, ...] = ()


def holding(name: str, content: bytes | str | Callable[[], bytes]) -> Callable[[Path], object]:
    """Builds one file."""

    def build(folder: Path) -> None:
        data = content() if callable(content) else content
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    return build


def refused(
    name: str, content: bytes | str | Callable[[], bytes], says: str, *arguments: str, shown: str | None = None
) -> Case:
    """A file that nothing is taken of."""
    return Case(shown or name, holding(name, content), REFUSED, says, arguments)


def kept(name: str, content: bytes | str | Callable[[], bytes], says: str | None, shown: str | None = None) -> Case:
    """A file that is a document like any other, with something to tell of it."""
    return Case(shown or name, holding(name, content), KEPT, says)
