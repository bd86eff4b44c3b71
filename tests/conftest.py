"""What every test gets: figures found by hypothesis do not depend on how busy the machine is.

Python keeps what it has compiled, whatever is set outside: tests start hundreds of programs, and each would compile
the whole package again.
"""

import os
import sys

from hypothesis import HealthCheck, settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
