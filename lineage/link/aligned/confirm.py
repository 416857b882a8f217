"""Whether matched rows agree in more than what matched them: lengths, forms and words, against rows a few steps off.

Numbers that merely count (ids, running numbers, dates) match rows that have nothing else in common. What two rows hold
beside their numbers, and how long they are, does not know of such a count.
"""

from collections.abc import Callable, Iterator

import numpy as np

from lineage.link.aligned.common import Common, Floats, Ids
from lineage.text.jit import kernel

# Says of some pairs whether their own partner is better than another pair's: 1, −1, or 0 where nothing tells.
Better = Callable[[slice, slice], Floats]

# Pairs are compared with those up to so many matches away: rows made from templates in turn agree with every n-th.
_STEPS = 12
# Lengths that differ by less (of their logarithms) tell nothing: the digits of a number make up that much.
_TELLING_LENGTH = 0.15
# Rows between two members of a chain, at most, that are taken to lie side by side.
_FARTHEST = 256
# Standard errors by which pairs have to agree better than at every one of these distances, and by which part of the
# comparisons. Measured: planted counts, dates and lists reach 0, public translations and paraphrases 4.9 and more.
_SURE = 2.5
_CLEARLY = 0.05


def agree_otherwise(pairs: tuple[Ids, Ids], common: Common, lengths: tuple[tuple[Floats, ...], ...]) -> bool:
    """Tell whether the pairs (ascending on the first side) agree beside their numbers and their heaviest common mark.

    lengths: of each side, the logarithms of each channel's lengths.
    """
    return _agreement(pairs, common, lengths) >= _SURE


def side_by_side(chain: tuple[Ids, Ids], rows: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Return all pairs of rows read that lie side by side between members of a chain, and these.

    rows: the number of each row read. The rows of a chain were chosen for what they share; those between were not.
    """
    a, b = (one[places].astype(np.int64) for one, places in zip(rows, chain, strict=True))
    steps = np.diff(a)
    straight = (steps == np.diff(b)) & (steps <= _FARTHEST)
    sizes = np.append(np.where(straight, steps, 1), 1)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found = [_where(rows[side], np.repeat(one, sizes) + within) for side, one in enumerate((a, b))]
    read = (found[0] >= 0) & (found[1] >= 0)
    return found[0][read], found[1][read]


def _where(rows: Ids, wanted: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Ids:
    """Return the places of rows, −1 for those that were not read."""
    places = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return np.where(rows[places] == wanted, places, -1).astype(np.int32)


def _agreement(pairs: tuple[Ids, Ids], common: Common, lengths: tuple[tuple[Floats, ...], ...]) -> float:
    """Return by how many standard errors the pairs agree, in the marks or the channel that says most."""
    return max(_least(one, len(pairs[0])) for one in (_by_marks(pairs, common), *_by_lengths(pairs, lengths)))


def _least(better: Better, count: int) -> float:
    """Return by how many standard errors own partners are better, at the distance where that is least clear."""
    least = np.inf
    for step in range(1, min(_STEPS, count - 1) + 1):
        signs = np.zeros(count)
        signs[:-step] += better(slice(0, count - step), slice(step, count))
        signs[step:] += better(slice(step, count), slice(0, count - step))
        total, spread = float(signs.sum()), float(np.sqrt(np.square(signs).sum()))
        clear = total > _CLEARLY * float(np.abs(signs).sum())
        least = min(least, total / spread if clear else 0.0)
    return float(least) if np.isfinite(least) else 0.0


def _by_marks(pairs: tuple[Ids, Ids], common: Common) -> Better:
    a, b = pairs
    shared, heaviest = _weights(common, a, b)
    beside = shared - heaviest
    return lambda own, other: np.sign(beside[own] - _weights(common, a[own], b[other])[0])


def _by_lengths(pairs: tuple[Ids, Ids], lengths: tuple[tuple[Floats, ...], ...]) -> Iterator[Better]:
    for channel in zip(*lengths, strict=True):
        a, b = (side[rows] for side, rows in zip(channel, pairs, strict=True))
        off = b - a - np.median(b - a)

        def better(own: slice, other: slice, b: Floats = b, off: Floats = off) -> Floats:
            telling = np.abs(b[own] - b[other]) >= _TELLING_LENGTH
            return np.where(telling, np.sign(np.abs(off[own] + b[other] - b[own]) - np.abs(off[own])), 0.0)

        yield better


@kernel
def _weights(common: Common, rows: Ids, others: Ids) -> tuple[Floats, Floats]:
    """Return the weight of the marks that each pair shares, numbers left out, and that of the heaviest of them."""
    a, b, weights, numeric, _ = common
    shared = np.zeros(len(rows))
    heaviest = np.zeros(len(rows))
    for pair in range(len(rows)):
        i, end_i = a.offsets[rows[pair]], a.offsets[rows[pair] + 1]
        j, end_j = b.offsets[others[pair]], b.offsets[others[pair] + 1]
        while i < end_i and j < end_j:
            x, y = a.ids[i], b.ids[j]
            if x == y and not numeric[x]:
                shared[pair] += weights[x]
                heaviest[pair] = max(heaviest[pair], weights[x])
            i += x <= y
            j += y <= x
    return shared, heaviest
