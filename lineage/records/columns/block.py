"""A block of rows on its way to columns: what is said in each, and which rows are odd."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.records.columns.cells import Cells, Turns
from lineage.records.columns.escapes import unescape
from lineage.records.columns.plan import Plan
from lineage.records.columns.speech import Speech, new_speech, speech_of_cells
from lineage.records.json_rows import RawRow

# Large enough that Python's part of a block (some 200 µs) is lost in it, small enough to stay in the cache.
BLOCK_BYTES = 4 << 20


class NotPlain(Exception):  # noqa: N818 (no error: the file is read row by row instead)
    """A file that cannot be read in blocks from here on; reading it by rows will say why, or will read it."""


class Block(NamedTuple):
    """Rows in order: what is said in each, in the bytes of `data`, but for the odd ones, which `raw` reads.

    `speech` has a row for each, empty for odd ones; `odd`: shape (n,); `raw` takes the number of a row in the block.
    """

    data: npt.NDArray[np.uint8]
    speech: Speech
    odd: npt.NDArray[np.bool_]
    raw: Callable[[int], RawRow]


def speak(  # noqa: PLR0913 (what a block is made of)
    plan: Plan,
    *,
    data: npt.NDArray[np.uint8],
    cells: Cells,
    turns: Turns,
    odd: npt.NDArray[np.bool_],
    raw: Callable[[int], RawRow],
) -> Block:
    """Make messages of cells: a block. Escaped texts are written out in `data`."""
    unescape(data, cells.kind.ravel(), cells.start.ravel(), cells.end.ravel())
    unescape(data, turns.kind, turns.start, turns.end)
    speech = new_speech(len(odd) * len(plan.steps) + len(turns.kind), len(odd))
    speech_of_cells(data, cells, turns, plan.steps, odd, speech)
    return Block(data, speech, odd, raw)
