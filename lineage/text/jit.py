"""How kernels are compiled: without the GIL, once, and kept in numba's cache.

Knows nothing of texts.
"""

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from uuid import uuid4

import numba

P = ParamSpec("P")
R = TypeVar("R")


_OPTIONS = {"nogil": True, "boundscheck": False, "error_model": "numpy"}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call; the machine code is kept for later processes.

    It is kept in the user's cache folder (`XDG_CACHE_HOME`, or `NUMBA_CACHE_DIR`), which can be deleted at any time.
    Where it cannot be written to, numba keeps it beside the source; where neither can, each process compiles again.
    """
    with _kept_in(_cache_folder(Path(function.__code__.co_filename).parent)):
        try:
            compiled = numba.njit(cache=True, **_OPTIONS)(function)
            _name_apart(compiled)
        except RuntimeError:  # numba's "no locator available": nowhere to keep a cache
            compiled = numba.njit(**_OPTIONS)(function)
    return cast("Callable[P, R]", compiled)


def _name_apart(compiled: Any) -> None:
    """Give every machine code that is kept of a function a file name of its own.

    numba counts them, so that two processes that start together may take one number for two types of arguments; the
    index then leads to code for the wrong types, which returns nonsense or crashes.
    """
    kept = compiled._cache._cache_file  # noqa: SLF001 (numba has no other place to say so)
    kept._data_name = lambda _: kept._data_name_pattern.format(number=uuid4().int)  # noqa: SLF001


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a part of each kernel that calls it.

    A call between compiled functions counts references to every array passed, with atomic operations: measured at 30 ns
    a call, half of the time a short text takes.
    """
    return cast("Callable[P, R]", numba.njit(inline="always", **_OPTIONS)(function))


@functools.cache
def _cache_folder(package: Path) -> str:
    """Name a folder for the machine code of kernels that stand on the sources of their and this package as they are.

    numba compiles a kernel anew when its own file changes, but not when one changes whose functions it calls: kept in
    one place for all, kernels elsewhere would go on with the old code of these packages.
    """
    folders = dict.fromkeys((Path(__file__).parent, package))
    sources = b"".join(path.read_bytes() for folder in folders for path in sorted(folder.glob("*.py")))
    base = (
        numba.config.CACHE_DIR or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lineage/kernels"
    )
    return str(Path(base) / hashlib.blake2b(sources, digest_size=8).hexdigest())


@contextlib.contextmanager
def _kept_in(folder: str) -> Iterator[None]:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
