"""A ledger moves between the engines: verbatim, derived again, and never with two databases that sign."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from evidence.cli import main
from evidence.core import values
from evidence.core.statements.own import Hold
from evidence.core.values import ON_RECORD
from evidence.errors import RefusesToSign, SettingsError, StoreError
from evidence.ledger.check import check_ledger
from evidence.ledger.copy import Copied, copy_ledger
from evidence.ledger.dispose import carry_out
from evidence.ledger.found import open_home
from evidence.ledger.read import Ledger
from evidence.register.project import forget
from evidence.register.rebuild import compare, rebuild
from evidence.settings import Settings
from evidence.store.engine import open_engine, reading, writing
from tests.dying import dies_at
from tests.homes import a_disposal, a_hold, record_holds, record_with_document
from tests.postgresql import new_database, server
from tests.restored import Place

_TABLES = (
    *("document", "ledger_entry", "statement", "disclosure", "entry_document", "disposal_target", "tile"),
    *("checkpoint", "anchor"),
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> Place:
    """A home with something in every table, in more than one tile."""
    made = Place(tmp_path, None if request.param == "sqlite" else address)
    with made.signing() as handle:
        gone, _ = record_with_document(handle, b"let go")
        record_with_document(handle, b"kept")
        carry_out(handle, handle.record(a_disposal(f"#{gone}:received", f"#{gone}:statement")).seq, forget)
        record_holds(handle, 256, batch=256)
        record_holds(handle, 3)
    return made


@pytest.fixture
def target(place: Place, address: str) -> str:
    return other(place, address, "target")


def other(place: Place, address: str, name: str) -> str:
    """An empty database of the other engine than the home's."""
    if "EVIDENCE_DATABASE" in place.environ:
        return f"sqlite:///{place.folder / name}.db"
    return new_database(address, f"{name}{abs(hash(place.folder)) % 10**9}")


def moved(place: Place, target: str, step: Callable[[], None] | None = None) -> Copied:
    engine = open_engine(target)
    try:
        with open_home(place.home, place.environ) as handle:

            def derive(copy: Engine) -> None:
                rebuild(copy, Ledger(copy, handle.documents), handle.documents, _unheard)

            return copy_ledger(handle, engine, derive, _unheard if step is None else lambda _=1, total=None: step())
    finally:
        engine.dispose()


