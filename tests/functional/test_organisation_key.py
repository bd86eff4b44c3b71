"""The organisation's key, on a token, brought along or certified anew; what it signs is verified by others' tools."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from evidence.cli import main
from evidence.ledger.found import HomeHandle, open_home
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import Verdict
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.altered_packs import signed_anew
from tests.dying import dies_at
from tests.softhsm import MODULE, SoftToken, soft_token
from tests.unit.pack.specimen_home import START, make

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PASSPHRASE = b"of the file"
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
Run = Callable[..., str]


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one shipment, of which no pack was built yet."""
    place = tmp_path_factory.mktemp("specimen") / "home"
    make(place).close()
    return place


@pytest.fixture(scope="module")
def packed(specimen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home once its pack was built, as ``home``, and the pack as ``packs/S01``: both are for reading only."""
    place = tmp_path_factory.mktemp("packed")
    a_pack(Path(shutil.copytree(specimen, place / "home")), place / "packs")
    return place


@pytest.fixture
def home(specimen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return used(specimen, tmp_path, monkeypatch)


@pytest.fixture
def packed_home(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return used(packed / "home", tmp_path, monkeypatch)


def used(specimen: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a home in `folder`, which is the one that commands use."""
    place = Path(shutil.copytree(specimen, folder / "home"))
    text = (place / "settings.toml").read_text(encoding="utf-8")
    assert str(specimen) not in text  # a home can be moved as a folder
    monkeypatch.setenv("EVIDENCE_HOME", str(place))
    return place


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path, status: int = 0) -> str:
        capsys.readouterr()
        found = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert found == status, (arguments, out, err)
        assert PASSPHRASE.decode() not in out + err
        return out if status == 0 else err

    return command


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "softhsm") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVIDENCE_PIN_FILE", str(made.pin_file))
        yield made


def made(run: Run, *arguments: str | Path) -> dict[str, Any]:
    return dict(json.loads(run("keys", *arguments, "--json")))


def organisation_keys(run: Run) -> list[dict[str, Any]]:
    return [one for one in json.loads(run("keys", "list", "--json")) if one["purpose"] == "organisation"]


def signing(home: Path) -> HomeHandle:
    return open_home(home, os.environ, sign=True, projector=Projector(DocumentStore(home / "documents")))


def a_pack(home: Path, out: Path) -> Path:
    with signing(home) as handle:
        return build(handle, Subject(shipment="S01"), out).folder


def verified_by_others(pack: Path, root: Path) -> None:
    """OpenSSL over the list of digests and the container's list, poppler over the report: none of our code."""
    for signature, content in (
        ("SHA256SUMS.p7s", "SHA256SUMS"),
        ("META-INF/signature001.p7s", "META-INF/ASiCManifest001.xml"),
    ):
        command: list[str | Path] = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", pack / signature]
        command += [
            "-content",
            pack / content,
            "-CAfile",
            root,
            "-attime",
            str(int(NOW.timestamp())),
            "-out",
            "/dev/null",
        ]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    shown = subprocess.run(
        ["pdfsig", pack / "report-en.pdf"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C"},
    ).stdout
    assert "Signature is Valid" in shown
    assert "ETSI.CAdES.detached" in shown


def by_script(pack: Path, trust: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(pack / "verify.sh"), str(trust)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def judged(pack: Path, trust: Path) -> set[str]:
    """The verdicts on the organisation's three signatures, by our checker; the script passes the pack too."""
    report = check_pack(pack, NOW, trust)
    done = by_script(pack, trust)
    assert done.returncode == 0, done.stdout + done.stderr
    assert report.verdict is Verdict.PASSED, [one for one in report.items if one.verdict is not Verdict.PASSED]
    return {one.reason for one in report.items if "under the trusted root" in one.reason}


class Issuer(NamedTuple):
    """An authority of somebody else's, with one between its root and those it certifies."""

    root: x509.Certificate
    between: x509.Certificate
    key: RSAPrivateKey


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    subject: str,
    key: Any,
    issuer: str,
    issuer_key: RSAPrivateKey,
    *,
    authority: bool = False,
    days: int = 4000,
    purposes: tuple[ObjectIdentifier, ...] = (),
    usage: bool = True,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(START - timedelta(days=30))
        .not_valid_after(START + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(
            x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False), critical=True
        )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    root = certificate("Trust Us (specimen)", root_key.public_key(), "Trust Us (specimen)", root_key, authority=True)
    between = certificate("Trust Us Signing", key.public_key(), "Trust Us (specimen)", root_key, authority=True)
    return Issuer(root, between, key)


@pytest.fixture(scope="module")
def theirs() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def p12(path: Path, key: Any, leaf: x509.Certificate | None, *others: x509.Certificate) -> Path:
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"packs", key, leaf, others, BestAvailableEncryption(PASSPHRASE))
    )
    path.with_suffix(".pass").write_bytes(PASSPHRASE + b"\n")
    path.with_suffix(".pass").chmod(0o600)
    return path


