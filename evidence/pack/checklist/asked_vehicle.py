"""Questions of the checklist about vehicle certifications, and what labour value, steel and aluminum rest on."""

from decimal import Decimal
from typing import Final

from evidence.core.statements.certification import (
    VehicleCertification,
    VehicleCertificationKind,
    VehicleCertificationStatus,
)
from evidence.core.statements.reconciliation import ReconciledFigure
from evidence.core.statements.wage import WageCertificate
from evidence.pack.checklist.asked_file import File, Seen, some
from evidence.pack.checklist.asked_good import VEHICLES, reconciled
from evidence.pack.contents import contents as c
from evidence.pack.gathered.facts import EntryLine
from evidence.pack.words.language import _, _n
from evidence.register.queries import Known

_METALS: Final = (VehicleCertificationKind.STEEL, VehicleCertificationKind.ALUMINUM)
_IN_FORCE: Final = (VehicleCertificationStatus.SUBMITTED, VehicleCertificationStatus.PROPERLY_FILED)


def model_line(file: File) -> Seen:
    """The model line of every vehicle is on record, in its use."""
    lines = [line for line in file.facts.lines if line.invoice_line]
    named = {(use.value.owner, use.value.part) for use in file.facts.around.uses if use.value.programme}
    goods = [(line.invoice_line.owner, line.invoice_line.part) for line in lines if line.invoice_line]
    bare = some(part for owner, part in goods if (owner, part) not in named)
    return Seen((), (_("No model line is on record of {goods}.", goods=bare),) if bare else ())


def identifiers(file: File) -> Seen:
    """Every line entered in the United States quotes identifiers of certifications on file and in force that day."""
    shown: dict[c.Link, None] = {}
    lacking = []
    for line in file.facts.lines:
        if line.entry.value.country != "US":
            continue
        for kind, number in _quoted(line):
            form = _form(file, kind, number)
            if form is not None:
                shown |= dict.fromkeys(file.behind(form.seq))
                continue
            what = {"line": file.name_of(line), "kind": _(kind.value)}
            if number is None:
                lacking.append(_("{line} quotes no identifier of a certification of {kind}.", **what))
            else:
                told = _(
                    "{number}, quoted on {line}, is of no certification of {kind} on file and in force.",
                    number=number,
                    **what,
                )
                lacking.append(told)
    return Seen(tuple(shown), tuple(lacking))


def _quoted(line: EntryLine) -> list[tuple[VehicleCertificationKind, str | None]]:
    on = line.line
    numbers = (on.labour_value_id, on.steel_id, on.aluminum_id)
    return list(zip(VehicleCertificationKind, numbers, strict=True))


def _form(file: File, kind: VehicleCertificationKind, number: str | None) -> Known[VehicleCertification] | None:
    for known in file.facts.vehicle_certifications:
        it = known.value
        if it.certification_kind is kind and it.identifier == number and number and it.status in _IN_FORCE:
            return known
    return None


def no_covered_vehicle(file: File) -> str:
    """Why no identifier is asked for; empty where a covered vehicle is in the pack, or nothing is analysed."""
    if not file.deciding or any(fact.worksheet.good.vehicle_class in VEHICLES for fact in file.deciding):
        return ""
    return _("The good is no covered vehicle.")


def labour_certification(file: File) -> Seen:
    """The labour value certification as it was submitted, with what became of it."""
    return _submitted(file, (VehicleCertificationKind.LABOUR_VALUE,))


def metal_certifications(file: File) -> Seen:
    """The steel and the aluminum certification as submitted, each by itself."""
    return _submitted(file, _METALS)


def staging_certifications(file: File) -> Seen:
    """All three certifications of vehicles under alternative staging."""
    return _submitted(file, tuple(VehicleCertificationKind))


