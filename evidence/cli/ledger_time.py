"""``evidence ledger stamp``, ``stamps`` and ``authority``: when the ledger was what it is, said by somebody else."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.ledger.anchors import Anchored
    from evidence.ledger.found import HomeHandle
    from evidence.ledger.stamp_standing import StampStanding
    from evidence.ledger.stamping import Stamper

_authority = typer.Typer(help="Who stamps the time: time-stamping authorities (RFC 3161).", no_args_is_help=True)
_NameOption = Annotated[str | None, typer.Option("--authority", help="Only this one of the settings' authorities.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group ``ledger``."""
    app.command()(stamp)
    app.command()(stamps)
    app.add_typer(_authority, name="authority")


def stamp(
    home: HomeOption,
    authority: _NameOption = None,
    at: Annotated[int | None, typer.Option("--at", help="The size of an earlier checkpoint.", min=1)] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Stamp anew the tokens whose certificate or hash weakens.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Have the latest checkpoint stamped by every authority of the settings, and record each stamp.

    Stamps that are wanted from before are asked for as well. An authority that gives none is asked again by the next
    run, or by `evidence inbox serve`; recording waits for nobody. Status 1 where a stamp is still wanted.
    """
    from evidence.cli.opening import opened
    from evidence.errors import UsageError
    from evidence.ledger import anchors
    from evidence.ledger.anchors import AnchorState, HolderKind
    from evidence.ledger.stamp_standing import standings, want_renewals
    from evidence.ledger.stamping import ask_all, record_stamps, want_stamps
    from evidence.store.engine import reading

    if renew and at is not None:
        raise UsageError("--renew finds what is to be renewed; give it without --at.")
    with opened(home, sign=True) as handle:
        stamper = stamper_of(handle)
        names = [stamper.authority(authority).name] if authority else [one.name for one in stamper.authorities]
        recorded = record_stamps(handle)
        if renew:
            with reading(handle.engine) as connection:
                listed = standings(connection, stamper.now())
            want_renewals(stamper, listed, authority)
        else:
            want_stamps(stamper, names, at)
        wanted = [
            one for one in anchors.wanted(handle.engine, HolderKind.TSA) if not authority or one.name == authority
        ]
        asked = ask_all(stamper, wanted)
        recorded += record_stamps(handle)
    missed = [one for one in asked if one.state != AnchorState.DONE]
    found = {
        "stamped": [_asked(one) for one in asked if one.state == AnchorState.DONE],
        "wanted": [_asked(one) for one in missed],
        "recorded": [one.seq for one in recorded],
    }

    def text() -> None:
        for one in asked:
            if one.state == AnchorState.DONE:
                typer.echo(f"{_what(one)}: stamped by {one.name}.")
        if not asked:
            why = "renewed" if renew else "stamped: the last stamps cover everything but anchors"
            typer.echo(f"Nothing is to be {why}.")
        if recorded:
            typer.echo(f"On record: {', '.join(f'#{one.seq}' for one in recorded)}.")

    for one in missed:
        note(f"{_what(one)}: no stamp by {one.name}: {one.told}")
    show(found, as_json, text)
    raise typer.Exit(1 if missed else 0)


def stamps(
    home: HomeOption,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write them to this folder, with what they are over, for OpenSSL to verify.", file_okay=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the time stamps, wanted and had, and say which are to be renewed. Status 1 where one is."""
    from evidence.cli.opening import opened
    from evidence.ledger.stamp_standing import standings
    from evidence.store.engine import reading

    with opened(home) as handle:
        with reading(handle.engine) as connection:
            listed = standings(connection, datetime.now(UTC))
        if out is not None:
            _write(handle, out)
    rows = [_row(one) for one in listed]

    def text() -> None:
        columns = ("size", "authority", "time", "within", "serial", "policy", "certificate ends", "state", "attempts")
        cells = [
            (
                *(row["size"], row["authority"] + (" (renewal)" if row["renews"] else ""), row["time"] or ""),
                *(row["within"] or "", row["serial"] or "", row["policy"] or "", (row["certificate_ends"] or "")[:10]),
                *(row["state"], row["attempts"]),
            )
            for row in rows
        ]
        table(columns, cells, empty="No time stamp is wanted or had. Run `evidence ledger stamp`.")
        for row in rows:
            if row["state"] != "done":
                typer.echo(f"{row['id']}: {row['last_error'] or 'not asked for yet'}")
        for row in rows:
            if row["to_renew"]:
                typer.echo(f"{row['id']}: to be renewed, {row['to_renew']}. Run `evidence ledger stamp --renew`.")

    show(rows, as_json, text)
    raise typer.Exit(1 if any(row["to_renew"] for row in rows) else 0)


@_authority.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the ledger is to call it, for good: small letters and digits.")],
    url: Annotated[str, typer.Argument(help="Where it answers, http:// or https://.")],
    home: HomeOption,
    root: Annotated[
        list[Path],
        typer.Option(
            help="Its root certificate, as PEM, got from it by a way you trust; may be given again.",
            exists=True,
            dir_okay=False,
        ),
    ],
    policy: Annotated[str | None, typer.Option(help="The policy to ask for, as an object identifier.")] = None,
    hash_name: Annotated[str, typer.Option("--hash", help="sha256, sha384 or sha512.")] = "sha256",
    as_json: JsonOption = False,
) -> None:
    """Enter a time-stamping authority into the settings, its certificates into the trust folder."""
    from evidence.ledger.authorities import add_authority, certificates_of
    from evidence.ledger.found import TRUST
    from evidence.settings import Authority, Settings

    settings = Settings.load(home, os.environ)
    made = Authority.of(name, url, certificates_of(settings.home / TRUST, name), policy, hash_name)
    trusted = add_authority(settings.home, made, b"\n".join(path.read_bytes() for path in root))
    found = {
        "authority": name,
        "url": url,
        "certificates": str(made.certificates),
        "roots": [
            {"subject": one.subject.rfc4514_string(), "ends": one.not_valid_after_utc, "sha256": _fingerprint(one)}
            for one in trusted.roots
        ],
    }
    show(found, as_json)
    note("Compare the fingerprint of the root with what the authority publishes.")


