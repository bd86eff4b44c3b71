"""A company whose home asks OpenSSL's authority for time stamps, for the tests of everything about them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evidence.ledger import anchors
from evidence.ledger.anchors import Anchored, HolderKind
from evidence.ledger.asking import Transport
from evidence.ledger.authorities import add_authority, certificates_of
from evidence.ledger.check_stamps import check_stamps
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import HomeHandle
from evidence.ledger.stamping import Stamper, ask_all, note_of, record_stamps, want_stamps
from evidence.settings import Authority, Settings
from evidence.store.engine import reading
from evidence.web.transport import transport
from tests.homes import new_home, signing
from tests.timestamps import Desk, Office, desk

TSA = HolderKind.TSA


@dataclass
class Company:
    """A home that asks one authority, and both at hand."""

    home: Path
    handle: HomeHandle
    desk: Desk

    @property
    def office(self) -> Office:
        return self.desk.office

    def stamper(self, post: Transport | None = None, now: Callable[[], datetime] | None = None) -> Stamper:
        authorities = Settings.load(self.home, {}).authorities
        engine, clock = self.handle.engine, now or (lambda: datetime.now(UTC))
        return Stamper(engine, authorities, post or transport(timeout_s=5), clock, os.urandom)

    def stamp(self, at: int | None = None) -> list[Anchored]:
        stamper = self.stamper()
        want_stamps(stamper, ["acme"], at)
        asked = ask_all(stamper, anchors.wanted(self.handle.engine, TSA))
        record_stamps(self.handle)
        return asked

    def check(self, trust: Path | None = None) -> CheckReport:
        report = CheckReport()
        with reading(self.handle.engine) as connection:
            check_stamps(connection, report, note_of(connection), trust or self.home / "trust")
        return report


def enter(home: Path, url: str, pem: bytes, **said: str) -> None:
    add_authority(home, Authority.of("acme", url, certificates_of(home / "trust", "acme"), **said), pem)


@contextmanager
def stamping_company(folder: Path, office: Office) -> Iterator[Company]:
    """A home in `folder`, open to sign, that asks the authority at its desk."""
    home = new_home(folder)
    with desk(office) as at, signing(home) as handle:
        enter(home, at.url, office.root.pem)
        yield Company(home, handle, at)
