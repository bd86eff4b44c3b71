"""Whose signature counts, in the page that checks packs: by a trust folder, by fingerprints, or by nothing."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from evidence.core.encoding import to_base64
from evidence.errors import UsageError
from evidence.ledger.organisation import OrganisationSigner, signs_with
from evidence.pack.bundling.sign import PackSigner
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import Verdict
from evidence.pack.form import layout
from tests.altered_packs import listed_anew, signed_anew
from tests.functional.checkers import page, said_by, script
from tests.unit.pack.issued import Issued
from tests.verify_page import Page, Said, verdicts

__all__ = ["page", "script"]

Listed = dict[str, Any]

SIGNED, LATER = "2023-04-03T09:00:00.000000Z", "2024-01-01T00:00:00.000000Z"
ANOTHER = "MCowBQYDK2VwAyEA" + "A" * 43 + "="


@pytest.fixture
def trust(issued: Issued, tmp_path: Path) -> Path:
    return Path(shutil.copytree(issued.trust, tmp_path / "trust"))


def agrees(said: Said, pack: Path, trust: Path | None) -> None:
    report = check_pack(pack, datetime.now(UTC), trust)
    assert said.verdicts() == verdicts(report)
    assert said.state == report.verdict.value


def of(purpose: str, /, **changes: object) -> Callable[[Path], None]:
    """The key of that purpose is listed otherwise."""

    def change(trust: Path) -> None:
        listed: Listed = json.loads((trust / "keys.json").read_text())
        for key in listed["keys"]:
            if key["purpose"] == purpose:
                key.update(changes)
        (trust / "keys.json").write_text(json.dumps(listed))

    return change


def lost(**changes: object) -> Callable[[Path], None]:
    """The log ended, and a successor goes on."""

    def change(trust: Path) -> None:
        origin = (trust / "log.vkey").read_text().split("+")[0]
        ending = {"origin": origin, "successor": "spec.example/2", "lost_from": 25, "lost_to": 40} | changes
        (trust / "successions.json").write_text(json.dumps({"successions": [ending]}))

    return change


def without(*names: str) -> Callable[[Path], None]:
    """The folder lacks these."""

    def change(trust: Path) -> None:
        for one in (trust / name for name in names):
            shutil.rmtree(one) if one.is_dir() else one.unlink()

    return change


def as_before_states_were_listed(trust: Path) -> None:
    """Keys are listed with what every folder has had."""
    listed: Listed = json.loads((trust / "keys.json").read_text())
    had = ("key", "public_key", "holder", "purpose", "since")
    keys = [{name: key[name] for name in had} for key in listed["keys"]]
    (trust / "keys.json").write_text(json.dumps({"keys": keys}))


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(trust: Path) -> None:
        for one in changes:
            one(trust)

    return change


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param(lambda _: None, "passed", id="as-published"),
        pytest.param(of("person", created_by=20), "failed", id="person-came-later"),
        pytest.param(of("person", ended_by=25), "failed", id="person-went-earlier"),
        pytest.param(of("person", ended_by=29), "passed", id="person-went-at-the-last-entry"),
        pytest.param(of("person", compromised_since=""), "undetermined", id="person-compromised-at-any-time"),
        pytest.param(of("person", compromised_since=SIGNED), "undetermined", id="person-compromised"),
        pytest.param(of("person", compromised_since=LATER), "passed", id="person-compromised-after"),
        pytest.param(of("person", public_key=ANOTHER), "failed", id="person-with-another-key"),
        pytest.param(of("ledger", ended_by=29), "failed", id="ledgers-key-ended-before"),
        pytest.param(of("ledger", ended_by=30), "passed", id="ledgers-key-ended-there"),
        pytest.param(of("ledger", created_by=30), "failed", id="ledgers-key-came-later"),
        pytest.param(of("organisation", compromised_since=""), "undetermined", id="organisation-compromised"),
        pytest.param(of("organisation", purpose="witness"), "undetermined", id="organisation-not-listed"),
        pytest.param(of("organisation", public_key=ANOTHER), "undetermined", id="organisation-with-another-key"),
        pytest.param(of("organisation", ended_by=29), "undetermined", id="organisations-key-ended-before"),
        pytest.param(of("organisation", ended_by=30), "passed", id="organisations-key-ended-there"),
        pytest.param(of("organisation", created_by=31), "passed", id="organisations-key-came-later"),
        pytest.param(
            both(lost(), of("organisation", ended_by=26)), "passed", id="organisations-key-ended-in-the-other-history"
        ),
        pytest.param(without("log.vkey"), "undetermined", id="no-ledgers-key"),
        pytest.param(lambda trust: (trust / "log.vkey").write_text(""), "undetermined", id="empty-ledgers-key"),
        pytest.param(without("keys.json"), "undetermined", id="no-keys"),
        pytest.param(without("log.vkey", "keys.json", "keys"), "undetermined", id="the-root-alone"),
        pytest.param(as_before_states_were_listed, "passed", id="of-before-states-were-listed"),
        pytest.param(
            both(without("log.vkey"), of("ledger", ended_by=29)), "failed", id="ledgers-key-ended-and-is-only-listed"
        ),
        pytest.param(lost(), "passed", id="the-end-was-lost"),
        pytest.param(lost(lost_from=31), "passed", id="the-end-was-lost-later"),
        pytest.param(both(lost(), of("person", ended_by=26)), "passed", id="ended-in-the-other-history"),
        pytest.param(both(lost(), of("person", ended_by=20)), "failed", id="ended-before-the-histories-part"),
    ],
)  # fmt: skip
def test_a_trust_folder_says_when_each_key_was_in_use(
    page: Page, issued: Issued, script: Path, trust: Path, change: Callable[[Path], None], verdict: str
) -> None:
    """The script leaves open what it cannot judge: a lost ledger, and what a key signed before it was compromised."""
    change(trust)
    page.trusts(trust)
    said = page.checks(issued.pack.folder)
    agrees(said, issued.pack.folder, trust)
    assert said.state == verdict
    status = {"passed": (0, 3), "failed": (1, 3), "undetermined": (3,)}[verdict]
    assert said_by(script, issued.pack.folder, trust, "--proofs").returncode in status


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("root.pem", b"no certificate", id="root"),
        pytest.param("log.vkey", b"no key\n", id="ledgers-key"),
        pytest.param("keys.json", b"{", id="keys"),
        pytest.param("keys.json", b'{"keys":[{"key":1}]}', id="keys-of-another-form"),
        pytest.param("root.pem", None, id="no-root"),
        pytest.param("successions.json", b"[", id="successions"),
    ],
)
def test_under_a_trust_folder_that_cannot_be_read_nothing_is_checked(
    page: Page, issued: Issued, script: Path, trust: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        (trust / name).unlink()
    else:
        (trust / name).write_bytes(content)
    with pytest.raises(UsageError):
        check_pack(issued.pack.folder, datetime.now(UTC), trust)
    if name == "root.pem":
        done = said_by(script, issued.pack.folder, trust)
        assert (done.returncode, done.stdout) == (2, "")
        assert "no root.pem that can be read" in done.stderr
    page.trusts(trust)
    said = page.checks(issued.pack.folder)
    assert (said.state, said.items) == ("refused", [])


def test_without_trust_the_signer_is_undetermined_and_nothing_else_is_wrong(page: Page, issued: Issued) -> None:
    page.trusts(None)
    said = page.checks(issued.pack.archive)
    agrees(said, issued.pack.archive, None)
    assert said.state == "undetermined"
    assert {"signer-unnamed", "head-unnamed", "entry-unnamed"} <= {row["code"] for row in said.items}


def fingerprint(pem: Path) -> str:
    return x509.load_pem_x509_certificate(pem.read_bytes()).fingerprint(hashes.SHA256()).hex()


def test_the_printed_list_of_fingerprints_is_trust_enough(page: Page, issued: Issued) -> None:
    page.pastes((issued.trust / "FINGERPRINTS.txt").read_text())
    assert page.checks(issued.pack.folder).state == "passed"


def public_key(pem: Path) -> str:
    key = x509.load_pem_x509_certificate(pem.read_bytes()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def test_the_root_of_a_letterhead_picks_the_chain_out_of_the_pack_and_leaves_signer_and_ledger_open(
    page: Page, issued: Issued
) -> None:
    root = fingerprint(issued.trust / "root.pem").upper()
    spelt = ":".join(root[at : at + 2] for at in range(0, 64, 2))  # as OpenSSL prints it
    signature = f"signature {layout.SUMS_SIGNATURE}"
    page.pastes(spelt)
    said = page.checks(issued.pack.folder)
    assert (said.verdicts()[signature], said.codes(signature)) == ("undetermined", {"signer-unlisted"})
    assert said.verdicts()[layout.CHECKPOINT] == said.verdicts()["entry 28"] == "undetermined"
    page.pastes(f"{spelt}\n{public_key(issued.trust / 'organisation.pem')}")
    found = page.checks(issued.pack.folder).verdicts()
    assert found[signature] == "passed"
    assert found[layout.CHECKPOINT] == found["entry 28"] == "undetermined"
    page.pastes(f"{root.lower()}\n{fingerprint(issued.trust / 'organisation.pem')}\n{vkey(issued.trust)}")
    assert page.checks(issued.pack.folder).state == "passed"


@pytest.mark.parametrize("of", [fingerprint, public_key])
def test_the_fingerprint_of_the_organisations_certificate_or_key_is_enough_for_its_signature(
    page: Page, issued: Issued, of: Callable[[Path], str]
) -> None:
    page.pastes(f"{of(issued.trust / 'organisation.pem')}\n{vkey(issued.trust)}")
    assert page.checks(issued.pack.folder).state == "passed"


def test_a_printed_list_says_what_a_key_is_for_and_by_which_entry_it_ended(page: Page, issued: Issued) -> None:
    printed = (issued.trust / "FINGERPRINTS.txt").read_text()
    certificate = fingerprint(issued.trust / "organisation.pem")
    (line,) = [one for one in printed.splitlines() if "  organisation," in one]
    for changed, code in (
        (line.replace("in use", "rotated by entry 29"), "signer-ended"),
        (line.replace("in use", "rotated by entry 30"), "signer-good"),
        (line.replace("organisation,", "person,"), "signer-unlisted"),
    ):
        page.pastes(printed.replace(line, changed))
        said = page.checks(issued.pack.folder)
        assert said.codes(f"signature {layout.SUMS_SIGNATURE}") == {code}
        assert said.state == ("passed" if code == "signer-good" else "undetermined")
    page.pastes(printed.replace(certificate, "").replace(public_key(issued.trust / "organisation.pem"), ""))
    said = page.checks(issued.pack.folder)
    assert said.codes(f"signature {layout.SUMS_SIGNATURE}") == {"signer-unlisted"}  # its id alone is no fingerprint


def vkey(trust: Path) -> str:
    return (trust / "log.vkey").read_text()


def listed_for(trust: Path, key: rsa.RSAPrivateKey) -> None:
    """The trust folder lists the key as the organisation's."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    of("organisation", public_key=to_base64(public))(trust)


