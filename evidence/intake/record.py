"""Records a plan: for each file its receipt and what was read from it, in one append.

Documents are durable before any entry names them. A process killed between two files leaves whole files recorded; the
next run tells those as already recorded and goes on with the rest.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.core.disclosure import SEED_SIZE, Tier
from evidence.core.identifiers import Random
from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.values import moment_text
from evidence.errors import IntakeError
from evidence.intake.assemble import SELF
from evidence.intake.drafts import ImportPlan, LoadDraft, PlannedFile
from evidence.intake.gather import open_regular
from evidence.ledger.lines import derive
from evidence.ledger.recorder import Recorder
from evidence.ledger.submission import DocumentLink
from evidence.store.documents import DocumentStore
from evidence.store.durable import replace
from evidence.store.vault import Vault

REFUSED = "refused"
"""The folder of a home that keeps the bytes of files with faults."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """One file as recorded: its entries are `first` to `last`, the receipt the first of them."""

    name: str
    holds: str
    first: int
    last: int


def record(
    plan: ImportPlan,
    recorder: Recorder,
    store: DocumentStore,
    random: Random,
    advance: Callable[[int, int], None] | None = None,
    vault: Callable[[], Vault] | None = None,
) -> list[RecordedFile]:
    """Record a plan without faults, file by file.

    A file of tier ``secret+personal`` goes through the `vault`: its receipt names the ciphertext, since that is what
    the store holds and what a disposal makes unreadable in every backup.

    Raises:
        IntakeError: the plan has faults, or a file changed since it was read, or statements were to be read from one
            that must be sealed, or there is no vault for it.
        EvidenceError: as the writer has it; the file at hand is not recorded, those before it are.
    """
    if not plan.clean:
        raise IntakeError(f"An import with {len(plan.faults)} faults is not recorded. Put them right first.")
    for file in plan.files:
        if _is_sealed(file) and (vault is None or file.statements or file.loads):
            raise IntakeError(
                f"{file.found.name} is {file.receipt.tier.value}: it is kept sealed and nothing is read from it."
            )
    recorded = []
    for done, file in enumerate(plan.files, start=1):
        if vault is not None and _is_sealed(file):
            recorded.append(_record_sealed(file, recorder, vault()))
        else:
            recorded.append(_record(file, recorder, store, random))
        if advance is not None:
            advance(done, len(plan.files))
    return recorded


def _is_sealed(file: PlannedFile) -> bool:
    return file.receipt.tier is Tier.SECRET_PERSONAL


def _record_sealed(file: PlannedFile, recorder: Recorder, vault: Vault) -> RecordedFile:
    """The receipt alone, of a file whose bytes must be able to vanish; they are never in the store in clear."""
    with open_regular(file.found.held) as stream:
        content = stream.read()
    if hashlib.sha256(content).hexdigest() != file.found.sha256:
        raise IntakeError(f"{file.found.path} changed while it was being imported. Import it again.")
    kept = vault.put(content)
    receipt = file.receipt.model_copy(update={"document": kept.sha256, "size": kept.size})
    (appended,) = recorder.record([(receipt, ())])
    return RecordedFile(file.found.name, file.holds, appended.seq, appended.seq)


def _record(file: PlannedFile, recorder: Recorder, store: DocumentStore, random: Random) -> RecordedFile:
    with open_regular(file.found.held) as stream:
        stored = store.put(stream)
    if stored.sha256 != file.found.sha256:
        raise IntakeError(f"{file.found.path} changed while it was being imported. Import it again.")
    media = {stored.sha256: file.found.media_type}
    for content, media_type in file.documents:
        media[store.put(content).sha256] = media_type
    statements: list[tuple[Statement, Sequence[DocumentLink]]] = []
    loads = (build_load(each, store, random) for each in file.loads)
    for statement in (file.receipt, *file.beside, *file.statements, *loads, *file.work):
        links = [DocumentLink(digest, role, media[digest]) for role, digest in statement.documents() if digest in media]
        statements.append((statement, links))
    appended = recorder.record(statements)
    return RecordedFile(file.found.name, file.holds, appended[0].seq, appended[-1].seq)


def build_load(draft: LoadDraft, store: DocumentStore, random: Random) -> Load:
    """Keep a load's parsed view and the seed of its salts as documents, and state both under one salted root."""
    seed = random(SEED_SIZE) if draft.ahead is None else draft.ahead.seed
    with draft.view.open("rb") as view:
        kept, salts = store.put(view), store.put(seed)
    derived = derive(kept.sha256, salts.sha256, draft.kind.line_prefix(), store, draft.ahead)
    return draft.kind(
        id=draft.id,
        issuer=SELF,
        source=draft.source,
        received=draft.source.document,
        view=kept.sha256,
        view_root=derived.root,
        seed=salts.sha256,
        parser=draft.parser,
        lines=draft.lines,
        scale=draft.scale,
        currency=draft.currency,
        supersedes=draft.supersedes,
        supersedes_reason=draft.supersedes_reason,
    )


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A refused file as kept: named by its digest, with the faults that kept it out."""

    sha256: str
    name: str
    refused_at: str
    faults: tuple[str, ...]


def keep_refused(plan: ImportPlan, home: Path, now: datetime) -> list[Path]:
    """Keep the bytes of files with faults in ``HOME/refused/<sha256>``, each with its faults beside it as JSON.

    Nothing of them is in the ledger: what was refused is nobody's statement. `refused_files` lists them.

    Raises:
        IntakeError: the folder cannot be written.
    """
    kept = []
    folder = home / REFUSED
    try:
        folder.mkdir(exist_ok=True)
        for file in plan.refused:
            path = folder / file.sha256
            if not path.exists():
                temporary = path.with_suffix(".new")
                with open_regular(file.path) as stream, temporary.open("wb") as copy:
                    shutil.copyfileobj(stream, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
                temporary.replace(path)
            told = {
                "name": file.name,
                "refused_at": moment_text(now),
                "faults": [str(fault) for fault in plan.faults if f"{fault.file}/".startswith(f"{file.name}/")],
            }
            replace(path.with_suffix(".json"), json.dumps(told, ensure_ascii=False, indent=1).encode())
            kept.append(path)
    except OSError as error:
        raise IntakeError(f"{folder} cannot be written ({error.strerror}). Check the disk.") from error
    return kept


def refused_files(home: Path) -> list[RefusedFile]:
    """The files that `keep_refused` kept, the oldest first.

    Raises:
        IntakeError: a note beside a kept file cannot be read.
    """
    found = []
    for path in sorted((home / REFUSED).glob("*.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found.append(RefusedFile(path.stem, told["name"], told["refused_at"], tuple(told["faults"])))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise IntakeError(
                f"{path} cannot be read ({error}). Remove it together with the file beside it."
            ) from error
    return sorted(found, key=lambda each: (each.refused_at, each.name))
