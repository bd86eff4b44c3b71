"""Ways of altering an opening of a pack so that a part of it has no place there: each is refused by program and page.

What is refused is the opening itself, by its name; an altered value that has its place fails the entry that it is of.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

SALT: Final = "AAECAwQFBgcICQoLDA0ODw"
FORGED: Final = b"%PDF-1.4 an invoice over 99 USD, which nobody sent (SPECIMEN)\n"

Change = Callable[[Any, Any, str], object]
"""Takes an opening of an exhibit, the disclosures of the edition that withholds it, and the SHA-256 of `FORGED`."""


def _statement_of_no_entry(opening: Any, _disclosures: Any, forged: str) -> None:
    opening.update(
        tables={}, entries={}, statements={"9999": [[SALT, "supplier", "SUP-9"], [SALT, "document", forged]]}
    )


def _value_without_its_row(opening: Any, _disclosures: Any, forged: str) -> None:
    opening["tables"] = {}
    (fields,) = opening["statements"].values()
    next(one for one in fields if one[1] == "document")[2] = forged


def _files_of_a_carried_entry(opening: Any, disclosures: Any, _forged: str) -> None:
    carried = disclosures["tables"]["entries"]["opened"][0]["disclosure"][2]["index"]
    opening["entries"][str(carried)] = dict.fromkeys(("leaf", "dsse", "tlog-proof"), "Zm9yZ2Vk")


def _row_already_shown(table: str, **members: object) -> Change:
    def change(opening: Any, disclosures: Any, _forged: str) -> None:
        row = copy.deepcopy(disclosures["tables"][table]["opened"][0])
        row["disclosure"][2].update(members)
        opening["tables"][table]["opened"].append(row)

    return change


def _salt_of_a_row_already_shown(opening: Any, disclosures: Any, _forged: str) -> None:
    row = copy.deepcopy(disclosures["tables"]["exhibits"]["opened"][0])
    row["disclosure"][0] = SALT
    opening["tables"]["exhibits"]["opened"].append(row)


def _field_already_shown(opening: Any, disclosures: Any, _forged: str) -> None:
    index, fields = next((index, fields) for index, fields in disclosures["statements"].items() if fields)
    opening["statements"][index] = [[SALT, fields[0][1], "another"]]


def _row_twice(opening: Any, _disclosures: Any, _forged: str) -> None:
    rows = opening["tables"]["exhibits"]["opened"]
    rows.append(rows[0])


def _first(table: Any) -> Any:
    return next(iter(table.values()))


ALTERED: Final[Mapping[str, Change]] = {
    "a-statement-of-no-entry": _statement_of_no_entry,
    "a-value-without-its-row": _value_without_its_row,
    "rows-of-entries-away": lambda one, _, __: one["tables"].pop("entries"),
    "rows-of-entries-emptied": lambda one, _, __: one["tables"]["entries"].update(opened=[]),
    "lines-of-no-entry": lambda one, _, __: one["lines"].update({"9999": {"size": 1, "opened": []}}),
    "files-of-no-entry": lambda one, _, __: one["entries"].update({"9998": _first(one["entries"])}),
    "files-of-a-carried-entry": _files_of_a_carried_entry,
    "an-exhibit-already-shown-under-another-number": _row_already_shown("exhibits", number="E099"),
    "an-entry-already-shown-of-another-kind": _row_already_shown("entries", kind="purchase"),
    "a-salt-of-a-row-already-shown": _salt_of_a_row_already_shown,
    "a-field-already-shown": _field_already_shown,
    "a-member-more": lambda one, _, __: one.update(supplier="SUP-9"),
    "a-member-less": lambda one, _, __: one.pop("lines"),
    "a-member-more-in-files": lambda one, _, __: _first(one["entries"]).update(note="eA=="),
    "a-member-more-in-a-row": lambda one, _, __: one["tables"]["exhibits"]["opened"][0].update(note="x"),
    "a-member-more-in-a-table": lambda one, _, __: one["tables"]["exhibits"].update(note="x"),
    "a-table-that-no-manifest-has": lambda one, _, __: one["tables"].update(notes={"size": 0, "opened": []}),
    "a-row-twice": _row_twice,
    "a-field-twice": lambda one, _, __: _first(one["statements"]).append([SALT, "document", "x"]),
    "a-field-of-another-form": lambda one, _, __: _first(one["statements"]).append([SALT, "location"]),
    "an-object-for-fields": lambda one, _, __: one["statements"].update({index: {} for index in one["statements"]}),
}  # fmt: skip
