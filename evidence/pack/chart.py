"""The one drawing of a worksheet: content against its threshold, as lengths for a bar. Display only."""

from decimal import ROUND_HALF_EVEN, Decimal

from evidence.pack.contents import Bar

_WHOLE = 1000


def bar(label: str, content: Decimal, threshold: Decimal, *, met: bool) -> Bar:
    """A bar for two shares in percent; what lies outside 0 to 100 is drawn at the edge and printed as it is."""
    return Bar(
        label=label,
        content=content,
        threshold=threshold,
        content_at=_place(content),
        threshold_at=_place(threshold),
        met=met,
    )


def _place(percent: Decimal) -> int:
    length = (percent * _WHOLE / 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    return int(min(max(length, Decimal(0)), Decimal(_WHOLE)))
