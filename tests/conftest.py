"""What every test gets: figures found by hypothesis do not depend on how busy the machine is.

Python keeps what it has compiled, whatever is set outside: tests start hundreds of programs, and each would compile
the whole package again.

The product waits for the disk whenever it records, dozens of times in a test. The usual tests are kept from waiting
where memory has room for what they write; the long ones, which write gigabytes, are not.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_MEMORY, _ROOM = Path("/dev/shm"), 8 << 30
_PLACE = "PYTEST_DEBUG_TEMPROOT"  # pytest's own name for where folders of tests go


def _has_room() -> bool:
    try:
        free = shutil.disk_usage(_MEMORY).free
        runs = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC and os.access(_MEMORY, os.W_OK | os.X_OK)
        available = re.search(r"^MemAvailable: +([0-9]+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return False
    return runs and available is not None and min(free, int(available[1]) << 10) >= _ROOM


def pytest_configure(config: pytest.Config) -> None:
    if "not full" in config.option.markexpr and _PLACE not in os.environ and _has_room():
        os.environ[_PLACE] = str(_MEMORY)
