"""A pack with all that a pack can carry besides: previews of its exhibits, time stamps over its list and checkpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.intake.limits import Limits
from evidence.intake.previews import Previewer
from evidence.ledger.anchors import anchors
from evidence.ledger.organisation import OrganisationSigner
from evidence.ledger.stamping import stamp_over, trusted_of
from evidence.ledger.time_stamps import request
from evidence.pack.bundling.sign import Stamping
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from tests.stamped import Company, enter
from tests.timestamps import Office, desk, new_office
from tests.unit.pack.editions_home import priced
from tests.unit.pack.specimen_home import make


@dataclass(frozen=True)
class Rich:
    """The pack, the trust folder of its home, and what a forger has at hand."""

    folder: Path
    trust: Path
    insider: OrganisationSigner
    office: Office
    """The authority that stamped it."""
    stranger: Office
    """An authority that nobody trusts."""

    def stamp(self, content: bytes, *, by_stranger: bool = False) -> bytes:
        """A time stamp over any bytes."""
        office = self.stranger if by_stranger else self.office
        return office.reply(request(content, lambda count: b"\1" * count).der)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rich]:
    place = tmp_path_factory.mktemp("rich")
    office = new_office(place / "office")
    with desk(office) as at, make(place / "home") as handle:
        enter(place / "home", at.url, office.root.pem)
        priced(handle)
        company = Company(place / "home", handle, at)
        company.stamp()
        stamper = company.stamper()
        stamping = Stamping(lambda data: stamp_over(stamper, data), trusted_of(stamper.authorities[0]).between)
        draw = Previewer(handle.documents, Limits.of(handle.settings.limits))
        wanted = Wanted(stamping=stamping, draw=draw)
        pack = build(handle, Subject("S01"), place / "packs", wanted, at=anchors(stamper.engine)[0].size)
        trust = place / "home" / "trust"
        yield Rich(pack.folder, trust, handle.organisation(), office, new_office(place / "stranger"))