def _unheard(*_: object, **__: object) -> None:
    """Counts nothing."""


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the ledger, as the driver gives it."""
    engine = open_engine(url)
    with reading(engine) as connection:
        found = {}
        for table in _TABLES:
            found_rows = connection.execute(text(f"SELECT * FROM {table}")).mappings()
            listed = [tuple(row[name] for name in sorted(row)) for row in found_rows]  # columns may stand in any order
            found[table] = sorted(listed, key=repr)
    engine.dispose()
    return found


def url_of(place: Place) -> str:
    return Settings.load(place.home, place.environ).database_url


def at(place: Place, url: str) -> dict[str, str]:
    return place.environ | {"EVIDENCE_DATABASE": url}


def signs(place: Place, url: str) -> bool:
    """Whether the home can record one more entry in that database."""
    from evidence.ledger.found import open_home as opened

    try:
        with opened(place.home, at(place, url), sign=True, projector=place.projector) as handle:
            handle.record(a_hold())
    except RefusesToSign:
        return False
    return True


def test_a_copy_is_verbatim_signs_on_and_leaves_the_source_closed(place: Place, target: str) -> None:
    source = url_of(place)
    before = rows(source)
    copied = moved(place, target)
    assert rows(target) == before
    assert (copied.entries, copied.rows) == (len(before["ledger_entry"]), sum(map(len, before.values())) + 1)
    assert len(before["tile"]) == 1
    assert not signs(place, source)
    assert signs(place, target)
    with open_home(place.home, at(place, target)) as handle:
        assert handle.ledger.size() == copied.entries + 1
        assert handle.ledger.root(copied.entries).hex() == copied.root
        report = check_ledger(
            handle.engine, handle.documents, handle.verifiers(), None, [place.anchor.read_bytes()],
            origin=handle.settings.origin, trust=place.home / "trust",
        )  # fmt: skip
        assert (report.faults, report.counts["statement disposed"]) == ([], 1)
        assert compare(handle.engine, handle.ledger, handle.documents, _unheard) == []


def test_the_database_itself_holds_the_source_closed(place: Place, target: str) -> None:
    """Whatever program tries: the guard of the head refuses, as it does when somebody opens and moves it at once."""
    source = url_of(place)
    moved(place, target)
    engine = open_engine(source)
    for change in (
        "UPDATE head SET size = size + 1, epoch = epoch + 1",
        "UPDATE head SET size = size + 1, epoch = epoch + 1, closed = NULL",
        "UPDATE head SET closed = NULL, epoch = epoch + 1",
        "UPDATE head SET closed = NULL",
        "UPDATE head SET closed = 'The ledger goes on in another place.'",
        "DELETE FROM head",
    ):
        with pytest.raises(StoreError, match="head"), writing(engine) as connection:
            connection.execute(text(change))
    engine.dispose()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_there_and_back_is_the_same_ledger(place: Place, target: str, address: str) -> None:
    source = url_of(place)
    moved(place, target)
    assert signs(place, target)
    before = rows(target)
    back = f"sqlite:///{place.folder / 'back'}.db" if source.startswith("sqlite") else new_database(
        address, f"back{abs(hash(place.folder)) % 10**9}"
    )  # fmt: skip
    engine = open_engine(back)
    with open_home(place.home, at(place, target)) as handle:
        copy_ledger(handle, engine, lambda copy: rebuild_at(copy, handle.documents))
    engine.dispose()
    assert rows(back) == before
    assert (signs(place, source), signs(place, target), signs(place, back)) == (False, False, True)
    with pytest.raises(RefusesToSign, match="is closed itself"):
        moved(place, target)
    assert not signs(place, target)


def rebuild_at(copy: Engine, documents: object) -> None:
    from evidence.store.documents import DocumentStore

    assert isinstance(documents, DocumentStore)
    rebuild(copy, Ledger(copy, documents), documents, _unheard)


def _killed(place: Place, target: str, step: int) -> bool:
    """Kill a copy at a step: at most one side signs at every moment, and the command given again completes it."""
    source = url_of(place)
    counted: list[Callable[[], None]] = []
    if not dies_at(step, lambda: moved(place, target, lambda: counted[0]()), counted.append):
        return False
    engine = open_engine(source)
    with reading(engine) as connection:
        closed = connection.execute(text("SELECT closed FROM head")).scalar()
    engine.dispose()
    target_signs = signs(place, target) if _made(target) else False
    if closed is None:
        assert not target_signs, "the source may go on, so the copy may not"
        moved(place, target)
    elif not target_signs:
        assert not signs(place, source)
        moved(place, target)
    assert not signs(place, source)
    assert signs(place, target)
    return True


def _made(target: str) -> bool:
    """Whether the copy has come so far that a home could open it at all."""
    engine = open_engine(target)
    try:
        with reading(engine) as connection:
            return connection.execute(text("SELECT count(*) FROM head")).scalar() == 1
    except StoreError:
        return False
    finally:
        engine.dispose()


@pytest.mark.parametrize("step", [12, pytest.param(20, marks=pytest.mark.full), 22])
def test_killed_half_way_there_is_one_writer_and_the_same_command_completes_it(
    place: Place, target: str, step: int
) -> None:
    assert _killed(place, target, step)


@pytest.mark.full
def test_killed_at_every_step_there_is_one_writer(tmp_path: Path, address: str) -> None:
    for engine in (None, address):
        step = 0
        while True:
            folder = tmp_path / f"{'pg' if engine else 'lite'}{step}"
            folder.mkdir()
            made = Place(folder, engine)
            with made.signing() as handle:
                record_with_document(handle, b"kept")
                record_holds(handle, 2)
            if not _killed(made, other(made, address, "target"), step):
                break
            step += 1
        assert step > 15


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_copy_that_was_broken_off_and_overtaken_is_not_opened(place: Place, target: str) -> None:
    """The source went on meanwhile, so the copy is an old one: it has to be made anew."""
    engine = open_engine(target)

    class Broken(Exception):
        pass

    def stop(_: Engine) -> None:
        raise Broken

    with open_home(place.home, place.environ) as handle, pytest.raises(Broken):
        copy_ledger(handle, engine, stop)
    engine.dispose()
    assert not signs(place, target)
    assert signs(place, url_of(place))
    with pytest.raises(SettingsError, match="an earlier copy, not finished"):
        moved(place, target)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_not_empty_or_not_the_same_is_refused(place: Place, target: str, address: str) -> None:
    source = url_of(place)
    with pytest.raises(SettingsError, match="is the database that the ledger is in"):
        moved(place, source)
    moved(place, target)
    third = other(place, address, "third")
    with pytest.raises(RefusesToSign, match="is closed"):
        moved(place, third)
    again = moved(place, target)  # the move is complete: there is nothing to do, and nothing is harmed
    assert again.rows == 0
    assert signs(place, target)


def test_text_that_postgresql_cannot_hold_is_shown_in_the_register_of_the_copy(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U+0000 was recorded on SQLite before it was refused: the ledger keeps it, the register says that it is there."""
    place = Place(tmp_path, None)
    older = Hold.model_validate(a_hold().model_dump() | {"reason": "a\0b"}, context=ON_RECORD)
    with monkeypatch.context() as before, place.signing() as handle:
        before.setattr(values, "_UNSEEN", re.compile("(?!)"))
        seq = handle.record(older).seq
    target = other(place, address, "unseen")
    moved(place, target)
    with open_home(place.home, at(place, target)) as handle:
        assert handle.ledger.entry(seq).statement == older
        assert compare(handle.engine, handle.ledger, handle.documents, _unheard) == []
        with reading(handle.engine) as connection:
            stored = connection.execute(text("SELECT reason FROM register_hold WHERE reason LIKE 'a%'")).scalar_one()
        assert stored == "a\u2400b"
    assert signs(place, target)


