"""What a PDF's signatures come to, and the statement made of each (`signed_file` checks them, in the bounded process).

Intact, trusted, coverage and modification level stand apart, since one does not follow from another: a signature may be
intact over a page that was covered up afterwards, or trusted over half the file. Whom to trust is told by a list handed
in, a PEM bundle kept as a document, and by nothing else (docs/decisions/0027-what-a-signature-check-records.md).
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, BinaryIO

from cryptography import x509
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.signature_check import SignatureCheck
from evidence.core.values import Sha256
from evidence.errors import IntakeError
from evidence.intake import parser
from evidence.intake.assemble import SELF
from evidence.intake.faults import Faults
from evidence.intake.gather import open_regular
from evidence.intake.limits import Limits

VERSION = "evidence-signatures/1"
TRUST_MEDIA_TYPE = "application/x-pem-file"
_MOST_TRUSTED = 8 * 1024**2
_MARK = b"/ByteRange"
_CHUNK = 1 << 20
_UNKNOWN = "undetermined"


@dataclass(frozen=True, slots=True)
class TrustList:
    """The certificates that a signature may lead to, as the PEM bundle they came in, and its SHA-256."""

    pem: bytes
    sha256: str


def load_trust_list(path: Path) -> TrustList:
    """The PEM bundle at `path`.

    Raises:
        IntakeError: it cannot be read, or holds no certificate, or one that is none.
    """
    with open_regular(path) as file:
        bundle = file.read(_MOST_TRUSTED + 1)
    wanted = f"wanted certificates in PEM, at most {_MOST_TRUSTED} bytes"
    if len(bundle) > _MOST_TRUSTED:
        raise IntakeError(f"The trust list {path} is too long; {wanted}.")
    try:
        x509.load_pem_x509_certificates(bundle)
    except (ValueError, x509.InvalidVersion) as error:
        raise IntakeError(f"The trust list {path} cannot be read ({error}); {wanted}.") from error
    return TrustList(bundle, hashlib.sha256(bundle).hexdigest())


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("text that is not one printable line")
    return text


Short = Annotated[str, StringConstraints(max_length=400), AfterValidator(_one_line)]


class SignatureFinding(BaseModel):
    """What was found of one signature field, as the bounded process tells it. Unknown is None, never a guess."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Short
    intact: bool
    """Whether the signed bytes and the signature over them were shown to be unaltered."""
    trusted: bool | None
    """Whether the signer's certificate leads to the trust list; None where none was given."""
    coverage: Short
    """whole file, whole revision, partial, unclear or undetermined."""
    modification_level: Short
    """What was added since: none, validation data, form filling, annotations, other or undetermined."""
    signer: Short | None = None
    issuer: Short | None = None
    signer_certificate: Sha256 | None = None
    certificate_from: Short | None = None
    certificate_to: Short | None = None
    claimed_signing_time: Short | None = None
    digest_algorithm: Short | None = None
    weak: tuple[Short, ...] = ()
    is_time_stamp: bool = False
    time_stamp: Short | None = None
    time_stamp_trusted: bool | None = None
    notes: tuple[Short, ...] = ()

    @property
    def changed_since(self) -> bool:
        """Whether the file may show more than what was signed."""
        return changed_since(self.modification_level)

    def says(self) -> str:
        """All of it in plain words, but for the signer's name, which is personal and has a field of its own."""
        return " ".join([self._integrity(), self._additions(), *self._signer(), *self._times(), *self._notes()])

    def _integrity(self) -> str:
        if not self.intact and self.coverage == _UNKNOWN:
            return "Not shown to be intact."
        if not self.intact:
            return "Not intact: what was signed was altered since, or the signature is not one over it."
        reach = {
            "whole file": "It covers the whole file.",
            "whole revision": "It covers the file as it was when it was signed.",
            "partial": "It covers only a part of the file as it was.",
        }
        return f"Intact. {reach.get(self.coverage, 'What it covers is unclear.')}"

    def _additions(self) -> str:
        return {
            "none": "Nothing was added since."
            if self.coverage == "whole file"
            else "Bytes were added since that change nothing that it shows.",
            "validation data": "Added since: data for checking signatures, and nothing that shows.",
            "form filling": "Changed since signing: fields were filled in, or further signatures set.",
            "annotations": "Changed since signing: annotations were added.",
            "other": "Changed since signing, in ways that a signature does not allow for: what is shown may not be "
            "what was signed.",
        }.get(self.modification_level, "Whether it was changed since cannot be told.")

    def _signer(self) -> list[str]:
        told = []
        if self.certificate_from is not None:
            issued = "by itself" if self.issuer == self.signer else f"by {self.issuer}"
            span = f"from {self.certificate_from} to {self.certificate_to}"
            told.append(f"The signer's certificate, issued {issued}, runs {span}.")
        told.append(
            {
                None: "No trust list was given: whose certificate it is, nobody has vouched for.",
                True: "It leads to a certificate of the trust list; whether it was revoked was not looked up.",
                False: "It does not lead to the trust list, or was not in force, or is not for signing.",
            }[self.trusted]
        )
        return told

    def _times(self) -> list[str]:
        told = [f"It claims {self.claimed_signing_time} as its time."] if self.claimed_signing_time else []
        if self.time_stamp is not None:
            judged = {
                None: "no trust list was given to judge it by",
                True: "under the trust list",
                False: "not under the trust list",
            }[self.time_stamp_trusted]
            what = "is nobody's signature but" if self.is_time_stamp else "bears"
            told.append(f"It {what} a time stamp of {self.time_stamp}, {judged}.")
        return told

    def _notes(self) -> list[str]:
        told = [f"Weak by today's measure: {', '.join(self.weak)}."] if self.weak else []
        return told + [f"{note[:1].upper()}{note[1:]}." for note in self.notes]