def test_a_key_that_never_leaves_its_token_signs_packs_that_others_verify(
    home: Path, token: SoftToken, run: Run, tmp_path: Path
) -> None:
    token.make_key("packs")
    (before,) = organisation_keys(run)
    done = made(run, "token", "--module", MODULE, "--label", token.label, "--key", "packs")
    old, new = organisation_keys(run)
    assert (old["key"], old["state"]) == (before["key"], "rotated")
    assert (new["key"], new["state"], new["place"]) == (done["key"], "created", f"token {token.label}, packs")
    assert made(run, "token", "--module", MODULE, "--label", token.label, "--key", "packs")["entries"] == []
    (home / "keys" / "root.pem").unlink()
    (home / "keys" / "organisation.pem").unlink()
    assert not list((home / "keys").glob("organisation*.pem"))
    pack = a_pack(home, tmp_path / "packs")
    verified_by_others(pack, home / "trust" / "root.pem")
    assert judged(pack, home / "trust")
    text = (home / "settings.toml").read_text(encoding="utf-8")
    assert token.pin not in text
    run("ledger", "check", "--trust", home / "trust")


def test_a_key_brought_along_signs_and_what_the_old_one_signed_stays_good(
    home: Path, packed: Path, run: Run, issuer: Issuer, theirs: RSAPrivateKey, tmp_path: Path
) -> None:
    earlier, first = Path(shutil.copytree(packed / "home", tmp_path / "earlier")), packed / "packs" / "S01"
    leaf = certificate("Specimen Motors", theirs.public_key(), "Trust Us Signing", issuer.key)
    file = p12(tmp_path / "ours.p12", theirs, leaf, issuer.between, issuer.root)
    done = made(run, "import", file, "--passphrase-file", file.with_suffix(".pass"))
    assert made(run, "import", file, "--passphrase-file", file.with_suffix(".pass"))["entries"] == []
    old, new = organisation_keys(run)
    assert (old["state"], new["state"], new["key"]) == ("rotated", "created", done["key"])
    pack = a_pack(home, tmp_path / "packs")
    (tmp_path / "their-root.pem").write_bytes(issuer.root.public_bytes(Encoding.PEM))
    verified_by_others(pack, tmp_path / "their-root.pem")
    assert judged(pack, home / "trust")
    # the earlier pack and home, by the trust folder as it is now: both roots are in it
    (earlier / "trust").rename(tmp_path / "old-trust")
    verified_by_others(first, home / "trust" / "root.pem")
    assert judged(first, home / "trust")
    assert judged(first, tmp_path / "old-trust")
    run("ledger", "check", "--trust", home / "trust")


def test_a_key_that_was_replaced_signs_nothing_that_stands_beyond_its_end(
    home: Path, packed: Path, run: Run, tmp_path: Path
) -> None:
    """Whoever kept the old key can sign a pack of today with it; its certificate still leads to the trusted root."""
    with signing(packed / "home") as handle:
        kept = handle.organisation()
    made(run, "rotate", "organisation", "--reason", "the key was lent out")
    assert kept.certificate.public_bytes(Encoding.PEM) != (home / "trust" / "organisation.pem").read_bytes()
    pack = a_pack(home, tmp_path / "packs")
    assert judged(pack, home / "trust")
    signed_anew(pack, kept)
    report = check_pack(pack, NOW, home / "trust")
    assert [one.name for one in report.of(Verdict.UNDETERMINED)] == [
        "signature SHA256SUMS.p7s",
        "signature META-INF/signature001.p7s",
    ]
    assert not report.of(Verdict.FAILED)
    assert all("not in use any more at" in one.reason for one in report.of(Verdict.UNDETERMINED))
    done = by_script(pack, home / "trust")
    assert (done.returncode, "whose key was not in use any more at" in done.stdout) == (3, True)


