"""JSON text to a tape: one entry for each value and key, in order, checked against the grammar as strictly as orjson.

Knows nothing of columns. A row that is not plain JSON (NaN, a number of 40 characters, 60 levels of nesting, a wrong
comma …) is marked odd, and only its end is found: somebody else reads it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.records.columns.tokens import ARRAY, BROKEN, OBJECT, after_space, is_digit, number_end, text_end, word_end
from lineage.records.columns.wide import PAD, equal_64
from lineage.text.intrinsics import trailing_zeros
from lineage.text.jit import kernel, part

# How a reading of rows ended: all read; the tape or the rows are full; the last row is cut off; this is no JSON array.
DONE, FULL, CUT, STUCK, CLOSED = range(5)

_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _AFTER = range(5)
_DEEPEST = 60
_QUOTE, _BACKSLASH, _COMMA, _COLON, _MINUS = (ord(one) for one in '"\\,:-')
_OPEN_OBJECT, _CLOSE_OBJECT, _OPEN_ARRAY, _CLOSE_ARRAY = (ord(one) for one in "{}[]")
_SPACE, _TAB, _LINE, _RETURN = 0x20, 0x09, 0x0A, 0x0D


class Tape(NamedTuple):
    """Entries of many rows; entry i has the bytes `[start[i], end[i])`, without quotes where it is text.

    The entries inside an object or array follow it, up to `end` of it, which is an index into the tape, not a place.
    """

    kind: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


class Rows(NamedTuple):
    """Where rows are: their bytes, line breaks before them in what was read, first tape entry, and whether odd.

    An odd row has no entries.
    """

    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    entry: npt.NDArray[np.int64]
    odd: npt.NDArray[np.bool_]

    def rows(self, lo: int, hi: int) -> "Rows":
        """Return the rows [lo, hi)."""
        return Rows(self.start[lo:hi], self.end[lo:hi], self.line[lo:hi], self.entry[lo:hi], self.odd[lo:hi])


def new_tape(entries: int) -> Tape:
    """Make room for that many entries."""
    return Tape(np.empty(entries, np.uint8), np.empty(entries, np.int64), np.empty(entries, np.int64))


def new_rows(n: int) -> Rows:
    """Make room for that many rows."""
    numbers = [np.zeros(n, np.int64) for _ in range(4)]
    return Rows(numbers[0], numbers[1], numbers[2], numbers[3], np.zeros(n, np.bool_))


@part
def _one_value(  # noqa: C901, PLR0911, PLR0912, PLR0913, PLR0917 (one loop over the tokens)
    data: npt.NDArray[np.uint8], at: int, line_break: int, tape: Tape, entries: int, stack: npt.NDArray[np.int64]
) -> tuple[int, int]:
    """Put the value that starts at `at` on the tape; return where it ends and how many entries there are then.

    Where it is not plain JSON the second number is -1, where the tape is full -2; the first is the place of trouble.
    """
    depth = 0
    expected = _VALUE
    room = len(tape.kind)
    while entries < room:
        at = after_space(data, at, line_break)
        byte = data[at]
        if expected == _AFTER and byte == _COMMA:
            at += 1
            expected = _KEY if tape.kind[stack[depth - 1]] == OBJECT else _VALUE
        elif byte == _QUOTE and expected != _AFTER:
            end, kind = text_end(data, at + 1)
            if kind == BROKEN:
                return end, -1
            tape.kind[entries], tape.start[entries], tape.end[entries] = kind, at + 1, end
            entries += 1
            at = end + 1
            if expected >= _KEY:
                at = after_space(data, at, line_break)
                if data[at] != _COLON:
                    return at, -1
                at += 1
                expected = _VALUE
            else:
                expected = _AFTER
        elif (byte in (_OPEN_OBJECT, _OPEN_ARRAY)) and expected < _KEY:
            if depth == _DEEPEST:
                return at, -1
            tape.kind[entries], tape.start[entries] = OBJECT if byte == _OPEN_OBJECT else ARRAY, at
            stack[depth] = entries
            depth += 1
            entries += 1
            at += 1
            expected = _KEY_OR_END if byte == _OPEN_OBJECT else _VALUE_OR_END
        elif byte in (_CLOSE_OBJECT, _CLOSE_ARRAY):
            may = _KEY_OR_END if byte == _CLOSE_OBJECT else _VALUE_OR_END
            kind = OBJECT if byte == _CLOSE_OBJECT else ARRAY
            if depth == 0 or (expected not in (may, _AFTER)) or tape.kind[stack[depth - 1]] != kind:
                return at, -1
            depth -= 1
            tape.end[stack[depth]] = entries
            at += 1
            expected = _AFTER
        else:
            if expected >= _KEY or expected == _AFTER:
                return at, -1
            end, kind = number_end(data, at) if byte == _MINUS or is_digit(byte) else word_end(data, at)
            if kind == BROKEN:
                return end, -1
            tape.kind[entries], tape.start[entries], tape.end[entries] = kind, at, end
            entries += 1
            at = end
            expected = _AFTER
        if depth == 0:
            return at, entries
    return at, -2


@part
def _line_end(data: npt.NDArray[np.uint8], at: int, end: int) -> int:
    while at < end:
        found = equal_64(data, at, np.uint8(_LINE))
        if found:
            at += trailing_zeros(found)
            break
        at += 64
    return min(at, end)


@part
def _object_end(data: npt.NDArray[np.uint8], at: int, end: int) -> int:
    """Find where an object ends by its brackets alone; -1 when it does not before `end`."""
    depth = 0
    while at < end:
        byte = data[at]
        if byte == _QUOTE:
            at += 1
            while at < end and data[at] != _QUOTE:
                at += 2 if data[at] == _BACKSLASH else 1
        elif byte in (_OPEN_OBJECT, _OPEN_ARRAY):
            depth += 1
        elif byte in (_CLOSE_OBJECT, _CLOSE_ARRAY):
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


@kernel
def tape_lines(data: npt.NDArray[np.uint8], at: int, line: int, rows: Rows, tape: Tape) -> tuple[int, int, int]:
    """Read rows that stand one a line, from `at` on, which is the start of line `line`, until rows or tape are full.

    data: whole lines, then PAD zeros. Returns the number of rows, and the place and line of what was not read.
    """
    end = len(data) - PAD
    stack = np.empty(_DEEPEST, np.int64)
    n = entries = 0
    while at < end and n < len(rows.odd):
        first = at
        while (_TAB <= data[first] <= _RETURN and data[first] != _LINE) or data[first] == _SPACE:
            first += 1
        if first < end and data[first] != _LINE:
            stop, after = _one_value(data, at, _SPACE, tape, entries, stack)
            if after == -2 and n > 0:
                break
            good = after > 0 and tape.kind[entries] == OBJECT
            if good:
                stop = after_space(data, stop, _SPACE)
                good = stop >= end or data[stop] == _LINE
            first = min(stop, end) if good else _line_end(data, first, end)
            rows.start[n], rows.end[n], rows.line[n] = at, first, line
            rows.entry[n], rows.odd[n] = entries, not good
            n += 1
            if good:
                entries = after
        at = min(first + 1, end)
        line += 1
    return n, at, line


@kernel
def tape_array(  # noqa: C901, PLR0911 (each end of a part has its own reason)
    data: npt.NDArray[np.uint8], at: int, begun: bool, rows: Rows, tape: Tape
) -> tuple[int, int, int]:
    """Read rows that are objects of one array, from `at` on: after its bracket, or after a row when it has `begun`.

    data: a part of the array, then PAD zeros. Returns the number of rows, the place to go on from, and how it ended.
    """
    end = len(data) - PAD
    stack = np.empty(_DEEPEST, np.int64)
    n = entries = 0
    while n < len(rows.odd):
        item = after_space(data, at, _LINE)
        if item < end and begun and data[item] == _COMMA:
            item = after_space(data, item + 1, _LINE)
            if data[item] == _CLOSE_ARRAY:
                return n, at, STUCK
        elif item < end and data[item] == _CLOSE_ARRAY:
            return n, item + 1, CLOSED
        elif begun and item < end:
            return n, at, STUCK
        if item >= end:
            return n, at, CUT
        if data[item] != _OPEN_OBJECT:
            return n, at, STUCK
        stop, after = _one_value(data, item, _LINE, tape, entries, stack)
        if after == -2 and n > 0:
            return n, at, FULL
        if after < 0:
            trouble, stop = stop, _object_end(data, item, end)
            if stop < 0:
                return n, at, CUT if trouble >= end - 64 else STUCK
        rows.start[n], rows.end[n], rows.entry[n], rows.odd[n] = item, stop, entries, after < 0
        n += 1
        entries = max(entries, after)
        at = stop
        begun = True
    return n, at, FULL
