"""Run every benchmark of this folder: each module ``bench_*.py`` yields (what, amount, yardstick, its amount, unit).

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
        for each in importlib.import_module(f"bench.{path.stem}").figures():
            what, amount, yardstick, measure, unit = (*each, "s")[:5]
            shown = f"{amount * 1000:.3f} ms" if unit == "s" else f"{amount:.0f} {unit}"
            print(f"{what}: {amount / measure:.2f} times {yardstick} ({shown})", flush=True)
            kept.append({"what": what, "amount": amount, "yardstick": yardstick, "measure": measure, "unit": unit})
    results = FOLDER / "results"
    results.mkdir(exist_ok=True)
    content = {"python": platform.python_version(), "cores": os.cpu_count(), "figures": kept}
    (results / "latest.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
