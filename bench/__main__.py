"""Run every benchmark of this folder: each module ``bench_*.py`` yields (what, seconds, yardstick, seconds of that).

Figures are ratios against a yardstick measured in the same run, printed and kept in ``bench/results/latest.json``.
Nothing here passes or fails: a timed assertion fails on a bad day and passes on a good machine.
"""

import importlib
import json
import os
import platform
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> None:
    kept = []
    for path in sorted(FOLDER.glob("bench_*.py")):
        for what, seconds, yardstick, measure in importlib.import_module(f"bench.{path.stem}").figures():
            print(f"{what}: {seconds / measure:.2f} times {yardstick} ({seconds * 1000:.3f} ms)", flush=True)
            kept.append({"what": what, "seconds": seconds, "yardstick": yardstick, "yardstick_seconds": measure})
    results = FOLDER / "results"
    results.mkdir(exist_ok=True)
    content = {"python": platform.python_version(), "cores": os.cpu_count(), "figures": kept}
    (results / "latest.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
