"""The text of law behind each figure of a worksheet: which section of the Uniform Regulations asks for it, and why.

The same sections stand in 19 CFR Part 182 Appendix A and in SOR/2020-155. Thresholds have their own texts, which the
findings name; these are of the figures that are compared with them.
"""

import re
from typing import Final

_OF_A_LINE = re.compile(r"^M[0-9]+\.")
_HELD_AGAINST_THE_BOOKS = "s.8(2), undetermined origin: what is booked and on no bill counts as non-originating"
_SECTIONS: Final[tuple[tuple[str, str], ...]] = (
    (r"units", "s.1(7), s.7(3)"),
    (r"cost\.assist|assist\..+", "s.7(22) ex.8, s.8(13), Schedule VI s.4(1)(b)(ii)"),
    (r"cost\.allocated|excluded\.allocated|(allocation|weight)\..+", "s.7(11)(a)-(c), Schedule V"),
    (r"cost\.exchange|exchange\..+", "s.1(6), currency gains and losses related to production"),
    (r"left_out\..+", "s.1(6), Schedule V s.7"),
    (r"kept\..+", "s.1(1) royalties, s.7(13)(c)"),
    (r"cost\..+|total_cost", "s.1(1) total cost, s.1(6)"),
    (r"excluded(\..+)?", "s.1(1) excluded costs, s.7(11)-(13)"),
    (r"accumulated(\..+)?", "s.9(2)(a), the producer's net cost in place of what is booked"),
    (r"net_cost", "s.1(1) net cost, s.7(3), (11)"),
    (r"tie\..+", _HELD_AGAINST_THE_BOOKS),
    (r"vnm(\.unit)?", "s.7(3)-(4), s.8(1)-(2)"),
    (r"content", "s.7(3)"),
    (r"content\.tv", "s.7(2)"),
    (r"tv(\..+)?", "s.1(1) transaction value, adjusted to exclude international shipment; Schedule III"),
    (r"content\.(vnm|col2)", "s.7(3), s.14(4), (7)"),
    (r"col2(\.unit)?", "s.14(7)"),
    (r"super_core\..+", "s.14(8)"),
    (r"shift\..+", "s.5(1)"),
    (r"loan\..+", "s.1(1) non-allowable interest costs, Schedule IX"),
    (r"lvc\.(labor|materials|transport|high_wage|whole|share|total|wanting)", "s.18(1)-(8)"),
    (r"lvc\.(total_cost|excluded|net_cost)\.[0-9]+", "s.1(1) net cost, s.18(6), (15)"),
    (r"lvc\.technology", "s.18(9)-(11)"),
    (r"lvc\.assembly", "s.18(12)-(14)"),
    (r"L[0-9]+(\.originating)?", "s.18(3)-(14), (20)-(21)"),
    (r"steel\..+", "s.17(1)-(6), Table S"),
    (r"aluminum\..+", "s.17(1)-(6), Table S"),
)
_BY_ID = tuple((re.compile(pattern), section) for pattern, section in _SECTIONS)


def citation(cell: str) -> str:
    """The text behind the figure of that id; empty where none is listed.

    >>> citation("M0001.net_cost")
    '19 CFR 182 App A and SOR/2020-155, s.1(1) net cost, s.7(3), (11)'
    """
    name = _OF_A_LINE.sub("", cell)
    section = next((section for pattern, section in _BY_ID if pattern.fullmatch(name)), "")
    return f"19 CFR 182 App A and SOR/2020-155, {section}" if section else ""
