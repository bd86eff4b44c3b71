"""Opened later: fields, lines and documents shown after an edition was handed over, against the same root."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evidence.core import canonical
from evidence.core.disclosure import Tier
from evidence.core.statements.handling import Access
from evidence.errors import PackError, UsageError
from evidence.pack.disclosing.open_field import open_fields
from evidence.pack.form import layout
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.editions_home import Editions
from tests.unit.pack.specimen_home import SECRET_FIGURE
from tests.unit.pack.test_editions import SCHEMAS, names, reason


def opening_of(editions: Editions, place: Path, *wanted: str) -> Path:
    path = place / "opening.json"
    path.write_bytes(open_fields(editions.handle, editions.record("importer"), wanted))
    return path


def exhibit_of(editions: Editions, name: str) -> tuple[str, Path]:
    """The number of an exhibit of the authority's edition, and its file."""
    (path,) = (editions.folder("authority") / "exhibits").glob(f"*{name}*")
    return path.name[:4], path


def test_an_exhibit_opened_later_is_checked_against_the_same_root(editions: Editions, tmp_path: Path) -> None:
    number, document = exhibit_of(editions, "supplier-s-declaration")
    opening = opening_of(editions, tmp_path, number)
    schema = json.loads((SCHEMAS / "pack-opening-1.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(opening.read_bytes()))
    for path in (editions.packs["importer"].folder, editions.packs["importer"].archive):
        report = editions.check(path, opening)
        assert report.status == 0
        assert hashlib.sha256(document.read_bytes()).hexdigest() in reason(report, f"exhibit {number}")
    report = editions.check(editions.folder("importer"), opening, document)
    assert report.status == 0
    assert f"{document.name} beside it is unchanged since receipt" in reason(report, f"exhibit {number}")


def test_a_field_a_line_and_a_figure_opened_later_are_each_in_their_place(editions: Editions, tmp_path: Path) -> None:
    opening = opening_of(editions, tmp_path, "18.supplier", "14:1", "worksheet-1:RVC")
    report = editions.check(editions.folder("importer"), opening)
    assert report.status == 0
    assert reason(report, "lines of entry 14") == "1 of 3 lines shown, each in its place"
    assert reason(report, "lines of entry 22") == "1 of 15 lines shown, each in its place"
    said = opening.read_text()
    assert "SUP-1" in said
    assert '"RVC"' in said
    assert '"VNM"' not in said.replace('"rests_on":["NC","VNM"]', "")  # a figure names those it rests on


def _another_value(opening: Any) -> None:
    opening["statements"]["18"][0][2] = "SUP-9"


def _another_manifest(opening: Any) -> None:
    opening["manifest"] = "ab" * 32


def _another_pack(opening: Any) -> None:
    opening["pack"] = "EP-S02-1"


def _another_leaf(opening: Any) -> None:
    opening["entries"]["18"]["leaf"] = opening["entries"]["14"]["leaf"]


def _another_line(opening: Any) -> None:
    opening["lines"]["14"]["opened"][0]["disclosure"][2]["price"] = "1"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_another_value, "entry 18"),
        (_another_manifest, "opening opening.json"),
        (_another_pack, "opening opening.json"),
        (_another_leaf, "entry 18"),
        (_another_line, "lines of entry 14"),
    ],
)
def test_an_opening_that_was_altered_is_named(
    editions: Editions, tmp_path: Path, change: Callable[[Any], None], found: str
) -> None:
    path = opening_of(editions, tmp_path, "18.supplier", "14:1")
    opening = json.loads(path.read_bytes())
    change(opening)
    path.write_bytes(canonical.dumps(opening))
    assert found in names(editions.check(editions.folder("importer"), path))


def test_a_document_that_no_opened_field_names_is_named(editions: Editions, tmp_path: Path) -> None:
    number, _ = exhibit_of(editions, "supplier-s-declaration")
    opening = opening_of(editions, tmp_path, number)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4 another\n")
    assert names(editions.check(editions.folder("importer"), opening, tmp_path / "letter.pdf")) == {
        "document letter.pdf"
    }


def test_what_was_given_in_secret_is_opened_for_a_stated_purpose_alone_and_that_is_recorded(
    editions: Editions, tmp_path: Path
) -> None:
    was = editions.record("importer")
    for wanted in ("18.net_cost", exhibit_of_secret(editions)):
        with pytest.raises(PackError, match="--secret-for"):
            open_fields(editions.handle, was, [wanted])
    opening = open_fields(
        editions.handle, was, ["18.net_cost"], secret_for="asked by the authority", by="Origin desk (role)"
    )
    assert SECRET_FIGURE in opening.decode()
    (tmp_path / "secret.json").write_bytes(opening)
    assert editions.check(editions.folder("importer"), tmp_path / "secret.json").status == 0
    with reading(editions.handle.engine) as connection:
        (access,) = Register(connection).statements(Access)
    assert (access.value.item, access.value.fields) == ("#18:statement", ("net_cost",))
    said = {"secret_for": "asked by the authority", "by": "Origin desk (role)"}
    size = editions.handle.ledger.size()
    for beside in ("18.colour", "14:9"):  # the whole is refused, and so nothing was opened that a record could tell of
        with pytest.raises(PackError):
            open_fields(editions.handle, was, ["18.net_cost", beside], **said)
    with pytest.raises(UsageError, match=r"purpose .* cannot be recorded"):
        open_fields(editions.handle, was, ["18.net_cost"], secret_for="\x07", by="Origin desk (role)")
    assert editions.handle.ledger.size() == size
    open_fields(editions.handle, was, [exhibit_of_secret(editions)], **said)
    with reading(editions.handle.engine) as connection:
        (_, access) = Register(connection).statements(Access)
    assert (access.value.fields, access.value.tier) == (("document", "size"), Tier.SECRET)


def exhibit_of_secret(editions: Editions) -> str:
    rows = json.loads((editions.folder("authority") / layout.report_data_path("en")).read_bytes())["report"]["exhibits"]
    return next(str(row["number"]) for row in rows if row["name"] == "sealed.pdf")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("supplier", "names nothing that can be opened"),
        ("18.colour", "has no field 'colour'"),
        ("14:9", "and none 9"),
        ("E999", "no exhibit of this pack"),
        ("worksheet-9:RVC", "not of this pack"),
        ("worksheet-1:XYZ", "no figure or material"),
        ("33.number", "not of pack"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words(editions: Editions, wanted: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        open_fields(editions.handle, editions.record("importer"), [wanted])
