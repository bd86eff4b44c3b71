"""How many gaps page one has room for beside all else that stands on it, whatever the language.

Page one is one page. What else it holds is laid out here in millimetres, by the sizes in `templates/style/pack.css` and
letters of an average width; the gaps take what is left. The list of gaps, on a later page, has all of them and whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

from evidence.pack.contents import contents as c
from evidence.pack.words.language import _
from evidence.pack.words.shown import day

CARDS, BANNERS, REASONS = 2, 3, 2
"""Results, banners and reasons that page one shows; the template has the same."""
_MOST = 8
"""Gaps on page one where there is room for more."""
_LETTERS = 180
"""Of one gap."""
_PAGE = 244.0  # millimetres between the margins of a Letter page, less what the estimate may be out by
_WIDTH = 176.9
_POINT = 0.3528
_LETTER, _BOLD = 0.46, 0.55  # the width of an average letter, in parts of its size
_TITLE, _HEAD = 18.0, 8.2
_KEY, _HALF, _WHOLE = 24.6, 59.0, 147.5  # columns of the facts, within their padding
_WHAT, _WHOSE = 109.5, 43.6  # columns of the gaps


def first_gaps(page: c.OpeningPage) -> tuple[c.GapRow, ...]:
    """The gaps that there is room for, each as short as page one wants it; one at least, where there is one."""
    left = _PAGE - sum(_besides(page))
    shown: list[c.GapRow] = []
    for gap in page.gaps[:_MOST]:
        brief = replace(gap, what=_brief(gap.what))
        left -= _gap(brief)
        if shown and left < 0:
            break
        shown.append(brief)
    return tuple(shown)


def _besides(page: c.OpeningPage) -> Iterator[float]:
    """The heights of all that stands on page one but for the gaps."""
    yield _TITLE + _HEAD
    for state, headline, named in page.states[:BANNERS] or (("", "", page.headline),):
        yield 7.4 + _lines(f"{state}, {headline}", 168, 13, 6.6, _BOLD) + _lines(named, 168, 7.2, 4.3)
    for reason in page.reasons[:REASONS]:
        yield _lines(reason, _WIDTH, 7.2, 3.6) + 1.8
    yield from _facts(page.facts)
    every: tuple[c.ResultRow | c.AverageResult, ...] = (*page.averages, *page.results)
    cards = [one for one in every if not one.former]
    for card in cards[:CARDS]:
        yield 7.4 + _lines(card.words, 140, 9.6, 4.3, _BOLD) + 1.2
        yield (_lines(card.estimate, 150, 8.6, 4.3, _BOLD) + 1.8) if card.estimate else 0.0
        yield _lines(card.summary, 166, 8.6, 4.3) + 1.8
        yield 4.3 if isinstance(card, c.ResultRow) and card.averaged else 0.0
        yield (12.0 + _lines(card.bar.label + "-" * 80, 166, 7.2, 3.6)) if card.bar else 0.0
    yield 5.4 if len(cards) > CARDS else 0.0
    yield 9.4 + 3.0  # the head of the gaps, and what follows their table
    yield 3.5 + _lines(page.status, _WIDTH, 7.4, 3.7) + _lines("-" * 160, _WIDTH, 7.4, 3.7)


def _facts(facts: Sequence[c.Fact]) -> Iterator[float]:
    """The table of facts: two beside each other, but for those that take the whole width."""
    narrow = [max(_key(fact.name), _said(fact, _HALF)) for fact in facts if not fact.wide]
    for place in range(0, len(narrow), 2):
        yield 1.5 + max(narrow[place : place + 2])
    for fact in facts:
        if fact.wide:
            yield 1.5 + max(_key(fact.name), _said(fact, _WHOLE))
    yield 2.0


def _key(name: str) -> float:
    return _lines(name, _KEY, 7.4, 3.45)


def _said(fact: c.Fact, width: float) -> float:
    return _lines("".join(link.text for link in fact.said), width, 7.4, 3.45)


def _gap(gap: c.GapRow) -> float:
    against = " " + _("Against a condition of the claim.") if gap.defeats else ""
    link = f" ({gap.shown_at.text})" if gap.shown_at else ""
    due = day(gap.due) if gap.due else _("no date set")
    what = _lines(gap.what + link + against, _WHAT, 6.9, 3.02)
    return 1.3 + max(what, _lines(f"{gap.owner}, {due}", _WHOSE, 6.9, 3.02))


def _lines(text: str, width: float, size: float, high: float, letter: float = _LETTER) -> float:
    """The height of a text set in lines of `width` millimetres and `high` millimetres each, in letters of `size`."""
    return high * max(ceil(len(text) * letter * size * _POINT / width), 1)


def _brief(what: str) -> str:
    """A gap as page one has room for it; the list of gaps has it whole."""
    if len(what) <= _LETTERS:
        return what
    return what[:_LETTERS].rpartition(" ")[0].rstrip(",;:") + " \N{HORIZONTAL ELLIPSIS}"
