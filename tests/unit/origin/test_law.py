"""The law that a home works under: what it added is on record, and a determination under it is made again under it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.rule_set import RuleSetInUse
from evidence.errors import OriginError, RuleError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.origin.law import add, law_in_use, law_named, rule_sets, withdraw
from evidence.origin.question import Event, Question
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.register.queries import Register
from evidence.rules.ruleset import RuleSet
from evidence.store.engine import reading
from tests.unit.origin.small_company import FIRST, LAST, OWNER, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.rules.test_added import ITEM, LITHIUM, STEP

PACKAGED = RuleSet.load()
QUESTION = Question(
    owner=OWNER, part="EV1", plant="P-MX", period_from=FIRST, period_to=LAST, basis=Basis.ACTUAL, event=Event.PRODUCTION
)
HIGHER = STEP.replace("2028-07-01", "2022-07-01").replace('"82"', '"99"')


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as handle:
        yield handle


def recorded(home: HomeHandle) -> list[RuleSetInUse]:
    with reading(home.engine) as connection:
        return [known.value for known in rule_sets(Register(connection))]


def added(home: HomeHandle, text: str) -> RuleSet:
    return add(home, text.encode(), by="Origin desk", reason="Read on the page.", now=home.clock.now()).law


def test_a_home_that_added_nothing_works_under_the_packaged_law(home: HomeHandle) -> None:
    assert law_in_use(home) is PACKAGED
    assert law_named(home, PACKAGED.content_hash) is PACKAGED
    assert law_named(home, "0" * 64) is None


def test_what_is_added_is_in_use_and_on_record_with_every_file_of_the_law(home: HomeHandle) -> None:
    law = added(home, LITHIUM)
    assert law_in_use(home).content_hash == law.content_hash
    (statement,) = recorded(home)
    assert statement.rule_set == law.content_hash
    assert {(file.name, file.document) for file in statement.files} == set(law.files)
    assert statement.change == "added lithium-carbonate: Product rule of lithium carbonate"
    kept = {file.name: home.documents.read(file.document) for file in statement.files}
    assert RuleSet.of_files(kept).content_hash == law.content_hash


def test_additions_gather_and_one_of_the_same_name_takes_the_earlier_ones_place(home: HomeHandle) -> None:
    added(home, LITHIUM)
    both = added(home, ITEM)
    assert {one.name for one in both.additions} == {"lithium-carbonate", "mexican-items"}
    again = added(home, LITHIUM.replace('"transcribed"', '"verified"'))
    assert len(again.additions) == 2
    assert recorded(home)[-1].change.startswith("replaced lithium-carbonate")
    assert recorded(home)[-1].supersedes == recorded(home)[-2].id


def test_the_same_bytes_twice_are_refused_and_nothing_is_recorded(home: HomeHandle) -> None:
    added(home, LITHIUM)
    with pytest.raises(UsageError, match="in use already"):
        added(home, LITHIUM)
    assert len(recorded(home)) == 1


def test_an_addition_that_contradicts_the_law_on_file_is_refused_and_nothing_is_recorded(home: HomeHandle) -> None:
    with pytest.raises(RuleError, match="not edited"):
        added(home, HIGHER)
    with pytest.raises(RuleError):
        added(home, "no = addition")
    assert recorded(home) == []


def test_what_is_withdrawn_is_out_of_use_and_stays_on_record(home: HomeHandle) -> None:
    law = added(home, LITHIUM)
    found = withdraw(home, "lithium-carbonate", by="Origin desk", reason="Not used.", now=home.clock.now())
    assert found.law.content_hash == PACKAGED.content_hash
    assert law_in_use(home).additions == ()
    again = law_named(home, law.content_hash)
    assert again is not None
    assert [one.name for one in again.additions] == ["lithium-carbonate"]
    with pytest.raises(OriginError, match="No addition 'lithium-carbonate' is in use; added is nothing"):
        withdraw(home, "lithium-carbonate", by="Origin desk", reason="Not used.", now=home.clock.now())


def test_a_snapshot_is_replayed_under_the_law_that_it_applied(home: HomeHandle) -> None:
    record_company(home, small_company())
    law = added(home, HIGHER.replace('unit = "percent"', 'unit = "percent"\nreplaces = true'))
    kept = record_snapshot(home, determine_in(home, QUESTION, law, "1"), home.clock.now())
    withdraw(home, "proposal", by="Origin desk", reason="It was a trial.", now=home.clock.now())
    found = replay(home, kept.snapshot, law_in_use(home), "1")
    assert (found.same, found.note) == (True, "")