def test_somebody_else_under_the_trusted_authority_is_not_the_company_for_any_checker(
    page: Page, issued: Issued, script: Path, trust: Path, tmp_path: Path,
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey],
) -> None:  # fmt: skip
    """An authority that certified the company's key certifies others too: its root says nothing of whose a pack is."""
    signing, rooted, _ = keys
    root = certificate("Public Root (SPECIMEN)", rooted, "Public Root (SPECIMEN)", rooted, authority=True)
    signer = certificate("Mallory Ltd (SPECIMEN)", signing, "Public Root (SPECIMEN)", rooted)
    by = OrganisationSigner(signer, (root,), signs_with(signing), "test")
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    report = pack / "report-en.pdf"
    report.write_bytes(PackSigner(by).sign_report(unsigned(report.read_bytes()), "Issue", datetime.now(UTC)))
    pem = root.public_bytes(serialization.Encoding.PEM)
    (pack / layout.CHAIN).write_bytes(pem)
    signed_anew(pack, by)
    (trust / "root.pem").write_bytes((trust / "root.pem").read_bytes() + pem)
    page.trusts(trust)
    said = page.checks(pack)
    agrees(said, pack, trust)
    signatures = [
        f"signature {layout.SUMS_SIGNATURE}",
        f"signature {layout.ASIC_SIGNATURE}",
        "signature in report-en.pdf",
    ]
    for item in signatures:
        assert (said.verdicts()[item], said.codes(item)) == ("undetermined", {"signer-unlisted"})
    assert all("Mallory Ltd" in row["reason"] for row in said.items if row["code"] == "signer-unlisted")
    undecided = check_pack(pack, datetime.now(UTC), trust).of(Verdict.UNDETERMINED)
    assert [one.name for one in undecided] == signatures
    assert all("Mallory Ltd" in one.reason for one in undecided)
    done = said_by(script, pack, trust, "--proofs")
    assert done.returncode == 3, done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("undetermined")]
    assert ["Mallory Ltd" in line for line in lines] == [True, True, True]
    page.pastes(f"{(issued.trust / 'FINGERPRINTS.txt').read_text()}\n{root.fingerprint(hashes.SHA256()).hex()}")
    assert page.checks(pack).codes(signatures[0]) == {"signer-unlisted"}


