"""Going on under a new origin after a restore that fell short (docs/decisions/0073).

What was restored is checked whole first, since it is vouched for under a new name. Then, each step durable before the
next: the new name and key are put down in ``HOME/succession`` (while that folder is there, nothing else may sign); the
old checkpoint is set aside beside the anchor; the `succession` entry is recorded, under the new origin; key, trust
folder, settings and checkpoint take their places. Killed anywhere, the command is given again and goes on where it was,
with the same name and key, so that no second successor comes of it.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from evidence.core.identifiers import Random, mint
from evidence.core.statements.succession import Succession
from evidence.errors import LedgerError, ProofError, RefusesToSign, SettingsError, StoreError, UsageError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.clock import clock_of
from evidence.ledger.endings import FILE, endings_file
from evidence.ledger.found import KEYS, TRUST
from evidence.ledger.gap import Gap, find_gap, kept_at, last_stored, require_sound, unverified
from evidence.ledger.head_signer import HeadSigner
from evidence.ledger.heads import publish
from evidence.ledger.key_listing import renew_trust
from evidence.ledger.keys import KeyFolder, key_id, new_ed25519
from evidence.ledger.lock import writing_turn
from evidence.ledger.note import Verifier
from evidence.ledger.read import Ledger
from evidence.ledger.recorder import Recorder
from evidence.ledger.succession import STAGED, Lineage, Predecessor
from evidence.ledger.successor import LOG, Successor
from evidence.ledger.writer import WAIT_S, Writer, read_actors
from evidence.settings import Settings
from evidence.store.durable import replace, sync_folder, write_new
from evidence.store.engine import reading
from evidence.store.twin import twin_of

_NAME, _NOTE, _KEY = "origin", "checkpoint", "ledger"


@dataclass(frozen=True, slots=True)
class SucceededTo:
    """The outcome: the entry from which on the ledger bears `origin`, what is lost, where the old checkpoint lies."""

    origin: str
    predecessor: str
    entry: int
    lost_from: int
    lost_to: int
    kept: Path | None


def succeed(
    home: Successor,
    *,
    reason: str,
    by: str,
    origin: str | None = None,
    checkpoints: Iterable[bytes] = (),
    trust: Path | None = None,
    person: str | None = None,
    advance: Callable[..., None] | None = None,
) -> SucceededTo:
    """Open a new origin for a restored ledger that is behind what was signed, or finish what was begun.

    Args:
        home: the home.
        reason: what happened, in words.
        by: who decides to go on.
        origin: the new name; made up from the old one where none is given.
        checkpoints: what others kept of the ledger, as signed notes.
        trust: the trust folder as published, where the restored one is too old to know the last key.
        person: the key id to record as, where it is not the settings' own.
        advance: counts what is checked.

    Raises:
        RefusesToSign: nothing is missing, or what was restored is not sound or not the beginning of what was signed.
        SettingsError: the home's keys, trust folder or settings do not serve.
        StoreError: the disk or the database refused; the command can be given again.
    """
    with writing_turn(home.settings.home / f"{STAGED}.lock", WAIT_S, home.tell):
        return _succeeded(home, (reason, by), origin, checkpoints, trust, person, advance)


def _succeeded(
    home: Successor,
    said: tuple[str, str],
    origin: str | None,
    checkpoints: Iterable[bytes],
    trust: Path | None,
    person: str | None,
    advance: Callable[..., None] | None,
) -> SucceededTo:
    shutil.rmtree(home.over, ignore_errors=True)  # what a command that was killed at its very end has left
    begun, verifiers = home.stage.exists(), home.verifiers(trust)
    if not begun:
        known = [*kept_at(home.places, verifiers), *checkpoints]
        gap = find_gap(home.engine, known, verifiers)
        require_sound(home.engine, home.documents, gap, known, verifiers, advance)
        with writing_turn(home.settings.home / "writer.lock", WAIT_S, home.tell):
            if unverified(last_stored(home.engine)) != gap.present:
                raise RefusesToSign("Something was recorded while the ledger was checked. Run the command again.")
            _stage(home, gap, origin or _made_up(gap.present.origin, home.random), trust)
    name = (home.stage / _NAME).read_text(encoding="ascii")
    key = KeyFolder(home.stage, home.passphrase).ledger()
    new, note = Verifier(name, ed25519.public_bytes(key)), (home.stage / _NOTE).read_bytes()
    entry = _recorded(home, new)
    gap = Gap(open_checkpoint(last_stored(home.engine), (*verifiers, new)), open_checkpoint(note, verifiers), note)
    if begun and entry is None:  # the database may be another than the one that was looked at then
        _require_gap(home, gap)
        known = [*kept_at(home.places, verifiers), *checkpoints, note]
        require_sound(home.engine, home.documents, gap, known, verifiers, advance)
    kept = _set_aside(home.settings.anchor, note)
    if entry is None:
        entry = _record(home, gap, HeadSigner(name, key), new, said, person)
    with reading(home.engine) as connection:
        found = Lineage.of(connection, name).successions[-1]
    _finish(home, new)
    return SucceededTo(found.origin, found.predecessor, entry, found.seq, found.lost_to, kept)


def _made_up(before: str, random: Random) -> str:
    """Another name in the same place: its last part made up anew, so that no two successors share one."""
    return f"{before.rpartition('/')[0] or before}/{random(8).hex()}"


def _stage(home: Successor, gap: Gap, origin: str, trust: Path | None) -> None:
    """Put down all that the succession is made of, whole or not at all."""
    taken = {gap.present.origin, gap.known.origin, *(verifier.name for verifier in home.verifiers(trust))}
    if origin in taken:
        raise SettingsError(f"{origin} has been the name of this ledger already. Choose another, or leave it out.")
    home.settings.renamed(origin)
    making = home.stage.with_name(f".{STAGED}-unfinished")
    shutil.rmtree(making, ignore_errors=True)  # what a command that was killed has left
    try:
        making.mkdir(mode=0o700)
        KeyFolder(making, home.passphrase).write(_KEY, new_ed25519(home.random))
        write_new(making / _NAME, origin.encode())
        write_new(making / _NOTE, gap.note)
        if trust is not None:
            write_new(making / LOG, (trust / LOG).read_bytes())
        making.rename(home.stage)
        sync_folder(home.settings.home)
    except OSError as error:
        raise StoreError(f"The succession could not be prepared ({error}); nothing was changed.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _require_gap(home: Successor, gap: Gap) -> None:
    """Give the succession up where a backup has been restored since that lacks nothing.

    Raises:
        RefusesToSign: it has; the home signs on under the name that it has.
    """
    if gap.present.size < gap.known.size:
        return
    aside = _aside(home.settings.anchor, gap.note)
    try:
        if aside is not None:
            aside.unlink(missing_ok=True)
        _unstage(home)
    except OSError as error:
        raise StoreError(f"The succession that was begun could not be given up ({error}). Run it again.") from error
    raise RefusesToSign(
        f"Nothing is missing any more: the ledger holds {gap.present.size} entries, and the checkpoint that it was "
        f"behind is for {gap.known.size}. The succession that was begun is given up; nothing was signed, and "
        f"{gap.present.origin} goes on."
    )


def _unstage(home: Successor) -> None:
    shutil.rmtree(home.over, ignore_errors=True)
    home.stage.rename(home.over)
    sync_folder(home.settings.home)
    shutil.rmtree(home.over, ignore_errors=True)


def _aside(anchor: Path | None, note: bytes) -> Path | None:
    if anchor is None:
        return None
    return anchor.with_name(f"{anchor.name}.ended-at-{unverified(note).size}-{sha256(note).hexdigest()[:8]}")


def _set_aside(anchor: Path | None, note: bytes) -> Path | None:
    """Keep the last checkpoint of what ended beside the anchor, under a name of its own.

    Raises:
        StoreError: the anchor's storage is not there or not writable.
    """
    aside = _aside(anchor, note)
    if aside is None:
        return None
    try:
        if not aside.exists():
            write_new(aside, note)
    except OSError as error:
        raise StoreError(
            f"{aside} could not be written ({error.strerror}); nothing was recorded. Make the anchor's storage "
            "writable and run the command again."
        ) from error
    return aside


def _recorded(home: Successor, new: Verifier) -> int | None:
    """The entry of the succession, where it was recorded before an interruption."""
    try:
        open_checkpoint(last_stored(home.engine), (new,), origin=new.name)
    except ProofError:
        return None
    with reading(home.engine) as connection:
        found = [one for one in Lineage.of(connection, new.name).successions if one.origin == new.name]
    if not found:
        raise LedgerError("The database bears the new origin without a succession. Run `evidence ledger check`.")
    return found[-1].seq


def _record(
    home: Successor, gap: Gap, signer: HeadSigner, new: Verifier, said: tuple[str, str], person: str | None
) -> int:
    """Record the succession: the first entry under the new origin; gives its position."""
    settings = home.settings
    keys = KeyFolder(settings.home / KEYS, home.passphrase)
    actor = person or settings.person
    if actor is None:
        raise SettingsError(f"Nobody is named to record as. Known keys: {', '.join(keys.people()) or 'none'}.")
    clock = clock_of(settings.home, demo=settings.demo)
    writer = Writer(
        home.engine,
        home.documents,
        signer,
        clock,
        home=settings.home,
        projector=home.projector,
        tell=home.tell,
        succeeds=Predecessor(gap.present.origin, home.verifiers(None)),
    )
    try:
        statement = _statement(home, clock.now(), gap, new, said)
    except ValidationError as error:
        raise UsageError("The reason and who decides are wanted in 1 to 4000 characters that can be seen.") from error
    return Recorder(writer, keys.person(actor), home.random).record([(statement, ())])[0].seq


def _statement(home: Successor, now: datetime, gap: Gap, new: Verifier, said: tuple[str, str]) -> Succession:
    return Succession(
        id=mint(Succession.prefix, now, home.random),
        issuer="self",
        origin=new.name,
        key=new.vkey,
        predecessor=gap.present.origin,
        checkpoint=tuple(gap.note.decode("utf-8").removesuffix("\n").split("\n")),
        size=gap.present.size,
        root=gap.present.root.hex(),
        lost_from=gap.present.size,
        lost_to=gap.known.size - 1,
        reason=said[0],
        by=said[1],
    )


def _finish(home: Successor, new: Verifier) -> None:
    """Let key, trust folder, settings and checkpoint take their places; each step may have been done before."""
    place = home.settings.home
    try:
        _change_key(home, new)
        settings = Settings.load(place, {}).renamed(new.name)
        _renew_trust(home, settings)
        settings.write()
        sync_folder(place)
        for held in home.places:
            publish(held, last_stored(home.engine))
            _drop_twin(held)
        _unstage(home)
    except OSError as error:
        raise StoreError(
            f"The succession is recorded, and not all files of the home are in their places ({error}). Make the home "
            "writable and run `evidence ledger succeed` again: it goes on where it was."
        ) from error


def _drop_twin(held: Path) -> None:
    """Remove the old origin's last checkpoint from beside the new one's, once that is there durably."""
    sync_folder(held.parent)
    twin_of(held).unlink(missing_ok=True)
    sync_folder(held.parent)


def _change_key(home: Successor, new: Verifier) -> None:
    """The new key as the ledger's, the old one kept under its id: never used again, since its name has ended."""
    folder, keys = home.settings.home / KEYS, KeyFolder(home.settings.home / KEYS, home.passphrase)
    path = folder / f"{_KEY}.pem"
    if path.exists():
        key = keys.ledger()
        if ed25519.public_bytes(key) == new.public_key:
            return
        path.rename(folder / f"{_KEY}-{key_id(key)}.pem")
    write_new(path, (home.stage / f"{_KEY}.pem").read_bytes())


def _renew_trust(home: Successor, settings: Settings) -> None:
    """The trust folder with the new key beside the old ones: earlier packs and checkpoints rest on those."""
    log = home.settings.home / TRUST / LOG
    if (home.stage / LOG).exists():  # published keys that the restored home is too old to know
        lines = [line for path in (log, home.stage / LOG) for line in path.read_text("ascii").split("\n") if line]
        replace(log, "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode("ascii"))
    with reading(home.engine) as connection:
        history = read_actors(connection)
        lineage = Lineage.of(connection, settings.origin)
    renew_trust(history, Ledger(home.engine, home.documents), settings)
    replace(log.parent / FILE, endings_file(lineage))
