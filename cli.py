"""The door of a checkout: ``python cli.py`` is ``evidence``. Everything behind it lies in ``evidence/cli/``."""

import sys

from evidence.cli import main

if __name__ == "__main__":
    sys.exit(main())
