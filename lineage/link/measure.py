"""How alike two texts are: exactly from their shingle sets, or estimated from their signatures.

Measures pairs it is given; finds none and judges none.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.ids import Ints
from lineage.text.jit import kernel
from lineage.text.models import TextModel
from lineage.text.parallel import run_chunks
from lineage.text.shingles import ShingleSets, shingle_sets

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Minima = npt.NDArray[np.uint32]

# Pairs of one kernel call; the rows are shared out evenly and a call costs some 20 µs.
_PAIRS_PER_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class View:
    """One view of a corpus: its fingerprints, and its texts where they are at hand."""

    prints: ViewPrints
    texts: pa.LargeStringArray | None
    model: TextModel


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the texts of n pairs are; NaN where a pair has no text on one side.

    jaccard: |A ∩ B| / |A ∪ B|. containment_ab: |A ∩ B| / |A|, the part of a that b holds. containment_ba: / |B|.
    standard_error: of the Jaccard; 0 where it was counted from the shingle sets.
    """

    jaccard: Floats
    containment_ab: Floats
    containment_ba: Floats
    standard_error: Floats

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the four measures in the order of the fields."""
        return (self.jaccard, self.containment_ab, self.containment_ba, self.standard_error)

    def take(self, positions: Ints) -> "Likeness":
        """Return the measures of some of the pairs."""
        return Likeness(*(part[positions] for part in self.parts))

    def joined(self, other: "Likeness") -> "Likeness":
        """Return these measures followed by others."""
        return Likeness(*(np.concatenate(both) for both in zip(self.parts, other.parts, strict=True)))

    def replaced(self, positions: Ints, others: "Likeness") -> "Likeness":
        """Return these measures with those at `positions` replaced by others."""
        parts = [part.copy() for part in self.parts]
        for part, new in zip(parts, others.parts, strict=True):
            part[positions] = new
        return Likeness(*parts)


def equal_likeness(count: int) -> Likeness:
    """Return the measures of pairs with the same words."""
    return Likeness(np.ones(count), np.ones(count), np.ones(count), np.zeros(count))


def no_likeness(count: int) -> Likeness:
    """Return the measures of pairs that lack a text on one side."""
    return Likeness(*(np.full(count, np.nan) for _ in range(4)))


def measure(a: View, b: View, rows: tuple[Ints, Ints], *, threads: int | None = None) -> Likeness:
    """Measure the pairs (rows[0][i] of a, rows[1][i] of b); every row must hold a text with words.

    Exact when both views have their texts, otherwise estimated; the two are told apart by the standard error.
    """
    if a.texts is None or b.texts is None:
        return _estimate(a.prints, b.prints, rows, threads)
    sets_a, positions_a = sets_of(a.texts, a.model, rows[0], threads=threads)
    sets_b, positions_b = sets_of(b.texts, b.model, rows[1], threads=threads)
    shared = np.empty(len(rows[0]), np.int64)

    def count(low: int, high: int) -> None:
        _shared((sets_a, sets_b), (positions_a, positions_b), low, high, shared)

    run_chunks(count, len(shared), threads=threads, chunk=_PAIRS_PER_CHUNK)
    size_a = np.diff(sets_a.offsets)[positions_a]
    size_b = np.diff(sets_b.offsets)[positions_b]
    return Likeness(shared / (size_a + size_b - shared), shared / size_a, shared / size_b, np.zeros(len(shared)))


def sets_of(
    texts: pa.LargeStringArray, model: TextModel, rows: Ints, *, threads: int | None
) -> tuple[ShingleSets, Ints]:
    """Return the shingle sets of the distinct rows, and for each of `rows` its place among them."""
    distinct, positions = np.unique(rows, return_inverse=True)
    return shingle_sets(texts.take(pa.array(distinct)), model, threads=threads), positions.astype(np.int64)


def _estimate(a: ViewPrints, b: ViewPrints, rows: tuple[Ints, Ints], threads: int | None) -> Likeness:
    """Estimate from the share of equal minima; set sizes are the shingle counts, which count repeats too.

    Source: Broder 1997; the error is binomial in K. For the error half a match in one slot more is added, so that no
    estimate claims an error of exactly 0.
    """
    width = a.minima.shape[1]
    matches = np.empty(len(rows[0]), np.int64)

    def count(low: int, high: int) -> None:
        _equal_slots((a.minima, b.minima), rows, low, high, matches)

    run_chunks(count, len(matches), threads=threads, chunk=_PAIRS_PER_CHUNK)
    jaccard = matches / width
    smoothed = (matches + 0.5) / (width + 1)
    size_a, size_b = a.counts[rows[0]], b.counts[rows[1]]
    shared = np.minimum(jaccard / (1 + jaccard) * (size_a + size_b.astype(np.int64)), np.minimum(size_a, size_b))
    return Likeness(jaccard, shared / size_a, shared / size_b, np.sqrt(smoothed * (1 - smoothed) / width))


@kernel
def common(a: Hashes, b: Hashes) -> int:
    """Count the common members of two sorted sets."""
    i = 0
    j = 0
    count = 0
    while i < a.shape[0] and j < b.shape[0]:
        x = a[i]
        y = b[j]
        count += x == y
        i += x <= y
        j += y <= x
    return count


@kernel
def _shared(sets: tuple[ShingleSets, ShingleSets], rows: tuple[Ints, Ints], low: int, high: int, shared: Ints) -> None:
    a, b = sets
    for pair in range(low, high):
        x = rows[0][pair]
        y = rows[1][pair]
        shared[pair] = common(a.hashes[a.offsets[x] : a.offsets[x + 1]], b.hashes[b.offsets[y] : b.offsets[y + 1]])


@kernel
def _equal_slots(minima: tuple[Minima, Minima], rows: tuple[Ints, Ints], low: int, high: int, matches: Ints) -> None:
    for pair in range(low, high):
        x = minima[0][rows[0][pair]]
        y = minima[1][rows[1][pair]]
        count = 0
        for slot in range(x.shape[0]):
            count += x[slot] == y[slot]
        matches[pair] = count
