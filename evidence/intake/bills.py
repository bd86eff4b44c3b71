"""Bills that contain themselves, and bills without end: refused before anything rests on them.

A walk down a bill follows what is made, from plant to plant; what is bought has no bill. So a made part within itself
would never end, and a bill of very many levels is a slip of the pen or an attack. Each load of bills is walked together
with the bills of the same import and those on record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from evidence.core.bulk import many_rows
from evidence.core.canonical import JsonValue
from evidence.intake.faults import Faults
from evidence.intake.lines import ShapedLines
from evidence.intake.table import Table
from evidence.register.lookup import BILL, made_beneath
from evidence.register.queries import Register

Made = tuple[JsonValue, ...]
"""A part that is made: owner, part, revision, plant."""
_MADE_LINE = b'"make_or_buy":"make"'
_MOST_NAMED = 6


@dataclass(slots=True)
class BillWalk:
    """The bills of an import, and what they stand on. `limit` is the most levels that a bill may have."""

    register: Register
    limit: int
    but: int | None = None
    """The entry of a load of bills that this import takes the place of."""
    _beneath: dict[Made, dict[Made, None]] = field(default_factory=dict)
    _asked: set[Made] = field(default_factory=set)

    def take(self, table: Table, lines: ShapedLines, faults: Faults) -> None:
        """Take the lines of a load; one fault where a bill contains itself, or has too many levels."""
        with many_rows():
            rows = self._made(lines)
        self._fetch(rows)
        path = endless(self._beneath, rows, self.limit)
        if path is None:
            return
        at = next((rows[made] for made in path if made in rows), None)
        if path[-1] in path[:-1]:
            round_ = path[path.index(path[-1]) :]
            at = next((rows[made] for made in round_ if made in rows), at)
            faults.add(
                f"a bill that contains itself: {_shown(round_)}",
                "parts that do not contain themselves",
                sheet=table.sheet,
                row=at,
                column="child",
            )
        else:
            found = f"a bill of more than {self.limit} levels: {_shown(path)}"
            faults.add(found, f"at most {self.limit} (limits.bill_depth)", sheet=table.sheet, row=at, column="child")

    def _made(self, lines: ShapedLines) -> dict[Made, int]:
        """Take note of what is made beneath what; gives the first row of each parent."""
        rows: dict[Made, int] = {}
        for row, line in lines:
            if _MADE_LINE not in line:  # a quote within text is escaped, so that no text reads like this
                continue
            of = orjson.loads(line)  # canonical JSON, as it was written here
            parent = tuple([of[name] for name in BILL])
            child = (of["owner"], of["child"], of["child_revision"], of.get("made_at") or of["plant"])
            rows.setdefault(parent, row)
            self._beneath.setdefault(parent, {})[child] = None
        return rows

    def _fetch(self, of: Iterable[Made]) -> None:
        """What bills on record make beneath these parts, and beneath those, down to the limit."""
        level = self._below(of)
        for _ in range(self.limit + 1):
            level -= self._asked
            if not level:
                return
            asked = sorted(level, key=str)
            self._asked |= level
            for place, child in made_beneath(self.register, asked, self.but):
                self._beneath.setdefault(asked[place], {})[child] = None
            level = {child for made in asked for child in self._beneath.get(made, ())}

    def _below(self, of: Iterable[Made]) -> set[Made]:
        found = set(of)
        return found | {child for made in found for child in self._beneath.get(made, ())}


def endless(beneath: Mapping[Made, Iterable[Made]], tops: Iterable[Made], limit: int) -> tuple[Made, ...] | None:
    """A way down that comes back to a part it has passed, which then ends it, or that has more than `limit` levels.

    None where every way down from `tops` ends in time. Each part is walked once, whichever ways lead to it.

    >>> endless({("A",): [("B",)], ("B",): [("A",)]}, [("A",)], 50)
    (('A',), ('B',), ('A',))
    """
    levels: dict[Made, int] = {}
    deepest: dict[Made, Made | None] = {}
    for top in tops:
        if top in levels:
            continue
        path: list[Made] = [top]
        on_path = {top}
        ways: list[Iterator[Made]] = [iter(beneath.get(top, ()))]
        while path:
            child = next(ways[-1], None)
            if child is None:
                ended = path.pop()
                ways.pop()
                on_path.discard(ended)
                below = max(beneath.get(ended, ()), key=lambda made: levels[made], default=None)
                levels[ended], deepest[ended] = 1 + (levels[below] if below is not None else 0), below
                if levels[ended] > limit:
                    return _way_down(ended, deepest)
            elif child in on_path:
                return (*path, child)
            elif child not in levels:
                path.append(child)
                on_path.add(child)
                ways.append(iter(beneath.get(child, ())))
    return None


def _way_down(top: Made, deepest: Mapping[Made, Made | None]) -> tuple[Made, ...]:
    path, here = [top], deepest[top]
    while here is not None:
        path.append(here)
        here = deepest[here]
    return tuple(path)


def _shown(path: tuple[Made, ...]) -> str:
    names = [f"{part} {revision}" for _, part, revision, _ in path]
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], "...", names[-1]]
    return " > ".join(names)
