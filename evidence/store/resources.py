"""The folders that travel beside the code: migrations and templates.

In a wheel they lie inside the package; in a checkout, and so in an editable install, beside it. The search starts at
this file and never in site-packages: an editable install leaves stale copies there.
"""

from pathlib import Path

from evidence.errors import StoreError

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The folder `name` (``migrations``, ``templates``), wherever this copy of the program keeps it.

    Raises:
        StoreError: the installation lacks it.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise StoreError(f"{name}/ is neither inside nor beside {_PACKAGE}: the installation is incomplete. Reinstall it.")
