"""The organisation's signatures: PAdES in the report, CAdES over a list of digests (EN 319 142-1, EN 319 122-1).

Baseline level B-B: no time-stamp authority is asked here. RSA keeps the PDF at version 1.7, which PDF/A-3 wants. The
moment is handed in, so that a home with a simulated clock signs by it. Signed bytes cannot be made again: the caller
keeps them as documents.
"""

import asyncio
import io
from datetime import datetime
from typing import Final

from asn1crypto import cms, keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
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
from evidence.ledger.keys import OrganisationKey

FIELD: Final = "Organisation"
_DIGEST: Final = "sha256"
_RESERVED: Final = 8 * 1024


class _Unchanged(IncrementalPdfFileWriter):
    """Adds a signature and leaves the dates in the document as set: the library would write this machine's clock."""

    def _update_meta(self) -> None:
        return


class PackSigner:
    """The organisation's key, loaded once."""

    def __init__(self, organisation: OrganisationKey) -> None:
        private = organisation.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        certificate = x509.Certificate.load(organisation.certificate.public_bytes(Encoding.DER))
        store = SimpleCertificateStore()
        self.organisation = organisation
        # the root is left out: whoever trusts it has it from elsewhere
        self._signer = signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(private), store, embed_roots=False)

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
                bytes_reserved=_RESERVED,
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
