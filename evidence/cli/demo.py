"""``evidence demo``: the main job on the sample company, month by month, ending with packs and their check.

Every step is a command that a user could type; it is shown as it is run. The demonstration home has a simulated clock,
which is moved to the day of each step. How far the story has been told is kept beside the home, so that an interrupted
demonstration goes on where it stopped and a finished one only builds and checks its packs again, which changes nothing.
"""

import contextlib
import hashlib
import io
import json
import shlex
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from evidence.cli.common import JsonOption, note, progress, show, table
from evidence.errors import DemoFailed

app = typer.Typer(help="The whole way on a sample company.")

COMPANY = "voltera"
_WIDTH = 160  # of a command as shown
_PERSON = "Origin desk (role), Voltera US Inc. (SPECIMEN)"


@app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Where the demonstration home is made.")] = Path("demo/home"),
    out: Annotated[Path, typer.Option(help="Where the packs go.")] = Path("demo/packs"),
    shipments: Annotated[
        int | None, typer.Option(min=1, help="Tell the story up to this many shipments only.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Play the sample company's story and build a pack for each of its shipments.

    A carmaker that does not exist records a year and a half of declarations, purchases and costs, works out origin for
    twelve shipments, claims what it can, corrects one claim, and hands over one signed pack for each.
    """
    from evidence.store.resources import folder

    company = folder("examples") / COMPANY
    story = Story(company, home.absolute(), out.absolute())
    steps = story.steps(shipments)
    story.begin()
    with progress("Telling the story", len(steps)) as advance:
        for number, step in enumerate(steps):
            if number >= story.told:
                story.play(step)
                story.keep(number + 1)
            advance()
    rows = story.packs(shipments)

    def text() -> None:
        heads = ("shipment", "claim", "content", "threshold", "gaps", "pack", "check")
        table(heads, [[row[head] for head in heads] for row in rows])
        first = rows[0]["report"] if rows else None
        typer.echo(f"Open the first report: {first}")
        check = shlex.join(["evidence", "pack", "check", rows[0]["folder"], "--trust", str(story.home / "trust")])
        typer.echo(f"Check a pack: {check}")

    show(rows, as_json, text)
    bad = [row["shipment"] for row in rows if row["check"] != "passed"]
    if bad:
        raise DemoFailed(f"The packs of {', '.join(bad)} do not check; wanted all to pass.")


class Story:
    """The sample company's timeline, and how far it has been told in one home."""

    def __init__(self, company: Path, home: Path, out: Path) -> None:
        self._company, self.home, self._out = company, home, out
        self._state = home.parent / f".{home.name}.story.json"
        self._timeline = (company / "timeline.toml").read_bytes()
        self.told = 0

    def steps(self, shipments: int | None) -> list[Mapping[str, Any]]:
        """The steps in order, up to the claims of the first `shipments` shipments where a number is given."""
        every: list[Mapping[str, Any]] = tomllib.loads(self._timeline.decode())["step"]
        if shipments is None:
            return every
        last = 0
        for number, step in enumerate(every):
            if step["do"] == "claim" and step["shipment"] in self.shipments(shipments):
                last = number + 1
        return every[:last]

    def shipments(self, most: int | None) -> list[str]:
        """Shipments in the order of their claims."""
        every = tomllib.loads(self._timeline.decode())["step"]
        named = dict.fromkeys(step["shipment"] for step in every if step["do"] == "claim")
        return list(named)[:most]

    def begin(self) -> None:
        """Go on where the story stopped, or make a new home where there is none or it tells another story."""
        from evidence.settings import Settings

        if self.home.exists():
            known = json.loads(self._state.read_text(encoding="utf-8")) if self._state.exists() else {}
            if known.get("timeline") == self._digest():
                self.told = int(known["told"])
                note(f"Going on in {self.home}, {self.told} steps told.")
                return
            if not Settings.load(self.home, {}).demo:
                raise DemoFailed(f"{self.home} is a home in earnest; the demonstration will not touch it. Use --home.")
            note(f"{self.home} tells an earlier version of the story; it is made anew, and so are its packs.")
            shutil.rmtree(self.home)
            for shipment in self.shipments(None):
                shutil.rmtree(self._out / shipment, ignore_errors=True)
                (self._out / f"{shipment}.zip").unlink(missing_ok=True)
        first = tomllib.loads(self._timeline.decode())["step"][0]["at"]
        started: datetime = first - timedelta(days=1)
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self._run(
            *("init", "--demo", "--organisation", "Voltera US Inc. (SPECIMEN)", "--code", "VOLTERA", "--country", "US"),
            *("--person", _PERSON, "--at", started.strftime("%Y-%m-%d")),
        )
        self.keep(0)

    def keep(self, told: int) -> None:
        """Remember how far the story is told."""
        from evidence.store.durable import replace

        self.told = told
        replace(self._state, json.dumps({"timeline": self._digest(), "told": told}).encode())

    def play(self, step: Mapping[str, Any]) -> None:
        """One step, on its day."""
        from evidence.ledger.clock import SIMULATED_CLOCK, SimulatedClock

        SimulatedClock(self.home / SIMULATED_CLOCK).set(step["at"])
        if step["do"] == "note":
            note(f"{step['at']:%Y-%m-%d}  {step['text']}")
            return
        for arguments in _commands(step, self._company):
            ends = (1,) if step.get("expect") == "not made" else (0,)  # a claim that the gate stops ends with 1
            self._run(*arguments, day=f"{step['at']:%Y-%m-%d}", ends=ends)

    def packs(self, most: int | None) -> list[dict[str, Any]]:
        """Build and check the pack of each shipment; a row of the closing table for each."""
        rows = []
        with progress("Building and checking packs", len(self.shipments(most))) as advance:
            for shipment in self.shipments(most):
                built = self._json("pack", "build", shipment, "--out", str(self._out))
                checked = self._json(
                    "pack", "check", str(self._out / shipment), "--trust", str(self.home / "trust"), ends=(0, 1, 3)
                )
                rows.append(_row(shipment, built, checked, self._out / shipment))
                advance()
        return rows

    def _run(self, *arguments: str, day: str = "", ends: Sequence[int] = (0,)) -> str:
        """Run a command of the program and give what it printed.

        Raises:
            DemoFailed: it ended with another status than the story has.
        """
        from evidence import cli

        command = shlex.join(arguments)
        shown = command if len(command) <= _WIDTH else f"{command[:_WIDTH]} ..."
        note(f"{day + '  ' if day else ''}$ evidence {shown}")
        printed, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            status = cli.main(["--home", str(self.home), *arguments])
        if status == cli.INTERRUPTED:
            raise KeyboardInterrupt
        if status not in ends:
            last = " ".join((said.getvalue() or printed.getvalue()).strip().splitlines()[-3:])
            raise DemoFailed(f"evidence {shlex.join(arguments)} ended with {status}: {last}")
        return printed.getvalue()

    def _json(self, *arguments: str, ends: Sequence[int] = (0,)) -> Any:
        return json.loads(self._run(*arguments, "--json", ends=ends))

    def _digest(self) -> str:
        return hashlib.sha256(self._timeline).hexdigest()


def _commands(step: Mapping[str, Any], company: Path) -> Iterator[list[str]]:
    """The commands that a step stands for."""
    match step["do"]:
        case "import":
            yield ["import", str(company / step["folder"])]
        case "accept":
            references = [reference.replace(" ", ":") for reference in step["references"]]
            yield ["declarations", "accept", *references, "--by", step["by"], "--reason", step["reason"]]
        case "expire":
            ended = f"{step['supplier']}:{step['reference']}"
            yield ["declarations", "expire", ended, "--by", step["by"], "--reason", step["reason"]]
        case "withdraw":
            yield [
                *("declarations", "withdraw", f"{step['supplier']}:{step['reference']}"),
                *("--from", str(step["effective_from"]), "--by", step["by"], "--reason", step["reason"]),
                *("--notice", str(company / step["notice_file"])),
            ]
        case "determine":
            yield [
                *("determine", step["good"], "--plant", step["plant"], "--period", step["period"]),
                *("--basis", step["basis"], "--event", step["event"]),
                *(("--on", str(step["on"])) if "on" in step else ()),
                *(("--into", step["importing_country"]) if "importing_country" in step else ()),
            ]
        case "claim":
            yield ["claim", step["shipment"], "--by", step["by"]]
        case "correct":
            yield ["claim", step["shipment"], "--correct", "--by", step["by"], "--reason", step["reason"]]
        case other:
            raise DemoFailed(f"The timeline asks for {other!r}, which no command does.")


def _row(shipment: str, built: Mapping[str, Any], checked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "shipment": shipment,
        "claim": built["claim"],
        "content": built["content"],
        "threshold": built["threshold"],
        "gaps": built["gaps"],
        "pack": built["number"],
        "check": checked["verdict"],
        "folder": str(folder),
        "report": built["report"],
    }
