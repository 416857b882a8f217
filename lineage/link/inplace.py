"""Whether linked rows lie side by side in two corpora: as many rows further on in one as in the other.

So lie the rows that a translation or a paraphrase left as they were. Rows that were selected, shuffled or added do not.
"""

import numpy as np
import pyarrow as pa

from lineage.link.ids import Ints

# The part of the steps from one linked row to the next that are as long in both corpora. Sets that are translations of
# each other have .6 and more where rows are matched at all (see `aligned.chain`); shuffled ones hardly any.
_STRAIGHT = 0.3


def lie_in_place(table: pa.Table) -> bool:
    """Tell whether the linked rows of a table of links lie side by side, in both corpora in one order."""
    rows_a, rows_b = (_alone(table[name].to_numpy()) for name in ("row_a", "row_b"))
    alone = rows_a & rows_b
    a, b = (table[name].to_numpy()[alone] for name in ("row_a", "row_b"))
    order = np.argsort(a)
    steps_a, steps_b = np.diff(a[order]), np.diff(b[order])
    return bool(len(steps_a)) and bool(np.mean(steps_a == steps_b) >= _STRAIGHT)


def _alone(rows: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the pairs whose row is in no other pair."""
    _, place, counts = np.unique(rows, return_inverse=True, return_counts=True)
    return np.asarray(counts[place] == 1, np.bool_)
