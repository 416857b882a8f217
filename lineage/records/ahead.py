"""Reads ahead: the next items are made in a thread while the last ones are used."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_AHEAD = 3


def read_ahead(items: Generator[T]) -> Generator[T]:
    """Yield the same items, `_AHEAD` of them made ahead in a thread of its own.

    What `items` raises is raised here when its turn comes. The thread ends, and `items` is closed, when all are read or
    this iterator is closed; it never waits for the one who reads, so that it cannot keep a process from ending.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as pool:
        try:
            waiting: deque[Future[T | None]] = deque(pool.submit(next, items, None) for _ in range(_AHEAD))
            while (item := waiting.popleft().result()) is not None:
                waiting.append(pool.submit(next, items, None))
                yield item
        finally:
            pool.shutdown(cancel_futures=True)
            items.close()
