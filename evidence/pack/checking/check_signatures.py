"""The organisation's signatures on a pack: over the list of digests, in the container, in the report.

A signature that is intact shows that nothing changed since somebody signed. Who that was, only a root certificate and
the list of the organisation's keys can say, which came by another way than the pack. An authority may certify others
too, so that a chain to a trusted root does not make a signature the organisation's: its key does, which is listed in
`keys.json`. Without either the signer is undetermined.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from asn1crypto import cms, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator import ValidationContext

from evidence.core.statements.own import KeyPurpose
from evidence.errors import LedgerError, UsageError
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.endings import Ending, ending_of, read_endings
from evidence.ledger.trust import TrustedKey, read_keys
from evidence.pack.checking.verdict import PackReport

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # what they find is said in verdicts

_SIGNS = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})  # one of them, as `openssl cms` has it


_DEEPEST = 20_000  # calls


@dataclass(frozen=True, slots=True)
class SignerTrust:
    """Whose signature counts: root certificates from outside, or none; `moment` is when it is asked.

    `keys` are the organisation's as the trust folder lists them, by their SPKI; a folder without `keys.json`, or one of
    before keys of the organisation were listed, has none. A pack says itself when it was signed, so no signature of a
    compromised key can be placed before that; but it stands at a size of the ledger, beyond which a key that had ended
    signed nothing. An earlier size says nothing: a pack of it can be written out with the key in use today.
    """

    roots: tuple[x509.Certificate, ...]
    moment: datetime
    keys: Mapping[bytes, TrustedKey] = field(default_factory=dict)
    endings: tuple[Ending, ...] = ()
    size: int | None = None

    @classmethod
    def read(cls, trust: Path | None, moment: datetime) -> "SignerTrust":
        """The root certificates in a trust folder, and the organisation's keys that it lists.

        Raises:
            UsageError: the folder holds no root, or what it holds cannot be read.
        """
        if trust is None:
            return cls((), moment)
        try:
            roots = certificates.load_pem_x509_certificates((trust / "root.pem").read_bytes())
            listed = read_keys(trust) if (trust / "keys.json").exists() else ()
            endings = read_endings(trust)
        except (OSError, ValueError, certificates.InvalidVersion) as error:
            raise UsageError(
                f"{trust} holds no root.pem that can be read; wanted the trust folder of a home (root.pem at least)."
            ) from error
        except LedgerError as error:
            raise UsageError(f"{trust} is not a trust folder that can be read ({error}).") from error
        keys = {one.public_key: one for one in listed if one.purpose == KeyPurpose.ORGANISATION}
        trusted = tuple(x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in roots)
        return cls(trusted, moment, keys, endings)

    def at(self, head: Checkpoint | None) -> "SignerTrust":
        """The same for a pack at that head, by which keys that have ended are judged; at none, they are not."""
        if head is None:
            return self
        ending = ending_of(self.endings, head.origin, head.size)
        keys = self.keys if ending is None else {spki: ending.judged(key) for spki, key in self.keys.items()}
        return replace(self, keys=keys, size=head.size)

    def doubt(self, spki: bytes) -> str:
        """Why a signature under a trusted root may not be the organisation's; nothing where its key is."""
        key = self.keys.get(spki)
        if key is None:
            return "whose key the trust folder does not list as the organisation's: it may be another's"
        if key.compromised_since is not None:
            return f"whose key {key.key} is {key.state_text}: it may be another's"
        if self.size is not None and key.ended_by is not None and self.size > key.ended_by:
            return f"whose key {key.key} was not in use any more at {self.size} entries ({key.state_text})"
        return ""

    def context(self) -> ValidationContext:
        """What the validator is told: these roots or none, no network."""
        return ValidationContext(
            trust_roots=list(self.roots),
            allow_fetching=False,
            moment=self.moment,
            revocation_mode="soft-fail",
        )


def check_list(report: PackReport, name: str, content: bytes, signature: bytes, trust: SignerTrust) -> None:
    """A detached CMS signature over a list of digests."""
    try:
        info = cms.ContentInfo.load(signature, strict=True)
        if info["content_type"].native != "signed_data":
            raise ValueError("no signed data")
        status = asyncio.run(
            async_validate_detached_cms(
                content, info["content"], signer_validation_context=trust.context(), key_usage_settings=_SIGNS
            )
        )
    except (ValueError, TypeError, KeyError, IndexError, SignatureValidationError, PdfError) as error:
        report.failed(name, f"The signature cannot be read ({_short(error)}).")
        return
    _judge(report, name, status, trust)


def check_report(report: PackReport, name: str, pdf: bytes, trust: SignerTrust) -> None:
    """The PAdES signature in the report: intact, over the whole file, by the organisation."""
    try:
        with _deep():
            signatures = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
            if len(signatures) != 1:
                report.failed(name, f"The report carries {len(signatures)} signatures, wanted one.")
                return
            # What a later revision changed is not asked, since there may be none: to compare them takes a minute.
            status = validate_pdf_signature(signatures[0], trust.context(), key_usage_settings=_SIGNS, skip_diff=True)
    except Exception as error:  # noqa: BLE001 -- a damaged PDF fails in as many ways as there are bytes in it
        report.failed(name, f"The report's signature cannot be read ({_short(error)}).")
        return
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        report.failed(name, "The report was added to after it was signed.")
        return
    _judge(report, name, status, trust)


@contextmanager
def _deep() -> Iterator[None]:
    """Room for the validator, which goes from one bookmark to the next by calling itself: some hundred beside each
    other are too deep for Python's own limit. Ours are nested; others' reports need not be.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def check_embedded(report: PackReport, name: str, pdf: bytes, wanted: dict[str, bytes]) -> None:
    """The files inside the report are those that lie beside it."""
    if not pdf.startswith(b"%PDF-"):  # some readers look further, others find nothing where the file says it is
        report.failed(name, "The report does not begin as a PDF does.")
        return
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            found = {key: attached.get_file().read_bytes() for key, attached in opened.attachments.items()}
    except (pikepdf.PdfError, ValueError) as error:
        report.failed(name, f"The report cannot be opened ({_short(error)}).")
        return
    differing = sorted(key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key))
    if differing:
        report.failed(name, f"Not the same inside the report and beside it: {', '.join(differing)}.")
    else:
        report.passed(name, f"{', '.join(sorted(found))}: equal to those beside it")


def _judge(report: PackReport, name: str, status: SignatureStatus, trust: SignerTrust) -> None:
    certificate = status.signing_cert
    who = certificate.subject.human_friendly
    if not status.intact or not status.valid:
        report.failed(
            name, "The signature does not fit: what it covers was altered after signing, or the signature was."
        )
    elif not trust.roots:
        report.undetermined(name, f"Intact, by a certificate that names {who}. Whose it is needs --trust DIR.")
    elif not status.trusted:
        report.failed(name, f"Intact, but its certificate ({who}) was not issued under the root in the trust folder.")
    elif doubt := trust.doubt(certificate.public_key.dump()):
        report.undetermined(name, f"Intact, under the trusted root, by {who}, {doubt}.")
    else:
        report.passed(name, f"by {who}, under the trusted root{_stamped(status)}")


def _stamped(status: SignatureStatus) -> str:
    """When an authority has seen the signature, as far as that can be said without its root."""
    stamp = getattr(status, "timestamp_validity", None)
    if stamp is None:
        return ""
    if not stamp.intact or not stamp.valid:
        return "; the time stamp in it does not fit, and counts for nothing"
    moment = stamp.timestamp.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return f"; stamped at {moment} by {stamp.signing_cert.subject.human_friendly}, as that authority says"


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:160]
