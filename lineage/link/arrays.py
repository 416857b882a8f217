"""Kinds of arrays that linking works on, and the form in which kernels take those of a card."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = TypeVar("Array", bound=npt.NDArray[Any])
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Minima = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def read_only(values: Array) -> Array:
    """Return an array as kernels take it, memory-mapped or not, so that each is compiled once."""
    plain = np.asarray(values).view()
    plain.flags.writeable = False
    return plain  # type: ignore[return-value]
