"""Ways of altering what not every pack has: redacted copies and editions, time stamps, previews.

As in `altered_packs`. A stamp over the list of digests falls with every change of the list, so that stamps are altered
by themselves.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.core import canonical
from evidence.pack.form import layout
from tests.altered_packs import INVOICE, listed_anew, reshape, signed_anew

if TYPE_CHECKING:
    from tests.functional.rich_pack import Rich
    from tests.unit.pack.editions_home import Editions

# --- editions and redacted copies ------------------------------------------------------------------------------------

EDITED: "dict[str, tuple[str, Callable[[Path, Editions], None]]]" = {}
"""By name: of which edition, and the change."""


def _copy(pack: Path) -> Path:
    return next((pack / "exhibits").glob("*-redacted.pdf"))


def _original(pack: Path) -> Path:
    return _copy(pack).with_name(_copy(pack).name.replace("-redacted", ""))


def _exchange(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _opening(change: Callable[[Any], object]) -> Callable[[Path], None]:
    return lambda pack: reshape(pack / layout.DISCLOSURES, change)


def _line_of_the_copy_away(opening: Any) -> None:
    lines = opening["tables"]["exhibits"]["lines"]
    lines[next(at for at, line in enumerate(lines) if line and line["number"].endswith("-redacted"))] = None


def _derived_away(pack: Path) -> None:
    """The copy withheld from the authority, and its file taken away with it."""
    value: Any = canonical.loads((pack / layout.DISCLOSURES).read_bytes())
    for disclosed in value["statements"].values():
        disclosed[:] = [one for one in disclosed if one[1] != "derived"]
    (pack / layout.DISCLOSURES).write_bytes(canonical.dumps(value))
    _copy(pack).unlink()


_OF_THE_AUTHORITY: Mapping[str, Callable[[Path], object]] = {
    "a-copy-that-is-the-original": lambda pack: shutil.copy(_original(pack), _copy(pack)),
    "an-original-that-is-the-copy": lambda pack: shutil.copy(_copy(pack), _original(pack)),
    "copy-and-original-exchanged": lambda pack: _exchange(_copy(pack), _original(pack)),
    "copy-and-another-exhibit-exchanged": lambda pack: _exchange(_copy(pack), pack / INVOICE),
    "a-copy-less": lambda pack: _copy(pack).unlink(),
    "a-copy-added-to": lambda pack: _copy(pack).write_bytes(_copy(pack).read_bytes() + b"\n"),
    "a-copy-called-a-decoy": _opening(_line_of_the_copy_away),
    "a-copy-withheld": _derived_away,
}
_OF_THE_IMPORTER: Mapping[str, Callable[[Path], object]] = {
    "a-copy-less": lambda pack: _copy(pack).unlink(),
    "a-copy-and-an-exhibit-exchanged": lambda pack: _exchange(_copy(pack), pack / INVOICE),
    "a-table-called-whole": _opening(lambda opening: opening["tables"]["entries"].update(seed="A" * 43 + "=")),
    "a-line-of-a-table-twice": _opening(
        lambda opening: opening["tables"]["entries"]["opened"].append(opening["tables"]["entries"]["opened"][0])
    ),
    "a-line-of-a-table-less": _opening(lambda opening: opening["tables"]["entries"]["opened"].pop()),
    "a-proof-of-a-line-cut-short": _opening(lambda opening: opening["tables"]["exhibits"]["opened"][0]["proof"].pop()),
    "a-table-of-another-size": _opening(lambda opening: opening["tables"]["exhibits"].update(size=64)),
    "a-member-more-in-a-line": _opening(lambda opening: opening["tables"]["exhibits"]["opened"][0].update(note="x")),
    "called-the-producer-s": _opening(lambda opening: opening.update(edition="producer")),
    "called-the-authority-s": _opening(lambda opening: opening.update(edition="authority")),
}


def _edit(edition: str, name: str, change: Callable[[Path], object], *, signed: bool) -> None:
    def alter(pack: Path, editions: "Editions") -> None:
        change(pack)
        if signed:
            signed_anew(pack, editions.handle.organisation())
        else:
            listed_anew(pack)

    EDITED[f"{name}-in-the-{edition}-s-edition-{'signed-by-insider' if signed else 'listed-anew'}"] = edition, alter


for _edition, _changes in (("authority", _OF_THE_AUTHORITY), ("importer", _OF_THE_IMPORTER)):
    for _name, _change in _changes.items():
        _edit(_edition, _name, _change, signed=False)
        _edit(_edition, _name, _change, signed=True)


def _edition_of(other: str) -> "Callable[[Path, Editions], None]":
    """The disclosures and the report of another edition, properly signed: what it carries is another's."""

    def alter(pack: Path, editions: "Editions") -> None:
        for name in (layout.DISCLOSURES, "report-en.pdf", "report-en.json"):
            shutil.copy(editions.folder(other) / name, pack / name)
        signed_anew(pack, editions.handle.organisation())

    return alter


