"""Work on very many rows, without looking for rings of garbage all the while.

Rows are tuples and lists that come and go by the thousand, and each thousand makes Python's collector look through what
is alive, over and over: half the time of reading a workbook. They hold no rings, so counting references frees them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def many_rows() -> Iterator[None]:
    """Rest the collector of this process meanwhile; what makes rings of garbage does not belong in here.

    What was made meanwhile counts as old afterwards: the next collection would look through all of it otherwise.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # into the oldest generation, which is looked through seldom
            gc.enable()
