"""Whether a document was received before in other bytes: the same picture saved anew, or the same text but for a place.

Texts are those on record as derived documents. A new one is held against those of documents with as many pages, through
their fingerprints (`likeness`), so that an import of many stays linear. What is found is told, and decides nothing.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from evidence.core.identifiers import Random
from evidence.core.statements.derived import DerivedDocument
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.errors import DocumentDamaged, DocumentMissing
from evidence.intake.companions import Companions
from evidence.intake.gather import Found
from evidence.intake.likeness import Likeness, Seen
from evidence.intake.scans import PIXELS
from evidence.intake.work import new_item
from evidence.register.queries import Known, Register
from evidence.store.documents import DocumentStore

MOST_COMPARED = 2000
"""Texts of one number of pages, the latest ones, that a new one is held against."""
_PIXELS = re.compile(f"{PIXELS}([0-9a-f]{{64}})")


@dataclass(slots=True)
class Resemblances:
    """What is on record, by its digest, and what this import has read already, by the name that it was given."""

    register: Register
    store: DocumentStore
    _texts: dict[int, Seen] = field(default_factory=dict)
    _pictures: dict[str, str] | None = None
    _own: set[str] = field(default_factory=set)

    def notices(self, of: Companions) -> list[str]:
        """What a person is told of a new document: what it resembles."""
        told: list[str] = []
        same = self._known_pictures().get(of.pixels) if of.pixels is not None else None
        if same is not None:
            told.append(f"the same picture as {self._name(same)}, saved anew: other bytes, not one point different")
        return told + [likeness.says(self._name(key)) for key, likeness in self._like(of) if key != same]

    def questions(self, of: Companions, found: Found, owner: str, now: datetime, random: Random) -> list[WorkItem]:
        """What a scan leaves open that is all but the same as another: which of the two holds."""
        return [
            new_item(
                WorkTopic.NEAR_DUPLICATE,
                f"document:{found.sha256}",
                f"{found.name} is {likeness.says(self._name(key))}. Which of the two holds?",
                owner=owner,
                now=now,
                random=random,
                document=found.sha256,
            )
            for key, likeness in self._like(of)
            if of.is_scan and likeness.in_one_place and key != found.name
        ][:1]

    def _like(self, of: Companions) -> list[tuple[str, Likeness]]:
        return self._known_texts(of.pages).like(of.text) if of.text is not None else []

    def add(self, name: str, of: Companions) -> None:
        """Remember a document of this import, so that a later one of the same import is held against it."""
        self._own.add(name)
        if of.pixels is not None:
            self._known_pictures().setdefault(of.pixels, name)
        if of.text is not None:
            self._known_texts(of.pages).add(name, of.text)

    def _known_pictures(self) -> dict[str, str]:
        if self._pictures is None:
            noted = ((each.value, _PIXELS.match(each.value.note or "")) for each in self._derived())
            self._pictures = {match[1]: value.document for value, match in noted if match is not None}
        return self._pictures

    def _known_texts(self, pages: int) -> Seen:
        if pages not in self._texts:
            seen = self._texts[pages] = Seen()
            for each in self._derived(pages=pages)[-MOST_COMPARED:]:
                try:
                    text = self.store.read(each.value.derived).decode("utf-8", "replace")
                except (DocumentMissing, DocumentDamaged):  # disposed of; a check of the ledger tells it from lost
                    continue
                seen.add(each.value.document, text)
        return self._texts[pages]

    def _derived(self, **equals: object) -> list[Known[DerivedDocument]]:
        return self.register.statements(DerivedDocument, **equals)

    def _name(self, key: str) -> str:
        receipts = [] if key in self._own else self.register.statements(DocumentReceived, document=key)
        return f"{receipts[0].ref} ({receipts[0].value.name})" if receipts else key