for _edition, _other in (("authority", "importer"), ("importer", "authority"), ("importer", "producer")):
    EDITED[f"{_edition}-s-edition-called-the-{_other}-s-signed-by-insider"] = _edition, _edition_of(_other)

# --- time stamps and previews ----------------------------------------------------------------------------------------

RICH: "dict[str, Callable[[Path, Rich], None]]" = {}
STAMPS = (layout.SUMS_STAMP, layout.CHECKPOINT_STAMP, "ledger/checkpoint.acme.tst")


def _over(name: str) -> str:
    return layout.SUMS if name == layout.SUMS_STAMP else layout.CHECKPOINT


def _rewritten(name: str, made: "Callable[[bytes, Path, Rich], bytes]", *, listed: bool = True) -> None:
    def alter(pack: Path, rich: "Rich", path: str) -> None:
        (pack / path).write_bytes(made((pack / path).read_bytes(), pack / _over(path), rich))
        if listed:
            _apart_anew(pack, path, rich)

    for path in STAMPS:
        RICH[f"{name}-{path}"] = lambda pack, rich, path=path: alter(pack, rich, path)  # type: ignore[misc]


def _apart_anew(pack: Path, path: str, rich: "Rich") -> None:
    """The list that has the stamp: that of signatures, which nobody signs, or the signed one."""
    if path != layout.SUMS_STAMP:
        signed_anew(pack, rich.insider)
        (pack / layout.SUMS_STAMP).write_bytes(rich.stamp((pack / layout.SUMS).read_bytes()))
    listed_anew(pack)


_rewritten("a-bit-in", lambda content, _over, _rich: content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
_rewritten("a-bit-and-no-list-in", lambda content, _over, _rich: content[:-1] + bytes([content[-1] ^ 1]), listed=False)
_rewritten("emptied", lambda _content, _over, _rich: b"")
_rewritten("cut-short", lambda content, _over, _rich: content[:-7])
_rewritten("over-other-bytes", lambda _content, over, rich: rich.stamp(over.read_bytes() + b"\n"))
_rewritten("by-a-stranger", lambda _content, over, rich: rich.stamp(over.read_bytes(), by_stranger=True))
_rewritten("that-is-the-list", lambda _content, over, _rich: over.read_bytes())


def _stamps_exchanged(pack: Path, rich: "Rich") -> None:
    _exchange(pack / layout.SUMS_STAMP, pack / layout.CHECKPOINT_STAMP)
    listed_anew(pack)


def _away(*names: str) -> "Callable[[Path, Rich], None]":
    def alter(pack: Path, rich: "Rich") -> None:
        for name in names:
            (pack / name).unlink()
        listed_anew(pack)

    return alter


RICH["stamps-exchanged"] = _stamps_exchanged
RICH["the-stamp-of-the-list-less"] = _away(layout.SUMS_STAMP)
RICH["the-stamp-of-the-checkpoint-less"] = _away(layout.CHECKPOINT_STAMP)
RICH["all-stamps-less"] = _away(*STAMPS)


def _preview(pack: Path) -> Path:
    return next((pack / "previews").glob("*.pdf"))


_PREVIEWS: Mapping[str, Callable[[Path], object]] = {
    "a-preview-that-is-an-exhibit": lambda pack: shutil.copy(pack / INVOICE, _preview(pack)),
    "preview-and-exhibit-exchanged": lambda pack: _exchange(_preview(pack), pack / "exhibits" / _preview(pack).name),
    "a-preview-less": lambda pack: _preview(pack).unlink(),
    "a-preview-more": lambda pack: shutil.copy(_preview(pack), pack / "previews" / "E001-commercial-invoice.pdf"),
    "a-list-of-previews-altered": lambda pack: _appended(pack / "previews" / "index.csv"),
    "a-list-of-previews-less": lambda pack: (pack / "previews" / "index.csv").unlink(),
    "a-bit-in-a-preview": lambda pack: _preview(pack).write_bytes(_preview(pack).read_bytes()[:-1] + b"\0"),
}


def _appended(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"exhibits/E099.pdf,,,0,,\n")


def _listed(pack: Path, change: Callable[[Path], object]) -> None:
    change(pack)
    listed_anew(pack)


for _name, _change in _PREVIEWS.items():
    RICH[_name] = lambda pack, _, change=_change: change(pack)  # type: ignore[misc]
    RICH[f"{_name}-listed-anew"] = lambda pack, _, change=_change: _listed(pack, change)  # type: ignore[misc]
