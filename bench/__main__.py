"""Run every benchmark of this folder: each module ``bench_*.py`` yields (what, seconds, yardstick, seconds of that)."""

import importlib
from pathlib import Path


def main() -> None:
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        for what, seconds, yardstick, measure in importlib.import_module(f"bench.{path.stem}").figures():
            print(f"{what}: {seconds / measure:.2f} times {yardstick} ({seconds:.3f} s)")


if __name__ == "__main__":
    main()