def _submitted(file: File, kinds: tuple[VehicleCertificationKind, ...]) -> Seen:
    shown: dict[c.Link, None] = {}
    lacking = []
    for kind in kinds:
        forms = [known for known in file.facts.vehicle_certifications if known.value.certification_kind is kind]
        if not forms:
            lacking.append(_("No certification of {kind} is on file.", kind=_(kind.value)))
        for known in forms:
            shown |= dict.fromkeys(file.behind(known.seq))
            told = {"number": known.value.identifier or f"#{known.seq}", "kind": _(kind.value)}
            if known.value.certificate is None:
                lacking.append(_("The certification of {kind} {number} is not on file as it was submitted.", **told))
            if known.value.status not in _IN_FORCE:
                lacking.append(_("The certification of {kind} {number} was returned or is not valid.", **told))
    return Seen(tuple(shown), tuple(lacking))


def metal_period(file: File) -> Seen:
    """The period of calculation stands on the certifications, or is chosen on the worksheet."""
    forms = {known.value.certification_kind: known for known in file.facts.vehicle_certifications}
    shown = [link for kind in _METALS if kind in forms for link in file.behind(forms[kind].seq)]
    bare = [kind for kind in _METALS if kind not in forms and not _chosen(file, f"{_METAL[kind]} period")]
    lacking = (_("No certification of {kind} is on file.", kind=_(kind.value)) for kind in bare)
    return Seen(tuple(dict.fromkeys(shown)), tuple(lacking))


def metal_election(file: File) -> Seen:
    """Method and category of the steel and aluminum purchases, as chosen on the worksheet."""
    bare = [kind for kind in _METALS if not _chosen(file, f"{_METAL[kind]} scope")]
    lacking = (_("No method and category are on record for {kind}.", kind=_(kind.value)) for kind in bare)
    return Seen(tuple(map(file.place_of, file.deciding)) if not bare else (), tuple(lacking))


_METAL: Final = {VehicleCertificationKind.STEEL: "steel", VehicleCertificationKind.ALUMINUM: "aluminum"}


def _chosen(file: File, name: str) -> bool:
    return any(choice.name == name for fact in file.deciding for choice in fact.worksheet.choices)


def reconciled_metals(file: File) -> Seen:
    """Estimated purchases of steel and aluminum are reconciled to actual ones at the end of the year."""
    return reconciled(file, (ReconciledFigure.STEEL, ReconciledFigure.ALUMINUM))


def wages(file: File) -> Seen:
    """What each plant paid an hour; its certificate says whether that meets the rate, the hours stay with the plant."""
    found = file.statements(WageCertificate)
    if not found:
        return Seen(lacking=(_("No wage certificate of a plant is on record."),))
    shown = dict.fromkeys(link for seq, _each in found for link in file.behind(seq))
    held = _n(
        "Hours and wages of {count} plant stay with it and are withheld here.",
        "Hours and wages of {count} plants stay with them and are withheld here.",
        len({each.plant for _seq, each in found}),
    )
    return Seen(tuple(shown), (held,), some(dict.fromkeys(each.operator for _seq, each in found)))


def high_wage_purchases(file: File) -> Seen:
    """The annual purchases and the high-wage material in them are on record."""
    shares = [fact for fact in file.deciding if any(cell.id == "lvc.share" for cell in fact.worksheet.cells)]
    lacking = () if shares else (_("No labour value content is worked out from purchases on record."),)
    return Seen(tuple(map(file.place_of, shares)), lacking)


def no_technology_credit(file: File) -> str:
    """Why no support of a technology credit is asked for; empty where one counts, or nothing here says what counts."""
    return _("No technology credit is counted.") if _nothing_of(file, "lvc.technology") else ""


def no_assembly_credit(file: File) -> str:
    """The same of an assembly credit."""
    return _("No assembly credit is counted.") if _nothing_of(file, "lvc.assembly") else ""


def no_transport_wages(file: File) -> str:
    """The same of the wages of carriers."""
    return _("No wages of carriers are counted.") if _nothing_of(file, "lvc.transport") else ""


def _nothing_of(file: File, cell: str) -> bool:
    found = [each.value for fact in file.deciding for each in fact.worksheet.cells if each.id == cell]
    return bool(found) and all(value == Decimal(0) for value in found)
