"""How kernels are compiled: without the GIL, once, and kept in numba's cache.

Knows nothing of texts.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


_OPTIONS = {"nogil": True, "boundscheck": False, "error_model": "numpy"}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call; the machine code is kept for later processes.

    numba keeps it beside the source or, when that folder cannot be written to, in the user's cache directory or
    NUMBA_CACHE_DIR. Where none of these can be written to, each process compiles again (seconds).
    A trap for developers: an edited kernel does not make the cached code of kernels in *other* files stale, so delete
    the *.nbi files of __pycache__ after changing one that others call.
    """
    try:
        compiled = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # numba's "no locator available": nowhere to keep a cache
        compiled = numba.njit(**_OPTIONS)(function)
    return cast("Callable[P, R]", compiled)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a part of each kernel that calls it.

    A call between compiled functions counts references to every array passed, with atomic operations: measured at 30 ns
    a call, half of the time a short text takes.
    """
    return cast("Callable[P, R]", numba.njit(inline="always", **_OPTIONS)(function))
