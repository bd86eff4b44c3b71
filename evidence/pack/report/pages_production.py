"""Part 9: the production records of what was shipped, how much was made, and inventory that tells materials apart."""

from collections.abc import Iterator
from itertools import groupby

from evidence.core.statements.inventory import InventoryLine
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits, runs
from evidence.pack.gathered.facts import Facts
from evidence.pack.words.language import _, _n
from evidence.pack.words.shown import number
from evidence.register.queries import Known


def production_page(facts: Facts, exhibits: Exhibits) -> c.ProductionPage:
    """Every unit of the shipment that a production record names."""
    seqs = dict.fromkeys(known.seq for known in facts.units.values())
    return c.ProductionPage(
        rows=tuple(_units(facts)),
        volumes=tuple(_volumes(facts, exhibits)),
        pools=tuple(_pools(facts, exhibits)),
        exhibits=tuple(dict.fromkeys(link for seq in seqs for link in exhibits.behind(seq))),
    )


def _units(facts: Facts) -> Iterator[c.BuiltRow]:
    by_record = sorted(facts.units.items(), key=lambda pair: (pair[1].seq, pair[1].line or 0))
    for unit, known in by_record:
        it = known.value
        serials = _("serials {serials}", serials=", ".join(it.core_parts)) if it.core_parts else ""
        lots = _("lots {lots}", lots=it.lots_consumed) if it.lots_consumed else ""
        yield c.BuiltRow(
            unit=unit,
            good=it.part,
            plant=it.plant,
            built_on=it.built_on,
            quantity=it.quantity,
            bill=it.revision,
            lots="; ".join(part for part in (lots, serials) if part),
            rework=it.rework or "",
            position=known.ref,
        )


def _volumes(facts: Facts, exhibits: Exhibits) -> Iterator[tuple[str, str, tuple[c.Link, ...]]]:
    """Months of one good and plant in a row, with where they are recorded and the exhibits behind."""
    lines = sorted(
        facts.particulars.volumes.values(), key=lambda known: (known.value.part, known.value.plant, known.value.month)
    )
    for (part, plant), group in groupby(lines, key=lambda known: (known.value.part, known.value.plant)):
        months = list(group)
        said = "; ".join(f"{known.value.month}: {number(known.value.made)}" for known in months)
        places = c.Link(_places([(known.seq, known.line or 0) for known in months]))
        behind = exhibits.behind_refs(known.ref for known in months)
        yield _("{part} at {plant}", part=part, plant=plant), said, (places, *behind)


def _places(lines: list[tuple[int, int]]) -> str:
    """``#146:1 to 18``: lines of one load drawn together."""
    found = []
    for seq, group in groupby(sorted(lines), key=lambda pair: pair[0]):
        drawn = runs([line for _seq, line in group], lambda _line: True)
        found += [f"#{seq}:{run[0]}" + (f"\N{EN DASH}{run[-1]}" if len(run) > 1 else "") for run in drawn]
    return ", ".join(found)


def _pools(facts: Facts, exhibits: Exhibits) -> Iterator[c.PoolRow]:
    def key(known: Known[InventoryLine]) -> tuple[str, str, str]:
        return known.value.pool, known.value.plant, str(known.value.year_from)

    for _pool, group in groupby(sorted(facts.particulars.inventories.values(), key=key), key=key):
        lines = list(group)
        first = lines[0].value
        counts = {
            word: sum(one.value.movement.value == word for one in lines)
            for word in dict.fromkeys(one.value.movement.value for one in lines)
        }
        told = "; ".join(
            _n("{word}: {count} movement", "{word}: {count} movements", count, word=word)
            for word, count in counts.items()
        )
        yield c.PoolRow(
            pool=first.pool,
            plant=first.plant,
            method=first.method.value,
            year=_("{first} to {last}", first=first.year_from, last=first.year_to),
            movements=f"{told} ({_places([(one.seq, one.line or 0) for one in lines])})",
            exhibits=exhibits.behind_refs(one.ref for one in lines),
        )
