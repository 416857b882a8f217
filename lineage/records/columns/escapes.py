"""Escaped text written out in its own place: JSON's escapes, and the doubled quotes of tables."""

import numpy as np
import numpy.typing as npt

from lineage.records.columns.tokens import BROKEN, ESCAPED, QUOTED, TEXT
from lineage.records.columns.wide import equal_64, move_bytes
from lineage.text.intrinsics import trailing_zeros
from lineage.text.jit import kernel, part

_BACKSLASH, _QUOTE = ord("\\"), ord('"')
_HEX = np.full(256, 255, np.uint8)
_HEX[[*b"0123456789"]] = np.arange(10)
_HEX[[*b"abcdef"]] = _HEX[[*b"ABCDEF"]] = np.arange(10, 16)
_ESCAPES = np.zeros(256, np.uint8)
_ESCAPES[[*b'"\\/bfnrt']] = [*b'"\\/\b\f\n\r\t']


@part
def _code_unit(data: npt.NDArray[np.uint8], at: int) -> int:
    unit = 0
    for place in range(at, at + 4):
        unit = unit * 16 + _HEX[data[place]]
    return unit


@part
def _put_character(data: npt.NDArray[np.uint8], out: int, code: int) -> int:
    """Write a code point as UTF-8; return the place after it."""
    if code < 0x80:
        data[out] = code
        return out + 1
    if code < 0x800:
        data[out], data[out + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return out + 2
    if code < 0x10000:
        data[out], data[out + 1], data[out + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        return out + 3
    data[out], data[out + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    data[out + 2], data[out + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return out + 4


@part
def _next_equal(data: npt.NDArray[np.uint8], at: int, stop: int, byte: int) -> int:
    """Find the next place of a byte; `stop` when there is none before it."""
    while at < stop:
        found = equal_64(data, at, np.uint8(byte))
        if found:
            at += trailing_zeros(found)
            break
        at += 64
    return min(at, stop)


@part
def _json_escape(data: npt.NDArray[np.uint8], at: int, stop: int, out: int) -> tuple[int, int]:
    """Write the escape at `at` out at `out`; return the places after both, the first -1 for a lone surrogate."""
    if data[at + 1] != ord("u"):
        data[out] = _ESCAPES[data[at + 1]]
        return at + 2, out + 1
    code = _code_unit(data, at + 2)
    at += 6
    if 0xD800 <= code < 0xE000:
        paired = code < 0xDC00 and at + 6 <= stop and data[at] == _BACKSLASH and data[at + 1] == ord("u")
        low = _code_unit(data, at + 2) if paired else 0
        if not 0xDC00 <= low < 0xE000:
            return -1, out
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        at += 6
    return at, _put_character(data, out, code)


@kernel
def unescape(
    data: npt.NDArray[np.uint8], kind: npt.NDArray[np.uint8], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> None:
    """Write out each text that is ESCAPED (by JSON) or QUOTED (each quote twice); it becomes TEXT.

    One with a lone surrogate, which UTF-8 cannot hold, becomes BROKEN.
    """
    for one in range(len(kind)):
        if kind[one] != ESCAPED and kind[one] != QUOTED:
            continue
        mark = _BACKSLASH if kind[one] == ESCAPED else _QUOTE
        stop = end[one]
        at = out = start[one]
        kind[one] = TEXT
        while at < stop:
            run = _next_equal(data, at, stop, mark) - at
            if out < at:
                move_bytes(data, at, out, run)
            at += run
            out += run
            if at < stop and mark == _QUOTE:
                data[out] = _QUOTE
                at += 2
                out += 1
            elif at < stop:
                at, out = _json_escape(data, at, stop, out)
                if at < 0:
                    kind[one] = BROKEN
                    break
        end[one] = out
