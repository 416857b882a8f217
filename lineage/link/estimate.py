"""Estimates how alike texts are from fingerprints alone: minima tell the Jaccard, with winnowed hashes containment."""

import numpy as np

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.arrays import Floats, Ints, Minima, read_only
from lineage.link.likeness import Likeness
from lineage.link.options import LinkOptions
from lineage.link.told import told_containments
from lineage.link.verify import count_pairs
from lineage.link.view import View, winnowed
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks

_PAIRS_PER_CHUNK = 4096
# Times K: of longer texts too little is told by their minima to be worth asking.
_LONGEST_TOLD = 4


def estimate(a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions) -> Likeness:
    """Estimate the pairs (rows[0][i] of a, rows[1][i] of b), with a standard error for every measure.

    The Jaccard is the share of equal minima; its error is binomial in K. A containment follows from it and the sizes,
    or is the share of one text's winnowed hashes that the other has, or of the shingles its minima name that the other
    may have, whichever has the smallest error: the first where texts are alike, the second where both are long and one
    is much larger, the third where they are short. Sizes are shingle counts, which count repeats too. For the
    errors half a match in one trial more is added, so that no estimate claims an error of exactly 0.
    A winnowed hash is kept where its neighbourhood is, so text that is edited all over is estimated too low.
    Source: Broder 1997 (resemblance); Schleimer, Wilkerson, Aiken 2003 (winnowing).
    """
    width = a.prints.minima.shape[1]
    matches = _equal_minima(a.prints, b.prints, rows, options)
    jaccard, error = matches / width, binomial_error(matches, np.full(len(matches), width))
    size_a, size_b = a.prints.counts[rows[0]].astype(np.float64), b.prints.counts[rows[1]].astype(np.float64)
    shared = np.minimum(jaccard / (1 + jaccard) * (size_a + size_b), np.minimum(size_a, size_b))
    # |A ∩ B| = J / (1 + J) * (|A| + |B|), whose derivative by J is (|A| + |B|) / (1 + J)^2.
    spread = error * (size_a + size_b) / (1 + jaccard) ** 2
    contained = [(shared / size_a, spread / size_a), (shared / size_b, spread / size_b)]
    sides = winnowed(a, b)
    if sides is not None:
        found = count_pairs(sides, rows, options=options)
        for side, size in enumerate((found.size_a, found.size_b)):
            contained[side] = _surer(contained[side], (found.both / size, binomial_error(found.both, size)))
    unlike = np.flatnonzero((jaccard < options.threshold) & (np.maximum(size_a, size_b) <= _LONGEST_TOLD * width))
    for side, told in enumerate(told_containments(a, b, (rows[0][unlike], rows[1][unlike]), options=options)):
        before = contained[side][0][unlike], contained[side][1][unlike]
        for values, new in zip(contained[side], _surer(before, told), strict=True):
            values[unlike] = new
    (in_b, error_ab), (in_a, error_ba) = contained
    return Likeness(jaccard, in_b, in_a, error, error_ab, error_ba)


def binomial_error(hits: Ints, trials: Ints) -> Floats:
    """Return the standard error of hits / trials, never 0.

    >>> binomial_error(np.array([64, 32]), np.array([64, 64])).round(4).tolist()
    [0.0109, 0.0625]
    """
    smoothed = (hits + 0.5) / (trials + 1)
    error: Floats = np.sqrt(smoothed * (1 - smoothed) / trials)
    return error


def _surer(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Take of two estimates with their errors the one with the smaller error."""
    first = one[1] <= other[1]
    return np.where(first, one[0], other[0]), np.where(first, one[1], other[1])


def _equal_minima(a: ViewPrints, b: ViewPrints, rows: tuple[Ints, Ints], options: LinkOptions) -> Ints:
    minima = (read_only(a.minima), read_only(b.minima))
    matches = np.empty(len(rows[0]), np.int64)
    run_chunks(
        lambda lo, hi: _equal_slots(minima, rows, (lo, hi), matches), len(matches),
        threads=options.threads, chunk=_PAIRS_PER_CHUNK,
    )  # fmt: skip
    return matches


@kernel
def _equal_slots(minima: tuple[Minima, Minima], rows: tuple[Ints, Ints], span: tuple[int, int], matches: Ints) -> None:
    for pair in range(span[0], span[1]):
        x = minima[0][rows[0][pair]]
        y = minima[1][rows[1][pair]]
        count = 0
        for slot in range(x.shape[0]):
            count += x[slot] == y[slot]
        matches[pair] = count
