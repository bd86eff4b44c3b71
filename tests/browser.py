"""A real Chromium, driven over the WebDriver protocol (W3C) by Debian's own driver: no package of ours beside it."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how the protocol names an element
_OPENER = build_opener(ProxyHandler({}))


class Browser:
    """One window."""

    def __init__(self, address: str, process: int) -> None:
        self._address, self.process = address, process

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _ask(method, self._address + path, body)

    def open(self, page: Path) -> None:
        """Load a page from disk, as a double click on it would."""
        self._ask("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body gives back."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script: str, *arguments: Any) -> Any:
        """What a function body hands to the callback that is its last argument."""
        return self._ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector: str) -> str:
        found: str = self._ask("POST", "/element", {"using": "css selector", "value": selector})[_ELEMENT]
        return found

    def type(self, selector: str, text: str) -> None:
        self._ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector: str) -> None:
        self._ask("POST", f"/element/{self.find(selector)}/click", {})

    def drop(self, selector: str, paths: Sequence[Path]) -> None:
        """Drop files or folders from disk on an element, through the browser's own drag and drop."""
        box = self.run(
            "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
            "const b = e.getBoundingClientRect(); return [b.x + 8, b.y + 8]",
            selector,
        )
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            place = {"type": kind, "x": box[0], "y": box[1], "data": data}
            self.devtools("Input.dispatchDragEvent", place)

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def requests(self) -> list[str]:
        """The addresses that the browser has asked for since this was asked last."""
        events = [
            json.loads(one["message"])["message"] for one in self._ask("POST", "/se/log", {"type": "performance"})
        ]
        sent = [one["params"] for one in events if one["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def peak_mb(self) -> float:
        """The most memory that any process of the browser has held so far, in megabytes."""
        peaks = [0]
        for child in _below(self.process):
            try:
                status = Path(f"/proc/{child}/status").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            peaks += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")]
        return max(peaks) / 1000


def _below(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            yield child
            yield from _below(child)


def _ask(method: str, address: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(address, data, {"Content-Type": "application/json"}, method=method)
    try:
        with _OPENER.open(request, timeout=600) as answer:
            return json.loads(answer.read())["value"]
    except OSError as error:
        said = error.read().decode("utf-8", "replace")[:2000] if hasattr(error, "read") else str(error)
        raise AssertionError(f"{method} {address}: {said}") from error


@contextmanager
def browser(place: Path, *, language: str = "en-US") -> Iterator[Browser]:
    """A browser with a fresh profile in `place`, ended at the end."""
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "HOME": str(place)},
    )  # fmt: skip
    try:
        assert driver.stdout is not None
        started = next(line for line in driver.stdout if "successfully on port" in line)
        address = f"http://127.0.0.1:{started.rstrip().rstrip('.').rsplit(' ', 1)[1]}"
        flags = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1100,1400"]
        flags += [f"--user-data-dir={place / 'profile'}", f"--lang={language}", f"--accept-lang={language}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses root, as which a container runs its tests
        wanted = {
            "goog:chromeOptions": {"args": flags, "perfLoggingPrefs": {"enableNetwork": True}},
            "goog:loggingPrefs": {"performance": "ALL"},
            "timeouts": {"script": 300_000},
        }
        session = _ask("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
        window = Browser(f"{address}/session/{session['sessionId']}", driver.pid)
        try:
            yield window
        finally:
            _ask("DELETE", f"{address}/session/{session['sessionId']}", None)
    finally:
        driver.terminate()
        driver.wait(timeout=30)