def test_a_pack_signed_by_a_compromised_key_of_the_organisation_is_undetermined(
    packed_home: Path, packed: Path, run: Run
) -> None:
    home, pack = packed_home, packed / "packs" / "S01"
    made(run, "rotate", "organisation", "--reason", "the key was copied")
    old, _ = organisation_keys(run)
    made(run, "compromised", old["key"], "--since", "2023-04-01")
    report = check_pack(pack, NOW, home / "trust")
    assert report.verdict is Verdict.UNDETERMINED
    assert any("compromised since" in one.reason for one in report.items)
    done = by_script(pack, home / "trust")
    assert done.returncode == 3
    doubted = [line for line in done.stdout.splitlines() if "by a key that is compromised" in line]
    assert [line.split()[1] for line in doubted] == ["SHA256SUMS.p7s:", "META-INF/signature001.p7s:", "report-en.pdf:"]
    found = json.loads(run("ledger", "check", "--trust", home / "trust", "--json"))
    assert any("packs that it signed since" in remark for remark in found["remarks"])


def test_a_pack_of_a_person_whose_key_is_compromised_says_so(packed_home: Path, packed: Path, run: Run) -> None:
    home, pack = packed_home, packed / "packs" / "S01"
    (person,) = [one["key"] for one in json.loads(run("keys", "list", "--json")) if one["purpose"] == "person"]
    made(run, "rotate", person)
    made(run, "compromised", person, "--since", "2023-04-02T00:00Z")
    report = check_pack(pack, NOW, home / "trust")
    assert report.verdict is Verdict.UNDETERMINED
    assert any("compromised since 2023-04-02" in one.reason for one in report.items)


