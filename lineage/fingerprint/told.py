"""What signatures tell of the shingles they were taken from, beyond the share of equal minima.

A map h -> a*h + b mod 2^32 with odd `a` can be undone, so each minimum names the shingle that gave it: a signature of K
minima is K draws, with replacement, from the text's shingles. And a shingle of the text can lie below no minimum, which
tells of any shingle whether the text may hold it, as a Bloom filter does: without misses, with known chance hits.
Works on minima alone; a salt changes nothing here.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.fingerprint.permutations import Permutations
from lineage.text.jit import kernel
from lineage.text.kernels import Lanes, Offsets
from lineage.text.parallel import run_chunks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_HIGHEST = 2.0**32
# Where all but this part of foreign shingles pass by chance, the test tells nothing.
_LEAST_LEFT = 0.02
_PAIRS_PER_CHUNK = 1024
_TEXTS_PER_CHUNK = 4096


class ToldShingles(NamedTuple):
    """Shingles of n texts that their signatures name; text i owns `items[offsets[i]:offsets[i + 1]]`, sorted.

    items: uint32, shingle hashes as they are permuted. Of a text of m shingles about m * (1 - exp(-K / m)) are told:
    of 64 minima all of 10 shingles, nine in ten of 30, half of 80, a fifth of 300.
    """

    offsets: Offsets
    items: Lanes


class Signed(NamedTuple):
    """Texts of one view with words: minima uint32 (n, K), counts int32 (n,), and what their signatures tell."""

    minima: Lanes
    counts: npt.NDArray[np.int32]
    told: ToldShingles


def told_items(minima: Lanes, permutations: Permutations) -> Lanes:
    """Return for each minimum the item that gave it; both uint32, shape (n, K)."""
    undo = np.array([pow(int(a), -1, 2**32) for a in permutations.a], np.uint32)
    return (minima - permutations.b) * undo


def told_shingles(minima: Lanes, permutations: Permutations) -> ToldShingles:
    """Return the distinct shingles that each signature names; every signature must be of a text with words."""
    offsets = np.zeros(len(minima) + 1, np.int64)
    pieces: dict[int, Lanes] = {}

    def collect(low: int, high: int) -> None:
        items = np.sort(told_items(minima[low:high], permutations), axis=1)
        new = np.ones(items.shape, np.bool_)
        new[:, 1:] = items[:, 1:] != items[:, :-1]
        offsets[low + 1 : high + 1] = new.sum(axis=1)
        pieces[low] = items[new]

    run_chunks(collect, len(minima), chunk=_TEXTS_PER_CHUNK)
    np.cumsum(offsets, out=offsets)
    return ToldShingles(offsets, np.concatenate([np.empty(0, np.uint32), *(pieces[low] for low in sorted(pieces))]))


def estimate_containment(
    held: Signed, holder: Signed, rows: tuple[Ints, Ints], permutations: Permutations, *, threads: int | None = None
) -> tuple[Floats, Floats]:
    """Estimate for pairs (rows[0][i] of `held`, rows[1][i] of `holder`) which part of the first lies in the second.

    Returns the estimate in [0, 1] and its standard error, infinite where nothing can be told. Of the m items told a
    share p lies below no minimum of the holder; of those that it does not hold a share f does so by chance; hence
    (p - f) / (1 - f). Good for holders of up to some 4 K shingles; beyond, f goes to 1 and the error grows.

    Source: own derivation. At a slot where the item is not the least of its own text, whose minimum is s, it is uniform
    in [s, 1) and not below the holder's minimum t with probability min(1, (1 - t) / (1 - s)). Where it is the least of
    its own text it passes when a shingle that only the holder has is the least of both, which the share of slots with
    t < s estimates. The error has two parts: chance hits, and that m shingles stand for all of the text's; half an item
    is added on each side, so that none is claimed to be 0.
    """
    share, chance = np.empty(len(rows[0])), np.empty(len(rows[0]))

    def test(low: int, high: int) -> None:
        _test((held, holder), rows, permutations, (low, high), (share, chance))

    run_chunks(test, len(share), threads=threads, chunk=_PAIRS_PER_CHUNK)
    left = np.maximum(1.0 - chance, 1e-9)
    contained = np.clip((share - chance) / left, 0.0, 1.0)
    told = np.diff(held.told.offsets)[rows[0]]
    smoothed = (contained * told + 0.5) / (told + 1.0)
    untold = 1.0 - told / np.maximum(held.counts[rows[0]], told)
    variance = (1.0 - smoothed) * chance * left + untold * smoothed * (1.0 - smoothed)
    return contained, np.where(left > _LEAST_LEFT, np.sqrt(variance / told) / left, np.inf)


@kernel
def _test(
    texts: tuple[Signed, Signed],
    rows: tuple[Ints, Ints],
    permutations: Permutations,
    span: tuple[int, int],
    out: tuple[Floats, Floats],
) -> None:
    """Write for each pair the share of the told items that pass, and the share that would by chance."""
    held, holder = texts
    a, b = permutations
    offsets, items = held.told
    share, chance = out
    width = held.minima.shape[1]
    by_chance = np.empty(width)
    for pair in range(span[0], span[1]):
        own, other = held.minima[rows[0][pair]], holder.minima[rows[1][pair]]
        theirs = 0
        for k in range(width):
            theirs += other[k] < own[k]
            by_chance[k] = min(1.0, (_HIGHEST - other[k]) / (_HIGHEST - own[k]))
        least_of_theirs = theirs / width
        start, end = offsets[rows[0][pair]], offsets[rows[0][pair] + 1]
        passed = 0
        chances = 0.0
        for place in range(start, end):
            below = 0
            free = 1.0
            for k in range(width):
                value = np.uint32(a[k] * items[place] + b[k])
                below += value < other[k]
                free *= least_of_theirs if value == own[k] else by_chance[k]
            passed += below == 0
            chances += free
        share[pair] = passed / (end - start)
        chance[pair] = chances / (end - start)
