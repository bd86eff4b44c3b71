"""The main job on PostgreSQL, as a role that owns nothing: the same commands, the same pack, and all checks clean."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.postgresql import OWNER, new_database, server

ROOT = Path(__file__).resolve().parents[2]


def _evidence(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments], env=environ, capture_output=True, text=True, timeout=300
    )


def test_the_first_shipment_is_claimed_packed_and_checked_on_postgresql(tmp_path: Path) -> None:
    home, packs = tmp_path / "home", tmp_path / "packs"
    with server() as address:
        owner = new_database(address, "home")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("CREATE ROLE recorder LOGIN")
        for step in (("upgrade",), ("grant", "recorder")):
            made = _evidence({**os.environ, "OWNERS": owner}, "database", *step, "--env", "OWNERS")
            assert made.returncode == 0, made.stderr
        environ = {**os.environ, "EVIDENCE_DATABASE": owner.replace(f"//{OWNER}@", "//recorder@")}
        demo = _evidence(environ, "demo", "--home", str(home), "--out", str(packs), "--shipments", "1", "--json")
        assert demo.returncode == 0, demo.stderr
        (row,) = json.loads(demo.stdout)
        assert (row["claim"], row["content"], row["threshold"], row["check"]) == ("claimed", "73.9", "72", "passed")
        assert not (home / "evidence.db").exists()
        for command in (
            ("ledger", "check", "--trust", str(home / "trust")),
            ("register", "rebuild"),
            ("register", "check"),
            ("database", "check"),
            ("snapshots", "replay", "--all"),
        ):
            done = _evidence(environ, "--home", str(home), *command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        again = _evidence(environ, "--home", str(home), "pack", "build", "S01", "--out", str(packs), "--json")
        assert json.loads(again.stdout)["new"] is False
