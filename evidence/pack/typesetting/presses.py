"""Setting several documents in type side by side, in processes of their own.

Each process sets one document after another and is then replaced: what a long document takes of memory is given back to
the system by ending. The processes are forked from one that has the type-setter ready and nothing else, no database, no
keys; a fork of this process would share both.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from evidence.errors import PackError
from evidence.pack.typesetting.typeset import Sheet, typeset

MOST_PROCESSES: Final = 2
"""More take more memory than they save time: a part is set within seconds."""
_AHEAD: Final = 2  # sheets waiting for each process: their HTML lies in memory


def set_all(sheets: Iterable[Sheet], processes: int | None = None, *, each: int = 1) -> Iterator[bytes]:
    """The documents in the order of their sheets; sheets are taken as there is room.

    Args:
        sheets: what is to be set.
        processes: how many set side by side; by default as many as there are processors, two at most. One: here.
        each: how many sheets a process sets before it is replaced.

    Raises:
        PackError: the system lacks Pango, a packaged asset is missing, or a process was ended from outside.
    """
    wanted = processes if processes is not None else min(MOST_PROCESSES, len(os.sched_getaffinity(0)))
    if wanted <= 1:
        yield from map(typeset, sheets)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["evidence.pack.typesetting.press_ready"])
    waiting: deque[Future[bytes]] = deque()
    with ProcessPoolExecutor(wanted, context, max_tasks_per_child=each) as pool:
        try:
            for sheet in sheets:
                waiting.append(pool.submit(_set_and_end if each == 1 else typeset, sheet))
                if len(waiting) > wanted * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise PackError(
                "A process that sets the report in type was ended from outside, perhaps for want of memory. Try again."
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _set_and_end(sheet: Sheet) -> bytes:
    """Set one sheet in a process that ends thereafter: nothing is collected, ending gives all of it back."""
    gc.disable()
    return typeset(sheet)