def test_a_new_certificate_for_the_key_in_use_comes_from_the_root(home: Path, run: Run, tmp_path: Path) -> None:
    before = (home / "trust" / "organisation.pem").read_bytes()
    (home / "keys" / "root.pem").rename(tmp_path / "root.pem")
    assert "Bring it back" in run("keys", "certify", status=2)
    (key,) = organisation_keys(run)
    assert made(run, "certify", "--root-key", tmp_path / "root.pem")["key"] == key["key"]
    after = (home / "trust" / "organisation.pem").read_bytes()
    assert before != after
    (now,) = organisation_keys(run)
    assert (now["state"], now["created_by"]) == ("created", key["created_by"])
    run("ledger", "check", "--trust", home / "trust")
    with signing(home) as handle:
        assert handle.organisation().certificate == x509.load_pem_x509_certificate(after)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("passphrase", "its passphrase is another", id="wrong-passphrase"),
        pytest.param("not-a-file", "cannot be read", id="not-there"),
        pytest.param("garbage", "is no PKCS#12 file", id="not-pkcs12"),
        pytest.param("no-key", "holds no private key", id="no-key"),
        pytest.param("ec", "not RSA", id="not-rsa"),
        pytest.param("other", "holds no certificate for its key", id="certificate-of-another-key"),
        pytest.param(
            "document-signing", "for document signing only: `openssl cms -verify` refuses", id="only-documents"
        ),
        pytest.param("server", "emailProtection", id="a-servers"),
        pytest.param("no-usage", "does not say that it is for digital signatures", id="no-usage"),
        pytest.param("authority", "is an authority's", id="an-authoritys"),
        pytest.param("small", "2048 bits, wanted RSA of 3072", id="small"),
        pytest.param("ended", "ended on 2023-03", id="ended"),
        pytest.param("alone", "No root is known", id="no-root"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_in_one_line_and_nothing_is_recorded(
    home: Path, run: Run, issuer: Issuer, theirs: RSAPrivateKey, tmp_path: Path, change: str, told: str
) -> None:
    key: Any = theirs
    if change == "ec":
        key = ec.generate_private_key(ec.SECP256R1())
    if change == "small":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    purposes = {"document-signing": (DOCUMENT_SIGNING,), "server": (ExtendedKeyUsageOID.SERVER_AUTH,)}.get(change, ())
    leaf = certificate(
        "Specimen Motors",
        issuer.key.public_key() if change == "other" else key.public_key(),
        "Trust Us Signing",
        issuer.key,
        authority=change == "authority",
        days=-5 if change == "ended" else 4000,
        purposes=purposes,
        usage=change != "no-usage",
    )
    others = () if change == "alone" else (issuer.between, issuer.root)
    file = tmp_path / "ours.p12"
    if change == "other":  # the library does not write such a file; OpenSSL reads it so
        p12(file, key, None, leaf, *others)
    elif change == "no-key":
        p12(file, None, leaf, *others)
    else:
        p12(file, key, leaf, *others)
    passphrase = file.with_suffix(".pass")
    if change == "passphrase":
        passphrase.write_bytes(b"another\n")
    if change == "garbage":
        file.write_bytes(b"\x30\x82garbage")
    if change == "not-a-file":
        file.unlink()
    before = (home / "checkpoint").read_bytes()
    said = run("keys", "import", file, "--passphrase-file", passphrase, status=2)
    assert told in said
    assert said.count("\n") == 1
    assert (home / "checkpoint").read_bytes() == before
    assert len(organisation_keys(run)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("module", "cannot be loaded", id="no-module"),
        pytest.param("label", "No token is called other", id="no-token"),
        pytest.param("two-tokens", "2 tokens are called organisation", id="two-tokens"),
        pytest.param("key", "holds no private key under the label other", id="no-key"),
        pytest.param("two-keys", "holds 2 private keys under the label packs", id="two-keys"),
        pytest.param("ec", "of type EC; wanted RSA", id="not-rsa"),
        pytest.param("small", "2048 bits, wanted RSA of 3072", id="small"),
        pytest.param("pin", "does not open with this PIN", id="wrong-pin"),
        pytest.param("no-pin", "EVIDENCE_PIN_FILE", id="no-pin"),
        pytest.param("open-pin", "others can read it", id="a-pin-for-all-to-read"),
        pytest.param("certificate", "not that of this key", id="certificate-of-another-key"),
    ],
)
def test_a_token_that_cannot_serve_is_refused_in_one_line_and_nothing_is_recorded(
    home: Path, token: SoftToken, run: Run, monkeypatch: pytest.MonkeyPatch, change: str, told: str
) -> None:
    options = {"--module": str(MODULE), "--label": token.label, "--key": "packs"}
    match change:
        case "module":
            options["--module"] = "/nowhere/libtoken.so"
        case "label":
            options["--label"] = "other"
        case "two-tokens":
            token.make_token(token.label)
        case "key":
            options["--key"] = "other"
        case "two-keys":
            token.make_key("packs", 1024)
            token.make_key("packs", 1024)
        case "ec":
            token.make_key("packs", kind="ec")
        case "small":
            token.make_key("packs", 2048)
        case "pin":
            token.pin_file.write_text("0000\n")
        case "no-pin":
            monkeypatch.delenv("EVIDENCE_PIN_FILE")
        case "open-pin":
            token.pin_file.chmod(0o644)
        case "certificate":
            token.make_key("packs")
            options["--certificate"] = str(home / "trust" / "organisation.pem")
    before = (home / "checkpoint").read_bytes(), (home / "settings.toml").read_bytes()
    said = run("keys", "token", *(part for option in options.items() for part in option), status=2)
    assert told in said
    assert said.count("\n") == 1
    assert token.pin not in said
    assert ((home / "checkpoint").read_bytes(), (home / "settings.toml").read_bytes()) == before


def test_a_token_with_another_key_than_the_one_on_record_signs_nothing(
    home: Path, token: SoftToken, run: Run, tmp_path: Path
) -> None:
    token.make_key("packs")
    made(run, "token", "--module", MODULE, "--label", token.label, "--key", "packs")
    token.make_key("spare", 1024)
    text = (home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(text.replace('key = "packs"', 'key = "spare"'), encoding="utf-8")
    told = run("pack", "build", "S01", "--out", tmp_path / "packs", status=2)
    assert "the one on record" in told


@pytest.mark.parametrize("step", [4, 12, 20])
def test_killed_on_the_way_an_import_is_finished_by_the_same_command(
    home: Path, run: Run, issuer: Issuer, theirs: RSAPrivateKey, tmp_path: Path, step: int
) -> None:
    leaf = certificate("Specimen Motors", theirs.public_key(), "Trust Us Signing", issuer.key)
    file = p12(tmp_path / "ours.p12", theirs, leaf, issuer.between, issuer.root)
    command = ("keys", "import", str(file), "--passphrase-file", str(file.with_suffix(".pass")))
    assert dies_at(step, lambda: main(command))
    run(*command)
    assert [one["state"] for one in organisation_keys(run)] == ["rotated", "created"]
    run("ledger", "check", "--trust", home / "trust")
    assert issuer.root.public_bytes(Encoding.PEM) in (home / "trust" / "root.pem").read_bytes()
    with signing(home) as handle:
        assert handle.organisation().root == issuer.root
