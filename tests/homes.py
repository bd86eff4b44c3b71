"""Homes for tests: real ones, founded once a process and copied, since making keys takes a second."""

import atexit
import functools
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from evidence.core.disclosure import Tier
from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import Disposal, DocumentReceived, Hold
from evidence.core.values import moment_text
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.ledger.writer import Projector
from evidence.register.project import Projector as RegisterProjector
from evidence.settings import Organisation, Settings
from evidence.store import migrate
from evidence.store.documents import DocumentStore, Stored
from evidence.store.engine import open_engine
from tests.postgresql import new_database

START = datetime(2023, 4, 1, 12, tzinfo=UTC)
ORIGIN = "arroyo.evidence.example/tests"
COMPANY = Organisation(code="ARROYO", legal_name="Arroyo Vehicles, Inc. (specimen)")
FIRST_ENTRIES = 5
_count = itertools.count()


_server: list[str] = []


@contextmanager
def on_postgresql(address: str) -> Iterator[None]:
    """Until this ends, new homes have their ledger in a database of that server."""
    _server.append(address)
    try:
        yield
    finally:
        _server.pop()


@functools.cache
def _template(address: str | None) -> Path:
    place = Path(tempfile.mkdtemp(prefix="evidence-template-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    url = None if address is None else new_database(address, "template_of_homes")
    found(
        place / "home",
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"correct horse battery staple",
        now=START,
        random=os.urandom,
        demo=True,
        origin=ORIGIN,
        environ={} if url is None else {"EVIDENCE_DATABASE": url},
    )
    return place / "home"


_founded: dict[tuple[object, ...], Path] = {}


def founded(
    place: Path, *, organisation: Organisation, person: str, passphrase: bytes, now: datetime, random: Random,
    projected: bool = True, mark: str = "",
) -> None:  # fmt: skip
    """A demonstration home at `place`, as `found` makes it: founded once a process for a `mark`, then copied.

    Homes of one mark have the same keys; `projected` ones have their first entries in the register.
    """
    asked = (organisation.code, organisation.legal_name, person, passphrase, now, projected, mark)
    if asked not in _founded:
        made = Path(tempfile.mkdtemp(prefix="evidence-founded-"))
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        home = made / "home"
        register = RegisterProjector(DocumentStore(home / "documents")) if projected else None
        found(
            home, organisation=organisation, person=person, passphrase=passphrase, now=now, random=random, demo=True,
            projector=register,
        )  # fmt: skip
        _founded[asked] = home
    shutil.copytree(_founded[asked], place)


@functools.cache
def _empty() -> Path:
    place = Path(tempfile.mkdtemp(prefix="evidence-empty-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    engine = open_engine(f"sqlite:///{place / 'empty.db'}")
    migrate.upgrade(engine)
    engine.dispose()
    return place / "empty.db"


def empty_database(path: Path) -> Engine:
    """An open database at `path` with all tables and nothing in them; brought there once a process, then copied."""
    shutil.copyfile(_empty(), path)
    return open_engine(f"sqlite:///{path}")


@functools.cache
def _empty_on(address: str) -> str:
    engine = open_engine(new_database(address, "template_of_tables"))
    migrate.upgrade(engine)
    engine.dispose()
    return "template_of_tables"


def empty_on_postgresql(address: str, name: str) -> str:
    """The same on a server; gives its address."""
    return new_database(address, name, template=_empty_on(address))


def new_home(folder: Path, name: str = "home") -> Path:
    """A home of five entries in `folder`, its clock at START."""
    address = _server[-1] if _server else None
    home = Path(shutil.copytree(_template(address), folder / name))
    if address is not None:
        url = new_database(address, f"home{next(_count)}", template="template_of_homes")
        Settings.load(home, {}).moved(url).write()
    return home


def signing(home: Path, environ: Mapping[str, str] | None = None, projector: Projector | None = None) -> HomeHandle:
    return open_home(home, environ or {}, sign=True, projector=projector)


def anchored(folder: Path, name: str = "home") -> dict[str, str]:
    """The environment of a home in `folder` whose anchor lies beside it, with its checkpoint there."""
    shutil.copy(folder / name / "checkpoint", folder / "anchor")
    return {"EVIDENCE_ANCHOR": str(folder / "anchor")}


def set_clock(home: Path, later: timedelta) -> None:
    (home / "clock").write_text(moment_text(START + later) + "\n", encoding="ascii")


def a_hold(scope: str = "shipment:S1") -> Hold:
    """A small statement of no consequence."""
    return Hold(id=mint("hold", START, os.urandom), issuer="self", scope=scope, reason=f"reason {next(_count)}")


def a_disposal(*targets: str) -> Disposal:
    return Disposal(
        id=mint("disp", START, os.urandom),
        issuer="self",
        targets=targets,
        rules=("five years after entry",),
        approved_by="Records desk (role)",
    )


def record_holds(handle: HomeHandle, count: int, batch: int = 1) -> None:
    for at in range(0, count, batch):
        handle.signer().record([(a_hold(), ()) for _ in range(min(batch, count - at))])


def a_receipt(stored: Stored, **update: object) -> DocumentReceived:
    """The receipt of a letter that is in the store."""
    said: dict[str, object] = {
        "id": mint("doc", START, os.urandom),
        "issuer": "self",
        "document": stored.sha256,
        "size": stored.size,
        "name": "letter.txt",
        "media_type": "text/plain",
        "document_class": EvidenceClass.NATIVE,
        "tier": Tier.RESTRICTED,
        "personal": False,
        "channel": "mail",
        "holder": "Arroyo Vehicles, Inc. (specimen)",
        "location": "documents",
        "received_on": START.date(),
        "received_basis": "postmark",
    }
    return DocumentReceived.model_validate(said | update)


def record_with_document(handle: HomeHandle, content: bytes) -> tuple[int, str]:
    """The receipt of a document; gives its seq and the document's digest."""
    stored = handle.documents.put(content)
    return handle.record(a_receipt(stored)).seq, stored.sha256
