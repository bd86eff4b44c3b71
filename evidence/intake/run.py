"""One import from beginning to end: planned on the register as it stands, recorded whole or refused whole.

The command line, the inbox and the watched folder all come through here, so that a file meets the same checks by
whichever way it came.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.errors import IntakeError
from evidence.intake.clamd import scanner_of
from evidence.intake.drafts import ImportPlan, Reception
from evidence.intake.limits import Limits
from evidence.intake.options import Options
from evidence.intake.plan import Advance, plan
from evidence.intake.record import RecordedFile, keep_refused, record
from evidence.intake.signed_pdf import load_trust_list
from evidence.ledger.found import HomeHandle
from evidence.ledger.lock import writing_turn
from evidence.register.queries import Register
from evidence.settings import Settings
from evidence.store.engine import reading

_LONGEST_IMPORT_S = 3600.0
SCRATCH = "scratch"
"""The folder of a home in which archives and mails are unpacked, for the length of one import."""


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
    options = _settled(options or Options(), settings)
    with import_turn(settings.home, dry_run=dry_run), _scratch(settings.home) as scratch:
        with reading(handle.engine) as connection:
            planned = plan(
                paths,
                Register(connection),
                Limits.of(settings.limits),
                reception,
                zone=settings.zone,
                options=options,
                scratch=scratch,
                store=handle.documents,
                advance=checking,
            )
        if look is not None:
            look(planned)
        if keep and not dry_run and not planned.clean:
            keep_refused(planned, settings.home, reception.now)
        if dry_run or not planned.clean or not planned.files:
            return Imported(planned, ())
        recorded = record(planned, handle.signer(), handle.documents, handle.random, recording, handle.vault)
        return Imported(planned, tuple(recorded))


@contextmanager
def import_turn(home: Path, *, dry_run: bool = False) -> Iterator[None]:
    """One import at a time, from planning to recording: two would both find the same file new."""
    if dry_run:
        yield
    else:
        with writing_turn(home / "import.lock", _LONGEST_IMPORT_S):
            yield


def _settled(options: Options, settings: Settings) -> Options:
    """The options with what the home's settings say where nothing was said."""
    trust = options.trust
    if trust is None and settings.trust_list is not None:
        trust = load_trust_list(settings.trust_list)
    return replace(
        options,
        scanner=options.scanner or scanner_of(settings),
        trust=trust,
        owner=options.owner or settings.work_owner,
        lowered=options.lowered or settings.lowered_elements,
    )


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder of this import's own, locked for as long as it is one; what killed imports left there goes."""
    root = home / SCRATCH
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        turn = _held(root, wait=True)  # nobody clears away a folder between its making and its locking
        try:
            for left in root.iterdir():
                held = _held(left, wait=False)
                if held is not None:
                    shutil.rmtree(left, ignore_errors=True)
                    os.close(held)
            place = Path(tempfile.mkdtemp(dir=root))
            mine = _held(place, wait=True)
        finally:
            if turn is not None:
                os.close(turn)
    except OSError as error:
        raise IntakeError(f"{root} cannot be written ({error.strerror}). Check the disk and its rights.") from error
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if mine is not None:
            os.close(mine)


def _held(folder: Path, *, wait: bool) -> int | None:
    """The lock of a folder, which the kernel frees with its process; None where another has it, or it is gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
