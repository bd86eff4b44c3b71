"""How long a command takes before it does anything, against a bare interpreter."""

import subprocess
import sys
import time
from collections.abc import Iterator


def _best(*arguments: str, rounds: int = 5) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return min(taken)


def figures() -> Iterator[tuple[str, float, str, float]]:
    bare = _best("-c", "pass")
    yield "evidence --version", _best("-m", "evidence", "--version"), "a bare interpreter", bare
    yield "evidence --help", _best("-m", "evidence", "--help"), "a bare interpreter", bare
