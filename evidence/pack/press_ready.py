"""Loaded by the process that the presses are forked from: the type-setter, read once for all of them."""

import contextlib

with contextlib.suppress(OSError, ImportError):  # whoever sets type says what is missing
    import weasyprint  # noqa: F401

import evidence.pack.typeset  # noqa: F401
