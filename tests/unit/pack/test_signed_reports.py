"""The report's signature, with and without time stamps: for pyHanko, for poppler, for veraPDF, under wide outlines."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from evidence.errors import NoAnswer, PackError
from evidence.ledger.stamping import stamp_over, trusted_of
from evidence.pack.bundling.sign import REVOCATION, PackSigner, Stamping, revocation_lists
from evidence.pack.checking.check_signatures import SignerTrust, check_list, check_report
from evidence.pack.checking.verdict import PackReport
from evidence.pack.typesetting.typeset import Embedded, Sheet, typeset
from tests.stamped import Company, stamping_company
from tests.timestamps import new_office, openssl
from tests.verapdf import failures

MOMENT = datetime(2023, 9, 4, 15, 30, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="en"><head><title>SPECIMEN</title><link rel="stylesheet" href="style/pack.css">
<meta name="dcterms.created" content="2023-09-04T15:30:00Z"></head>
<body data-pack="EP-S01-1" data-subject="Shipment S01" data-mark="SPECIMEN" data-by="Specimen Motors">
<section><h1>A specimen</h1><h2 data-short="One">One page</h2><p>A report of one page.</p></section></body></html>"""


@dataclass(frozen=True)
class Signed:
    company: Company
    unsigned: bytes
    plain: bytes
    stamped: bytes
    signer: PackSigner

    def roots(self) -> list[x509.Certificate]:
        found = [self.signer.organisation.root, *trusted_of(self.company.stamper().authorities[0]).roots]
        return [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in found]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    place = tmp_path_factory.mktemp("signed-reports")
    unsigned = typeset(Sheet(PAGE, "EP-S01-1", MOMENT, (Embedded("manifest.json", b"{}", "Manifest"),)))
    with stamping_company(place, new_office(place / "office")) as company:
        organisation, now = company.handle.organisation(), datetime.now(UTC)
        signer = PackSigner(organisation, stamping(company))
        yield Signed(
            company,
            unsigned,
            PackSigner(organisation).sign_report(unsigned, "Issue", now),
            signer.sign_report(unsigned, "Issue", now),
            signer,
        )


def stamping(company: Company, home: Path | None = None) -> Stamping:
    stamper = company.stamper()
    between = trusted_of(stamper.authorities[0]).between
    return Stamping(lambda data: stamp_over(stamper, data), between, revocation_lists(home or company.home / "trust"))


def trust(signed: Signed) -> SignerTrust:
    return SignerTrust.read(signed.company.home / "trust", datetime.now(UTC))


def status_of(pdf: bytes, roots: list[x509.Certificate]) -> PdfSignatureStatus:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusting = ValidationContext(trust_roots=roots, allow_fetching=False)
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status: PdfSignatureStatus = validate_pdf_signature(signature, trusting, trusting, key_usage_settings=usage)
    return status


def test_a_stamped_signature_holds_with_its_time_under_the_authoritys_root(signed: Signed) -> None:
    status = status_of(signed.stamped, signed.roots())
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert status_of(signed.plain, signed.roots()).timestamp_validity is None


def test_the_long_term_data_lies_in_the_revision_that_is_signed(signed: Signed) -> None:
    reader = PdfFileReader(io.BytesIO(signed.stamped))
    store = DocumentSecurityStore.read_dss(reader)
    names = {one.subject.human_friendly for one in store.load_certs()}
    assert any("Evidence packs" in name for name in names)
    assert reader.total_revisions == 2  # as set in type, and as signed


def test_revocation_lists_of_the_trust_folder_go_into_the_report(signed: Signed, tmp_path: Path) -> None:
    place = tmp_path / REVOCATION
    place.mkdir()
    (place / "office.crl").write_bytes(revocation_list(signed.company, tmp_path))
    signer = PackSigner(signed.signer.organisation, stamping(signed.company, tmp_path))
    made = signer.sign_report(signed.unsigned, "Issue", datetime.now(UTC))
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(made)))
    assert len(store.crls) == 1
    assert status_of(made, signed.roots()).bottom_line


def test_a_file_that_is_no_revocation_list_is_named(tmp_path: Path) -> None:
    (tmp_path / REVOCATION).mkdir()
    (tmp_path / REVOCATION / "other.crl").write_bytes(b"no list")
    with pytest.raises(PackError, match=r"other\.crl holds no revocation list"):
        revocation_lists(tmp_path)