def changed_since(modification_level: str) -> bool:
    """Whether a file was added to since it was signed, apart from data that serve the signature itself."""
    return modification_level not in ("none", "validation data")


@dataclass(frozen=True, slots=True)
class CheckedPdf:
    """The signatures of a PDF, in the order of its fields, and what is worth telling of the file as a whole."""

    signatures: tuple[SignatureFinding, ...] = ()
    notices: tuple[str, ...] = ()


def check_signatures(path: Path, trust: TrustList | None, limits: Limits, moment: datetime) -> CheckedPdf:
    """Check every signature in the PDF at `path`, as seen at `moment`; nothing is fetched, nothing is believed.

    Raises:
        IntakeError: the file cannot be opened, or no process started for it.
    """
    with open_regular(path) as file:
        if not _holds(file, _MARK):
            return CheckedPdf()
        faults = Faults(path.name)
        with tempfile.NamedTemporaryFile(prefix="trust-", suffix=".pem") as bundle:
            ask: dict[str, object] = {"moment": moment.isoformat(), "trust": None}
            if trust is not None:
                bundle.write(trust.pem)
                bundle.flush()
                ask["trust"] = bundle.name
            readable = [Path(bundle.name)] if trust is not None else []
            parsed = parser.parse("signed", file, limits, faults, ask=ask, readable=readable)
    notices = [*parsed.notices, *(f"its signatures were not checked: {fault.found}" for fault in faults.all())]
    try:
        findings = [SignatureFinding.model_validate(each) for each in parsed.found]
    except ValidationError:  # a process that a hostile file has taken over
        return CheckedPdf((), (*notices, "its signatures were not checked: the answer cannot be read"))
    return CheckedPdf(tuple(findings), tuple(notices))


def _holds(file: BinaryIO, mark: bytes) -> bool:
    """Whether the bytes hold `mark`, which in a signed file stands in clear: a signature cannot cover it otherwise."""
    before = b""
    while chunk := file.read(_CHUNK):
        if mark in before + chunk:
            return True
        before = chunk[-len(mark) :]
    return False


def statements_of(
    findings: Sequence[SignatureFinding],
    document_sha256: str,
    trust: TrustList | None,
    now: datetime,
    random: Random,
    by: str | None = None,
) -> list[SignatureCheck]:
    """A statement of each signature checked; `by` is the tool and its version."""
    tool = by or f"{VERSION}; pyHanko {version('pyhanko')}"
    return [
        SignatureCheck(
            id=mint(SignatureCheck.prefix, now, random),
            issuer=SELF,
            evidence_class=EvidenceClass.DERIVED,
            document=document_sha256,
            field=each.field or "(without a name)",
            intact=each.intact,
            trusted=each.trusted,
            coverage=each.coverage or _UNKNOWN,
            modification_level=each.modification_level or _UNKNOWN,
            signer=each.signer or None,
            signer_certificate=each.signer_certificate,
            claimed_signing_time=each.claimed_signing_time or None,
            digest_algorithm=each.digest_algorithm or None,
            trust_list=trust.sha256 if trust else None,
            validated_by=tool,
            says=each.says()[:4000],
        )
        for each in findings
    ]
