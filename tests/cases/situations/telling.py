"""Tells a situation of `examples/situations`: its commands, typed in a home of its own, and what each has to come to.

A `situation.toml` lists commands as a person types them in its folder, with the moment of each. `{bill}` stands for
the entry of the load that `bill.csv` of the base became.
"""

import contextlib
import io
import json
import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from evidence.cli import main
from evidence.ledger.clock import SIMULATED_CLOCK, SimulatedClock

SITUATIONS = Path(__file__).resolve().parents[3] / "examples" / "situations"
BASE = SITUATIONS / "base"
FOUNDED = ("init", "--demo", "--code", "PARVO", "--organisation", "Parvo Motors S.A. de C.V. (SPECIMEN)")


def folders() -> list[Path]:
    """The folder of each situation, in order of number."""
    return sorted(path.parent for path in SITUATIONS.glob("[0-9][0-9]-*/situation.toml"))


def story(folder: Path) -> dict[str, Any]:
    """What the folder's `situation.toml` says."""
    return tomllib.loads((folder / "situation.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Said:
    """What a command came to: its status, its JSON where it printed any, and all that it said in words."""

    status: int
    found: Any
    words: str


@dataclass
class Teller:
    """Runs the commands of a folder in a home. `loads` are the entries of the base's loads by file."""

    home: Path
    loads: dict[str, str] = field(default_factory=dict)

    def found_home(self, at: str) -> None:
        assert self.type(*FOUNDED, "--country", "MX", "--at", at).status == 0

    def tell(self, folder: Path) -> Iterator[tuple[Mapping[str, Any], Said]]:
        """Each step with what its command came to."""
        for step in story(folder)["step"]:
            SimulatedClock(self.home / SIMULATED_CLOCK).set(step["at"])
            with contextlib.chdir(folder):
                said = self.type(*_typed(step["run"].format_map(self.loads)), "--json")
            self._keep_loads(step["run"], said, founding=folder == BASE)
            yield step, said

    def _keep_loads(self, run: str, said: Said, *, founding: bool) -> None:
        """The last entry of each file that an import recorded; of the base's files, the first of a name stays."""
        imported = run.startswith("import") and isinstance(said.found, dict) and said.found["recorded"]
        for each in said.found["files"] if imported else ():
            name = Path(each["file"]).stem
            if not (founding and name in self.loads):
                self.loads[name] = each["entries"].split()[-1]

    def type(self, *arguments: str) -> Said:
        """One command, in the home."""
        printed, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            status = main(["--home", str(self.home), *arguments])
        text = printed.getvalue()
        found = json.loads(text) if text.startswith(("{", "[")) else None
        return Said(status, found, f"{json.dumps(found, ensure_ascii=False) if found else text}\n{said.getvalue()}")


def _typed(command: str) -> list[str]:
    """The words of a command, names with a star become the files that fit, as a shell has it."""
    typed: list[str] = []
    for word in shlex.split(command):
        typed += sorted(map(os.fspath, Path().glob(word))) if "*" in word else [word]
    return typed


def check(step: Mapping[str, Any], said: Said) -> None:
    """Hold what a command came to against what the step expects."""
    expected = dict(step.get("expect", {}))
    assert said.status == expected.pop("exit", 0), said.words[-3000:]
    for words in expected.pop("says", ()):
        assert words in said.words, f"{words!r} is not in: {said.words[:6000]}"
    for words in expected.pop("says_not", ()):
        assert words not in said.words, words
    if "gate" in expected:
        _gate(expected.pop("gate"), expected.pop("actions"), said.found)
    if "outcome" in expected:
        _worksheet(expected, said.found["worksheet"])
    assert not expected, f"nothing checks {sorted(expected)}"


def _gate(gates: list[Mapping[str, str]], actions: list[str], decisions: list[dict[str, Any]]) -> None:
    """The claim's lines, one by one: what was done, and of the gate each check that is named."""
    assert [each["action"] for each in decisions] == actions
    for wanted, decision in zip(gates, decisions, strict=True):
        found = {each["check"].split(" ")[0]: each["outcome"] for each in decision["gate"]}
        assert {number: found[number] for number in wanted} == dict(wanted), decision["gate"]


def _worksheet(expected: dict[str, Any], worksheet: dict[str, Any]) -> None:
    """Outcome, figures by cell, limbs, core parts, and what of a material counts in one unit."""
    assert worksheet["outcome"] == expected.pop("outcome"), worksheet["summary"]
    cells = {each["id"]: each["value"] for each in worksheet["cells"]}
    for name, figure in expected.pop("figures", {}).items():
        assert Decimal(cells[name]) == Decimal(figure), f"{name}: {cells[name]}, wanted {figure}"
    limbs = {each["limb"]: each["outcome"] for each in reversed(worksheet["findings"])}
    for name, outcome in expected.pop("limbs", {}).items():
        assert limbs[name] == outcome, limbs
    core = {each["part"]: each["outcome"] for each in worksheet["core_parts"]}
    for part, outcome in expected.pop("core", {}).items():
        assert core[part] == outcome, core
    counted = {each["part"]: each["counted"] for each in worksheet["materials"]}
    for part, amount in expected.pop("counted", {}).items():
        assert Decimal(counted[part]) == Decimal(amount), f"{part}: {counted[part]}, wanted {amount}"
    values = {each["part"]: each["value"] for each in worksheet["materials"]}
    for part, amount in expected.pop("values", {}).items():
        assert Decimal(values[part]) == Decimal(amount), f"{part}: {values[part]}, wanted {amount}"
