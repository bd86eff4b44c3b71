"""One import from beginning to end: planned on the register as it stands, recorded whole or refused whole.

The command line, the inbox and the watched folder all come through here, so that a file meets the same checks by
whichever way it came.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import IntakeError
from evidence.intake.drafts import ImportPlan, Options, Reception
from evidence.intake.limits import Limits
from evidence.intake.plan import plan
from evidence.intake.record import RecordedFile, keep_refused, record
from evidence.ledger.found import HomeHandle
from evidence.register.queries import Register
from evidence.store.engine import reading

Advance = Callable[[int, int], None]

SCRATCH = "scratch"
"""The folder of a home in which archives and mails are unpacked, for the length of one import."""
_LEFTOVER_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: its plan, and each file as recorded; none where it had faults or was a dry run."""

    plan: ImportPlan
    recorded: tuple[RecordedFile, ...]


def import_paths(
    handle: HomeHandle,
    paths: Sequence[Path],
    reception: Reception,
    options: Options | None = None,
    *,
    dry_run: bool = False,
    keep: bool = True,
    look: Callable[[ImportPlan], None] | None = None,
    checking: Advance | None = None,
    recording: Advance | None = None,
) -> Imported:
    """Take files in.

    Args:
        handle: an open home; opened to sign, unless it is a dry run.
        paths: files and folders.
        reception: how, when and for whom they came.
        options: how they are read.
        dry_run: check everything, record nothing.
        keep: keep the bytes of files with faults in HOME/refused.
        look: shown the plan before anything is recorded, while what was unpacked still lies there.
        checking: told of progress in reading and checking.
        recording: told of progress in recording.

    Raises:
        UsageError: a path is not there, or what is asked for cannot be.
        IntakeError: a file changed meanwhile, or cannot be kept.
        EvidenceError: as the writer has it; the file at hand is not recorded, those before it are.
    """
    settings = handle.settings
    options = options or Options()
    with _scratch(settings.home) as scratch:
        with reading(handle.engine) as connection:
            planned = plan(
                paths,
                Register(connection),
                Limits.of(settings.limits),
                reception,
                zone=settings.zone,
                options=options,
                scratch=scratch,
                advance=checking,
            )
        if look is not None:
            look(planned)
        if dry_run:
            return Imported(planned, ())
        if not planned.clean:
            if keep:
                keep_refused(planned, settings.home, reception.now)
            return Imported(planned, ())
        if not planned.files:
            return Imported(planned, ())
        recorded = record(planned, handle.signer(), handle.documents, handle.random, recording, handle.vault)
        return Imported(planned, tuple(recorded))


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder of this import's own; what killed imports left there a day ago or more goes."""
    root = home / SCRATCH
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        for left in root.iterdir():
            if time.time() - left.lstat().st_mtime > _LEFTOVER_S:
                shutil.rmtree(left, ignore_errors=True)
        place = tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root)
    except OSError as error:
        raise IntakeError(f"{root} cannot be written ({error.strerror}). Check the disk and its rights.") from error
    try:
        yield Path(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
