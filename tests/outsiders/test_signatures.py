"""Time stamps, a list signed by the organisation and a cosigned checkpoint, verified with OpenSSL and coreutils."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import anchors, ed25519
from evidence.ledger.anchors import HolderKind
from evidence.ledger.cosignature import Witness, cosign
from evidence.ledger.export import export_log
from evidence.ledger.note import parse_note
from evidence.ledger.policy import Policy
from evidence.ledger.time_stamps import read
from evidence.pack.bundling.sign import PackSigner
from tests.homes import START, new_home, signing
from tests.outsiders.conftest import Verify
from tests.stamped import stamping_company
from tests.timestamps import new_office


@dataclass(frozen=True)
class Stamped:
    """The folder ``stamps/`` of an export with one stamp, and where the root of its authority lies."""

    folder: Path
    root: Path
    moment: int

    def arguments(self) -> list[str]:
        names = ["checkpoint.5", "5.acme.tsr"]
        return [*(str(self.folder / name) for name in names), str(self.root), str(self.folder / "5.acme.chain.pem")]


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamped]:
    place = tmp_path_factory.mktemp("stamped")
    with stamping_company(place, new_office(place / "office")) as company:
        (had,) = company.stamp()
        export_log(company.handle.ledger, place / "log")
        assert had.token is not None
        moment = int(read(had.token).gen_time.timestamp())
        yield Stamped(place / "log" / "stamps", company.office.root_pem, moment)


def test_a_time_stamp_of_the_export_is_accepted_and_says_when(stamped: Stamped, by_shell: Verify) -> None:
    done = by_shell("stamp", *stamped.arguments(), str(stamped.moment))
    assert done.returncode == 0, done.stderr
    told = datetime.strptime(done.stdout.strip(), "%b %d %H:%M:%S.%f %Y %Z").replace(tzinfo=UTC)
    assert int(told.timestamp()) == stamped.moment


@pytest.mark.parametrize("name", ["checkpoint.5", "5.acme.tsr"])
def test_a_time_stamp_of_other_bytes_is_refused(name: str, stamped: Stamped, by_shell: Verify, tmp_path: Path) -> None:
    copy = Stamped(Path(shutil.copytree(stamped.folder, tmp_path / "stamps")), stamped.root, stamped.moment)
    content = (copy.folder / name).read_bytes()
    at = content.index(b"\n") - 1 if name.startswith("checkpoint") else len(content) - 5
    (copy.folder / name).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert by_shell("stamp", *copy.arguments(), str(copy.moment)).returncode != 0


def test_a_time_stamp_is_refused_under_another_root_and_outside_its_certificates_time(
    stamped: Stamped, by_shell: Verify, tmp_path: Path
) -> None:
    other = Stamped(stamped.folder, new_office(tmp_path / "other").root_pem, stamped.moment)
    assert by_shell("stamp", *other.arguments(), str(stamped.moment)).returncode != 0
    assert by_shell("stamp", *stamped.arguments(), "4102444800").returncode != 0


def test_a_list_that_the_organisation_signed_is_accepted_and_no_other(by_shell: Verify, tmp_path: Path) -> None:
    home, listed, signature = new_home(tmp_path), tmp_path / "log" / "SHA256SUMS", tmp_path / "SHA256SUMS.p7s"
    with signing(home) as handle:
        export_log(handle.ledger, tmp_path / "log")
        names = sorted(str(path.relative_to(listed.parent)) for path in listed.parent.rglob("*") if path.is_file())
        lines = [f"{hashlib.sha256((listed.parent / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        content = "".join(lines).encode()
        listed.write_bytes(content)
        signature.write_bytes(PackSigner(handle.organisation()).sign_list(content, START))
    arguments = [str(listed), str(signature), str(home / "trust" / "root.pem")]
    done = by_shell("list", *arguments)
    assert (done.returncode, done.stdout) == (0, f"{len(names)} files\n"), done.stderr

    shutil.copytree(home, tmp_path / "stranger")
    (tmp_path / "stranger/trust/root.pem").write_bytes(new_office(tmp_path / "office").root_pem.read_bytes())
    assert by_shell("list", *arguments[:2], str(tmp_path / "stranger/trust/root.pem")).returncode != 0
    kept = (listed.parent / names[0]).read_bytes()
    (listed.parent / names[0]).write_bytes(kept + b"\n")
    assert by_shell("list", *arguments).returncode != 0
    (listed.parent / names[0]).write_bytes(kept)
    listed.write_bytes(content.replace(b"\n", b"\r\n"))
    assert by_shell("list", *arguments).returncode != 0
    listed.write_bytes(content)
    sealed = signature.read_bytes()
    signature.write_bytes(sealed[:-3] + bytes([sealed[-3] ^ 1]) + sealed[-2:])
    assert by_shell("list", *arguments).returncode != 0


def test_a_checkpoint_with_cosignatures_is_still_the_logs_word(verify: Verify, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(32))
    witness = Witness("auditor.example/w1", ed25519.public_bytes(key))
    with signing(new_home(tmp_path)) as handle:
        size = handle.ledger.size()
        text = parse_note(handle.ledger.checkpoint_at(size)).text
        wanted = anchors.want(handle.engine, size, HolderKind.WITNESS, witness.name, START)
        anchors.got(handle.engine, wanted.id, cosign(text, witness.name, key, 1_700_000_000).encode(), START)
        assert export_log(handle.ledger, tmp_path / "log").files == 3
        assert export_log(handle.ledger, tmp_path / "log").files == 0
        (log,) = handle.verifiers()
    data = (tmp_path / "log" / "checkpoint").read_bytes()
    assert len(parse_note(data).lines) == 2
    policy = Policy.parse(f"log {log.vkey}\nwitness auditor {witness.vkey}\nquorum auditor\n".encode())
    assert policy.verify(data).quorum_met
    done = verify("checkpoint", str(tmp_path / "log" / "checkpoint"), log.vkey)
    assert (done.returncode, done.stdout) == (0, f"{log.name}: {size} entries\n"), done.stderr
