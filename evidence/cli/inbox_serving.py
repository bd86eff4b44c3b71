"""The long-running commands of ``evidence inbox``: ``watch`` and ``api``, without a key, and ``serve``, which records.

They end cleanly on SIGTERM and SIGINT, after the item at hand; killed, they go on where they were when started again.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, note
from evidence.core.disclosure import Tier

if TYPE_CHECKING:
    from evidence.intake.queue import Queue
    from evidence.intake.watch import Watch
    from evidence.ledger.clock import Clock
    from evidence.ledger.found import HomeHandle
    from evidence.ledger.inbox import Inbox, Item
    from evidence.settings import Settings

_EVERY_S, _SCANNER_AWAY_S, _GRACE_S = 2.0, 30.0, 10
_MOST_AT_ONCE = 32
EveryOption = Annotated[float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="How long between two looks.")]
FOLDER = {"exists": True, "file_okay": False, "writable": True}


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to look into.", **FOLDER)],
    home: HomeOption,
    once: Annotated[bool, typer.Option("--once", help="Look twice, take what stood still, and end.")] = False,
    every: EveryOption = _EVERY_S,
) -> None:
    """Put what is laid into a folder into the inbox. Needs no passphrase; recording is done by `serve` or `take`."""
    with ExitStack() as stack:
        stop = stack.enter_context(_stopping())
        settings, inbox, clock = stack.enter_context(_open_inbox(home))
        watched = stack.enter_context(_watched(folder, settings, inbox, clock))
        looks, look = 0, _looker(watched, _logger(clock), every)
        while not stop.is_set():
            look()
            looks += 1
            if once and looks == 2:
                break
            stop.wait(every)


def api(
    home: HomeOption,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to listen.")] = "127.0.0.1:8750",
    until_left: Annotated[
        bool, typer.Option("--until-left", hidden=True, help="End when standard input does.")
    ] = False,
) -> None:
    """Let others leave files by HTTP, each with a token. Needs no passphrase and opens no key."""
    import uvicorn

    from evidence.web.inbox_api import inbox_app
    from evidence.web.tokens import Tokens

    host, port = _address(listen)
    with _stopping(), _open_inbox(home) as (settings, inbox, clock):  # the server hands signals on when it has ended
        app = inbox_app(
            inbox, Tokens(settings.home), settings.limits.document_bytes, clock.now, os.urandom, _logger(clock)
        )
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=_GRACE_S,
        )
        server = uvicorn.Server(config)
        if until_left:
            threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
        if not host.startswith("127.") and host not in ("localhost", "::1"):
            note("Listening beyond this machine, without TLS: tokens and files can be read on the way.")
        note(f"Listening on {listen}.")
        server.run()


def serve(
    home: HomeOption,
    watch: Annotated[
        Path | None, typer.Option("--watch", metavar="FOLDER", help="Look into this folder as well.", **FOLDER)
    ] = None,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Run the API as well, as a process without a key.")
    ] = None,
    every: EveryOption = _EVERY_S,
    tier: Annotated[Tier | None, typer.Option("--tier", help="Of what nobody has said who may see it.")] = None,
) -> None:
    """Record what is left in the inbox, within seconds, until told to end. Asks for the passphrase once."""
    from evidence.cli.opening import opened
    from evidence.intake.queue import Queue
    from evidence.ledger.writer import LEFTOVER_AGE

    with ExitStack() as stack:
        stop = stack.enter_context(_stopping())
        settings, inbox, clock = stack.enter_context(_open_inbox(home))
        handle = stack.enter_context(opened(home, sign=True))
        log = _logger(clock)
        look = _looker(stack.enter_context(_watched(watch, settings, inbox, clock)), log, every) if watch else None
        door = stack.enter_context(_api_process(home, listen)) if listen else None
        inbox.sweep(datetime.now(UTC) - LEFTOVER_AGE)  # the files' clock
        _serve(Queue(handle, inbox, tier), look, _clerks(handle, log), door, stop, every, log)


def _clerks(handle: "HomeHandle", log: Callable[[str], None]) -> Callable[[], None]:
    """What asks authorities and witnesses beside the recording."""
    stamps, witnesses = _stamps(handle, log), _witnesses(handle, log)

    def turn() -> None:
        stamps()
        witnesses()

    return turn


def _witnesses(handle: "HomeHandle", log: Callable[[str], None]) -> Callable[[], None]:
    """What asks the witnesses of the home's policy."""
    from evidence.ledger.witness_clerk import witness_clerk
    from evidence.web.transport import transport

    return witness_clerk(handle, transport(handle.settings.proxy), log, lambda: datetime.now(UTC)).turn


def _stamps(handle: "HomeHandle", log: Callable[[str], None]) -> Callable[[], None]:
    """What asks for time stamps beside the recording, where the settings name an authority."""
    from evidence.cli.ledger_time import stamper_of
    from evidence.ledger.stamp_clerk import stamp_clerk
    from evidence.ledger.stamping import record_stamps

    if not handle.settings.authorities:
        return lambda: None

    def record() -> None:
        for one in record_stamps(handle):
            log(f"#{one.seq}: a time stamp is on record")

    return stamp_clerk(stamper_of(handle), record, log).turn


