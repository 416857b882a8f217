"""The marks that two corpora have in common, each with what it weighs as evidence that two rows belong together.

What both corpora hold outlived the translation, whatever the language; how rarely each holds it says what a match is
worth. Knows hashes only.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.aligned.marks import Hashes, Marks, Offsets
from lineage.text.jit import kernel, part

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

# How often a mark that may survive does: it only shifts all weights alike, and drops what half of all rows hold.
SURVIVAL = 0.5
# What a mark that only one of two rows has takes away, in parts of its weight: translators drop a few, not most.
_MISSING = 0.15


class Rows(NamedTuple):
    """Marks of n rows as sorted numbers of the common vocabulary; row i owns `ids[offsets[i]:offsets[i + 1]]`."""

    offsets: Offsets
    ids: Ids


class Common(NamedTuple):
    """Both corpora in their common vocabulary. weights: of each mark, in nats, > 0. totals: of each row's marks."""

    a: Rows
    b: Rows
    weights: Floats
    totals: tuple[Floats, Floats]

    def swapped(self) -> "Common":
        """Return the same with a and b exchanged."""
        return Common(self.b, self.a, self.weights, self.totals[::-1])


def common_marks(a: Marks, b: Marks) -> Common:
    """Find the marks that both hold, and weigh them by log(SURVIVAL / the larger of the two shares of rows).

    That is the logarithm of how much likelier two rows of one origin share the mark than two rows at random, if it
    survives with that probability.
    """
    vocabulary_a, count_a = np.unique(a.hashes, return_counts=True)
    vocabulary_b, count_b = np.unique(b.hashes, return_counts=True)
    _, in_a, in_b = np.intersect1d(vocabulary_a, vocabulary_b, assume_unique=True, return_indices=True)
    rows = max(1, len(a.offsets) - 1), max(1, len(b.offsets) - 1)
    weights = np.log(SURVIVAL / np.maximum(count_a[in_a] / rows[0], count_b[in_b] / rows[1]))
    kept = weights > 0
    in_a, in_b, weights = in_a[kept], in_b[kept], weights[kept]
    sides = _numbered(a, vocabulary_a[in_a]), _numbered(b, vocabulary_b[in_b])
    totals = _totals(sides[0], weights), _totals(sides[1], weights)
    return Common(*sides, weights, totals)


def _totals(rows: Rows, weights: Floats) -> Floats:
    before = np.concatenate([[0.0], np.cumsum(weights[rows.ids])])
    return np.asarray(before[rows.offsets[1:]] - before[rows.offsets[:-1]])


def _numbered(marks: Marks, vocabulary: Hashes) -> Rows:
    """Replace each mark by its place in the sorted vocabulary; leave out those it lacks."""
    if not len(vocabulary):
        return Rows(np.zeros(len(marks.offsets), np.int64), np.empty(0, np.int32))
    places = np.searchsorted(vocabulary, marks.hashes)
    places[places == len(vocabulary)] = 0
    found = vocabulary[places] == marks.hashes
    before = np.concatenate([[0], np.cumsum(found)])
    return Rows(before[marks.offsets], places[found].astype(np.int32))


def postings(rows: Rows, vocabulary: int) -> Rows:
    """Turn rows to marks into marks to rows: mark m is in the rows `ids[offsets[m]:offsets[m + 1]]`, ascending."""
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows.ids, minlength=vocabulary))])
    holders = np.empty(len(rows.ids), np.int32)
    _fill(rows, offsets[:-1].copy(), holders)
    return Rows(offsets, holders)


@kernel
def _fill(rows: Rows, places: Offsets, holders: Ids) -> None:
    for row in range(len(rows.offsets) - 1):
        for at in range(rows.offsets[row], rows.offsets[row + 1]):
            mark = rows.ids[at]
            holders[places[mark]] = row
            places[mark] += 1


@part
def pair_score(  # noqa: PLR0913, PLR0917 (arrays taken out of a tuple cost a reference count each)
    a: Rows, b: Rows, weights: Floats, totals_a: Floats, totals_b: Floats, row: int, other: int
) -> float:
    """Return the weight of the marks that two rows share, less _MISSING times that of those only one of them has."""
    shared = 0.0
    i = a.offsets[row]
    j = b.offsets[other]
    end_i = a.offsets[row + 1]
    end_j = b.offsets[other + 1]
    while i < end_i and j < end_j:
        x = a.ids[i]
        y = b.ids[j]
        if x == y:
            shared += weights[x]
        i += x <= y
        j += y <= x
    missing: float = totals_a[row] + totals_b[other] - 2 * shared
    return shared - _MISSING * missing