def unsigned(pdf: bytes) -> bytes:
    """The report without its signature, ready to be signed by somebody else."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for name in ("/AcroForm", "/Perms"):
            if name in opened.Root:
                del opened.Root[name]
        for each in opened.pages:
            if "/Annots" in each:
                each.Annots = pikepdf.Array([one for one in each.Annots if one.get("/FT") != "/Sig"])
        opened.save(made)
    return made.getvalue()


def test_a_fingerprint_of_somebody_else_fails_every_signature(page: Page, issued: Issued) -> None:
    page.pastes("ab" * 32)
    said = page.checks(issued.pack.folder)
    assert said.state == "failed"
    assert said.codes(f"signature {layout.SUMS_SIGNATURE}") == {"signer-other"}


def test_a_key_that_the_printed_list_calls_compromised_is_not_passed(page: Page, issued: Issued) -> None:
    printed = (issued.trust / "FINGERPRINTS.txt").read_text().splitlines()
    for purpose, item in (("organisation", f"signature {layout.SUMS_SIGNATURE}"), ("person", "entry 28")):
        doubted = [
            line.replace("in use", "compromised since a time not known") if f"  {purpose}," in line else line
            for line in printed
        ]
        page.pastes("\n".join(doubted))
        said = page.checks(issued.pack.folder)
        assert (said.state, said.verdicts()[item]) == ("undetermined", "undetermined")


def test_text_without_a_fingerprint_is_refused_and_a_result_does_not_outlive_its_trust(
    page: Page, issued: Issued
) -> None:
    page.pastes((issued.trust / "FINGERPRINTS.txt").read_text())
    assert page.checks(issued.pack.folder).state == "passed"
    said = page.pastes("ask Jane")
    assert "no SHA-256 fingerprint" in said
    assert page.read().state == "ready"
    assert page.again().state == "refused"


# --- chains of certificates that packs of ours do not have, and those of others may ---------------------------------

_START, _END = datetime(2023, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    subject: str, key: AnyKey, issuer: str, by: AnyKey, *, authority: bool | None = None, most: int | None = None,
    signs: bool = True, until: datetime = _END, pss: bool = False,
) -> x509.Certificate:  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=signs and not authority, key_cert_sign=bool(authority), content_commitment=False,
        key_encipherment=not signs, data_encipherment=False, key_agreement=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(_START).not_valid_after(until)
        .add_extension(usage, critical=True)
    )  # fmt: skip
    if authority is not None:
        made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=most), critical=True)
    padded = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None
    return made.sign(by, hashes.SHA256(), rsa_padding=padded)


@pytest.fixture(scope="module")
def keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]:
    return (
        rsa.generate_private_key(65537, 3072),
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
    )


_CHAINS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "as-it-should-be": ({}, {"authority": True}, True),
    "signed-by-rsa-pss": ({}, {"authority": True, "pss": True}, True),
    "authority-is-none": ({}, {"authority": False}, False),
    "authority-does-not-say": ({}, {}, False),
    "authority-for-nothing-beneath": ({}, {"authority": True, "most": 0}, True),
    "authority-expired": ({}, {"authority": True, "until": _START + timedelta(days=100)}, False),
    "signer-expired": ({"until": _START + timedelta(days=100)}, {"authority": True}, False),
    "signer-may-not-sign": ({"signs": False}, {"authority": True}, False),
}


@pytest.mark.parametrize("case", _CHAINS)
def test_a_chain_over_an_authority_in_between_is_judged_as_the_program_judges_it(
    page: Page, issued: Issued, trust: Path, tmp_path: Path, case: str,
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey],
) -> None:  # fmt: skip
    signing, rooted, between = keys
    of_signer, of_authority, good = _CHAINS[case]
    root = certificate("Root (SPECIMEN)", rooted, "Root (SPECIMEN)", rooted, authority=True)
    middle = certificate("Between (SPECIMEN)", between, "Root (SPECIMEN)", rooted, **of_authority)
    signer = certificate("Packs (SPECIMEN)", signing, "Between (SPECIMEN)", between, **of_signer)
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    signed_anew(pack, OrganisationSigner(signer, (middle, root), signs_with(signing), "test"))
    listed_for(trust, signing)
    (trust / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    page.trusts(trust)
    said = page.checks(pack)
    agrees(said, pack, trust)
    assert (said.verdicts()[f"signature {layout.SUMS_SIGNATURE}"] == "passed") is good


def test_a_signature_whose_chain_is_missing_is_not_passed(
    page: Page, issued: Issued, trust: Path, tmp_path: Path,
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey],
) -> None:  # fmt: skip
    signing, rooted, between = keys
    root = certificate("Root (SPECIMEN)", rooted, "Root (SPECIMEN)", rooted, authority=True)
    signer = certificate("Packs (SPECIMEN)", signing, "Between (SPECIMEN)", between)
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    signed_anew(pack, OrganisationSigner(signer, (root,), signs_with(signing), "test"))
    listed_anew(pack)
    (trust / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    page.trusts(trust)
    said = page.checks(pack)
    agrees(said, pack, trust)
    assert said.verdicts()[f"signature {layout.SUMS_SIGNATURE}"] == "failed"
