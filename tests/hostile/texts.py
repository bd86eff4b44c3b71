"""CSV and XML: impossible values, broken encodings, entities."""

from tests.hostile.case import Case, kept, refused
from tests.unit.intake.making import ITEM, PURCHASE, csv_text


def items(**changed: str) -> str:
    return csv_text({**ITEM, **changed})


def purchases(**changed: str) -> str:
    return csv_text({**PURCHASE, **changed})


_VALUES = {
    "number-1e400": ("quantity", "1e400"),
    "number-nan": ("quantity", "NaN"),
    "number-infinity": ("price", "Infinity"),
    "number-negative-infinity": ("price", "-inf"),
    "number-hexadecimal": ("quantity", "0x10"),
    "number-with-underscores": ("quantity", "1_000"),
    "number-in-other-digits": ("quantity", "\u0661\u0662"),
    "number-of-wide-digits": ("quantity", "\uff11\uff12"),
    "number-of-10000-digits": ("quantity", "9" * 10_000),
    "number-with-two-signs": ("price", "--1"),
    "date-of-zeros": ("invoiced_on", "0000-00-00"),
    "date-at-the-end-of-time": ("invoiced_on", "9999-12-31"),
    "date-30-february": ("invoiced_on", "2023-02-30"),
    "date-29-february-of-no-leap-year": ("invoiced_on", "2023-02-29"),
    "date-thirteenth-month": ("invoiced_on", "2023-13-01"),
    "date-of-five-digits": ("invoiced_on", "12023-01-01"),
    "date-before-there-was-a-record": ("invoiced_on", "1582-10-10"),
    "date-in-other-digits": ("invoiced_on", "\u0662\u0660\u0662\u0663-05-02"),
    "currency-that-is-none": ("currency", "usd$"),
    "code-that-is-a-path": ("part", "../../etc/passwd\\..\\"),
    "code-that-is-sql": ("part", "A'; DROP TABLE entry; --"),
}
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_XML = {
    "external-entity": (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><part>&x;</part></a>', "a document type",
    ),
    "external-document-type": ('<!DOCTYPE a SYSTEM "http://192.0.2.1/evil.dtd"><a/>', "a document type"),
    "parameter-entity": ('<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///dev/zero"> %x;]><a/>', "a document type"),
    "billion-laughs": (f'<!DOCTYPE a [<!ENTITY l0 "lol">{_LAUGHS}]><a>&l9;</a>', "a document type"),
    "include": (
        '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd" parse="text"/></a>', "XInclude",
    ),
    "unknown-entity": ("<a>&nothing;</a>", "not well-formed"),
    "deep": ("<a>" * 50_000, "elements more than 64 deep"),
    "unclosed": ("<a><b></a>", "not well-formed"),
    "two-roots": ("<a/><b/>", "not well-formed"),
    "same-attribute-twice": ('<a x="1" x="2"/>', "not well-formed"),
    "unknown-encoding": ('<?xml version="1.0" encoding="klingon"?><a/>', "cannot be decoded"),
    "wrong-encoding": (b'<?xml version="1.0" encoding="utf-8"?><a>\xe9\xff</a>', "not well-formed"),
    "long-value": (f"<a>{'x' * 100_000}</a>", "a value of"),
    "many-elements": (f"<a>{'<b/>' * 30_000}</a>", "more than 5000 elements"),
}  # fmt: skip


def _declared(text: str | bytes) -> str | bytes:
    """With an XML declaration where it has none, so that it cannot be taken for a page."""
    return f"<?xml version='1.0'?>{text}" if isinstance(text, str) and "<?xml" not in text else text


CASES: dict[str, Case] = {
    **{
        name: refused("purchases.csv", purchases(**{column: value}), "")
        for name, (column, value) in _VALUES.items()
    },
    **{
        f"xml-{name}": refused("order.xml", _declared(text), says, "--kind", "item")
        for name, (text, says) in _XML.items()
    },
    "xml-without-anybody-asking": kept("customs.xml", f'<!DOCTYPE a [<!ENTITY l0 "lol">{_LAUGHS}]><a>&l9;</a>', None),
    "csv-right-to-left-override": refused("items.csv", items(description="Frame\u202egpj.exe"), "U+202E"),
    "csv-invisible-character": refused("items.csv", items(description="Fra\ufeffme"), "U+FEFF"),
    "csv-terminal-escape": refused("items.csv", items(description="\x1b[2JFrame"), "U+001B"),
    "csv-nul": refused("items.csv", items(description="Fra\x00me"), "NUL"),
    "csv-huge-cell": refused("items.csv", items(description="x" * 40_000), "a cell of 40000 characters"),
    "csv-600-columns": refused("items.csv", ",".join(f"c{n}" for n in range(600)) + "\n", "600 cells"),
    "csv-ragged": refused("items.csv", items() + "VOLTERA,FRM-1\n", "2 cells"),
    "csv-unclosed-quote": refused("items.csv", items() + '"VOLTERA,FRM-1,A,Frame,PCE\n' * 3, "not CSV"),
    "csv-quote-within": refused("items.csv", items() + 'VOLTERA,"FRM"-1,A,Frame,PCE\n', "not CSV"),
    "csv-mixed-encodings": refused(
        "items.csv", items(description="caf\u00e9").encode() + b"VOLTERA,FRM-1,A,caf\x81\xe9,PCE\n", ""
    ),
    "csv-one-word-of-4-mebibytes": refused("items.csv", b"a" * (4 << 20) + b"\x80\n", "field larger than"),
    "csv-only-a-header": refused("items.csv", items().splitlines()[0] + "\n", ""),
    "csv-blank-lines": refused("items.csv", "\n" * 1000, "no header"),
    "csv-same-column-twice": refused("items.csv", items().replace("revision", "part"), ""),
    "csv-too-many-rows": refused(
        "items.csv", items() + "".join(f"VOLTERA,P-{n},A,Part,PCE\n" for n in range(6000)), "more than 5000 rows"
    ),
    "csv-of-bytes": refused("items.csv", bytes(range(256)) * 20, ""),
    "json-with-duplicate-keys": kept("note.json", '{"part": "A", "part": "B", "value": 1e400}', None),
    "json-nested-100000-deep": kept("deep.json", "[" * 100_000, None),
}  # fmt: skip
