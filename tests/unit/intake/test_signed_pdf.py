"""Signatures in PDFs: what is recorded of each, apart, and that a hostile file is told of in words."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pydantic import ValidationError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from evidence.core.statements.base import build
from evidence.errors import IntakeError
from evidence.intake.limits import Limits
from evidence.intake.signed_pdf import (
    CheckedPdf,
    SignatureFinding,
    TrustList,
    check_signatures,
    load_trust_list,
    statements_of,
)
from tests.unit.intake.making import reception
from tests.unit.intake.making_signed import (
    SIGNED_AT,
    authority,
    kept,
    plain_pdf,
    signatory,
    signed,
    signed_by_hand,
    stamped,
    stamper,
)

TODAY = datetime(2029, 6, 1, tzinfo=UTC)
EXPIRED = signatory("Formerly authorised (SPECIMEN)", datetime(2023, 6, 1, tzinfo=UTC))


def trust(name: str | None = None) -> TrustList:
    bundle = (authority(name) if name else authority()).pem
    return TrustList(bundle, hashlib.sha256(bundle).hexdigest())


def check(folder: Path, content: bytes, by: TrustList | None = None) -> CheckedPdf:
    return check_signatures(kept(folder, "signed.pdf", content), by, Limits(), TODAY)


def one(folder: Path, content: bytes, by: TrustList | None = None) -> SignatureFinding:
    (finding,) = check(folder, content, by or trust()).signatures
    return finding


def added_to(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The PDF with an incremental update after its last signature."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def fill_in(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = generic.TextStringObject("1260")
    writer.update_container(field)


def cover_up(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 20 150 Td (Origin declaration OD-2) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


@pytest.mark.parametrize("pades", [pytest.param(True, id="pades"), pytest.param(False, id="adobe-pkcs7")])
def test_a_signature_under_the_trust_list_is_intact_and_trusted_over_the_whole_file(folder: Path, pades: bool) -> None:
    finding = one(folder, signed(plain_pdf(), pades=pades))
    assert (finding.intact, finding.trusted) == (True, True)
    assert (finding.coverage, finding.modification_level, finding.changed_since) == ("whole file", "none", False)
    assert finding.signer == "Common Name: Authorised signer (SPECIMEN)"
    assert finding.signer_certificate == signatory().asn1().sha256.hex()
    assert finding.digest_algorithm == "sha256"
    assert finding.claimed_signing_time is not None


def test_without_a_trust_list_nobody_is_trusted_or_distrusted(folder: Path) -> None:
    (finding,) = check(folder, signed(plain_pdf())).signatures
    assert finding.intact
    assert finding.trusted is None
    assert "nobody has vouched for" in finding.says()


def test_a_signer_outside_the_trust_list_is_not_trusted_and_the_signature_still_intact(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf()), trust("Another root (SPECIMEN)"))
    assert (finding.intact, finding.trusted) == (True, False)


def test_a_byte_altered_after_signing_shows_as_not_intact(folder: Path) -> None:
    altered = signed(plain_pdf()).replace(b"declaration OD-1", b"declaration OD-7")
    finding = one(folder, altered)
    assert (finding.intact, finding.trusted) == (False, False)
    assert finding.says().startswith("Not intact")


def test_a_field_filled_in_after_signing_shows_as_form_filling(folder: Path) -> None:
    finding = one(folder, added_to(signed(plain_pdf(field="Quantity")), fill_in))
    assert (finding.intact, finding.coverage) == (True, "whole revision")
    assert (finding.modification_level, finding.changed_since) == ("form filling", True)


def test_content_put_over_a_page_after_signing_shows_as_a_change_that_no_signature_allows(folder: Path) -> None:
    finding = one(folder, added_to(signed(plain_pdf()), cover_up))
    assert (finding.intact, finding.trusted, finding.coverage) == (True, True, "whole revision")
    assert (finding.modification_level, finding.changed_since) == ("other", True)
    assert "what is shown may not be what was signed" in finding.says()


def test_of_two_signatures_the_first_covers_its_revision_and_the_second_the_file(folder: Path) -> None:
    twice = signed(signed(plain_pdf()), signatory("Second signer (SPECIMEN)"), "Signature2")
    first, second = check(folder, twice, trust()).signatures
    assert (first.field, first.coverage, first.modification_level) == ("Signature1", "whole revision", "form filling")
    assert (second.field, second.coverage, second.modification_level) == ("Signature2", "whole file", "none")


def test_a_certificate_that_has_run_out_is_not_trusted(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf(), EXPIRED))
    assert (finding.intact, finding.trusted) == (True, False)
    assert "runs from 2022-01-01 to 2023-06-01" in finding.says()


def test_a_trusted_time_stamp_shows_that_a_certificate_was_in_force_when_it_signed(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf(), EXPIRED, stamped=stamper()))
    assert (finding.trusted, finding.time_stamp_trusted) == (True, True)
    assert finding.time_stamp == SIGNED_AT.isoformat()


def test_a_time_stamp_of_somebody_outside_the_trust_list_shows_nothing(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf(), EXPIRED, stamped=stamper("Another root (SPECIMEN)")))
    assert (finding.trusted, finding.time_stamp_trusted) == (False, False)


def test_a_time_stamp_over_the_whole_document_is_told_as_one_and_only_preserves_the_signature(folder: Path) -> None:
    signature, stamp = check(folder, stamped(signed(plain_pdf())), trust()).signatures
    assert (signature.is_time_stamp, signature.coverage, signature.changed_since) == (False, "whole revision", False)
    assert signature.modification_level == "validation data"
    assert (stamp.is_time_stamp, stamp.intact, stamp.trusted) == (True, True, True)
    assert (stamp.time_stamp, stamp.coverage) == (SIGNED_AT.isoformat(), "whole file")


@pytest.mark.parametrize("gap", ["wider", "shorter"])
def test_content_hidden_where_the_signature_stands_makes_its_coverage_unclear(folder: Path, gap: str) -> None:
    finding = one(folder, signed_by_hand(gap))
    assert (finding.coverage, finding.modification_level, finding.changed_since) == ("unclear", "other", True)
    assert "not the signature alone" in finding.says()


def test_a_signature_that_stops_short_of_its_revision_covers_a_part(folder: Path) -> None:
    finding = one(folder, signed_by_hand("end left out"))
    assert (finding.intact, finding.coverage, finding.changed_since) == (True, "partial", True)
    assert "It covers only a part of the file" in finding.says()


def test_a_weak_digest_is_named_and_trusted_by_nobody(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf(), pades=False, digest="sha1"))
    assert (finding.intact, finding.trusted, finding.weak) == (True, False, ("digest sha1",))


def test_a_sort_of_signature_that_is_not_checked_is_not_called_intact(folder: Path) -> None:
    old = signed(plain_pdf(), pades=False).replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs7.sha1    ")
    finding = one(folder, old)
    assert (finding.intact, finding.coverage) == (False, "undetermined")
    assert "which is not checked here" in finding.says()


def test_a_file_without_a_signature_has_no_findings_and_starts_no_process(folder: Path) -> None:
    assert check(folder, plain_pdf()) == CheckedPdf()


def _encrypted(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="more secret"))
    return out.getvalue()


def _many(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        first = pdf.Root.AcroForm.Fields[0]
        fields = [
            pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=f"Another{number}", V=first.V))
            for number in range(149)
        ]
        pdf.Root.AcroForm.Fields = pikepdf.Array([first, *fields])
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(lambda: _encrypted(plain_pdf()) + b"% /ByteRange", "encrypted", id="encrypted"),
        pytest.param(lambda: signed(plain_pdf())[:300] + b" /ByteRange", "cannot be read", id="truncated"),
        pytest.param(lambda: b"%PDF-1.7 /ByteRange" + b"[" * 100_000, "cannot be read", id="nested"),
        pytest.param(lambda: plain_pdf() + b"% /ByteRange", "no field of the form holds", id="no-field"),
        pytest.param(lambda: _many(signed(plain_pdf())), "150 signatures, of which 100", id="many-signatures"),
    ],
)
def test_a_hostile_or_broken_file_is_told_of_and_nothing_in_it_is_called_intact(
    folder: Path, content: Callable[[], bytes], told: str
) -> None:
    checked = check(folder, content(), trust())
    assert any(told in notice for notice in checked.notices)
    assert not any(each.intact for each in checked.signatures)


def test_a_check_that_its_limits_end_is_told_of(folder: Path) -> None:
    path = kept(folder, "signed.pdf", signed(plain_pdf()))
    checked = check_signatures(path, trust(), Limits(parser_bytes=64 * 1024**2), TODAY)
    assert checked.signatures == ()
    assert "its signatures were not checked" in checked.notices[0]


def test_a_statement_names_document_trust_list_and_certificate_but_its_words_no_person(folder: Path) -> None:
    finding = one(folder, signed(plain_pdf()))
    now, random = reception().now, reception().random
    (statement,) = statements_of([finding], "a" * 64, trust(), now, random)
    assert statement.documents() == (("signed", "a" * 64), ("trust list", trust().sha256))
    assert statement.signer == finding.signer
    assert "Authorised signer" not in statement.says
    assert "pyHanko" in statement.validated_by
    assert build(statement, random).body


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"signer": "x" * 5000}, id="too-long"),
        pytest.param({"signer": "A\ud800"}, id="half-a-character"),
        pytest.param({"field": "two\nlines"}, id="two-lines"),
        pytest.param({"signer_certificate": "none"}, id="no-digest"),
        pytest.param({"valid": True}, id="a-field-too-many"),
    ],
)
def test_an_answer_that_no_check_gives_is_not_taken_from_a_process_that_was_taken_over(told: dict[str, object]) -> None:
    sound = {"field": "S", "intact": True, "trusted": None, "coverage": "whole file", "modification_level": "none"}
    SignatureFinding.model_validate(sound)
    with pytest.raises(ValidationError):
        SignatureFinding.model_validate({**sound, **told})


def test_a_trust_list_is_known_by_its_digest(folder: Path) -> None:
    bundle = authority().pem + authority("Another root (SPECIMEN)").pem
    assert load_trust_list(kept(folder, "trust.pem", bundle)).sha256 == hashlib.sha256(bundle).hexdigest()


def test_a_file_without_certificates_is_no_trust_list(folder: Path) -> None:
    with pytest.raises(IntakeError, match="wanted certificates in PEM"):
        load_trust_list(kept(folder, "trust.pem", b"-----BEGIN NOTHING-----"))
