"""A pack under a time-stamping authority, end to end: the commands that a person gives, and what other programs say.

A real authority answers over HTTP, its own root's and the company's lists of what they revoked lie in the trust folder,
and the pack that comes out is judged by pyHanko from what the report itself holds, by OpenSSL and by ``verify.sh``.
"""

import contextlib
import io
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from evidence import cli
from evidence.ledger.keys import KeyFolder
from evidence.pack.form import layout
from tests.timestamps import Office, desk, new_office, openssl
from tests.unit.pack.specimen_home import make

LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Stamped:
    """A home, the pack of its one shipment as the command built it, and the authority whose stamps are in it."""

    home: Path
    office: Office
    built: dict[str, Any]

    @property
    def folder(self) -> Path:
        return Path(self.built["folder"])

    @property
    def trust(self) -> Path:
        return self.home / "trust"


def evidence(*words: str) -> str:
    """What a command prints, which must end well."""
    printed, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        status = cli.main(list(words))
    assert status == 0, f"evidence {' '.join(words)} ended with {status}: {said.getvalue()}"
    return printed.getvalue()


def nothing_revoked(issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """An issuer's list of revoked certificates: none."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    listing = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    listing = listing.last_update(now).next_update(now + timedelta(days=30))
    return listing.sign(key, SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Stamped:
    place = tmp_path_factory.mktemp("stamped-packs")
    home, office = place / "home", new_office(place / "office")
    make(home).close()
    lists = home / "trust" / "revocation"
    lists.mkdir()
    for number, signer in enumerate((office.root, *office.chain)):
        (lists / f"authority-{number}.crl").write_bytes(nothing_revoked(signer.certificate, signer.key))
    keys = KeyFolder(home / "keys", b"a passphrase for tests")
    root = x509.load_pem_x509_certificate((home / "trust" / "root.pem").read_bytes())
    (lists / "company.crl").write_bytes(nothing_revoked(root, keys.rsa(keys.root)))
    languages = [word for language in LANGUAGES for word in ("--language", language)]
    with desk(office) as at:
        evidence("--home", str(home), "ledger", "authority", "add", "acme", at.url, "--root", str(office.root_pem))
        built = evidence(
            "--home", str(home), "pack", "build", "S01", "--out", str(place / "packs"), *languages, "--json"
        )
    return Stamped(home, office, json.loads(built))


def judged(stamped: Stamped, language: str, *, lists: bool = True) -> PdfSignatureStatus:
    """A report's signature by what lies in the report and two roots: no network, and revocation data demanded."""
    reader = PdfFileReader(io.BytesIO((stamped.folder / layout.report_path(language)).read_bytes()))
    (signature,) = reader.embedded_signatures
    roots = [stamped.trust / "root.pem", stamped.office.root_pem]
    settings: dict[str, Any] = {
        "trust_roots": [asn1.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in roots],
        "allow_fetching": False,
        "revocation_mode": "require",
    }
    store = DocumentSecurityStore.read_dss(reader)
    context = (
        store.as_validation_context(settings)
        if lists
        else ValidationContext(crls=[], other_certs=list(store.load_certs()), **settings)
    )
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status: PdfSignatureStatus = validate_pdf_signature(signature, context, context, key_usage_settings=usage)
    return status


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_holds_all_that_its_validation_will_need(stamped: Stamped, language: str) -> None:
    """PAdES level B-LT."""
    status = judged(stamped, language)
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted


def test_its_revocation_lists_are_what_makes_it_so(stamped: Stamped) -> None:
    assert not judged(stamped, LANGUAGES[0], lists=False).bottom_line


@pytest.mark.parametrize("language", LANGUAGES)
def test_poppler_finds_a_stamped_report_signed_as_a_whole(stamped: Stamped, language: str) -> None:
    report = stamped.folder / layout.report_path(language)
    said = subprocess.run(["pdfsig", "-nocert", report], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "Total document signed" in said
    assert "Signature Validation: Signature is Valid." in said


@pytest.mark.parametrize(
    ("stamp", "over"), [(layout.SUMS_STAMP, layout.SUMS), (layout.CHECKPOINT_STAMP, layout.CHECKPOINT)]
)
def test_openssl_verifies_the_stamps_beside_it_with_the_authoritys_root(
    stamped: Stamped, stamp: str, over: str
) -> None:
    root = str(stamped.office.root_pem)
    done = openssl(stamped.folder, "ts", "-verify", "-data", over, "-in", stamp, "-CAfile", root)
    assert b"Verification: OK" in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_the_check_passes_every_item_stamps_included(stamped: Stamped, form: str) -> None:
    found = json.loads(evidence("pack", "check", stamped.built[form], "--trust", str(stamped.trust), "--json"))
    verdicts = {item["item"]: item["verdict"] for item in found["items"]}
    assert set(verdicts.values()) == {"passed"}
    assert {f"time stamp {layout.SUMS_STAMP}", f"time stamp {layout.CHECKPOINT_STAMP}"} <= verdicts.keys()
    assert {f"signature in {layout.report_path(language)}" for language in LANGUAGES} <= verdicts.keys()


def test_the_script_passes_it_through_every_proof(stamped: Stamped) -> None:
    command = ["bash", "verify.sh", str(stamped.trust), "--proofs"]
    done = subprocess.run(command, cwd=stamped.folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(" was there at ") == 2
