"""What disclosures may hold, and which fields the authority's edition may withhold: the same for all three checkers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.statements.base import Opened
from evidence.pack.checking.check_opening import check_opening, left_out, secret_fields
from evidence.pack.checking.verdict import PackReport
from evidence.pack.form import layout

VERIFY = Path(__file__).resolve().parents[3] / "templates" / "verify"
MANIFEST = {
    "format": layout.MANIFEST_FORMAT,
    "entries": [{"index": 4}, {"index": 7}],
    "worksheets": [{"entry": 7}],
}
LINE = {"disclosure": ["salt", "purchase/0", {}], "line": 1, "proof": []}


def opening() -> dict[str, Any]:
    return {
        "format": layout.DISCLOSURES_FORMAT,
        "pack": "EP-S01-1",
        "edition": "authority",
        "tables": {"entries": {"seed": "", "lines": []}, "exhibits": {"size": 32, "opened": [LINE]}},
        "statements": {"4": [["salt", "issuer", "self"], ["salt", "lines", 1]], "7": []},
        "lines": {"4": {"size": 1, "opened": [LINE]}},
        "seeds": {"7": ""},
        "sealed": [{"path": "sealed/1.p7m", "recipient": "ab", "sha256": "cd"}],
    }


def test_disclosures_as_they_are_written_have_the_form() -> None:
    report = PackReport()
    check_opening(report, MANIFEST, opening())
    assert report.items == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda one: one.update(note=None), id="a-member-more"),
        pytest.param(lambda one: one.pop("seeds"), id="a-member-less"),
        pytest.param(lambda one: one.update(lines=[]), id="a-list-for-an-object"),
        pytest.param(lambda one: one.update(sealed={}), id="an-object-for-a-list"),
        pytest.param(lambda one: one["tables"].update(notes={"size": 0, "opened": []}), id="a-table-more"),
        pytest.param(lambda one: one["tables"]["entries"].update(size=64), id="a-table-opened-in-two-ways"),
        pytest.param(lambda one: one["tables"]["exhibits"].pop("size"), id="a-table-without-its-size"),
        pytest.param(lambda one: one["lines"]["4"].update(note=1), id="a-member-more-in-lines"),
        pytest.param(lambda one: one["lines"]["4"].update(opened=[{**LINE, "note": 1}]), id="a-member-more-in-a-line"),
        pytest.param(lambda one: one["lines"]["4"].update(opened=[LINE, LINE]), id="a-line-twice"),
        pytest.param(lambda one: one["lines"].update({"5": {"size": 0, "opened": []}}), id="lines-of-no-entry"),
        pytest.param(lambda one: one["statements"]["4"].pop(), id="lines-whose-number-is-not-opened"),
        pytest.param(lambda one: one["sealed"][0].update(note=1), id="a-member-more-in-an-envelope"),
        pytest.param(lambda one: one["statements"].update({"5": []}), id="a-statement-of-no-entry"),
        pytest.param(lambda one: one["statements"]["4"].append(["other", "issuer", "x"]), id="a-field-twice"),
        pytest.param(lambda one: one["statements"].update({"4": {}}), id="an-object-for-fields"),
        pytest.param(lambda one: one["statements"].update({"4": [["salt"]]}), id="a-field-cut-short"),
        pytest.param(lambda one: one["seeds"].update({"4": ""}), id="a-seed-of-no-worksheet"),
    ],
)
def test_what_has_no_place_in_disclosures_fails_them(change: Callable[[dict[str, Any]], object]) -> None:
    altered, report = opening(), PackReport()
    change(altered)
    check_opening(report, MANIFEST, altered)
    assert [(item.name, item.verdict.value) for item in report.items] == [(layout.DISCLOSURES, "failed")]


def test_disclosures_of_version_1_stay_as_they_were_issued() -> None:
    report = PackReport()
    check_opening(report, {**MANIFEST, "format": layout.EARLIER_FORMATS[0]}, {"note": 1})
    assert report.items == []


def opened(*names: str, **fields: Any) -> Opened:
    return Opened("urn:evidence:x:1", fields, frozenset(), frozenset(names) | fields.keys())


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        pytest.param("purchase", opened("currency"), {"currency"}, id="not-secret"),
        pytest.param("supplier-declaration", opened("net_cost"), set(), id="secret-by-its-kind"),
        pytest.param("document-received", opened("document", tier="secret"), set(), id="a-document-given-in-secret"),
        pytest.param("document-received", opened("document", tier="restricted"), {"document"}, id="another-document"),
        pytest.param("document-received", opened("document", "tier"), {"document", "tier"}, id="a-tier-withheld"),
        pytest.param("document-received", opened("name", tier="secret"), {"name"}, id="a-name-is-no-secret"),
    ],
)
def test_the_authoritys_edition_withholds_what_is_secret_and_nothing_else(
    kind: str, body: Opened, found: set[str]
) -> None:
    assert left_out(kind, body, opening()) == found
    assert left_out(kind, body, {**opening(), "edition": "importer"}) == frozenset()


def test_page_and_script_know_the_same_secret_fields() -> None:
    module = (VERIFY / "page" / "opening.js").read_text(encoding="utf-8")
    (table,) = re.findall(r"const SECRET_FIELDS = \{(.*?)\};", module, re.DOTALL)
    page = {
        kind: frozenset(re.findall(r'"([^"]+)"', names))
        for kind, names in re.findall(r'^  "?([a-z-]+)"?: \[(.*?)\],$', table, re.MULTILINE | re.DOTALL)
    }
    assert page == secret_fields()
    (words,) = re.findall(r"^ +secret='(.*?)'", (VERIFY / layout.VERIFY).read_text(encoding="utf-8"), re.M | re.DOTALL)
    assert set(words.split()) == {f"{kind}.{name}" for kind, names in secret_fields().items() for name in names}


def test_the_form_is_that_of_the_published_schema() -> None:
    schema: Any = canonical.loads((VERIFY.parents[1] / "docs" / "schemas" / "pack-disclosures-2.json").read_bytes())
    assert set(schema["properties"]) == set(opening())
