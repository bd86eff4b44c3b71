"""``python -m evidence``: the same program as ``evidence`` and ``python cli.py``."""

import sys

from evidence.cli import main

if __name__ == "__main__":
    sys.exit(main())
