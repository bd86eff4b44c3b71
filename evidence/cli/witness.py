"""``evidence witness``: watch the ledgers of others and cosign their checkpoints. It needs no evidence home."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from evidence.cli.common import JsonOption, note, show

if TYPE_CHECKING:
    from evidence.ledger.witness_folder import WitnessFolder
    from evidence.ledger.witness_store import Refused, Watched

_MOST_AT_ONCE, _GRACE_S = 32, 10
T = TypeVar("T")

app = typer.Typer(
    help="Be a witness: cosign the checkpoints of logs, and refuse split views and rollbacks.", no_args_is_help=True
)

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the witness.", file_okay=False)]


@app.command()
def init(
    folder: FolderArgument,
    name: Annotated[
        str, typer.Option(help="Its name on every signature: an address without https://, such as example.com/w1.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Make a witness: its key, encrypted, and an empty record. Prints its verifier key, for others to know it by.

    The passphrase comes from EVIDENCE_PASSPHRASE_FILE or is asked for. What is in DIR already is never touched.
    """
    from evidence.ledger.note import check_name
    from evidence.ledger.witness_folder import WitnessFolder

    _usable(check_name, name)
    made = WitnessFolder.make(folder, name, _passphrase(twice=True), os.urandom)
    show({"folder": str(made.folder), "name": made.witness.name, "vkey": made.witness.vkey}, as_json)


@app.command()
def trust(
    folder: FolderArgument,
    vkey: Annotated[str, typer.Argument(metavar="VKEY", help="The log's verifier key, as in its trust/log.vkey.")],
    as_json: JsonOption = False,
) -> None:
    """Watch a log by its verifier key; a second key of a log that is watched counts beside the first."""
    from evidence.ledger.note import Verifier

    log = _usable(Verifier.parse, vkey)
    with closing(_open(folder).store()) as store:
        store.trust(log)
        keys = len(store.keys(log.name))
    show({"origin": log.name, "keys": keys}, as_json)


@app.command()
def verify(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint with its signatures.", exists=True, dir_okay=False)],
    policy: Annotated[
        Path,
        typer.Option(help="The policy that says which log and which witnesses are known.", exists=True, dir_okay=False),
    ],
    as_json: JsonOption = False,
) -> None:
    """Say who cosigned a checkpoint, and whether that is the quorum of a policy; needs nothing but the two files.

    Status 1 where it is not, or a signature does not verify.
    """
    from evidence.core.values import moment_text
    from evidence.ledger.policy import Policy

    verdict = Policy.parse(policy.read_bytes()).verify(checkpoint.read_bytes())
    head = verdict.checkpoint
    cosigned = [(name, None if each.moment is None else moment_text(each.moment)) for name, each in verdict.cosigned]
    found = {
        "origin": head.origin,
        "size": head.size,
        "root": head.root,
        "cosigned": [{"name": name, "at": at} for name, at in cosigned],
        "quorum_met": verdict.quorum_met,
    }

    def text() -> None:
        typer.echo(f"{head.origin}: {_place(head.size, head.root)}")
        for name, at in cosigned:
            typer.echo(f"cosigned by {name} at {at or 'a time past the year 9999'}, it says")
        typer.echo(f"Quorum {'met' if verdict.quorum_met else 'not met'}.")

    show(found, as_json, text)
    raise typer.Exit(0 if verdict.quorum_met else 1)


