"""Mappings in the ledger: the document kept, its statement recorded, the latest of each name the one in use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.mapping import ColumnMapping
from evidence.errors import IntakeError, UsageError
from evidence.intake.assemble import SELF
from evidence.intake.gather import open_regular
from evidence.intake.mapping_document import LARGEST, Mapping, parse_mapping
from evidence.ledger.submission import DocumentLink
from evidence.register.queries import Known, Register

MEDIA_TYPE = "application/toml"

Read = Callable[[str], bytes]
"""Gives a document by its SHA-256, as `DocumentStore.read` does."""


@dataclass(frozen=True, slots=True)
class Given:
    """A mapping to be used; `saved` is its statement where these very bytes are on record."""

    mapping: Mapping
    saved: Known[ColumnMapping] | None
    earlier: Known[ColumnMapping] | None = None
    """The statement of the same name that it would supersede, where it is not on record."""

    def statement(self, by: str, now: datetime, random: Random, reason: str | None = None) -> ColumnMapping:
        """The statement that puts it on record; its document is to be kept first.

        Args:
            by: who decides that files of this source are read so.
            now: for the statement's id.
            random: for the statement's id.
            reason: why it takes the place of the earlier one of its name, where there is one.

        Raises:
            UsageError: it takes an earlier one's place and nobody says why.
        """
        of, earlier = self.mapping, self.earlier
        if earlier is not None and not reason:
            raise UsageError(f"A mapping {of.name} is on record ({earlier.ref}). Say with --reason why it is replaced.")
        return ColumnMapping(
            id=mint(ColumnMapping.prefix, now, random),
            issuer=SELF,
            evidence_class=EvidenceClass.TESTIMONY,
            supersedes=earlier.value.id if earlier else None,
            supersedes_reason=reason if earlier else None,
            name=of.name,
            of_source=of.of_source,
            template=of.template,
            mapping=of.sha256,
            by=by,
        )

    def links(self) -> Sequence[DocumentLink]:
        """The document that its statement names, for the recorder."""
        return (DocumentLink(self.mapping.sha256, "mapping", MEDIA_TYPE),)


def saved_mappings(register: Register) -> dict[str, Known[ColumnMapping]]:
    """The mapping in use of each name, in the order in which they were recorded."""
    known = register.statements(ColumnMapping)
    gone = {each.value.supersedes for each in known}
    return {each.value.name: each for each in known if each.statement_id not in gone}


def given(register: Register, read: Read, name_or_file: str) -> Given:
    """The mapping that a person means: the saved one of that name, else the file.

    Raises:
        UsageError: neither is there.
        IntakeError: the file is no mapping.
    """
    known = saved_mappings(register)
    if saved := known.get(name_or_file):
        return Given(parse_mapping(read(saved.value.mapping)), saved)
    path = Path(name_or_file)
    if not path.is_file():
        names = f"Saved are: {', '.join(known)}." if known else "None is saved; see 'evidence mapping save'."
        raise UsageError(f"No mapping is called {name_or_file!r}, and no file either. {names}")
    mapping = read_mapping(path)
    saved = known.get(mapping.name)
    if saved is not None and saved.value.mapping == mapping.sha256:
        return Given(mapping, saved)
    return Given(mapping, None, saved)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file.

    Raises:
        IntakeError: it cannot be read, or is no mapping.
    """
    with open_regular(path) as file:
        content = file.read(LARGEST + 1)
    try:
        return parse_mapping(content)
    except IntakeError as error:
        raise IntakeError(f"{path.name}: {error}") from error
