"""Java for tests: its stream over archives, which common validators of containers use, and which reads least of all."""

import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("ReadZip.java")


def read_zip(path: Path) -> list[tuple[str, str, int]]:
    """SHA-256, name and size of every member, as ``java.util.zip.ZipInputStream`` reads them."""
    command = ["java", "-Xmx256m", "-XX:+UseSerialGC", str(_SOURCE), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = (line.split("\t") for line in ran.stdout.splitlines())
    return [(digest, name, int(size)) for digest, name, size in lines]
