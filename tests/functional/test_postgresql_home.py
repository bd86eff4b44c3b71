"""The main job on PostgreSQL, as a role that owns nothing: the same commands, the same pack, and all checks clean."""

import json
import os
import subprocess
from pathlib import Path

import psycopg

from tests.postgresql import OWNER, new_database, server


def test_the_first_shipment_is_claimed_packed_and_checked_on_postgresql(desk: Path) -> None:
    home, packs = desk / "home", desk / "packs"

    def evidence(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        program = desk / ".venv" / "bin" / "evidence"
        return subprocess.run([program, *arguments], env=environ, capture_output=True, text=True, timeout=300)

    with server() as address:
        owner = new_database(address, "home")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("CREATE ROLE recorder LOGIN")
        for step in (("upgrade",), ("grant", "recorder")):
            made = evidence({**os.environ, "OWNERS": owner}, "database", *step, "--env", "OWNERS")
            assert made.returncode == 0, made.stderr
        environ = {**os.environ, "EVIDENCE_DATABASE": owner.replace(f"//{OWNER}@", "//recorder@")}
        demo = evidence(environ, "demo", "--home", str(home), "--out", str(packs), "--shipments", "1", "--json")
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
            done = evidence(environ, "--home", str(home), *command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        again = evidence(environ, "--home", str(home), "pack", "build", "S01", "--out", str(packs), "--json")
        assert json.loads(again.stdout)["new"] is False
