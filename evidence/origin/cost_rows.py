"""The cells of a cost sheet beside its booked elements: what is allocated, currency, assists, and what counts nowhere.

Each allocation stands with the whole that is shared out, what it is weighed by, and the good's part, so that a person
follows it with a calculator; what a division leaves over counts against the claim.
"""

from collections.abc import Callable
from decimal import Decimal

from evidence.core.statements.cost import CostNature
from evidence.origin.allocated import ALLOCATE_FIRST, DEDUCT_FIRST, Allocated, Share
from evidence.origin.costs import CostSheet
from evidence.rules.exact import exact_sum, exactly

Add = Callable[..., None]
"""`rows.Cells.add`."""
_CUT = ", at six decimals, what is left over cut"
_UP = ", at six decimals, what is left over carried up"


def total_cells(add: Add, sheet: CostSheet, prefix: str, of: str) -> list[str]:
    """The cells that total cost adds to the booked elements, after those they are worked out from; by their ids."""
    names: list[str] = []
    for number, each in enumerate(sheet.left_out, start=1):
        label = f"Counted nowhere (s.1(6), Schedule V s.7): {each.what}{of}"
        add(f"{prefix}left_out.{number}", label, each.booked, "as booked", each.rests_on)
    for number, each in enumerate(sheet.kept, start=1):
        label = f"No excluded cost: {each.what}{of}"
        add(f"{prefix}kept.{number}", label, each.booked, "as booked; in total cost above", each.rests_on)
    assists = [_assist(add, sheet, number, prefix, of) for number in range(1, len(sheet.assists) + 1)]
    if assists:
        names.append(f"{prefix}cost.assist")
        total = exact_sum(each.counted for each in sheet.assists)
        add(names[-1], f"Assists in the value of materials{of}", total, " + ".join(assists), assists)
    shares = _share_cells(add, sheet.allocated, prefix, of) if sheet.allocated is not None else {}
    ordinary = [f"{name}.total" for name, share in shares.items() if share.exchange is None]
    if sheet.allocated is not None and ordinary:
        names.append(f"{prefix}cost.allocated")
        label = f"Allocated of the costs of all goods ({sheet.allocated.route}){of}"
        add(names[-1], label, sheet.allocated.sum_of(), " + ".join(ordinary), ordinary)
    return names + _exchange_cells(add, sheet, shares, prefix, of)


def _assist(add: Add, sheet: CostSheet, number: int, prefix: str, of: str) -> str:
    """One assist: what a unit carries of it, and how much of what is booked for it therefore counts; by its id."""
    each, name = sheet.assists[number - 1], f"{prefix}assist.{number}"
    add(f"{name}.unit", f"Carried by the material in one unit{of}: {each.what}", each.unit, "as spread", each.rests_on)
    with exactly():
        whole = (each.unit or Decimal(0)) * (sheet.units or Decimal(0))
    formula = f"{name}.unit x {prefix}units" if whole <= each.booked else "as booked, which is less than it carries"
    label = f"In the value of its material and not beside it{of}: {each.what}"
    add(name, label, each.counted, formula, (f"{name}.unit", f"{prefix}units", *each.rests_on))
    return name


def excluded_cells(add: Add, sheet: CostSheet, prefix: str, of: str) -> list[str]:
    """The excluded costs that fall to the good of those of all goods; empty where none is allocated."""
    if sheet.allocated is None or sheet.allocated.sum_of() == sheet.allocated.sum_of(net=True):
        return []
    terms = []
    rests: list[str] = []
    for number, share in enumerate(sheet.allocated.shares, start=1):
        if share.off:
            both = [f"{prefix}allocation.{number}.total", f"{prefix}allocation.{number}.net"]
            terms.append(" - ".join(both))
            rests += both
    name = f"{prefix}excluded.allocated"
    amount = exact_sum(share.off for share in sheet.allocated.shares)
    add(name, f"Excluded: of the costs of all goods{of}", amount, " + ".join(terms), rests)
    return [name]


def material(add: Add, sheet: CostSheet, prefix: str, of: str) -> tuple[str, tuple[str, ...]]:
    """How booked material cost comes about, and what it rests on, after the cells of what it is made of."""
    allocated = sheet.allocated.material if sheet.allocated is not None else Decimal(0)
    if not sheet.assists and not allocated:
        return "sum of cost lines", sheet.material_refs
    names = [f"{prefix}tie.own"]
    assists = exact_sum(each.counted for each in sheet.assists)
    with exactly():
        own = (sheet.material or Decimal(0)) - allocated - assists
    add(names[0], f"Material cost booked for it alone{of}", own, "sum of cost lines", sheet.material_refs)
    if sheet.assists:
        names.append(f"{prefix}cost.assist")
    if sheet.allocated is not None and allocated:
        names.append(f"{prefix}tie.allocated")
        refs = tuple(ref for share in sheet.allocated.shares for ref in share.rests_on)
        said = "what of each allocation without excluded cost is material, in proportion to the books"
        add(names[-1], f"Material among what is allocated{of}", allocated, said, refs)
    return " + ".join(names), tuple(names)