@app.command(name="list")
def list_(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Show the logs watched, the last head cosigned of each, and what was refused.

    Status 1 where a log signed something that does not fit with what was cosigned; --json has both notes of each case.
    """
    from evidence.core.values import moment_text

    opened = _open(folder)
    with closing(opened.store()) as store:
        logs, refused = store.logs(), store.refused()
    found = {
        "name": opened.witness.name,
        "vkey": opened.witness.vkey,
        "logs": [_log(each) for each in logs],
        "refused": [_refusal(each) for each in refused],
    }

    def text() -> None:
        typer.echo(opened.witness.vkey)
        typer.echo("" if logs else "No log is watched. Add one with `evidence witness trust DIR VKEY`.", nl=not logs)
        for each in logs:
            where = "nothing cosigned yet" if each.last is None else _place(each.last.size, each.last.root)
            typer.echo(f"{each.origin}: {where}" + (f", {moment_text(each.last.cosigned_at)}" if each.last else ""))
        for bad in refused:
            where = f"{bad.origin}: {_place(bad.size, bad.root)}"
            typer.echo(f"REFUSED {where}: {bad.why.value}, seen {bad.times}x, last {moment_text(bad.last_at)}")

    show(found, as_json, text)
    raise typer.Exit(1 if refused else 0)


@app.command()
def serve(
    folder: FolderArgument,
    port: Annotated[int, typer.Option(help="Where to listen; 0 for any that is free.", min=0, max=65535)] = 8760,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's need TLS before it.")
    ] = "127.0.0.1",
) -> None:
    """Answer logs that ask for cosignatures (POST /add-checkpoint), until told to end. Asks for the passphrase once."""
    import uvicorn

    from evidence.ledger.witness import CosigningWitness
    from evidence.web.witness import witness_app

    opened = _open(folder)
    key = opened.key(_passphrase(twice=False))
    with _ends_on_signals(), closing(opened.store()) as store, _listening(host, port) as listening:
        ended_by: list[str] = []

        def stop() -> None:
            ended_by.append("fault")
            server.should_exit = True

        witness = CosigningWitness(opened.witness.name, key, store, lambda: datetime.now(UTC))
        config = uvicorn.Config(
            witness_app(witness, _logger(), stop),
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
        if not host.startswith("127.") and host not in ("localhost", "::1"):
            note("Listening beyond this machine, without TLS; whoever answers in its place cannot sign for it.")
        note(f"{opened.witness.name} listens on http://{host}:{listening.getsockname()[1]}/")
        server.run(sockets=[listening])
    raise typer.Exit(1 if ended_by else 0)


def _usable(read: Callable[[str], T], given: str) -> T:
    """What was typed, read; what cannot be read was typed wrongly."""
    from evidence.errors import LedgerError, UsageError

    try:
        return read(given)
    except LedgerError as error:
        raise UsageError(str(error)) from error


def _open(folder: Path) -> "WitnessFolder":
    from evidence.ledger.witness_folder import WitnessFolder

    return WitnessFolder.open(folder)


def _passphrase(*, twice: bool) -> bytes:
    """From EVIDENCE_PASSPHRASE or the file that EVIDENCE_PASSPHRASE_FILE names, or typed."""
    import getpass

    from evidence.errors import SettingsError
    from evidence.ledger.keys import passphrase_of

    def ask() -> str:
        first = getpass.getpass("New passphrase for the witness's key: " if twice else "Passphrase: ")
        if twice and first != getpass.getpass("The same again: "):
            raise SettingsError("The two passphrases differ; nothing was made.")
        return first

    named = os.environ.get("EVIDENCE_PASSPHRASE_FILE")
    return passphrase_of(os.environ, Path(named) if named else None, ask if sys.stdin.isatty() else None)


def _logger() -> Callable[[str], None]:
    from evidence.core.values import moment_text

    return lambda line: note(f"{moment_text(datetime.now(UTC))} {line}")


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    from evidence.errors import UsageError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --port.") from error
    with bound:
        yield bound


@contextmanager
def _ends_on_signals() -> Iterator[None]:
    """The server hands SIGTERM and SIGINT on when it has ended; that is no failure."""
    before = {each: signal.signal(each, lambda *_: None) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _place(size: int, root: bytes) -> str:
    return f"{size} entries, root {root.hex()}"


def _log(each: "Watched") -> dict[str, object]:
    last = each.last
    return {
        "origin": each.origin,
        "keys": [key.vkey for key in each.keys],
        "size": None if last is None else last.size,
        "root": None if last is None else last.root,
        "cosigned_at": None if last is None else last.cosigned_at,
        "note": None if last is None else last.note.decode("utf-8", "replace"),
    }


def _refusal(each: "Refused") -> dict[str, object]:
    return {
        "origin": each.origin,
        "why": each.why,
        "size": each.size,
        "root": each.root,
        "times": each.times,
        "first_at": each.first_at,
        "last_at": each.last_at,
        "note": each.note.decode("utf-8", "replace"),
        "old": each.old,
        "proof": each.proof,
        "cosigned_note": each.known_note.decode("utf-8", "replace"),
    }
