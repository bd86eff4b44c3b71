"""The organisation's signatures: PAdES in the report, CAdES over a list of digests (EN 319 142-1, EN 319 122-1).

Baseline level B-B: no time-stamp authority is asked here. RSA keeps the PDF at version 1.7, which PDF/A-3 wants. The
moment is handed in, so that a home with a simulated clock signs by it. Signed bytes cannot be made again: the caller
keeps them as documents.
"""

import asyncio
import io
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, x509
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
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.errors import PackError
from evidence.ledger.organisation import OrganisationSigner

FIELD: Final = "Organisation"
_DIGEST: Final = "sha256"
_RESERVED: Final = 8 * 1024
_RSA_BYTES: Final = 512


class _Unchanged(IncrementalPdfFileWriter):
    """Adds a signature and leaves the dates in the document as set: the library would write this machine's clock."""

    def _update_meta(self) -> None:
        return


class _Seam(signers.Signer):
    """Asks the organisation's signer for the bytes of a signature, wherever its key lies."""

    def __init__(self, organisation: OrganisationSigner) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(_asn1(one) for one in organisation.between)
        self._sign = organisation.sign
        super().__init__(
            signing_cert=_asn1(organisation.certificate),
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            embed_roots=False,  # whoever trusts the root has it from elsewhere
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == _DIGEST, "the organisation signs with RSA and SHA-256"
        return bytes(_RSA_BYTES) if dry_run else self._sign(data)


def _asn1(certificate: certificates.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class PackSigner:
    """The organisation's signer, ready for the forms that a pack needs."""

    def __init__(self, organisation: OrganisationSigner) -> None:
        self.organisation = organisation
        self._signer = _Seam(organisation)
        self._reserved = _RESERVED + sum(2 * len(one.public_bytes(Encoding.DER)) for one in organisation.between)

    def sign_list(self, content: bytes, now: datetime) -> bytes:
        """A detached CAdES signature over `content` (DER), which ``openssl cms -verify`` reads."""
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
        """
        moment = now.replace(microsecond=0)
        try:
            writer = _Unchanged(io.BytesIO(report))
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
