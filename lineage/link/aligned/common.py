"""The marks that two corpora have in common, each with what it weighs as evidence that two rows belong together.

What both corpora hold outlived the translation, whatever the language; how rarely each holds it says what a match is
worth. Knows hashes only.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.aligned.marks import Hashes, Marks, Offsets, numeric
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# How often a mark that may survive does: it only shifts all weights alike, and drops what half of all rows hold.
SURVIVAL = 0.5
# What a mark that only one of two rows has takes away, in parts of its weight: translators drop a few, not most.
_MISSING = 0.15
_MARKS_PER_CHUNK = 1 << 18


class Rows(NamedTuple):
    """Marks of n rows as sorted numbers of the common vocabulary; row i owns `ids[offsets[i]:offsets[i + 1]]`."""

    offsets: Offsets
    ids: Ids


class Common(NamedTuple):
    """Both corpora in their common vocabulary.

    weights: of each mark, in nats, > 0. numeric: whether it is a number, or holds one. totals: of each row's marks.
    """

    a: Rows
    b: Rows
    weights: Floats
    numeric: Bools
    totals: tuple[Floats, Floats]

    def swapped(self) -> "Common":
        """Return the same with a and b exchanged."""
        return Common(self.b, self.a, self.weights, self.numeric, self.totals[::-1])


def common_marks(a: Marks, b: Marks, *, threads: int | None = None) -> Common:
    """Find the marks that both hold, and weigh them by log(SURVIVAL / the larger of the two shares of rows).

    That is the logarithm of how much likelier two rows of one origin share the mark than two rows at random, if it
    survives with that probability.
    """
    vocabulary_a, count_a = np.unique(a.hashes, return_counts=True)
    vocabulary_b, count_b = np.unique(b.hashes, return_counts=True)
    in_b = places_of(vocabulary_b, vocabulary_a, threads=threads)
    in_a = np.flatnonzero(in_b >= 0)
    in_b = in_b[in_a]
    rows = max(1, len(a.offsets) - 1), max(1, len(b.offsets) - 1)
    weights = np.log(SURVIVAL / np.maximum(count_a[in_a] / rows[0], count_b[in_b] / rows[1]))
    kept = weights > 0
    vocabulary, weights = vocabulary_a[in_a[kept]], weights[kept]
    sides = _numbered(a, vocabulary, threads), _numbered(b, vocabulary, threads)
    totals = _totals(sides[0], weights), _totals(sides[1], weights)
    return Common(*sides, weights, numeric(vocabulary), totals)


def _totals(rows: Rows, weights: Floats) -> Floats:
    before = np.concatenate([[0.0], np.cumsum(weights[rows.ids])])
    return np.asarray(before[rows.offsets[1:]] - before[rows.offsets[:-1]])


def _numbered(marks: Marks, vocabulary: Hashes, threads: int | None) -> Rows:
    """Replace each mark by its place in the sorted vocabulary; leave out those it lacks."""
    places = places_of(vocabulary, marks.hashes, threads=threads)
    found = places >= 0
    before = np.concatenate([[0], np.cumsum(found)])
    return Rows(before[marks.offsets], places[found])


def places_of(vocabulary: Hashes, wanted: Hashes, *, threads: int | None = None) -> Ids:
    """Return where each hash is in the sorted vocabulary, −1 where it is not."""
    out = np.empty(len(wanted), np.int32)
    bits = max(1, len(vocabulary).bit_length() - 1)
    edges = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    cells = np.append(np.searchsorted(vocabulary, edges), len(vocabulary)).astype(np.int64)

    def look_up(lo: int, hi: int) -> None:
        _look_up(vocabulary, cells, bits, wanted[lo:hi], out[lo:hi])

    run_chunks(look_up, len(wanted), threads=threads, chunk=_MARKS_PER_CHUNK)
    return out


@kernel
def _look_up(vocabulary: Hashes, cells: Offsets, bits: int, wanted: Hashes, out: Ids) -> None:
    """Look hashes up, which are spread evenly: `cells` says where those with the same first bits begin."""
    for at in range(len(wanted)):
        cell = np.int64(wanted[at] >> np.uint64(64 - bits))
        place = cells[cell]
        end = cells[cell + 1]
        while place < end and vocabulary[place] < wanted[at]:
            place += 1
        out[at] = place if place < end and vocabulary[place] == wanted[at] else -1


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
