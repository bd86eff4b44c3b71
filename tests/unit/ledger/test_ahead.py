"""A line tree derived while its view is written is that of the stored bytes, or is derived anew."""

import os
import signal
from pathlib import Path

import pytest

from evidence.core import canonical
from evidence.core.disclosure import line_disclosures, table_root
from evidence.core.statements.item import Items
from evidence.errors import DocumentDamaged, LedgerError, MalformedValue
from evidence.ledger.ahead import Ahead, Derived
from evidence.ledger.lines import KNOWN, Known, StoredLines, derive, require_lines
from evidence.store.documents import DocumentStore

SEED = bytes(range(32))
PREFIX = Items.line_prefix()
VALUES = [{"note": "é" * (number % 7), "part": f"P-{number}"} for number in range(3000)]
LINES = [canonical.dumps(value) + b"\n" for value in VALUES]
WANTED = Derived(table_root(line_disclosures(SEED, PREFIX, VALUES)), len(VALUES))


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def _written(view: Path, lines: list[bytes], seed: bytes = SEED) -> Ahead:
    """A process that was told of a view as it grew."""
    with view.open("xb") as out:
        ahead = Ahead(view, seed, PREFIX)
        for at in range(0, len(lines), 700):
            out.write(b"".join(lines[at : at + 700]))
            out.flush()
            ahead.grow(out.tell())
    return ahead


def test_it_gives_the_root_of_the_lines_and_the_digest_of_the_view(tmp_path: Path, store: DocumentStore) -> None:
    ahead = _written(tmp_path / "view", LINES)
    assert ahead.end() == (store.put(b"".join(LINES)).sha256, WANTED)


def test_a_process_that_is_killed_leaves_the_work_to_this_one(tmp_path: Path, store: DocumentStore) -> None:
    view, seed = store.put(b"".join(LINES)).sha256, store.put(SEED).sha256
    ahead = _written(tmp_path / "view", LINES)
    assert ahead._running is not None
    os.kill(ahead._running.pid, signal.SIGKILL)
    ahead._running.wait()
    ahead.grow(1 << 30)
    assert derive(view, seed, PREFIX, store, ahead) == WANTED


def test_what_it_says_counts_for_the_bytes_that_it_has_read_and_for_its_seed(
    tmp_path: Path, store: DocumentStore
) -> None:
    view, seed = store.put(b"".join(LINES)).sha256, store.put(SEED).sha256
    assert derive(view, seed, PREFIX, store, _written(tmp_path / "other", LINES[1:])) == WANTED
    assert derive(view, seed, PREFIX, store, _written(tmp_path / "view", LINES, bytes(32))) == WANTED


@pytest.mark.parametrize(
    "line", [b'{"b":1,"a":2}\n', b"[1]\n", b'{"a":1},{"a":2}\n', b"\n", b'{"a":1.5}\n'], ids=lambda line: line.decode()
)
def test_a_line_that_is_no_object_in_canonical_json_is_refused_both_ways(
    line: bytes, tmp_path: Path, store: DocumentStore
) -> None:
    lines = [*LINES[:5], line, *LINES[5:]]
    view, seed = store.put(b"".join(lines)).sha256, store.put(SEED).sha256
    ahead = _written(tmp_path / "view", lines)
    with pytest.raises(MalformedValue):
        derive(view, seed, PREFIX, store, ahead)
    assert KNOWN.get(view, seed, PREFIX) is None


def test_it_ends_when_nobody_wants_it_any_more(tmp_path: Path) -> None:
    ahead = _written(tmp_path / "view", LINES)
    assert ahead._running is not None
    running = ahead._running
    del ahead
    assert running.poll() is not None


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    ahead = _written(tmp_path / "view", LINES)
    running = ahead._running
    assert running is not None
    assert running.stdin is not None
    running.stdin.close()  # as the kernel does for a process that is killed
    assert running.wait(60) == 0


def _load(store: DocumentStore, **said: object) -> Items:
    return Items.model_validate(
        {
            "id": "load-018f3c1e-0000-7000-8000-000000000001",
            "issuer": "self",
            "received": store.put(b"a file").sha256,
            "view": store.put(b"".join(LINES)).sha256,
            "view_root": WANTED.root,
            "seed": store.put(SEED).sha256,
            "parser": "by hand",
            "lines": len(LINES),
            **said,
        }
    )


@pytest.mark.parametrize("said", [{"view_root": "0" * 64}, {"lines": 2999}], ids=["root", "number"])
def test_a_false_root_or_number_is_refused_whether_or_not_the_true_one_is_known(
    said: dict[str, object], store: DocumentStore
) -> None:
    load, known = _load(store, **said), Known()
    known.keep(load.view, load.seed, PREFIX, WANTED)
    for of in (None, Known(), known):
        with pytest.raises(LedgerError, match=r"states .* lines under the root"):
            require_lines(load, store, known=of)
    require_lines(_load(store), store, known=known)


def test_lines_handed_on_are_those_of_the_digest(store: DocumentStore, tmp_path: Path) -> None:
    load, known = _load(store), Known()
    known.keep(load.view, load.seed, PREFIX, WANTED)
    taken: list[object] = []
    require_lines(load, store, lambda _, pieces: taken.extend(line for lines in pieces for line in lines), known)
    assert taken == VALUES
    (tmp_path / "other").write_bytes(b"".join(LINES[1:]))
    with (tmp_path / "other").open("rb") as other, pytest.raises(DocumentDamaged):
        list(StoredLines(other, load.view))


def test_only_the_last_are_remembered() -> None:
    known = Known()
    for number in range(100):
        known.keep(str(number), "seed", PREFIX, WANTED)
    assert (known.get("0", "seed", PREFIX), known.get("99", "seed", PREFIX)) == (None, WANTED)