def test_a_source_whose_rows_do_not_fit_together_is_not_copied(tmp_path: Path, address: str) -> None:
    place = Place(tmp_path, None)
    with place.signing() as handle:
        record_holds(handle, 2)
    with closing(sqlite3.connect(place.home / "evidence.db")) as database:
        database.execute("DROP TRIGGER ledger_entry_update")
        database.execute("UPDATE ledger_entry SET kind = 'helt' WHERE seq = 5")
        database.commit()
    target = other(place, address, "unfit")
    with pytest.raises(RefusesToSign, match="is not what was signed"):
        moved(place, target)
    assert not signs(place, target)


def test_a_move_whose_target_was_lost_says_so_and_opens_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    target = f"sqlite:///{tmp_path / 'moved.db'}"
    moved(place, target)
    (tmp_path / "moved.db").unlink()
    with pytest.raises(RefusesToSign, match="is not there any more"):
        moved(place, target)
    assert not signs(place, url_of(place))


def test_no_secret_of_an_address_is_kept_in_the_database_that_was_left(tmp_path: Path, address: str) -> None:
    place = Place(tmp_path, None)
    target = other(place, address, "secrets").replace("//evidence@", "//evidence:hush1@")
    copied = moved(place, f"{target}?password=hush2&sslpassword=hush3&sslmode=prefer")
    with closing(sqlite3.connect(place.home / "evidence.db")) as database:
        (closed,) = database.execute("SELECT closed FROM head").fetchone()
    assert "hush" not in closed + copied.database
    assert copied.database.endswith("?sslmode=prefer")


def test_the_command_moves_the_settings_and_keeps_the_password_off_the_command_line(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path, None)
    monkeypatch.setenv("EVIDENCE_ANCHOR", str(place.anchor))
    command = ["ledger", "copy", "--home", str(place.home), "--to-env", "NEW_PLACE"]
    assert main(command) == 2
    assert "NEW_PLACE is not set" in capsys.readouterr().err
    url = new_database(address, "by_command")
    monkeypatch.setenv("NEW_PLACE", url.replace("//evidence@", "//evidence:secret@"))
    assert main([*command, "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["database"] == url
    assert "secret" not in told.out + told.err
    assert Settings.load(place.home, {}).database == url
    assert main(["status", "--home", str(place.home), "--json"]) == 0
    (place.folder / "letter.txt").write_text("after the move\n", encoding="ascii")
    assert main(["import", str(place.folder / "letter.txt"), "--home", str(place.home)]) == 0
    monkeypatch.setenv("EVIDENCE_DATABASE", f"sqlite:///{place.home / 'evidence.db'}")
    assert main(["import", str(place.folder / "letter.txt"), "--home", str(place.home)]) == 4
    told = capsys.readouterr()
    assert f"goes on in {url}" in told.err
    assert main(["status", "--home", str(place.home)]) == 1
    assert "signs nothing any more" in capsys.readouterr().out
