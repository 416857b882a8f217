"""How alike the texts of given pairs are: counted where the texts are at hand, estimated where they are not.

Finds no pairs and judges none.
"""

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Ints
from lineage.link.estimate import estimate
from lineage.link.likeness import Likeness, counted_likeness
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.sets import need_jaccard
from lineage.link.verify import count_pairs
from lineage.link.view import View, shingled

Floats = npt.NDArray[np.float64]


def measure(a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions = DEFAULT_OPTIONS) -> Likeness:
    """Measure the pairs (rows[0][i] of a, rows[1][i] of b); every row must hold a text with words.

    Exact when both views have their texts, otherwise estimated; the two are told apart by the standard error.
    """
    sides = shingled(a, b)
    if sides is None:
        return estimate(a, b, rows, options=options)
    found = count_pairs(sides, rows, options=options)
    return counted_likeness(found.both, found.size_a, found.size_b)


def alike(
    a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions = DEFAULT_OPTIONS
) -> tuple[Ints, Likeness]:
    """Return which of the pairs have a Jaccard at or above the threshold, and their measures.

    With the texts at hand faster than `measure`, because a pair is given up when it cannot reach the threshold.
    """
    sides = shingled(a, b)
    if sides is None:
        likeness = estimate(a, b, rows, options=options)
        kept = np.flatnonzero(likeness.jaccard >= options.threshold)
        return kept, likeness.take(kept)
    found = count_pairs(sides, rows, options=options, need=need_jaccard(options.threshold))
    kept = np.flatnonzero(found.both >= 0)
    likeness = counted_likeness(found.both[kept], found.size_a[kept], found.size_b[kept])
    sure = np.flatnonzero(likeness.jaccard >= options.threshold)
    return kept[sure], likeness.take(sure)
