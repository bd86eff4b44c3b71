"""How much two texts are alike, and where they differ: the same scan sent twice with one digit changed is pointed out.

Texts are compared by their pairs of neighbouring words, as sets (resemblance, Broder 1997): the share of pairs that
both have among all that either has, exactly. So that not every text is held against every other, each has a
fingerprint, the smallest digests of its pairs; two texts that are alike share most of these.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise

LEAST_SHARE = (85, 100)
"""Alike from here on, or where one word differs: of a form with 60 words two may differ, of one with 200 eight."""
LEAST_WORDS = 12
"""A text of fewer words resembles too much."""
_FINGERS = 16
_MOST_CANDIDATES = 20
_MOST_CHARACTERS = 200_000
_MOST_ALIGNED = 3000
_MOST_SHOWN = 12
_WORD = re.compile(r"\w+(?:[.,:/'_+-]\w+)*")


@dataclass(frozen=True, slots=True)
class Likeness:
    """That two texts are alike: the share of word pairs in common, cut to four places, and what differs."""

    score: Decimal
    differences: tuple[str, ...]
    """``'1250' / '1260'``: the words of the one, a stroke, those of the other; figures first, the rest counted."""

    @property
    def in_one_place(self) -> bool:
        """Whether they differ in one place, as by a slip or one figure changed; a renewal differs in its days too."""
        return len(self.differences) == 1

    def says(self, of: str) -> str:
        """What a person is told; `of` names the other text's document."""
        if not self.differences:
            return f"the same words as {of}, in another file"
        return f"a near-duplicate of {of} (share in common {self.score}): differs in {', '.join(self.differences)}"


def alike(one: str, other: str) -> Likeness | None:
    """How `one` resembles `other`; None where they are not nearly the same, or too short to tell.

    >>> text = "part FRM-201 revision A quantity 1250 unit PCE made in Toledo in the year 2023 by SPECIMEN Frames"
    >>> alike(text, text.replace("1250", "1260")).differences
    ("'1250' / '1260'",)
    """
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < LEAST_WORDS:
        return None
    pairs, others = set(pairwise(first)), set(pairwise(second))
    common, whole = len(pairs & others), len(pairs | others)
    one_place = len(pairs - others) <= 2 and len(others - pairs) <= 2  # a word stands in two pairs
    if common * LEAST_SHARE[1] < whole * LEAST_SHARE[0] and not one_place:
        return None
    return Likeness(Decimal(common * 10_000 // whole).scaleb(-4), _differences(first, second))


def fingerprint(text: str) -> tuple[int, ...]:
    """The smallest digests of the text's word pairs, in order; none of a text that is too short to tell."""
    words = _words(text)
    if len(words) < LEAST_WORDS:
        return ()
    digests = {_digest(f"{first} {second}") for first, second in pairwise(words)}
    return tuple(sorted(digests)[:_FINGERS])


@dataclass(slots=True)
class Seen:
    """Texts by name, found again by likeness without being compared one by one."""

    _texts: dict[str, str] = field(default_factory=dict)
    _by_finger: dict[int, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Remember a text under a name of its own."""
        self._texts[name] = text[:_MOST_CHARACTERS]
        for finger in fingerprint(text[:_MOST_CHARACTERS]):
            self._by_finger.setdefault(finger, []).append(name)

    def like(self, text: str) -> list[tuple[str, Likeness]]:
        """The texts that are alike, the most alike first."""
        text = text[:_MOST_CHARACTERS]
        shared = Counter(name for finger in fingerprint(text) for name in self._by_finger.get(finger, ()))
        compared = ((name, alike(self._texts[name], text)) for name, _ in shared.most_common(_MOST_CANDIDATES))
        found = [(name, likeness) for name, likeness in compared if likeness is not None]
        return sorted(found, key=lambda each: each[1].score, reverse=True)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text))


def _digest(pair: str) -> int:
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest())


def _differences(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    left, right = first[start : len(first) - end], second[start : len(second) - end]
    if max(len(left), len(right)) > _MOST_ALIGNED:
        gone, come = Counter(left) - Counter(right), Counter(right) - Counter(left)
        found = [f"{_shown(sorted(gone))} / {_shown(sorted(come))}"] if gone or come else []
    else:
        steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
        found = [f"{_shown(left[a:b])} / {_shown(right[c:d])}" for step, a, b, c, d in steps if step != "equal"]
    found.sort(key=lambda each: not any(character.isdigit() for character in each))
    rest = len(found) - _MOST_SHOWN
    return (*found[:_MOST_SHOWN], *([f"{rest} places more"] if rest > 0 else []))


def _shown(words: Sequence[str]) -> str:
    if not words:
        return "nothing"
    text = " ".join(words[:_MOST_SHOWN])
    return f"'{text[:80]}'" if len(words) <= _MOST_SHOWN and len(text) <= 80 else f"'{text[:80]} ...'"
