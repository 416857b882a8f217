"""Runs a compiled kernel over a range of rows in threads.

The kernels release the GIL, so threads are enough. Each call of the function writes its own rows and reads nothing that
another writes, hence the result does not depend on the number of threads.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

# Small enough to share out evenly, large enough that Python's part of a chunk (some 20 µs) is lost in it.
CHUNK_ROWS = 1024
_FEWEST_ROWS = 32
# Threads that help whoever called; started when they are first needed, and kept: starting one costs 0.1 ms and more.
_MOST_HELPERS = 64

_helpers = ThreadPoolExecutor(_MOST_HELPERS, thread_name_prefix="chunks")


def _renew() -> None:
    global _helpers  # noqa: PLW0603 (the threads of the parent are not there after a fork)
    _helpers = ThreadPoolExecutor(_MOST_HELPERS, thread_name_prefix="chunks")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


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
    threads = threads or usable_threads()
    chunk = min(chunk, max(_FEWEST_ROWS, -(-n // (2 * threads))))
    bounds = iter(range(0, n, chunk))  # taken from by several threads: one step of an iterator over a range is atomic

    def work() -> None:
        try:
            for lo in bounds:
                function(lo, min(lo + chunk, n))
        finally:
            _exhaust(bounds)

    others = min(threads, -(-n // chunk), _MOST_HELPERS + 1) - 1
    helping = [_helpers.submit(work) for _ in range(others)]
    try:
        work()
    finally:
        # Helpers that have not started find nothing to do; the others are waited for, also when this thread has failed.
        errors = [one.exception() for one in helping if not one.cancel()]
    for error in errors:
        if error is not None:
            raise error


def _exhaust(bounds: Iterator[int]) -> None:
    for _ in bounds:
        pass
