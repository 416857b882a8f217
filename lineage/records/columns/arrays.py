"""Bytes as kernels read them: in one array, with room behind them, checked to be UTF-8."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.records.columns.wide import PAD, at_least_64, equal_64
from lineage.text.jit import kernel


def new_bytes(size: int) -> npt.NDArray[np.uint8]:
    """Make room from Arrow's pool, which keeps what was used before: fresh pages cost more than filling them."""
    return np.frombuffer(pa.allocate_buffer(size), np.uint8)


def padded(parts: Iterable[bytes | npt.NDArray[np.uint8]], size: int) -> npt.NDArray[np.uint8]:
    """Put parts of `size` bytes together, with PAD zeros behind them."""
    data = new_bytes(size + PAD)
    at = 0
    for one in parts:
        data[at : at + len(one)] = np.frombuffer(one, np.uint8) if isinstance(one, bytes) else one
        at += len(one)
    data[at:] = 0
    return data


@kernel
def is_utf8(data: npt.NDArray[np.uint8], start: int, end: int) -> bool:
    """Tell whether `data[start:end]` is UTF-8; PAD more bytes can be read behind it.

    64 bytes at a time, or fewer so that none ends inside a character: bit i of each mask is byte i, and what a byte
    demands of those after it is shifted on to them.
    Source: the Unicode Standard, table 3-7 (well-formed byte sequences).
    """
    one, none = np.uint64(1), np.uint64(0)
    at = start
    while at < end:
        if at_least_64(data, at, 0x80) == none:
            at += 64
            continue
        lead2, lead3, lead4 = at_least_64(data, at, 0xC0), at_least_64(data, at, 0xE0), at_least_64(data, at, 0xF0)
        size = 64
        if end - at < 64:
            size = end - at
        elif lead2 >> np.uint64(63):
            size = 63
        elif lead3 >> np.uint64(62):
            size = 62
        elif lead4 >> np.uint64(61):
            size = 61
        kept = ~none >> np.uint64(64 - size)
        following = at_least_64(data, at, 0x80) & ~lead2 & kept
        lead2, lead3, lead4 = lead2 & kept, lead3 & kept, lead4 & kept
        wanted = lead2 << one | lead3 << np.uint64(2) | lead4 << np.uint64(3)
        # The second byte must not be below or above a bound after these four leads.
        high, higher = at_least_64(data, at, 0xA0), at_least_64(data, at, 0x90)
        wrong = (equal_64(data, at, 0xE0) << one & ~high) | (equal_64(data, at, 0xED) << one & high)
        wrong |= (equal_64(data, at, 0xF0) << one & ~higher) | (equal_64(data, at, 0xF4) << one & higher)
        never = (at_least_64(data, at, 0xF5) | equal_64(data, at, 0xC0) | equal_64(data, at, 0xC1)) & kept
        if wanted != following or wrong & following or never:
            return False
        at += size
    return True