def _serve(
    queue: "Queue",
    look: Callable[[], None] | None,
    ask: Callable[[], None],
    door: "subprocess.Popen[bytes] | None",
    stop: threading.Event,
    every: float,
    log: Callable[[str], None],
) -> None:
    from evidence.errors import IntakeError
    from evidence.ledger.inbox import State

    def settled(item: "Item") -> None:
        log(told_of(item))

    log("Serving the inbox.")
    patient_until = 0.0
    while not stop.is_set():
        if door is not None and door.poll() is not None and not stop.is_set():
            raise IntakeError(f"The API ended with status {door.returncode}; serving ends with it. See its last line.")
        if look is not None:
            look()
        ask()
        taken: list[Item] = []
        if time.monotonic() >= patient_until:
            turn_ends = time.monotonic() + every
            taken = queue.take(settled, lambda: not stop.is_set() and time.monotonic() < turn_ends)  # noqa: B023
        if taken and taken[-1].state is State.WAITING:  # the scanner is away: asked again after a while
            patient_until = time.monotonic() + _SCANNER_AWAY_S
        if not taken or taken[-1].state is State.WAITING:
            stop.wait(every)
    log("Ended.")


def told_of(item: "Item") -> str:
    """What became of an item, in one line for a log."""
    where = f" as {item.entries}" if item.entries else ""
    more = f" and {len(item.reason) - 1} more" if len(item.reason) > 1 else ""
    why = f": {item.reason[0]}{more}" if item.reason else ""
    notes = f" (note: {'; '.join(item.notes)})" if item.notes else ""
    return f"{item.id} {item.name}: {item.state.value}{where}{why}{notes}"


def _looker(watched: "Watch", log: Callable[[str], None], every: float) -> Callable[[], None]:
    """Looks into the folder, where the last look is long enough ago that a file may be said to stand still.

    A folder that cannot be used (a share that is away) is told of once and looked for again.
    """
    from evidence.errors import IntakeError

    said, last = "", 0.0
    wrong: tuple[str, ...] = ()

    def look() -> None:
        nonlocal said, last, wrong
        try:
            if time.monotonic() - last >= 0.9 * every:
                last = time.monotonic()
                for item in watched.look():
                    log(f"{item.id} {item.name}: left in the inbox by {item.channel}")
                for line in watched.wrong:
                    if line not in wrong:
                        log(line)
                wrong = watched.wrong
            watched.tell()
        except IntakeError as error:
            if str(error) != said:
                said = str(error)
                log(said)
        else:
            said = ""

    return look


def _logger(clock: "Clock") -> Callable[[str], None]:
    from evidence.core.values import moment_text

    return lambda line: note(f"{moment_text(clock.now())} {line}")


def _address(listen: str) -> tuple[str, int]:
    from evidence.errors import UsageError

    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"--listen takes HOST:PORT, such as 127.0.0.1:8750; found {listen[:80]!r}.")
    return host.strip("[]"), int(port)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that what is under way is finished first."""
    stop = threading.Event()
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _open_inbox(home: Path) -> "Iterator[tuple[Settings, Inbox, Clock]]":
    from evidence.ledger.clock import clock_of
    from evidence.ledger.inbox import Inbox
    from evidence.settings import Settings

    settings = Settings.load(home, os.environ)
    inbox = Inbox(settings.home, settings.limits.document_bytes)
    try:
        yield settings, inbox, clock_of(settings.home, demo=settings.demo)
    finally:
        inbox.close()


@contextmanager
def _watched(folder: Path, settings: "Settings", inbox: "Inbox", clock: "Clock") -> "Iterator[Watch]":
    from evidence.intake.watch import Watch, alone

    with alone(settings.home, folder):
        yield Watch(folder.absolute(), inbox, clock.now, os.urandom, settings.limits.document_bytes)


@contextmanager
def _api_process(home: Path, listen: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The API as a process of its own, which is told of no passphrase and ends with this one, however that ends."""
    _address(listen)
    secrets = ("EVIDENCE_PASSPHRASE_FILE", "EVIDENCE_PASSPHRASE", "EVIDENCE_PIN_FILE")
    environ = {name: value for name, value in os.environ.items() if name not in secrets}
    place = str(Path(__file__).resolve().parents[2])
    environ["PYTHONPATH"] = os.pathsep.join([place, *filter(None, [environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "evidence", "inbox", "api"]
    command += ["--home", str(home), "--listen", listen, "--until-left"]
    process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE)  # noqa: S603 -- our own program
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_S + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent(server: object) -> None:
    """Ask the server to end once the process that started it is gone, which closes our standard input."""
    while os.read(sys.stdin.fileno(), 1024):  # not through the buffer: its lock would hold up the end of the process
        pass
    server.should_exit = True  # type: ignore[attr-defined]  # uvicorn is imported only where it runs
