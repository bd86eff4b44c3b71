"""Loaded by the process that the presses are forked from: the type-setter, read once for all of them."""

import contextlib
import gc

with contextlib.suppress(OSError, ImportError):  # whoever sets type says what is missing
    import weasyprint  # noqa: F401

import evidence.pack.typesetting.typeset  # noqa: F401

gc.freeze()  # what was read once stays shared with the processes forked from this one
