"""What pairs of texts share, as far as their signatures tell: for cards whose texts are not at hand.

The same questions as `distinctive` and `verify` answer by counting. Finds no pairs and judges none.
"""

from dataclasses import dataclass

import numpy as np

from lineage.fingerprint.permutations import Permutations
from lineage.fingerprint.told import Signed, estimate_containment, signed_texts, told_items, told_shingles
from lineage.link.arrays import Floats, Hashes, Ints, Minima
from lineage.link.chunks import renumbered
from lineage.link.frequency import Frequencies, count_holders
from lineage.link.options import LinkOptions
from lineage.link.sets import Sets
from lineage.link.view import View

_PAIRS_PER_CHUNK = 1 << 15
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class ToldSource:
    """Sets of the shingles that signatures name, as 64-bit hashes whose lower halves are 0."""

    minima: Minima
    permutations: Permutations

    @property
    def rows(self) -> int:
        """The rows of the corpus."""
        return len(self.minima)

    def costs(self, rows: Ints) -> Ints:
        """Return the bytes of each row's set, at most, and of what it is made from."""
        return np.full(len(rows), 16 * self.minima.shape[1], np.int64)

    def collect(self, rows: Ints, *, threads: int | None) -> Sets:
        """Undo the maps of the signatures."""
        told = told_shingles(self.minima[rows], self.permutations, threads=threads)
        return Sets(told.offsets, np.diff(told.offsets), _hashes(told.items))


def told_containments(
    a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Estimate which part of a's text lies in b's, and of b's in a's, each with its standard error.

    rows: (rows of a, rows of b), all of texts with words. Infinite errors where nothing can be told. The shorter text
    is looked for in the longer; what that says of the longer follows from their sizes.
    """
    size_a, size_b = a.prints.counts[rows[0]].astype(np.float64), b.prints.counts[rows[1]].astype(np.float64)
    shared, error = np.empty(len(size_a)), np.empty(len(size_a))
    for held, holder, where in ((0, 1, np.flatnonzero(size_a <= size_b)), (1, 0, np.flatnonzero(size_a > size_b))):
        for low in range(0, len(where), _PAIRS_PER_CHUNK):
            pairs = where[low : low + _PAIRS_PER_CHUNK]
            sides, places = _signed(a, b, (rows[0][pairs], rows[1][pairs]))
            texts, at = (sides[held], sides[holder]), (places[held], places[holder])
            part, doubt = estimate_containment(texts, at, a.permutations, threads=options.threads)
            shorter = np.minimum(size_a[pairs], size_b[pairs])
            shared[pairs], error[pairs] = part * shorter, doubt * shorter
    return (shared / size_a, error / size_a), (shared / size_b, error / size_b)


def told_shares(a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions) -> tuple[Floats, Floats]:
    """Estimate what `distinctive_shares` counts: weighted Jaccard, and the lighter text's weight that the other holds.

    The weighted Jaccard is estimated twice, and the lower one taken, less two standard errors: of the many pairs that a
    template makes, some look like more by chance. From the slots: the least minimum of each names a shingle drawn from
    the union of both texts, which is shared when the other minimum is the same. And from the weighted containment and
    the weights of both texts.
    """
    weigh = _weights(a, b, rows, options)
    jaccard, containment = np.empty(len(rows[0])), np.empty(len(rows[0]))
    for low in range(0, len(rows[0]), _PAIRS_PER_CHUNK):
        part = slice(low, low + _PAIRS_PER_CHUNK)
        pairs = rows[0][part], rows[1][part]
        sides, places = _signed(a, b, pairs)
        one, other = (side._replace(weights=weigh.of_items(side.told.items)) for side in sides)
        in_b, _ = estimate_containment((one, other), places, a.permutations, threads=options.threads)
        in_a, _ = estimate_containment((other, one), places[::-1], a.permutations, threads=options.threads)
        smaller = a.prints.counts[pairs[0]] <= b.prints.counts[pairs[1]]
        containment[part] = np.where(smaller, in_b, in_a)
        shared = containment[part] * np.where(smaller, *(sizes := _weighted_sizes((one, other), places)))
        alike = np.minimum(shared / (sizes[0] + sizes[1] - shared), _by_slots((a, b), pairs, weigh))
        jaccard[part] = alike - 2 * np.sqrt(alike * (1 - alike) / a.prints.minima.shape[1])
    return jaccard, containment


@dataclass(frozen=True, slots=True)
class _Weights:
    """log(1 + n / m) for a shingle that m of n texts hold; m is counted among what is told, `part` of all shingles."""

    frequencies: Frequencies
    part: float

    def of_items(self, items: Minima) -> Floats:
        """Return the weight of each item, of any shape."""
        held = self.frequencies.of(_hashes(items)) / self.part
        return np.log1p(self.frequencies.texts / np.clip(held, 1, self.frequencies.texts))


def _weights(a: View, b: View, rows: tuple[Ints, Ints], options: LinkOptions) -> _Weights:
    held = [renumbered(some, len(view.prints.counts))[0] for some, view in zip(rows, (a, b), strict=True)]
    sides = [(ToldSource(view.prints.minima, view.permutations), some) for view, some in zip((a, b), held, strict=True)]
    width = a.prints.minima.shape[1]
    frequencies = count_holders(sides, width * sum(map(len, held)), options=options)
    counts = np.concatenate([view.prints.counts[some] for view, some in zip((a, b), held, strict=True)])
    told = counts * (1.0 - (1.0 - 1.0 / np.maximum(counts, 1)) ** width)
    return _Weights(frequencies, float(told.sum() / max(counts.sum(), 1)) or 1.0)


def _weighted_sizes(texts: tuple[Signed, Signed], places: tuple[Ints, Ints]) -> tuple[Floats, Floats]:
    """Return the weight of all shingles of each text, told and not."""
    sizes = []
    for text, at in zip(texts, places, strict=True):
        told = np.add.reduceat(text.weights, text.told.offsets[:-1]) / np.diff(text.told.offsets)
        sizes.append((told * text.counts)[at])
    return sizes[0], sizes[1]


def _by_slots(views: tuple[View, View], rows: tuple[Ints, Ints], weigh: _Weights) -> Floats:
    minima = [view.prints.minima[some] for view, some in zip(views, rows, strict=True)]
    weights = weigh.of_items(told_items(np.minimum(*minima), views[0].permutations))
    shared: Floats = (weights * (minima[0] == minima[1])).sum(axis=1) / weights.sum(axis=1)
    return shared


def _signed(a: View, b: View, rows: tuple[Ints, Ints]) -> tuple[tuple[Signed, Signed], tuple[Ints, Ints]]:
    """Return what the signatures of some rows tell, and where each row is among them."""
    sides, places = [], []
    for view, some in ((a, rows[0]), (b, rows[1])):
        distinct, at = renumbered(some, len(view.prints.counts))
        sides.append(signed_texts(view.prints.minima[distinct], view.prints.counts[distinct], view.permutations))
        places.append(at)
    return (sides[0], sides[1]), (places[0], places[1])


def _hashes(items: Minima) -> Hashes:
    return items.astype(np.uint64) << _HALF
