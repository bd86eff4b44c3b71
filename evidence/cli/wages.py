"""``evidence wages``: what a plant's payroll comes to, and whether its wage certificate says so."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence.cli.common import OUTCOME_STATUS, JsonOption, OptionalHomeOption, note, show, table

if TYPE_CHECKING:
    from evidence.core.statements.wage import WageCertificate
    from evidence.origin.payroll import Payroll
    from evidence.rules.finding import Finding
    from evidence.rules.ruleset import RuleSet

app = typer.Typer(help="Wages of a plant.", no_args_is_help=True)


@app.command("wages")
def wages(
    file: Annotated[
        Path,
        typer.Argument(metavar="PAYROLL.csv", help="The payroll, a row a payment.", exists=True, dir_okay=False),
    ],
    plant: Annotated[str, typer.Option(help="The plant, by its site number.", show_default=False)],
    country: Annotated[str, typer.Option(help="Its country: US, CA or MX.", show_default=False)],
    period: Annotated[str, typer.Option(help="The days that the wages are of: 2023-01-01..2023-12-31.")],
    home: OptionalHomeOption,
    certificate: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Compare it with this wage certificate on record in the home.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Work out a plant's average base hourly wage from its payroll, worker by worker, and hold it against the rate.

    Nothing of the payroll is recorded. The figures are those that the plant's wage certificate states; the commitment
    is the digest of the file. The columns are worker, work, hours, direct_hours and pay; and kind_of_pay, paid_by,
    paid_hours and agency where needed (docs/rules.md).

    Status 0 where the rate is reached and the certificate says what the payroll comes to, 1 where not, 3 where
    something is not known.
    """
    from evidence.cli.asked import days_of
    from evidence.errors import UsageError
    from evidence.origin.payroll import against, outcome, summed
    from evidence.rules.wages import CURRENCIES

    span = days_of(period)
    if country not in CURRENCIES:
        raise UsageError(f"--country {country}: wanted one of {', '.join(CURRENCIES)}, which have a rate.")
    if certificate is not None and home is None:
        raise UsageError("--certificate is looked up on record: give --home DIR besides.")
    law, form = _known(home, certificate, plant)
    found = summed(_read(file), plant, country, span, law)
    compared = against(found, form, plant, country, span) if form is not None else None
    if found.left_out:
        note(f"Left out, wholly or for some hours: {'; '.join(found.left_out[:12])}" + _more(len(found.left_out) - 12))
    show({"payroll": found, "compared": compared}, as_json, lambda: _print(found, compared))
    raise typer.Exit(OUTCOME_STATUS[outcome(found, compared).value])


def _known(home: Path | None, number: str | None, plant: str) -> "tuple[RuleSet, WageCertificate | None]":
    """The law in use in the home, the packaged one without a home; and the certificate, where one is to be compared."""
    from evidence.cli.opening import opened, registered
    from evidence.core.statements.wage import WageCertificate
    from evidence.errors import OriginError
    from evidence.origin.law import law_in_use
    from evidence.rules.ruleset import RuleSet

    if home is None:
        return RuleSet.load(), None
    with opened(home) as handle:
        law = law_in_use(handle)
        if number is None:
            return law, None
        with registered(handle) as register:
            forms = [each.value for each in register.statements(WageCertificate, number=number, plant=plant)]
    if not forms:
        raise OriginError(f"No wage certificate {number} of {plant} is on record; import it first.")
    return law, forms[-1]


def _read(path: Path) -> bytes:
    """The file, read no further than a payroll may be long."""
    from evidence.intake.gather import open_regular
    from evidence.origin.payroll import LARGEST

    with open_regular(path.absolute()) as stream:
        return stream.read(LARGEST + 1)


def _more(number: int) -> str:
    return f"; and {number} more" if number > 0 else ""


def _print(found: "Payroll", compared: "Finding | None") -> None:
    rows = [
        ("direct production hours", found.direct_hours),
        (f"base wages, {found.currency}", found.base_wages),
        (f"average an hour, {found.currency}", found.average_wage),
        (f"rate, {found.currency}", found.rate),
        ("workers whose hours count", found.workers),
        ("of them with all hours (85 percent)", found.mostly_direct),
        ("agency hours", found.agency_hours),
        ("agency wages", found.agency_wages),
        ("left out", "; ".join(found.exclusions) or "nothing"),
        ("pay for an hour", "; ".join(found.conversions)),
        ("payroll commitment", found.commitment),
    ]
    table(
        ("figure of the certificate", "by the payroll"), [(name, "not known" if v is None else v) for name, v in rows]
    )
    typer.echo(f"{found.finding.test}: {found.finding.outcome.value.replace('_', ' ')}. {found.finding.reason}")
    for part in compared.parts if compared is not None else ():
        if not part.met:
            typer.echo(f"{part.test}: {part.reason}")
    if compared is not None and compared.met:
        typer.echo(f"{compared.test}: it says what the payroll comes to.")
