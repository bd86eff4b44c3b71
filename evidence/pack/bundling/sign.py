"""The organisation's signatures: PAdES in the report, CAdES over a list of digests (EN 319 142-1, EN 319 122-1).

Baseline level B-B, and B-LT where a time-stamping authority is asked: a stamp over the signature inside it, and what a
later verifier needs (certificates, revocation lists) in the same revision of the file. So one signature covers the
whole file. A later revision, as an archive time stamp adds one, could also change what a reader sees, and our checkers
refuse any (docs/decisions/0077). RSA keeps the PDF at version 1.7, which PDF/A-3 wants. The moment is handed in, so
that a home with a simulated clock signs by it. Signed bytes cannot be made again: the caller keeps them as documents.
"""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from asn1crypto import algos, cms, crl, pem, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.errors import PackError
from evidence.ledger.organisation import OrganisationSigner
from evidence.ledger.stamp_trust import BROKEN
from evidence.ledger.time_stamps import TimeStamp

FIELD: Final = "Organisation"
REVOCATION: Final = "revocation"
"""The folder in a trust folder with revocation lists, ``*.crl``, of the organisation's root and of authorities."""
_DIGEST: Final = "sha256"
_RESERVED: Final = 8 * 1024
_RESERVED_STAMP: Final = 2 * 24 * 1024  # hexadecimal digits: a token with its chain has some ten thousand bytes
_RSA_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Stamping:
    """What a long-lived signature needs: who stamps bytes, and what proves his certificates and ours later.

    `stamp` raises NoAnswer where no authority gives a stamp. `between` are those between authorities' signers and
    their roots that their tokens leave out.
    """

    stamp: Callable[[bytes], TimeStamp]
    between: tuple[certificates.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()

    def response(self, data: bytes) -> bytes:
        """The whole response over some bytes, as it stands beside them in a pack."""
        return self.stamp(data).response


def revocation_lists(trust: Path) -> tuple[crl.CertificateList, ...]:
    """The revocation lists that lie in a trust folder, DER or PEM (RFC 5280).

    Raises:
        PackError: one cannot be read.
    """
    found = []
    for path in sorted((trust / REVOCATION).glob("*.crl")):
        try:
            content = path.read_bytes()
            if pem.detect(content):
                content = pem.unarmor(content)[2]
            listed = crl.CertificateList.load(content, strict=True)
            _ = listed.issuer, listed["tbs_cert_list"]["this_update"].native
        except (OSError, *BROKEN) as error:
            raise PackError(f"{path} holds no revocation list that can be read; wanted a CRL, DER or PEM.") from error
        found.append(listed)
    return tuple(found)


class _Unchanged(IncrementalPdfFileWriter):
    """Adds a signature and leaves the dates in the document as set: the library would write this machine's clock."""

    def _update_meta(self) -> None:
        return


class _Seam(signers.Signer):
    """Asks the organisation's signer for the bytes of a signature, wherever its key lies."""

    def __init__(self, organisation: OrganisationSigner, stamping: Stamping | None) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(_asn1(one) for one in organisation.between)
        self._sign = organisation.sign
        self._stamping = stamping
        super().__init__(
            signing_cert=_asn1(organisation.certificate),
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            embed_roots=False,  # whoever trusts the root has it from elsewhere
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == _DIGEST, "the organisation signs with RSA and SHA-256"
        return bytes(_RSA_BYTES) if dry_run else self._sign(data)

    async def unsigned_attrs(
        self,
        digest_algorithm: str,  # noqa: ARG002 -- the library's signature
        signature: bytes,
        signed_attrs: cms.CMSAttributes,  # noqa: ARG002
        timestamper: object = None,  # noqa: ARG002
        dry_run: bool = False,
    ) -> cms.CMSAttributes | None:
        if self._stamping is None or dry_run:
            return None
        # The library's own client takes what an authority says; ours verifies it under the roots of the settings.
        answer = tsp.TimeStampResp.load(self._stamping.stamp(signature).response)
        token = {"type": "signature_time_stamp_token", "values": [answer["time_stamp_token"]]}
        return cms.CMSAttributes([cms.CMSAttribute(token)])


def _asn1(certificate: certificates.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class PackSigner:
    """The organisation's signer, ready for the forms that a pack needs; with time stamps where `stamping` is given."""

    def __init__(self, organisation: OrganisationSigner, stamping: Stamping | None = None) -> None:
        self.organisation = organisation
        self._stamping = stamping
        self._signer = _Seam(organisation, stamping)
        self._reserved = _RESERVED + sum(2 * len(one.public_bytes(Encoding.DER)) for one in organisation.between)
        if stamping is not None:
            self._reserved += _RESERVED_STAMP

    def sign_list(self, content: bytes, now: datetime) -> bytes:
        """A detached CAdES signature over `content` (DER), which ``openssl cms -verify`` reads.

        Raises:
            NoAnswer: no authority gives a time stamp.
        """
        settings = PdfCMSSignedAttributes(
            signing_time=now.replace(microsecond=0), cades_signed_attrs=CAdESSignedAttrSpec()
        )
        signed: cms.ContentInfo = asyncio.run(
            self._signer.async_sign_general_data(
                content, _DIGEST, detached=True, use_cades=True, signed_attr_settings=settings
            )
        )
        return bytes(signed.dump())

    def sign_report(self, report: bytes, reason: str, now: datetime) -> bytes:
        """The report with a PAdES signature that allows no later change.

        Raises:
            PackError: it is not a PDF that can be signed.
            NoAnswer: no authority gives a time stamp.
        """
        moment = now.replace(microsecond=0)
        try:
            writer = _Unchanged(io.BytesIO(report))
            self._supply(writer)
            embedder = cms_embedder.PdfCMSEmbedder(new_field_spec=SigFieldSpec(FIELD))
            steps = embedder.write_cms(field_name=FIELD, writer=writer)
            next(steps)
            placeholder = SignatureObject(
                timestamp=moment,
                subfilter=SigSeedSubFilter.PADES,
                name=self.organisation.certificate.subject.rfc4514_string(),
                reason=reason,
                bytes_reserved=self._reserved,
            )
            steps.send(
                cms_embedder.SigObjSetup(
                    sig_placeholder=placeholder,
                    mdp_setup=cms_embedder.SigMDPSetup(
                        md_algorithm=_DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES
                    ),
                )
            )
            output = io.BytesIO()
            prepared, _ = steps.send(cms_embedder.SigIOSetup(md_algorithm=_DIGEST, output=output))
            signed = asyncio.run(
                self._signer.async_sign(
                    prepared.document_digest,
                    _DIGEST,
                    use_pades=True,
                    signed_attr_settings=PdfCMSSignedAttributes(cades_signed_attrs=CAdESSignedAttrSpec()),
                )
            )
            prepared.fill_with_cms(output, signed)
        except PdfError as error:
            raise PackError(f"The report could not be signed: {error}.") from error
        return output.getvalue()

    def _supply(self, writer: _Unchanged) -> None:
        """Put what a later verifier needs besides the signature into the file (the Document Security Store)."""
        if self._stamping is None:
            return
        own = (self.organisation.certificate, *self.organisation.between)
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            certs=[_asn1(one) for one in (*own, *self._stamping.between)],
            crls=list(self._stamping.lists),
        )
