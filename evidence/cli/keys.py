"""``evidence keys``: who signs with what, and every change of it as an entry of the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import HomeOption, JsonOption, note, show, table

if TYPE_CHECKING:
    from evidence.core.statements.own import KeyState
    from evidence.ledger.key_acts import KeyDesk, KeyDone

app = typer.Typer(
    help="The keys: list them, add a person, rotate, revoke, certify. Each change is an entry of the ledger.",
    no_args_is_help=True,
)

ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="KEY", help="The person's key that records it; the settings' own by default."),
]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="A key's id, or ledger or organisation.")]
ReasonOption = Annotated[str | None, typer.Option(help="Why; stands in the entry.", show_default=False)]
RootKeyOption = Annotated[
    Path | None,
    typer.Option("--root-key", metavar="FILE", help="The root's private key, where it is not in the key folder."),
]


@app.command("list")
def list_(home: HomeOption, as_json: JsonOption = False) -> None:
    """Every key on record: whose it is, its state and since when, where its private half lies.

    Asks for no passphrase. No place is shown for a key whose private half is not in this home.
    """
    from evidence.cli.opening import opened
    from evidence.ledger.key_listing import list_keys

    with opened(home) as handle:
        listed = list_keys(handle.history(), handle.ledger, handle.settings)
        overlap = len(handle.history().head_keys(handle.ledger.size())) > 1

    def text() -> None:
        rows = [
            (
                *(one.key, one.purpose, one.holder, _state(one.state), one.since, _since(one.compromised_since)),
                *(one.place or "", "" if one.certificate_ends is None else f"{one.certificate_ends:%Y-%m-%d}"),
            )
            for one in listed
        ]
        columns = ("key", "purpose", "holder", "state", "since", "compromised", "private half", "certificate ends")
        table(columns, rows)

    show(listed, as_json, text)
    if overlap:
        note("Two keys of the ledger sign: a rotation is under way. End it with: evidence keys finish-rotation")


def _state(state: "KeyState") -> str:
    return "in use" if state.value == "created" else state.value


def _since(moment: datetime | None) -> str:
    return "" if moment is None else f"since {moment:%Y-%m-%dT%H:%M:%SZ}"


@app.command("add-person")
def add_person(
    home: HomeOption,
    name: Annotated[str, typer.Option(help="Who: a name or a function. Disclosed to nobody by default.")],
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key for another person. To record as that person: --by KEY here, or `person` in settings.toml."""
    from evidence.ledger import key_acts

    with _desk(home, by) as desk:
        done = key_acts.add_person(desk, name)
    _show(done, as_json)