def test_an_authority_that_does_not_answer_is_named(signed: Signed) -> None:
    signed.company.desk.fault = lambda _: (503, "text/plain", b"")
    try:
        with pytest.raises(NoAnswer, match=r"acme: .* answered with status 503"):
            signed.signer.sign_report(signed.unsigned, "Issue", datetime.now(UTC))
    finally:
        signed.company.desk.fault = None


@pytest.mark.parametrize("kind", ["unsigned", "plain", "stamped"])
@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_finds_nothing_wrong_before_and_after_signing(
    kind: str, flavour: str, signed: Signed, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(getattr(signed, kind))
    assert failures(path, flavour) == ()


@pytest.mark.parametrize("kind", ["plain", "stamped"])
def test_signing_leaves_the_file_at_version_1_7(kind: str, signed: Signed) -> None:
    with pikepdf.open(io.BytesIO(getattr(signed, kind))) as opened:
        assert opened.pdf_version == "1.7"
        assert opened.Root.get("/Version", "/1.7") == "/1.7"


@pytest.mark.parametrize("kind", ["plain", "stamped"])
def test_pdfsig_and_qpdf_agree(kind: str, signed: Signed, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(getattr(signed, kind))
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60).stdout
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert subprocess.run(["qpdf", "--check", path], capture_output=True, timeout=60).returncode == 0


def test_the_checker_says_when_an_authority_saw_the_signature(signed: Signed) -> None:
    report = PackReport()
    check_report(report, "report", signed.stamped, trust(signed))
    (item,) = report.items
    assert item.verdict.value == "passed"
    assert "stamped at" in item.reason


def test_a_stamped_list_is_read_by_openssl_as_cades(signed: Signed, tmp_path: Path) -> None:
    (tmp_path / "sums").write_bytes(b"sums\n")
    (tmp_path / "sums.p7s").write_bytes(signed.signer.sign_list(b"sums\n", datetime.now(UTC)))
    (tmp_path / "root.pem").write_bytes(signed.signer.organisation.root.public_bytes(Encoding.PEM))
    told = ("-inform", "DER", "-in", "sums.p7s", "-content", "sums", "-CAfile", "root.pem", "-out", "out")
    openssl(tmp_path, "cms", "-verify", "-cades", "-binary", *told)
    report = PackReport()
    check_list(report, "list", b"sums\n", (tmp_path / "sums.p7s").read_bytes(), trust(signed))
    assert report.items[0].verdict.value == "passed"


@pytest.mark.parametrize("bookmarks", [1_000, 5_000])
def test_a_report_with_a_thousand_bookmarks_beside_each_other_is_checked(bookmarks: int, signed: Signed) -> None:
    many = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed.unsigned)) as opened:
        with opened.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(f"Page {each}", 0) for each in range(bookmarks))
        opened.save(many)
    made = PackSigner(signed.signer.organisation).sign_report(many.getvalue(), "Issue", datetime.now(UTC))
    report = PackReport()
    check_report(report, "report", made, trust(signed))
    assert report.items[0].verdict.value == "passed", report.items[0].reason


def test_a_report_with_bookmarks_past_every_bound_is_refused_and_ends_nothing(signed: Signed) -> None:
    many = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed.unsigned)) as opened:
        with opened.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(f"Page {each}", 0) for each in range(40_000))
        opened.save(many)
    made = PackSigner(signed.signer.organisation).sign_report(many.getvalue(), "Issue", datetime.now(UTC))
    report = PackReport()
    check_report(report, "report", made, trust(signed))
    assert report.items[0].verdict.value in ("passed", "failed")


def revocation_list(company: Company, place: Path) -> bytes:
    """The authority's root's list of what it revoked: nothing."""
    office = company.office
    (place / "root.key").write_bytes(office.root.key_pem)
    (place / "root.pem").write_bytes(office.root.pem)
    (place / "index.txt").write_bytes(b"")
    settings = "[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n"
    (place / "ca.cnf").write_text(settings)
    openssl(
        place, "ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "root.key", "-cert", "root.pem", "-out", "root.crl"
    )
    return (place / "root.crl").read_bytes()
