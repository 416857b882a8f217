"""The cells of CSV and TSV: parted by a delimiter, in quotes or not, as `csv.reader` reads them when it is strict."""

import numpy as np
import numpy.typing as npt

from lineage.records.columns.cells import Cells
from lineage.records.columns.tape import CUT, DONE, FULL, STUCK, Rows
from lineage.records.columns.tokens import ABSENT, QUOTED, TEXT
from lineage.records.columns.wide import PAD, equal_64
from lineage.text.intrinsics import trailing_zeros
from lineage.text.jit import kernel, part

_QUOTE, _LINE, _RETURN = ord('"'), 0x0A, 0x0D


@part
def _quoted_end(data: npt.NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """Find the quote that closes a cell; return its place (`end` when there is none) and TEXT or QUOTED."""
    kind = TEXT
    while at < end:
        found = equal_64(data, at, np.uint8(_QUOTE))
        if found == 0:
            at += 64
            continue
        at += trailing_zeros(found)
        if at < end and data[at + 1] != _QUOTE:
            break
        kind = QUOTED
        at += 2
    return min(at, end), kind


@part
def _bare_end(data: npt.NDArray[np.uint8], at: int, end: int, delimiter: int) -> int:
    """Find the delimiter or line end that ends a cell; `end` when there is none."""
    while at < end:
        found = (
            equal_64(data, at, np.uint8(delimiter))
            | equal_64(data, at, np.uint8(_LINE))
            | equal_64(data, at, np.uint8(_RETURN))
        )
        if found:
            at += trailing_zeros(found)
            break
        at += 64
    return min(at, end)


@part
def _one_row(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: npt.NDArray[np.uint8], at: int, delimiter: int, codes: npt.NDArray[np.int64], cells: Cells, row: int
) -> tuple[int, int, int]:
    """Read the cells of one row; return the place after it, how many cells it has, and DONE, CUT or STUCK.

    A row that ends with the data is CUT, but its cells and the place are right if nothing follows.
    """
    end = len(data) - PAD
    column = 0
    while True:
        if data[at] == _QUOTE:
            start = at + 1
            stop, kind = _quoted_end(data, start, end)
            if stop == end:
                return end, column, STUCK  # or cut off: the caller sees that it is at the end
            at = stop + 1
        else:
            start = at
            at = stop = _bare_end(data, at, end, delimiter)
            kind = TEXT
        if column < len(codes) and codes[column] >= 0:
            code = codes[column]
            cells.kind[row, code], cells.start[row, code], cells.end[row, code] = kind, start, stop
        column += 1
        if at < end and data[at] == _RETURN:
            at += 1
            if at < end and data[at] != _LINE:
                return at, column, STUCK
        if at >= end:
            return at, column, CUT
        at += 1
        if data[at - 1] == _LINE:
            return at, column, DONE
        if data[at - 1] != delimiter:
            return at, column, STUCK


@kernel
def cells_of_table(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: npt.NDArray[np.uint8],
    at: int,
    last: bool,
    delimiter: int,
    codes: npt.NDArray[np.int64],
    rows: Rows,
    cells: Cells,
) -> tuple[int, int, int]:
    """Read rows from `at` on, until data or room end; return how many, the place from where to go on, and how it ended.

    data: a part of the file, then PAD zeros; it is the `last` one, or the row it ends with may go on.
    codes: for each column, where its cells go, or -1. A row with another number of cells is odd.
    """
    end = len(data) - PAD
    n = 0
    while at < end:
        if n == len(rows.odd):
            return n, at, FULL
        if data[at] == _LINE or (data[at] == _RETURN and (data[at + 1] == _LINE or at + 1 == end)):
            if at + 1 == end and not last:
                return n, at, CUT
            at += 1 if data[at] == _LINE else 2
            continue
        cells.kind[n] = ABSENT
        after, found, ended = _one_row(data, at, delimiter, codes, cells, n)
        if after >= end and not last:
            return n, at, CUT
        if ended == STUCK:
            return n, at, STUCK
        rows.start[n], rows.end[n], rows.odd[n] = at, after, found != len(codes)
        n += 1
        at = after
    return n, at, DONE
