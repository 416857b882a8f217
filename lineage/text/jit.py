"""How kernels are compiled: without the GIL, once, and kept in numba's cache.

Knows nothing of texts.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call; the machine code is kept for later processes.

    numba keeps it beside the source or, when that folder cannot be written to, in the user's cache directory or
    NUMBA_CACHE_DIR. Where none of these can be written to, each process compiles again (seconds).
    A trap for developers: an edited kernel does not make the cached code of kernels in *other* files stale, so
    delete the *.nbi files of __pycache__ after changing one that others call.
    """
    options = {"nogil": True, "boundscheck": False, "error_model": "numpy"}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba's "no locator available": nowhere to keep a cache
        compiled = numba.njit(**options)(function)
    return cast("Callable[P, R]", compiled)
