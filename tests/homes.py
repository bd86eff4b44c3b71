"""Homes for tests: real ones, founded once a process and copied, since making keys takes a second."""

import atexit
import functools
import itertools
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence.core.identifiers import mint
from evidence.core.statements.own import Disposal, Hold
from evidence.core.values import moment_text
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.ledger.submission import DocumentLink
from evidence.ledger.writer import Projector
from evidence.settings import Organisation

START = datetime(2023, 4, 1, 12, tzinfo=UTC)
ORIGIN = "arroyo.evidence.example/tests"
COMPANY = Organisation(code="ARROYO", legal_name="Arroyo Vehicles, Inc. (specimen)")
FIRST_ENTRIES = 5
_count = itertools.count()


@functools.cache
def _template() -> Path:
    place = Path(tempfile.mkdtemp(prefix="evidence-template-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    found(
        place / "home",
        organisation=COMPANY,
        person="Robin Specimen",
        passphrase=b"correct horse battery staple",
        now=START,
        random=os.urandom,
        demo=True,
        origin=ORIGIN,
    )
    return place / "home"


def new_home(folder: Path, name: str = "home") -> Path:
    """A home of five entries in `folder`, its clock at START."""
    shutil.copytree(_template(), folder / name)
    return folder / name


def signing(home: Path, environ: Mapping[str, str] | None = None, projector: Projector | None = None) -> HomeHandle:
    return open_home(home, environ or {}, sign=True, projector=projector)


def set_clock(home: Path, later: timedelta) -> None:
    (home / "clock").write_text(moment_text(START + later) + "\n", encoding="ascii")


def a_hold(scope: str = "everything about shipment S1") -> Hold:
    """A small statement of no consequence."""
    return Hold(id=mint("hold", START, os.urandom), issuer="self", scope=scope, reason=f"reason {next(_count)}")


def a_disposal(*digests: str) -> Disposal:
    return Disposal(
        id=mint("disp", START, os.urandom),
        issuer="self",
        digests=digests,
        rules=("five years after entry",),
        approved_by="Robin Specimen",
    )


def record_holds(handle: HomeHandle, count: int, batch: int = 1) -> None:
    for at in range(0, count, batch):
        handle.signer().record([(a_hold(), ()) for _ in range(min(batch, count - at))])


def record_with_document(handle: HomeHandle, content: bytes) -> tuple[int, str]:
    """A hold with a document linked; gives its seq and the document's digest."""
    stored = handle.documents.put(content)
    statement = a_hold(f"document {stored.sha256}")
    return handle.record(statement, DocumentLink(stored.sha256, "support")).seq, stored.sha256
