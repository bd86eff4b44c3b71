"""What a check of a signature in a received document found (ETSI EN 319 102-1; PAdES).

Whether the bytes are as signed, whether the signer's certificate is trusted, how much of the file the signature covers
and what was added after it are four findings, and none stands for another.
"""

from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.cells import Flag
from evidence.core.values import Sha256, Text


class SignatureCheck(Statement):
    """One signature field of one document, as found on the day of the receipt."""

    kind: ClassVar[str] = "signature-check"
    prefix: ClassVar[str] = "sigchk"

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.DERIVED
    document: Sha256
    """The signed document."""
    field: Text
    """The name of the signature field."""
    intact: Flag
    """Whether the signed bytes are as they were signed."""
    trusted: Flag | None = None
    """Whether the certificate leads to the trust list; empty where no list was given."""
    coverage: Text
    """How much of the file the signature covers."""
    modification_level: Text
    """What was added to the file after the signature."""
    signer: Annotated[Text | None, Tier.SECRET_PERSONAL] = None
    """The subject of the signer's certificate."""
    signer_certificate: Sha256 | None = None
    """SHA-256 of the certificate in DER."""
    claimed_signing_time: Text | None = None
    """The time that the signer claims."""
    digest_algorithm: Text | None = None
    """The algorithm of the signed digest."""
    trust_list: Sha256 | None = None
    """The trust list used, a PEM document."""
    validated_by: Text
    """The program that checked, with its version."""
    says: Text
    """The finding in a sentence."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        trust = (("trust list", self.trust_list),) if self.trust_list else ()
        return (*super().documents(), ("signed", self.document), *trust)
