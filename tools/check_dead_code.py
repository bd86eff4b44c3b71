"""Whether any function, class, import or branch is used by nobody: run by ``make check``, on top of vulture.

Variables and attributes are left out: to vulture a field of a record or a member of an enumeration is a variable that
nobody reads, while a variable that really is unused in a function is found by ruff. `vulture_whitelist.py` names what
is called by a library.
"""

import sys
from pathlib import Path

from vulture.core import Vulture

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("evidence", "migrations", "tests", "tools", "bench", "examples", "cli.py")
CALLED_BY_DECORATOR = ["@*.command", "@*.callback", "@field_validator", "@model_validator", "@pytest.fixture*"]
CALLED_BY_NAME = ["pytest_*"]
LEFT_TO_OTHERS = {"variable", "attribute"}


def main() -> int:
    """Print each dead piece with its place; 1 where there is one."""
    finder = Vulture(ignore_decorators=CALLED_BY_DECORATOR, ignore_names=CALLED_BY_NAME)
    finder.scavenge([str(ROOT / place) for place in PLACES if (ROOT / place).exists()])
    dead = [item for item in finder.get_unused_code() if item.typ not in LEFT_TO_OTHERS]
    for item in dead:
        print(f"{item.filename.relative_to(ROOT)}:{item.first_lineno}: {item.message}", file=sys.stderr)
    print(f"{len(dead)} dead pieces")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
