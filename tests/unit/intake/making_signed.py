"""Makes signed PDFs for tests: a throw-away authority, certificates under it, and signatures by pyHanko."""

import asyncio
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pikepdf
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNED_AT = datetime(2023, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Identity:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    def asn1_key(self) -> keys.PrivateKeyInfo:
        return keys.PrivateKeyInfo.load(self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


ROOT = "Specimen Root (SPECIMEN)"


def authority(name: str = ROOT) -> Identity:
    """A root that issues certificates; the same one for the same name."""
    return _authority(name)


@cache
def _authority(name: str) -> Identity:
    return _identity(name, None, datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


@cache
def signatory(name: str = "Authorised signer (SPECIMEN)", until: datetime | None = None, root: str = ROOT) -> Identity:
    """Somebody with a certificate under an authority, in force from 2022 until 2030 or the day given."""
    until = until or datetime(2030, 1, 1, tzinfo=UTC)
    return _identity(name, authority(root), datetime(2022, 1, 1, tzinfo=UTC), until)


@cache
def stamper(root: str = ROOT) -> Identity:
    """A time-stamp authority."""
    start, end = datetime(2022, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
    return _identity("Specimen Time (SPECIMEN)", authority(root), start, end, stamps=True)


def _identity(name: str, issuer: Identity | None, start: datetime, end: datetime, stamps: bool = False) -> Identity:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=issuer is not None, content_commitment=issuer is not None, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=issuer is None, crl_sign=issuer is None,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is not None:
        of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(of_issuer, critical=False)
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Identity(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def plain_pdf(text: str = "Origin declaration OD-1 (SPECIMEN)", field: str | None = None) -> bytes:
    """One page that shows `text`; with the name of a text field, a form that holds it."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 200))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
        page.obj.Contents = pdf.make_stream(f"BT /F1 12 Tf 20 150 Td ({text}) Tj ET".encode())
        if field is not None:
            widget = pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=field, V="",
                    Rect=[20, 20, 200, 40], P=page.obj, DA="/F1 12 Tf 0 g",
                )
            )  # fmt: skip
            page.obj.Annots = pdf.make_indirect(pikepdf.Array([widget]))
            pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([widget])))
        pdf.save(out, deterministic_id=True, compress_streams=False)
    return out.getvalue()


def signed(
    pdf: bytes,
    who: Identity | None = None,
    field: str = "Signature1",
    *,
    pades: bool = True,
    digest: str = "sha256",
    stamped: Identity | None = None,
    stamped_at: datetime = SIGNED_AT,
) -> bytes:
    """The PDF with a signature added, by pyHanko."""
    who = who or signatory()
    signer = signers.SimpleSigner(who.asn1(), who.asn1_key(), SimpleCertificateStore())
    stamps = None
    if stamped is not None:
        stamps = timestamps.DummyTimeStamper(stamped.asn1(), stamped.asn1_key(), fixed_dt=stamped_at)
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        signer_key_usage=set(),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    work = signers.PdfSigner(metadata, signer, timestamper=stamps, new_field_spec=SigFieldSpec(field))
    out = asyncio.run(work.async_sign_pdf(writer))
    return bytes(out.getvalue())


def stamped(pdf: bytes, by: Identity | None = None, at: datetime = SIGNED_AT) -> bytes:
    """The PDF with a document time stamp added (ETSI.RFC3161)."""
    by = by or stamper()
    stamps = timestamps.DummyTimeStamper(by.asn1(), by.asn1_key(), fixed_dt=at)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    out = asyncio.run(signers.PdfTimeStamper(stamps).async_timestamp_pdf(writer, "sha256"))
    return bytes(out.getvalue())


def kept(folder: Path, name: str, content: bytes) -> Path:
    """The content as a file."""
    path = folder / name
    path.write_bytes(content)
    return path


def signed_by_hand(gap: str, who: Identity | None = None) -> bytes:
    """A signature whose left-out bytes are not the signature alone, though what it covers is unaltered.

    With `gap` "wider" there is content behind it that nothing covers; with "shorter" the signature is written in fewer
    bytes than its length allows for, and the room is used; with "end left out" it stops short of the file's end.
    """
    reserved = 6000
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        value = pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"),
            SubFilter=pikepdf.Name("/adbe.pkcs7.detached"),
            ByteRange=pikepdf.Array([0, 1111111111, 1222222222, 1333333333]), Contents=b"\x80" * reserved,
            X=pikepdf.String("shown and not signed"),
        )  # fmt: skip
        widget = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="Signature1",
                V=pdf.make_indirect(value), Rect=[0, 0, 0, 0], P=pdf.pages[0].obj,
            )
        )  # fmt: skip
        pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([widget]))
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([widget]), SigFlags=3))
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    content = out.getvalue()
    start = content.index(b"<" + b"80" * 8)
    end = start + 2 * reserved + 2
    if gap == "wider":
        end = content.index(b"not signed)") + len(b"not signed)")
    stop = len(content) - 200 if gap == "end left out" else len(content)
    ranges = b"[ 0 %010d %010d %010d ]" % (start, end, stop - end)
    content = content.replace(b"[ 0 1111111111 1222222222 1333333333 ]", ranges)
    digest = hashlib.sha256(content[:start] + content[end:stop]).digest()
    signer = signers.SimpleSigner(
        (who or signatory()).asn1(), (who or signatory()).asn1_key(), SimpleCertificateStore()
    )
    made = bytes(asyncio.run(signer.async_sign(digest, "sha256")).dump()).ljust(reserved, b"\0")
    written = b"<" + made.hex().encode() + b">"
    if gap == "shorter":
        literal = b"".join(b"\\" + bytes([c]) if c in b"()\\" else b"\\r" if c == 13 else bytes([c]) for c in made)
        written = (b"(" + literal + b") /Y (shown and not signed either)").ljust(2 * reserved + 2)
    return content[:start] + written + content[start + 2 * reserved + 2 :]