@_authority.command("list")
def listed(home: HomeOption, as_json: JsonOption = False) -> None:
    """List the authorities that are asked for stamps."""
    from evidence.settings import Settings

    settings = Settings.load(home, os.environ)
    show([one.model_dump() for one in settings.authorities], as_json)


@_authority.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="The authority, as the settings call it.")], home: HomeOption
) -> None:
    """Ask an authority no more. Its stamps stay, and so do the certificates that they are verified with."""
    from evidence.cli.opening import opened
    from evidence.ledger import anchors
    from evidence.ledger.anchors import HolderKind
    from evidence.ledger.authorities import remove_authority

    with opened(home) as handle:
        remove_authority(handle.settings.home, name)
        for one in anchors.wanted(handle.engine, HolderKind.TSA):
            if one.name == name:
                why = "the authority is no longer in the settings"
                anchors.missed(handle.engine, one.id, why, datetime.now(UTC), final=True)
    typer.echo(f"{name} is asked no more.")


def stamper_of(handle: "HomeHandle") -> "Stamper":
    """What asks for the stamps of a home: its authorities, over the network, by the clock of the machine.

    Raises:
        SettingsError: the settings name no authority.
    """
    from evidence.errors import SettingsError
    from evidence.ledger.stamping import Stamper
    from evidence.web.transport import transport

    settings = handle.settings
    if not settings.authorities:
        raise SettingsError("No time-stamping authority is set. Run `evidence ledger authority add`.")
    return Stamper(
        handle.engine, settings.authorities, transport(settings.proxy), lambda: datetime.now(UTC), handle.random
    )


def _write(handle: "HomeHandle", out: Path) -> None:
    """The files of every stamp, and ``VERIFY.txt`` with the command for each."""
    from evidence.errors import LedgerError
    from evidence.ledger.found import TRUST
    from evidence.ledger.stamp_files import stamp_files
    from evidence.ledger.stamping import note_of
    from evidence.store.engine import reading

    lines = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with reading(handle.engine) as connection:
            for one in stamp_files(connection, note_of(connection), handle.settings.home / TRUST):
                for name, content in one.contents.items():
                    (out / name).write_bytes(content)
                lines.append(one.line(f"{one.authority}.root.pem"))
        (out / "VERIFY.txt").write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8"))
    except OSError as error:
        raise LedgerError(f"The stamps could not be written to {out} ({error}). Name another folder.") from error
    note(f"{len(lines)} stamps are in {out}. VERIFY.txt has the commands; put each authority's root beside it.")


def _what(one: "Anchored") -> str:
    return f"Checkpoint {one.size}" if one.renews is None else f"Stamp {one.renews}"


def _asked(one: "Anchored") -> dict[str, object]:
    return {
        "id": one.id,
        "size": one.size,
        "authority": one.name,
        "renews": one.renews,
        "attempts": one.attempts,
        "last_error": one.told,
        "next_at": one.next_at,
    }


def _row(one: "StampStanding") -> dict[str, Any]:
    stamp, anchor = one.stamp, one.anchor
    return _asked(anchor) | {
        "state": anchor.state.value,
        "time": None if stamp is None else f"{stamp.gen_time:%Y-%m-%dT%H:%M:%S}Z",
        "within": None if stamp is None or stamp.accuracy is None else f"{stamp.accuracy.total_seconds():g} s",
        "serial": None if stamp is None else f"{stamp.serial:x}",
        "policy": None if stamp is None else stamp.policy,
        "signer": None if stamp is None else stamp.authority,
        "certificate_ends": None if stamp is None else f"{stamp.ends:%Y-%m-%dT%H:%M:%S}Z",
        "holds_until": None if one.holds_until is None else f"{one.holds_until:%Y-%m-%dT%H:%M:%S}Z",
        "entry": one.entry,
        "token": anchor.token_sha256,
        "to_renew": one.to_renew or None,
    }


def _fingerprint(certificate: Any) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex(":")  # type: ignore[no-any-return]
