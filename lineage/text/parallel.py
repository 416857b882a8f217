"""Runs a compiled kernel over a range of rows in threads.

The kernels release the GIL, so threads are enough. Each call of the function writes its own rows and reads nothing that
another writes, hence the result does not depend on the number of threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# Small enough to share out evenly, large enough that Python's part of a chunk (some 20 µs) is lost in it.
CHUNK_ROWS = 1024
_FEWEST_ROWS = 32


def usable_threads() -> int:
    """Count the processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_chunks(
    function: Callable[[int, int], None], n: int, *, threads: int | None = None, chunk: int = CHUNK_ROWS
) -> None:
    """Call `function(lo, hi)` until [0, n) is covered, in as many threads as the processors allow or `threads` says.

    At most `chunk` rows a call, fewer where there are few rows, which may be long: each thread then still has some.
    An exception of any call is raised here, after the calls under way have ended and without starting further ones.
    """
    chunk = min(chunk, max(_FEWEST_ROWS, -(-n // (2 * (threads or usable_threads())))))
    bounds = [(lo, min(lo + chunk, n)) for lo in range(0, n, chunk)]
    workers = min(threads or usable_threads(), len(bounds))
    if workers <= 1:
        for lo, hi in bounds:
            function(lo, hi)
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(function, lo, hi) for lo, hi in bounds]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
