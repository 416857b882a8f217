"""Whether rows of two corpora are worth matching, told from a sample of those that nothing else explains.

Linked rows prove nothing new: they would match themselves. Costs in proportion to the root of the rows, but for their
lengths, which are looked at all.
"""

import math

import numpy as np

from lineage.link.aligned.align import prove_by_marks
from lineage.link.aligned.common import Ids
from lineage.link.aligned.lengths import find_stretches
from lineage.link.aligned.rows import Texts, log_lengths, read_rows
from lineage.link.sources import Release, keep

# Pairs of partners among the rows sampled, where all of the smaller corpus has partners.
_PARTNERS = 2048
# Rows whose lengths are compared; neighbours are needed, so the first ones.
_MOST_LENGTHS = 1 << 20


def worth_matching(
    texts: tuple[Texts, Texts], rows: tuple[Ids, Ids], *, most: int, release: tuple[Release, Release] = (keep, keep),
    threads: int | None = None,
) -> bool:  # fmt: skip
    """Tell whether some of the rows (ascending) prove that these rows of two corpora belong together.

    most: rows of a side that may be read. release: lets go of what was read of either.
    """
    if not (len(rows[0]) and len(rows[1])):
        return False
    sizes = _sample_sizes(len(rows[0]), len(rows[1]))
    if sizes == tuple(max(len(one) for one in side if one is not None) for side in texts):
        return True  # to match all rows is no more work than to look at them
    read = [
        read_rows(side, _some(own, min(size, most), seed), release=let_go, threads=threads)
        for seed, (side, own, size, let_go) in enumerate(zip(texts, rows, sizes, release, strict=True))
    ]
    if prove_by_marks(read[0], read[1], threads=threads) is not None:
        return True
    lengths = [log_lengths(side, own[:_MOST_LENGTHS]) for side, own in zip(texts, rows, strict=True)]
    return find_stretches(lengths[0], lengths[1]) is not None


def _sample_sizes(a: int, b: int) -> tuple[int, int]:
    """Return how many rows of each side to draw, so that _PARTNERS partners are, or all of a smaller corpus are.

    Of pairs of partners as many as the smaller corpus has rows, a sample of both holds its share of either side.

    >>> _sample_sizes(100_000, 100_000)
    (14311, 14311)
    >>> _sample_sizes(3_000, 52_000)
    (3000, 35498)
    """
    large = max(a, b)
    root = math.isqrt(_PARTNERS * large)
    of_a = min(a, max(root, _PARTNERS * large // min(b, root)))
    of_b = min(b, max(root, _PARTNERS * large // min(a, root)))
    return of_a, of_b


def _some(rows: Ids, count: int, seed: int) -> Ids:
    """Draw rows, the same each time; evenly spaced ones of both sides could all miss each other."""
    if len(rows) <= count:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, count, replace=False))
