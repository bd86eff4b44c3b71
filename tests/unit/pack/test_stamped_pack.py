"""Packs of a home that asks a time-stamping authority: stamps beside the signatures, judged by three programs."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.ledger.stamping import Stamper, stamp_over, trusted_of
from evidence.pack.bundling.sign import Stamping
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import Verdict
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, digest
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import BuiltPack, build
from evidence.pack.productions.making import Wanted
from tests.stamped import Company, enter
from tests.timestamps import Office, desk, new_office, openssl
from tests.unit.pack.specimen_home import make
from tests.verify_page import failed, opened_page
from tests.verify_page import verdicts as page_verdicts

S01 = Subject(shipment="S01")
STAMPS = (layout.SUMS_STAMP, layout.CHECKPOINT_STAMP)


@dataclass(frozen=True)
class Stamped:
    company: Company
    pack: BuiltPack

    @property
    def trust(self) -> Path:
        return self.company.home / "trust"


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamped]:
    place = tmp_path_factory.mktemp("stamped")
    office = new_office(place / "office")
    with desk(office) as at, make(place / "home") as handle:
        enter(place / "home", at.url, office.root.pem)
        company = Company(place / "home", handle, at)
        stamper = company.stamper()
        company.stamp()  # one on record for the checkpoint that the pack is built at
        yield Stamped(
            company, build(handle, S01, place / "packs", Wanted(stamping=_stamping(stamper)), at=_size(stamper))
        )


def _size(stamper: Stamper) -> int:
    from evidence.ledger.anchors import anchors

    return anchors(stamper.engine)[0].size


def _stamping(stamper: Stamper) -> Stamping:
    return Stamping(lambda data: stamp_over(stamper, data), trusted_of(stamper.authorities[0]).between)


def verdicts(pack: Path, trust: Path | None) -> dict[str, Verdict]:
    report = check_pack(pack, datetime.now(UTC), trust)
    return {item.name: item.verdict for item in report.items if item.name.startswith("time stamp")}


@pytest.fixture
def copy(stamped: Stamped, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stamped.pack.folder, tmp_path / "pack"))


def listed_anew(pack: Path) -> None:
    files = Folder(pack)
    names = layout.signed_apart(files.names())
    lines = [(name, digest(files, name)) for name in names if (pack / name).exists()]
    (pack / layout.SIGNATURES).write_bytes(layout.sums_text(lines))


def test_every_stamp_of_a_pack_passes_under_the_authoritys_certificates(stamped: Stamped) -> None:
    found = verdicts(stamped.pack.archive, stamped.trust)
    assert found == dict.fromkeys(
        ("time stamp SHA256SUMS.tst", "time stamp ledger/checkpoint.acme.tst", "time stamp ledger/checkpoint.tst"),
        Verdict.PASSED,
    )
    assert check_pack(stamped.pack.archive, datetime.now(UTC), stamped.trust).verdict is Verdict.PASSED


def test_without_them_a_stamp_is_undetermined(stamped: Stamped) -> None:
    assert set(verdicts(stamped.pack.folder, None).values()) == {Verdict.UNDETERMINED}


@pytest.mark.parametrize("name", STAMPS)
def test_openssl_verifies_a_stamp_with_the_root_alone(stamped: Stamped, name: str) -> None:
    over = layout.SUMS if name == layout.SUMS_STAMP else layout.CHECKPOINT
    root = str(stamped.company.office.root_pem)
    done = openssl(stamped.pack.folder, "ts", "-verify", "-data", over, "-in", name, "-CAfile", root)
    assert b"Verification: OK" in done.stdout + done.stderr


def test_verify_sh_judges_stamps_as_pack_check_does(stamped: Stamped, copy: Path) -> None:
    def said(*arguments: str) -> str:
        return subprocess.run(["bash", "verify.sh", *arguments], cwd=copy, capture_output=True, text=True).stdout

    trusting = said(str(stamped.trust))
    assert trusting.count(" was there at ") == 3, trusting
    assert "FAILED" not in trusting
    assert said().count("whose time stamp it is needs TRUSTDIR") == 3
    (copy / layout.CHECKPOINT_STAMP).write_bytes((copy / layout.SUMS_STAMP).read_bytes())
    assert "FAILED        ledger/checkpoint.tst: a time stamp over other bytes" in said(str(stamped.trust))


def test_the_page_says_what_a_stamp_is_over_and_leaves_open_whose_it_is(stamped: Stamped, tmp_path: Path) -> None:
    """It has no certificates of authorities; of everything else it says what `evidence pack check` says."""
    altered = Path(shutil.copytree(stamped.pack.folder, tmp_path / "altered"))
    shutil.copy(altered / layout.SUMS_STAMP, altered / layout.CHECKPOINT_STAMP)
    with opened_page(tmp_path) as page:
        page.trusts(stamped.trust)
        found, wrong = page.checks(stamped.pack.archive).verdicts(), page.checks(altered).verdicts()
    ours = page_verdicts(check_pack(stamped.pack.archive, datetime.now(UTC), stamped.trust))
    stamps = {name for name in ours if name.startswith("time stamp")}
    assert {name for name, verdict in found.items() if verdict != ours[name]} == stamps
    assert {found[name] for name in stamps} == {"undetermined"}
    assert failed(wrong) == {f"file {layout.CHECKPOINT_STAMP}", f"time stamp {layout.CHECKPOINT_STAMP}"}


def _another_authority(pack: Path, office: Office) -> None:
    from evidence.ledger.time_stamps import request

    query = request((pack / layout.SUMS).read_bytes(), lambda count: b"\1" * count)
    (pack / layout.SUMS_STAMP).write_bytes(office.reply(query.der))
    listed_anew(pack)


def _exchanged(pack: Path, _: Office) -> None:
    shutil.copy(pack / layout.CHECKPOINT_STAMP, pack / layout.SUMS_STAMP)
    listed_anew(pack)


def _taken_away(pack: Path, _: Office) -> None:
    (pack / layout.SUMS_STAMP).unlink()
    listed_anew(pack)


def _bit(pack: Path, _: Office) -> None:
    content = bytearray((pack / layout.SUMS_STAMP).read_bytes())
    content[-20] ^= 1
    (pack / layout.SUMS_STAMP).write_bytes(content)


@pytest.mark.parametrize("alter", [_another_authority, _exchanged, _taken_away, _bit])
def test_a_stamp_that_was_altered_exchanged_or_taken_away_is_found(
    stamped: Stamped, copy: Path, tmp_path: Path, alter: Callable[[Path, Office], None]
) -> None:
    alter(copy, new_office(tmp_path / "other"))
    assert check_pack(copy, datetime.now(UTC), stamped.trust).verdict is Verdict.FAILED
    done = subprocess.run(["bash", "verify.sh", str(stamped.trust)], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout


def test_an_authority_that_does_not_answer_holds_up_no_pack(stamped: Stamped, tmp_path: Path) -> None:
    told: list[str] = []
    stamped.company.desk.fault = lambda _: (503, "text/plain", b"")
    try:
        stamping = _stamping(stamped.company.stamper())
        wanted = Wanted(languages=("en", "fr"), stamping=stamping)
        built = build(stamped.company.handle, S01, tmp_path, wanted, tell=told.append)
    finally:
        stamped.company.desk.fault = None
    assert any("signing without a time stamp" in line for line in told)
    with zipfile.ZipFile(built.archive) as archive:
        assert not {layout.SUMS_STAMP, layout.CHECKPOINT_STAMP} & set(archive.namelist())
    assert check_pack(built.archive, datetime.now(UTC), stamped.trust).verdict is Verdict.PASSED
