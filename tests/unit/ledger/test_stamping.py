"""Stamping checkpoints: over HTTP, from OpenSSL's authority, kept on the queue, recorded, and asked for again."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.core.statements.handling import Anchor, AnchorKind
from evidence.errors import LedgerError
from evidence.ledger import anchors
from evidence.ledger.anchors import AnchorState
from evidence.ledger.asking import Response
from evidence.ledger.authorities import certificates_of
from evidence.ledger.stamp_files import stamp_files
from evidence.ledger.stamping import Stamper, ask_all, note_of, record_stamps, want_stamps
from evidence.ledger.time_stamps import read
from evidence.store.engine import reading
from evidence.web.transport import transport
from tests.homes import a_disposal, record_holds, signing
from tests.stamped import TSA, Company, enter, stamping_company
from tests.timestamps import Answer, Office, changed_query, new_office, new_signer, openssl


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def company(tmp_path: Path, office: Office) -> Iterator[Company]:
    with stamping_company(tmp_path, office) as made:
        yield made


def test_a_stamp_is_asked_for_kept_and_recorded_with_its_token_as_document(company: Company) -> None:
    [stamped] = company.stamp()
    assert (stamped.state, stamped.size, stamped.attempts) == (AnchorState.DONE, 5, 1)
    entry = company.handle.ledger.entry(5)
    assert isinstance(entry.statement, Anchor)
    assert (entry.statement.size, entry.statement.anchor_kind) == (5, AnchorKind.TIME_STAMP)
    assert (entry.statement.held_by, entry.statement.token) == ("acme", stamped.token_sha256)
    assert entry.statement.root == company.handle.ledger.root(5).hex()
    assert [(link.role, link.media_type) for link in entry.documents] == [("token", "application/octet-stream")]
    assert company.handle.documents.read(str(stamped.token_sha256)) == stamped.token
    report = company.check()
    assert (report.faults, report.remarks, report.counts["time stamps"]) == ([], [], 1)


def test_what_is_stamped_is_the_whole_note_as_openssl_verifies_it(company: Company, tmp_path: Path) -> None:
    company.stamp()
    with reading(company.handle.engine) as connection:
        [files] = stamp_files(connection, note_of(connection), company.home / "trust")
    for name, content in files.contents.items():
        (tmp_path / name).write_bytes(content)
    shutil.copy(company.office.root_pem, tmp_path / "root.pem")
    assert (tmp_path / files.data).read_bytes() == company.handle.ledger.checkpoint_at(5)
    line = files.line()
    assert openssl(tmp_path, *line.split()[1:]).stdout.strip() == b"Verification: OK"
    (tmp_path / files.data).write_bytes(company.handle.ledger.checkpoint_at(5) + b"\n")
    assert openssl(tmp_path, *line.split()[1:], check=False).returncode == 1


def test_only_anchors_since_the_last_stamp_are_not_worth_another(company: Company) -> None:
    assert len(company.stamp()) == 1
    assert company.stamp() == []
    record_holds(company.handle, 1)
    [again] = company.stamp()
    assert again.size == 7
    assert company.handle.ledger.size() == 8


def test_an_earlier_checkpoint_is_stamped_when_it_is_named(company: Company) -> None:
    record_holds(company.handle, 2)
    [stamped] = company.stamp(at=6)
    assert stamped.size == 6
    assert company.check().clean


def _faults(company: Company, folder: Path) -> dict[str, tuple[Callable[[bytes], Answer], str]]:
    office, reply = company.office, "application/timestamp-reply"
    stranger = new_office(folder / "stranger")
    ended = Office(
        folder / "ended",
        office.root,
        new_signer("ended", office.chain[0], starts=datetime.now(UTC) - timedelta(days=30), days=10),
        office.chain,
    )
    strict = Office(folder / "strict", office.root, office.signer, digests="sha512")
    code = new_signer("lax", office.chain[0], critical=False)
    return {
        "error": (lambda _: (500, "text/plain", b"down"), "status 500"),
        "moved": (lambda _: (302, "text/html", b""), "status 302"),
        "page": (lambda _: (200, "text/html", b"<p>Log in"), "text/html"),
        "garbage": (lambda _: (200, reply, b"\x30\x03abc"), "cannot be read"),
        "nothing": (lambda _: (200, reply, b""), "cannot be read"),
        "oversized": (lambda _: (200, reply, bytes(300_000)), "more than 262144 bytes"),
        "rejection": (lambda q: (200, reply, strict.reply(q)), "rejection bad_alg"),
        "nonce": (lambda q: (200, reply, office.reply(changed_query(q, nonce=5))), "nonce"),
        "imprint": (lambda q: (200, reply, office.reply(changed_query(q, imprint=bytes(32)))), "other bytes"),
        "root": (lambda q: (200, reply, stranger.reply(q)), "signature failure"),
        "ended": (lambda q: (200, reply, ended.reply(q)), "expired"),
        "usage": (lambda q: (200, reply, office.signed_by(code, q)), "for time stamps alone"),
    }


def test_every_fault_of_an_authority_leaves_the_stamp_wanted_and_says_why(company: Company, tmp_path: Path) -> None:
    stamper = company.stamper()
    [wanted] = want_stamps(stamper, ["acme"])
    faults = _faults(company, tmp_path)
    for attempt, (fault, says) in enumerate(faults.values(), 1):
        company.desk.fault = fault
        [asked] = ask_all(stamper, [wanted])
        assert (asked.state, asked.attempts) == (AnchorState.WANTED, attempt)
        assert says in str(asked.told)
    assert company.handle.ledger.size() == 5
    assert record_stamps(company.handle) == []
    company.desk.fault = None
    assert [one.state for one in company.stamp()] == [AnchorState.DONE]
    assert company.check().clean


def test_two_that_ask_for_a_stamp_at_once_keep_one_token_and_both_go_on(company: Company) -> None:
    def overtaken(url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        answer = transport(timeout_s=5)(url, body, headers)
        assert [one.state for one in ask_all(company.stamper(), [wanted])] == [AnchorState.DONE]
        return answer

    [wanted] = want_stamps(company.stamper(), ["acme"])
    [asked] = ask_all(company.stamper(overtaken), [wanted])
    assert len(company.desk.asked) == 2
    assert anchors.anchors(company.handle.engine) == (asked,)
    assert len(record_stamps(company.handle)) == 1
    assert company.check().clean


def test_an_authority_that_is_gone_is_retried_for_days_and_had_when_it_is_back(company: Company) -> None:
    now = [datetime.now(UTC)]
    stop = now[0] + timedelta(days=3)
    want_stamps(company.stamper(now=lambda: now[0]), ["acme"])
    url = company.desk.url.rpartition(":")[0] + ":1/"
    enter(company.home, url, company.office.root.pem)
    while now[0] < stop:
        [one] = anchors.due(company.handle.engine, now[0], TSA)
        [one] = ask_all(company.stamper(now=lambda: now[0]), [one])
        assert one.next_at is not None
        assert "gave no answer" in str(one.told)
        now[0] = one.next_at
    enter(company.home, company.desk.url, company.office.root.pem)
    [one] = ask_all(company.stamper(now=lambda: now[0]), anchors.due(company.handle.engine, now[0], TSA))
    assert one.state is AnchorState.DONE
    assert one.attempts > 15


def test_a_stamp_from_before_its_checkpoint_says_that_a_clock_is_wrong(company: Company) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    (company.home / "clock").write_text(later.strftime("%Y-%m-%dT%H:%M:%S.%fZ") + "\n", encoding="ascii")
    with signing(company.home) as handle:
        record_holds(handle, 1)
        company.handle = handle
        [asked] = company.stamp()
    assert asked.state is AnchorState.WANTED
    assert "clock" in str(asked.told)


def test_a_token_that_was_had_and_not_recorded_is_recorded_by_the_next(company: Company) -> None:
    stamper = company.stamper()
    ask_all(stamper, want_stamps(stamper, ["acme"]))
    report = company.check()
    assert report.clean
    assert any("not on record yet" in line for line in report.remarks)
    assert [one.seq for one in record_stamps(company.handle)] == [5]
    assert record_stamps(company.handle) == []
    assert company.check().remarks == []


@pytest.mark.parametrize("target", ["#5:statement", "#5:token"])
def test_a_stamp_is_not_disposed_of(company: Company, target: str) -> None:
    company.stamp()
    with pytest.raises(LedgerError, match="cannot be disposed of"):
        company.handle.record(a_disposal(target))


def test_a_renewal_stamps_the_old_response_and_says_so_on_record(company: Company, tmp_path: Path) -> None:
    [old] = company.stamp()
    stamper = company.stamper()
    anchors.want(company.handle.engine, old.size, TSA, "acme", datetime.now(UTC), old)
    [new] = ask_all(stamper, anchors.wanted(company.handle.engine, TSA))
    record_stamps(company.handle)
    entry = company.handle.ledger.entry(6)
    assert isinstance(entry.statement, Anchor)
    assert (entry.statement.renews, entry.statement.token) == (old.token_sha256, new.token_sha256)
    assert company.check().clean
    with reading(company.handle.engine) as connection:
        first, second = stamp_files(connection, note_of(connection), company.home / "trust")
    for files in (first, second):
        for name, content in files.contents.items():
            (tmp_path / name).write_bytes(content)
        done = openssl(tmp_path, *files.line(str(company.office.root_pem)).split()[1:])
        assert done.stdout.strip() == b"Verification: OK"
    assert second.data == first.response


def test_an_authority_whose_certificates_are_gone_is_told_so_and_others_are_asked(company: Company) -> None:
    certificates_of(company.home / "trust", "acme").unlink()
    [asked] = company.stamp()
    assert asked.state is AnchorState.WANTED
    assert "--root" in str(asked.told)
    assert company.desk.asked == []


def test_the_nonce_is_of_the_randomness_handed_in(company: Company) -> None:
    stamper = company.stamper()
    fixed = Stamper(
        stamper.engine, stamper.authorities, stamper.post, stamper.now, lambda count: b"\x01".rjust(count, b"\x07")
    )
    [stamped] = ask_all(fixed, want_stamps(fixed, ["acme"]))
    assert read(bytes(stamped.token or b"")).nonce == int.from_bytes(b"\x07" * 7 + b"\x01", "big")