@app.command()
def rotate(
    home: HomeOption,
    key: KeyArgument,
    reason: ReasonOption = None,
    root_key: RootKeyOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a new key in the place of one in use.

    A person's old key signs the new one's entry and ends. The ledger's old key signs that entry too, and then both sign
    checkpoints until `evidence keys finish-rotation`. For the organisation's the root issues a new certificate.
    """
    from evidence.core.statements.own import KeyPurpose
    from evidence.ledger import key_acts, organisation_acts

    with _desk(home, by) as desk:
        record = desk.record_of(key)
        if record.purpose is KeyPurpose.ORGANISATION:
            done = organisation_acts.rotate_organisation(desk, root_key, reason)
        else:
            done = key_acts.rotate(desk, record.key, reason)
    _show(done, as_json)
    if record.purpose is KeyPurpose.LEDGER:
        note("Publish trust/ again. When those who check have it: evidence keys finish-rotation")
    else:
        note("Publish trust/ again.")


@app.command("finish-rotation")
def finish_rotation(home: HomeOption, by: ByOption = None, as_json: JsonOption = False) -> None:
    """End the overlap of two keys of the ledger: the new one alone signs from now on."""
    from evidence.ledger import key_acts

    with _desk(home, by) as desk:
        done = key_acts.finish_rotation(desk)
    _show(done, as_json)
    note("Publish trust/ again. The old key's file is needed no more: destroy it, or keep it apart.")


@app.command()
def revoke(
    home: HomeOption,
    key: KeyArgument,
    reason: Annotated[str, typer.Option(help="Why; stands in the entry.")],
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """End the use of a key from now on. What it has signed stays good."""
    from evidence.ledger import key_acts

    with _desk(home, by) as desk:
        done = key_acts.revoke(desk, key, reason)
    _show(done, as_json)
    note("Publish trust/ again.")


@app.command()
def compromised(
    home: HomeOption,
    key: KeyArgument,
    since: Annotated[
        str, typer.Option(metavar="MOMENT", help="A day, or a moment with its offset, such as 2024-05-01T14:30Z.")
    ],
    reason: ReasonOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """State that a key may have been in other hands since a moment.

    Its use ends. What it signed before that moment stays good; what it signed since, `evidence ledger check` names.
    """
    from evidence.ledger import key_acts

    with _desk(home, by) as desk:
        done = key_acts.compromised(desk, key, _moment(since, desk.settings.zone), reason)
    _show(done, as_json)
    note("Publish trust/ again. Go through what the key signed since: evidence ledger check names it.")


@app.command()
def certify(home: HomeOption, root_key: RootKeyOption = None, by: ByOption = None, as_json: JsonOption = False) -> None:
    """Have the home's root issue a new certificate for the organisation's key in use."""
    from evidence.ledger import organisation_acts

    with _desk(home, by) as desk:
        done = organisation_acts.certify(desk, root_key)
    _show(done, as_json)
    note("Publish trust/ again, and take the root's key off this machine.")


@app.command("import")
def import_(
    home: HomeOption,
    file: Annotated[Path, typer.Argument(metavar="FILE.p12", help="Key and certificate, as PKCS#12.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file's passphrase, first line; asked for without it.")
    ] = None,
    chain: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Root and issuers (PEM), where the file lacks them.")
    ] = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign packs with a key and certificate made elsewhere, in the place of the organisation's present ones."""
    from evidence.cli.opening import asked
    from evidence.ledger import organisation_acts
    from evidence.ledger.keys import read_passphrase

    question = f"Passphrase of {file.name}: "
    with _desk(home, by) as desk:
        passphrase = read_passphrase(passphrase_file, lambda: asked(question, "--passphrase-file"))
        done = organisation_acts.import_pkcs12(desk, file, passphrase, chain, reason)
    _show(done, as_json)
    note("Publish trust/ again.")


@app.command()
def token(
    home: HomeOption,
    module: Annotated[str, typer.Option(metavar="FILE", help="The token's PKCS#11 library.")],
    label: Annotated[str, typer.Option(help="The token's label.")],
    key: Annotated[str, typer.Option(help="The label of the private key on it.")],
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its certificate with what leads to the root (PEM).")
    ] = None,
    root_key: RootKeyOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign packs with a key on a PKCS#11 token, in the place of the organisation's present one.

    The PIN comes from the file that EVIDENCE_PIN_FILE names, or is asked for. Without --certificate the token's own of
    that label is taken; where it has none, the home's root issues one.
    """
    from evidence.ledger import organisation_acts
    from evidence.settings import Token

    with _desk(home, by) as desk:
        done = organisation_acts.use_token(
            desk, Token.of(module, label, key), desk.handle.pin(), certificate, root_key, reason
        )
    _show(done, as_json)
    note("Publish trust/ again.")


@contextmanager
def _desk(home: Path, by: str | None) -> Iterator["KeyDesk"]:
    from evidence.cli.opening import opened
    from evidence.ledger.key_acts import KeyDesk

    with opened(home, sign=True, person=by) as handle, KeyDesk.of(handle) as desk:
        yield desk


def _show(done: "KeyDone", as_json: bool) -> None:
    entries = ", ".join(f"#{seq}" for seq in done.entries)
    told = {"key": done.key, "entries": entries or "recorded before"}
    if done.place is not None:
        told["place"] = done.place
    show(done if as_json else told, as_json)


def _moment(text: str, zone: str) -> datetime:
    """The moment typed: a day counts from its first second where the home counts days."""
    from zoneinfo import ZoneInfo

    from evidence.errors import UsageError

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since {text[:80]!r}: wanted a day or a moment, such as 2024-05-01T14:30Z.") from error
    if found.tzinfo is not None:
        return found
    if len(text) > len("2024-05-01"):
        raise UsageError(f"--since {text}: wanted the moment with its offset, such as {text}Z or {text}-05:00.")
    return found.replace(tzinfo=ZoneInfo(zone))
