"""The shortest list that brings something about, where every step of a list can only bring it nearer.

A test of a list is a whole determination, so that as few as possible are made: steps without which it never comes about
are found first, then as many of the largest as are enough; whether fewer would do is tried, list by list, as far as
the most that each can bring leaves it open.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from evidence.rules.exact import exactly

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A list that is enough; `proven` says that no shorter one is. `steps` is None where not even all are."""

    steps: tuple[T, ...] | None
    proven: bool


class Shortest(Generic[T]):
    """Searches among `steps`, the largest first.

    Args:
        enough: whether a list of steps is enough. What is enough stays enough with more.
        most: the most that each step can bring, in the unit of `need`; None where nothing bounds it.
        need: what has to be brought at least; None where that is not one figure.
        most_tests: how many lists are tested at most.
    """

    def __init__(
        self,
        steps: Sequence[T],
        enough: Callable[[frozenset[T]], bool],
        *,
        most: Sequence[Decimal | None] = (),
        need: Decimal | None = None,
        most_tests: int = 200,
    ) -> None:
        self._steps = tuple(steps)
        self._enough = enough
        self._most = tuple(most) if most else (None,) * len(self._steps)
        self._need = need
        self._left = most_tests
        self._tested: dict[frozenset[T], bool] = {}

    def found(self) -> Found[T]:
        """A shortest list, in the order of the steps."""
        every = frozenset(self._steps)
        if not self._test(every):
            return Found(None, proven=True)
        one_by_one = self._steps if 2 * len(self._steps) <= self._left else ()  # the rest is kept for the proof
        needed = frozenset(each for each in one_by_one if not self._test(every - {each}))
        rest = [at for at, each in enumerate(self._steps) if each not in needed]
        if self._known(needed):
            return Found(self._in_order(needed), proven=True)
        taken = self._largest(needed, rest)
        shorter, proven = self._shorter(needed, rest, len(taken) - len(needed))
        return Found(self._in_order(shorter or taken), proven=proven)

    def _largest(self, needed: frozenset[T], rest: list[int]) -> frozenset[T]:
        """As many of the largest as are enough, without those that turn out not to be needed."""
        low, high = 0, len(rest)
        while high - low > 1:
            middle = (low + high) // 2
            if self._test(needed | {self._steps[at] for at in rest[:middle]}):
                high = middle
            else:
                low = middle
        taken = needed | {self._steps[at] for at in rest[:high]}
        for at in reversed(rest[:high]):
            if self._known(taken - {self._steps[at]}):
                taken -= {self._steps[at]}
        return taken

    def _shorter(self, needed: frozenset[T], rest: list[int], size: int) -> tuple[frozenset[T] | None, bool]:
        """The shortest list of fewer than `size` more steps that is enough, if any, and whether all were tried."""
        for more in range(1, size):
            for chosen in self._lists(needed, rest, more):
                enough = self._known(needed | {self._steps[at] for at in chosen})
                if enough is None:
                    return None, False
                if enough:
                    return needed | {self._steps[at] for at in chosen}, True
        return None, True

    def _lists(self, needed: frozenset[T], rest: list[int], size: int) -> Iterator[tuple[int, ...]]:
        """Every list of `size` of the rest that could bring what is needed, those of the largest first."""
        sure = [at for at, each in enumerate(self._steps) if each in needed]

        def beneath(chosen: tuple[int, ...], start: int) -> Iterator[tuple[int, ...]]:
            wanted = size - len(chosen)
            if not wanted:
                yield chosen
                return
            for place in range(start, len(rest) - wanted + 1):
                if not self._could((*sure, *chosen, *rest[place : place + wanted])):
                    return  # those that follow can bring less still
                yield from beneath((*chosen, rest[place]), place + 1)

        return beneath((), 0)

    def _could(self, chosen: Sequence[int]) -> bool:
        bounds = [self._most[at] for at in chosen]
        if self._need is None:
            return True
        with exactly():
            total = Decimal(0)
            for bound in bounds:
                if bound is None:
                    return True
                total += bound
            return total >= self._need

    def _known(self, chosen: frozenset[T]) -> bool | None:
        """Whether a list is enough; None where it may no longer be tested."""
        if chosen not in self._tested and self._left <= 0:
            return None
        return self._test(chosen)

    def _test(self, chosen: frozenset[T]) -> bool:
        if chosen not in self._tested:
            self._left -= 1
            self._tested[chosen] = self._enough(chosen)
        return self._tested[chosen]

    def _in_order(self, chosen: frozenset[T]) -> tuple[T, ...]:
        return tuple(each for each in self._steps if each in chosen)
