"""Records statements as one person: builds them, signs them with that person's key, hands them to the writer."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.identifiers import Random
from evidence.core.statements.base import Statement, build
from evidence.ledger import envelope
from evidence.ledger.submission import Appended, DocumentLink, SigningKey, Submission, prepare_here
from evidence.ledger.writer import Writer


class Recorder:
    """What a command records with. `random` gives nonces and salts."""

    def __init__(self, writer: Writer, actor_key: Ed25519PrivateKey, random: Random) -> None:
        self._writer, self._key, self._random = writer, SigningKey.of(actor_key), random
        self.actor = self._key.id

    def record(self, statements: Sequence[tuple[Statement, Sequence[DocumentLink]]]) -> list[Appended]:
        """Record statements in the order given, all or none, under one checkpoint.

        Args:
            statements: each with the documents linked to it beyond those that it names itself.

        Raises:
            EvidenceError: as `Writer.append` has it; nothing was recorded.
        """
        return self._writer.append(
            [prepare_here(statement, documents, self._key, self._random) for statement, documents in statements]
        )

    def hand_over(self, submissions: Sequence[Submission]) -> list[Appended]:
        """Record statements that come in bytes, signed by whom they name, all or none, under one checkpoint.

        Raises:
            EvidenceError: as `Writer.append` has it; nothing was recorded.
        """
        return self._writer.append(submissions)

    def submission(self, statement: Statement, documents: Sequence[DocumentLink] = ()) -> Submission:
        """A statement as others hand it to the writer: built and signed, not recorded, all of it in bytes."""
        built = build(statement, self._random)
        signed = envelope.sign(built.body, self._key.private, keyid=self.actor)
        return Submission(built.kind, signed.to_json(), self.actor, built.disclosures, tuple(documents))
