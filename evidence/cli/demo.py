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
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from evidence.cli.common import JsonOption, note, progress, show, table
from evidence.errors import DemoFailed

app = typer.Typer(help="The whole way on a sample company.")

COMPANY = "voltera"
SHOWN = ("S01", "S03", "S08")  # claimed; a threshold that two days read differently; corrected
EDITIONS = ("authority", "importer")
LANGUAGES = ("en", "fr", "es")
_WIDTH = 160  # of a command as shown
_PERSON = "Origin desk (role), Voltera US Inc. (SPECIMEN)"


@app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Where the demonstration home is made.")] = Path("demo/home"),
    out: Annotated[Path, typer.Option(help="Where the packs go.")] = Path("demo/packs"),
    shipments: Annotated[
        int | None, typer.Option(min=1, help="Tell the story up to this many shipments only.", show_default=False)
    ] = None,
    editions: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=f"Write {', '.join(SHOWN)} in three languages there too, for the authority and for the importer.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Play the sample company's story and build a pack for each of its shipments.

    A carmaker that does not exist records a year and a half of declarations, purchases and costs, works out origin for
    twelve shipments, claims what it can, corrects one claim, and builds one signed pack for each.
    """
    from evidence.cli.demo_ending import where_to_look
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
    more = story.editions(editions.absolute(), shipments) if editions is not None else []

    def text() -> None:
        _table(rows, "shipment", "claim", "content", "threshold", "gaps", "pack", "check")
        if more:
            _table(more, "shipment", "edition", "languages", "pack", "check", "folder")
        if rows:
            typer.echo(where_to_look(story.home, rows, more))

    show([*rows, *more], as_json, text)
    bad = [row["folder"] for row in (*rows, *more) if row["check"] != "passed"]
    if bad:
        raise DemoFailed(f"The packs in {', '.join(bad)} do not check; wanted all to pass.")


class Story:
    """The sample company's timeline, and how far it has been told in one home."""

    def __init__(self, company: Path, home: Path, out: Path) -> None:
        self._company, self.home, self._out = company, home, out
        self._state = home.parent / f".{home.name}.story.json"
        self._timeline = (company / "timeline.toml").read_bytes()
        self.told = 0
        self._written: list[str] = []  # of the editions, which go with the home that they were written from

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
                self.told, self._written = int(known["told"]), list(known.get("written", ()))
                note(f"Going on in {self.home}, {self.told} steps told.")
                return
            if not Settings.load(self.home, {}).demo:
                raise DemoFailed(f"{self.home} is a home in earnest; the demonstration will not touch it. Use --home.")
            note(f"{self.home} tells an earlier version of the story; it is made anew, and so are its packs.")
            shutil.rmtree(self.home)
            for folder in (*(self._out / shipment for shipment in self.shipments(None)), *known.get("written", ())):
                shutil.rmtree(folder, ignore_errors=True)
                Path(f"{folder}.zip").unlink(missing_ok=True)
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
        state = {"timeline": self._digest(), "told": told, "written": self._written}
        replace(self._state, json.dumps(state).encode())

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
        shipments = self.shipments(most)
        with progress("Building and checking packs", len(shipments)) as advance:
            return [self._pack(shipment, self._out, EDITIONS[0], LANGUAGES[:1], advance) for shipment in shipments]

    def editions(self, out: Path, most: int | None) -> list[dict[str, Any]]:
        """Build and check those packs that are shown in every language, for each of their readers."""
        wanted = [(shipment, edition) for shipment in SHOWN for edition in EDITIONS]
        wanted = [pair for pair in wanted if pair[0] in self.shipments(most)]
        rows = []
        with progress("Building and checking editions", len(wanted)) as advance:
            for shipment, edition in wanted:
                rows.append(self._pack(shipment, out, edition, LANGUAGES, advance))
                self._written = sorted({*self._written, rows[-1]["folder"]})
                self.keep(self.told)
        return rows

    def _pack(
        self, shipment: str, out: Path, edition: str, languages: Sequence[str], advance: Callable[[], None]
    ) -> dict[str, Any]:
        """Build and check one pack."""
        said = [word for language in languages for word in ("--language", language)]
        built = self._json("pack", "build", shipment, "--out", str(out), "--edition", edition, *said)
        checked = self._json("pack", "check", built["folder"], "--trust", str(self.home / "trust"), ends=(0, 1, 3))
        advance()
        return _row(shipment, edition, languages, built, checked)

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


def _table(rows: Sequence[Mapping[str, Any]], *heads: str) -> None:
    table(heads, [[row[head] for head in heads] for row in rows])


def _row(
    shipment: str, edition: str, languages: Sequence[str], built: Mapping[str, Any], checked: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "shipment": shipment,
        "edition": edition,
        "languages": " ".join(languages),
        "claim": built["claim"],
        "content": built["content"],
        "threshold": built["threshold"],
        "gaps": built["gaps"],
        "pack": built["number"],
        "check": checked["verdict"],
        "folder": built["folder"],
        "archive": built["archive"],
        "report": built["report"],
    }