def _exchange_cells(add: Add, sheet: CostSheet, shares: dict[str, Share], prefix: str, of: str) -> list[str]:
    """Gains and losses in currency, and what they change total cost by; empty where there are none."""
    if not sheet.gains and not sheet.losses:
        return []
    sides = (
        ("losses", CostNature.EXCHANGE_LOSS, sheet.losses, sheet.loss_refs),
        ("gains", CostNature.EXCHANGE_GAIN, sheet.gains, sheet.gain_refs),
    )
    for name, nature, amount, refs in sides:
        parts = [f"{each}.total" for each, share in shares.items() if share.exchange is nature]
        label = f"Currency {name} related to production{of}"
        if refs and parts:
            parts = [f"{prefix}exchange.{name}.own", *parts]
            with exactly():
                own = amount - exact_sum(share.total for share in shares.values() if share.exchange is nature)
            add(parts[0], f"{label}, booked for it alone", own, "sum of cost lines", refs)
        formula = " + ".join(parts) or ("sum of cost lines" if refs else "none booked")
        add(f"{prefix}exchange.{name}", label, amount, formula, (*refs, *parts))
    both = (f"{prefix}exchange.losses", f"{prefix}exchange.gains")
    with exactly():
        by = sheet.losses - sheet.gains
    add(f"{prefix}cost.exchange", f"Currency losses less gains{of}", by, " - ".join(both), both)
    return [f"{prefix}cost.exchange"]


def _share_cells(add: Add, allocated: Allocated, prefix: str, of: str) -> dict[str, Share]:
    found = {f"{prefix}allocation.{number}": share for number, share in enumerate(allocated.shares, start=1)}
    weighed = _weigh(add, allocated, prefix)
    for name, share in found.items():
        add(f"{name}.books", f"All goods: {share.label}", share.books, "sum of cost-pool lines", share.rests_on)
        if share.excluded:
            label = f"All goods: excluded among {share.label}"
            add(f"{name}.books_excluded", label, share.excluded, "sum of those under a heading", share.rests_on)
        by = weighed[id(share.by)]
        rests = (f"{name}.books", by, f"{by}.all")
        cut = _UP if share.exchange is CostNature.EXCHANGE_GAIN else _CUT
        formula = f"{name}.books x {by} / {by}.all{cut}"
        add(f"{name}.total", f"Of it{of or ' the good'}: {share.label}", share.total, formula, rests)
        if share.off:
            _net(add, allocated, name, share, weighed, of)
    return found


def _net(add: Add, allocated: Allocated, name: str, share: Share, weighed: dict[int, str], of: str) -> None:
    """The part without excluded cost, as it comes about by the route."""
    by = weighed[id(share.by)]
    rests = (f"{name}.books", f"{name}.books_excluded", by, f"{by}.all")
    first = " (s.7(11)(a))" if allocated.route == DEDUCT_FIRST else ""
    formula = f"({name}.books - {name}.books_excluded) x {by} / {by}.all{_CUT}{first}"
    if allocated.route == ALLOCATE_FIRST:
        off = weighed[id(share.excluded_by or share.by)]
        cut = _UP if share.excluded_by is not None else _CUT
        formula = f"{name}.total - {name}.books_excluded x {off} / {off}.all{cut} (s.7(11)(b))"
        rests = (f"{name}.total", f"{name}.books_excluded", off, f"{off}.all")
    add(f"{name}.net", f"Of it less excluded cost{of}: {share.label}", share.net, formula, rests)


def _weigh(add: Add, allocated: Allocated, prefix: str) -> dict[int, str]:
    """Each base once: what the good has of it, and all goods; by what is weighed, the name of its cell."""
    bases = {id(by): by for share in allocated.shares for by in (share.by, share.excluded_by) if by is not None}
    names = {key: f"{prefix}weight.{number}" for number, key in enumerate(bases, start=1)}
    for key, by in bases.items():
        refs = by.refs.get(allocated.good, ())
        mine = by.of.get(allocated.good, Decimal(0))
        add(names[key], f"{by.name} of {allocated.good}", mine, "sum of allocation-base lines", refs, by.name)
        every = [ref for refs in by.refs.values() for ref in refs]
        label = f"{by.name} of all goods, as the books say and the goods come to"
        add(f"{names[key]}.all", label, by.whole, "sum of allocation-base lines", every, by.name)
    return names
