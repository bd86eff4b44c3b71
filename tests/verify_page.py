"""The page that checks packs, in a real browser: hand it a pack, read what it says."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evidence.pack.checking.verdict import PackReport, Verdict
from tests.browser import Browser, browser

PAGE = Path(__file__).resolve().parent.parent / "templates" / "verify" / "verify.html"
ENDED = ("passed", "failed", "undetermined", "refused")

_READ = """
const rows = [...document.querySelectorAll("#found li, #passed li")];
return {
  state: document.body.dataset.state,
  verdict: document.querySelector("#verdict-word").textContent,
  says: document.querySelector("#verdict-text").textContent,
  counts: document.querySelector("#counts").textContent,
  items: rows.map((row) => ({
    kind: row.dataset.kind, of: row.dataset.of, code: row.dataset.code, verdict: row.className,
    item: row.querySelector(".item").textContent, reason: row.querySelector(".reason")?.textContent ?? "",
  })),
};
"""
_ENDED = """
const done = arguments[arguments.length - 1];
const look = () => (arguments[0].includes(document.body.dataset.state) ? done(true) : setTimeout(look, 5));
look();
"""
_SAID = """
const done = arguments[arguments.length - 1];
const look = () => {
  const said = document.querySelector("#trust-said").textContent;
  return said !== arguments[0] ? done(said) : setTimeout(look, 5);
};
look();
"""

_NAMES = {
    "zip": "the ZIP itself", "file": "file {}", "form": "form of {}", "signature": "signature {}",
    "report-signature": "signature in {}", "attached": "files inside {}", "part": "{}", "entry": "entry {}",
    "lines": "lines of entry {}", "exhibit": "exhibit {}", "worksheet": "worksheet {}", "average": "average {}",
    "table": "table of {}", "sealed": "sealed {}", "opening": "opening {}", "document": "document {}",
    "stamp": "time stamp {}",
}  # fmt: skip
_WORST = ("passed", "undetermined", "failed")


@dataclass(frozen=True)
class Said:
    """What the page says of a pack: its state, and the rows under it."""

    state: str
    verdict: str
    says: str
    counts: str
    items: list[dict[str, str]]

    def verdicts(self) -> dict[str, str]:
        """The worst verdict on each item, by the name that `evidence pack check` gives it."""
        return _worst((_NAMES[row["kind"]].format(row["of"]), row["verdict"]) for row in self.items)

    def codes(self, item: str) -> set[str]:
        return {row["code"] for row in self.items if _NAMES[row["kind"]].format(row["of"]) == item}


def verdicts(report: PackReport) -> dict[str, str]:
    """The worst verdict of `evidence pack check` on each item."""
    return _worst((item.name, item.verdict.value) for item in report.items)


def _worst(pairs: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, verdict in pairs:
        found[name] = max(found.get(name, "passed"), verdict, key=_WORST.index)
    return found


class Page:
    """The page, opened from disk."""

    def __init__(self, window: Browser, page: Path = PAGE) -> None:
        self.window = window
        self._given: Path | None = None
        window.open(page)

    def trusts(self, folder: Path | None) -> str:
        """Choose a trust folder, or forget what was given; what the page says of it."""
        none = self.pastes("")
        self._given = folder
        if folder is None:
            return none
        self.window.type("#trust-input", str(folder))
        return str(self.window.wait(_SAID, none))

    def under(self, folder: Path) -> "Page":
        """The page under a trust folder, which is given again only where another was given since."""
        if self._given != folder:
            self.trusts(folder)
        return self

    def pastes(self, text: str) -> str:
        """Put text into the field for fingerprints; what the page says of it."""
        self._given = None
        self.window.run(
            "const field = document.querySelector('#fingerprints'); field.value = arguments[0];"
            "document.querySelector('#trust-said').textContent = '';"
            "field.dispatchEvent(new Event('input'))",
            text,
        )
        return str(self.window.wait(_SAID, ""))

    def checks(self, pack: Path) -> Said:
        """Choose a pack by its button: the ZIP, or the folder."""
        self._await()
        self.window.type("#folder-input" if pack.is_dir() else "#zip-input", str(pack))
        return self._said()

    def takes(self, path: Path) -> Said:
        """Drop a file or a folder on the page, from a copy: Chromium takes nothing dropped from /dev/shm."""
        with TemporaryDirectory() as place:
            copy = Path(place, path.name)
            if path.is_dir():
                shutil.copytree(path, copy, symlinks=True)
            else:
                shutil.copyfile(path, copy)
            self._await()
            self.window.drop("#pack-zone", [copy])
            return self._said()

    def besides(self, *files: Path) -> Said:
        """Choose what was handed over beside the pack that was checked last."""
        self._await()
        self.window.type("#beside-input", "\n".join(map(str, files)))
        return self._said()

    def again(self) -> Said:
        self._await()
        self.window.click("#again")
        return self._said()

    def read(self) -> Said:
        return Said(**self.window.run(_READ))

    def _await(self) -> None:
        self.window.run("document.body.dataset.state = 'given'")

    def _said(self) -> Said:
        self.window.wait(_ENDED, ENDED)
        return self.read()


@contextmanager
def opened_page(place: Path, *, language: str = "en-US", page: Path = PAGE) -> Iterator[Page]:
    with browser(place, language=language) as window:
        yield Page(window, page)


def failed(found: dict[str, str]) -> set[str]:
    return {name for name, verdict in found.items() if verdict == Verdict.FAILED}
