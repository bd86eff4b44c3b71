"""LibreOffice without a window (Debian's libreoffice-calc-nogui), to recalculate workbooks.

Each run has a profile of its own that has every formula of a loaded workbook worked out anew, and is a process group of
its own, so that one that hangs is ended whole and nothing else with it.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_S = 180
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""


def recalculate(workbooks: Sequence[Path], out: Path, profile: Path) -> list[Path]:
    """Copies of `workbooks` in `out`, every formula worked out; `profile` is a folder for this run alone."""
    command = shutil.which("soffice")
    assert command is not None, "found no soffice; `make setup-tests` installs libreoffice-calc-nogui"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    arguments = [
        command, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "xlsx", "--outdir", str(out), *map(str, workbooks),
    ]  # fmt: skip
    environment = os.environ | {"HOME": str(profile), "SAL_USE_VCLPLUGIN": "svp"}
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    copies = [out / workbook.name for workbook in workbooks]
    assert process.returncode == 0, said
    assert all(copy.exists() for copy in copies), said
    return copies
