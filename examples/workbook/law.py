"""The figures of the regulations that the three goods need, typed from their text and not from the product's data.

19 CFR Part 182 Appendix A and SOR/2020-155, the sections as cited; 29 CFR 810.105 for the wages.
"""

from datetime import date
from decimal import Decimal

FIGURES: tuple[tuple[str, Decimal, str], ...] = (
    ("passenger vehicle, net cost", Decimal(75), "s.13, 8703.21-8703.90: from 2023-07-01"),
    ("core parts, net cost", Decimal(75), "s.14(13): from 2023-07-01"),
    ("Table B, net cost", Decimal(70), "s.14(15): from 2023-07-01"),
    ("heavy truck, net cost", Decimal(64), "s.13, 8704.22-8704.23: from 2024-07-01"),
    ("Table D, net cost", Decimal(64), "s.15(2): from 2024-07-01"),
    ("8507.90, net cost", Decimal(50), "General Note 11(o), chapter 85, rule 19"),
    ("de minimis, tariff change", Decimal(10), "s.5(1)"),
    ("steel, least share", Decimal(70), "s.17(1)"),
    ("aluminum, least share", Decimal(70), "s.17(1)"),
    ("passenger vehicle, labor total", Decimal(40), "s.18(1): from 2023-07-01"),
    ("passenger vehicle, labor material", Decimal(25), "s.18(1): from 2023-07-01"),
    ("heavy truck, labor total", Decimal(45), "s.18(2)"),
    ("heavy truck, labor material", Decimal(30), "s.18(2)"),
    ("technology, most points", Decimal(10), "s.18(1)-(2), (9)-(11)"),
    ("assembly, points", Decimal(5), "s.18(1)-(2), (12)-(13)"),
    ("capacity, light: engines", Decimal(100000), "s.18(12)"),
    ("capacity, light: transmissions", Decimal(100000), "s.18(12)"),
    ("capacity, light: advanced battery packs", Decimal(25000), "s.18(12)"),
    ("capacity, heavy", Decimal(20000), "s.18(13)"),
    ("contract, months", Decimal(36), "s.18(12)-(13)"),
    ("wage US", Decimal(16), "s.12; 29 CFR 810.105"),
    ("wage CA", Decimal("20.88"), "s.12; 29 CFR 810.105"),
    ("wage MX", Decimal("294.22"), "s.12; 29 CFR 810.105"),
    ("heavy truck credit, least content", Decimal(60), "s.18(22)"),
)

CREDIT_ENDS = date(2027, 6, 30)
"""s.18(22): the period "ending July 1, 2027", the day on which 70 percent begins to bind."""

REGION = ("US", "CA", "MX")

_SIX = {
    "steel": (
        "720825 720826 720827 720836 720837 720838 720839 720851 720852 720853 720854 720915 720916 720917 720918 "
        "720925 720926 720927 720928 720990 721030 721049 721069 721090 721114 721119 721123 721220 721230 721320 "
        "721399 721430 721491 721499 722530 722540 722550 722591 722592 722599 722691 722692 722699 722720 722790 "
        "722810 722820 722830 722860 730630 730650 730661 730669 730690 870829 870899"
    ),
    "aluminum": "7601 7602 7604 7605 7606 7608 870829 870899",
}
TABLE_S = tuple((metal, code) for metal, codes in _SIX.items() for code in codes.split())
"""Table S: subheadings, and for aluminum headings; of 8708.29 and 8708.99 only some goods."""
