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
from lineage.text.jit import kernel, part
from lineage.text.kernels import Lanes, Offsets
from lineage.text.parallel import run_chunks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_HIGHEST = 2.0**32
# Of one shingle, on the part that is held: an error of 10, which no number of shingles makes small.
_LEAST_INFORMATION = 0.01
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
    """Texts of one view with words: minima uint32 (n, K), counts int32 (n,), and what their signatures tell.

    weights: how much each item told is worth, above 0; all the same where shingles are counted.
    """

    minima: Lanes
    counts: npt.NDArray[np.int32]
    told: ToldShingles
    weights: Floats


def signed_texts(minima: Lanes, counts: npt.NDArray[np.int32], permutations: Permutations) -> Signed:
    """Return what the signatures of some texts tell, every shingle worth the same."""
    told = told_shingles(minima, permutations)
    return Signed(np.ascontiguousarray(minima), counts, told, np.ones(len(told.items)))


def told_items(minima: Lanes, permutations: Permutations) -> Lanes:
    """Return for each minimum the item that gave it; both uint32, shape (n, K)."""
    undo = np.array([pow(int(a), -1, 2**32) for a in permutations.a], np.uint32)
    return (minima - permutations.b) * undo


def told_shingles(minima: Lanes, permutations: Permutations, *, threads: int | None = None) -> ToldShingles:
    """Return the distinct shingles that each signature names; every signature must be of a text with words."""
    offsets = np.zeros(len(minima) + 1, np.int64)
    pieces: dict[int, Lanes] = {}

    def collect(low: int, high: int) -> None:
        items = np.sort(told_items(minima[low:high], permutations), axis=1)
        new = np.ones(items.shape, np.bool_)
        new[:, 1:] = items[:, 1:] != items[:, :-1]
        offsets[low + 1 : high + 1] = new.sum(axis=1)
        pieces[low] = items[new]

    run_chunks(collect, len(minima), threads=threads, chunk=_TEXTS_PER_CHUNK)
    np.cumsum(offsets, out=offsets)
    return ToldShingles(offsets, np.concatenate([np.empty(0, np.uint32), *(pieces[low] for low in sorted(pieces))]))


def estimate_containment(
    texts: tuple[Signed, Signed], rows: tuple[Ints, Ints], permutations: Permutations, *, threads: int | None = None
) -> tuple[Floats, Floats]:
    """Estimate for pairs (rows[0][i] of texts[0], rows[1][i] of texts[1]) which part of the first lies in the second.

    Returns the estimate in [0, 1], by weight, and the standard error that it has with equal weights. Each shingle told
    of the first is certainly in the second (a minimum of it), certainly not (below a minimum), or may be. With part c
    in it, these have the probabilities c h, (1 - c)(1 - f) and the rest, and c is the most likely one. Good for texts
    of up to some 4 K shingles; beyond, both h and 1 - f go to 0, and the error grows.

    Source: own derivation. Let a shingle be the least of the first text at o of the K slots, and t and s the minima of
    the second and the first text at the others. There it is uniform in [s, 1), hence not below t with probability
    min(1, (1 - t) / (1 - s)) when the second does not hold it, and t itself with 1 / (shingles of the second) when it
    does. At the o slots it passes, or is not t, when a shingle that only the second has is the least of both, which
    the share of slots with t < s estimates. The error is from the Fisher information of c, less what would be due to
    the choice of shingles told; half a shingle is added on each side, so that none is claimed to be 0.
    """
    count = len(rows[0])
    found = np.empty(count), np.empty(count), np.empty(count)
    run_chunks(
        lambda low, high: _weigh_up(texts, rows, permutations, (low, high), found),
        count, threads=threads, chunk=_PAIRS_PER_CHUNK,
    )  # fmt: skip
    contained, sure, chance = found
    told = np.diff(texts[0].told.offsets)[rows[0]]
    c = (contained * told + 0.5) / (told + 1.0)
    unsure = c * (1.0 - sure) + (1.0 - c) * chance
    information = sure / c + (1.0 - chance) / (1.0 - c) + (1.0 - sure - chance) ** 2 / np.maximum(unsure, 1e-9)
    known = np.minimum(told / texts[0].counts[rows[0]], 1.0)
    each = np.divide(1.0, information, out=np.full_like(information, np.inf), where=information > _LEAST_INFORMATION)
    variance = np.maximum(each - known * c * (1.0 - c), each / 20.0)
    return contained, np.sqrt(variance / told)


@kernel
def _weigh_up(
    texts: tuple[Signed, Signed],
    rows: tuple[Ints, Ints],
    permutations: Permutations,
    span: tuple[int, int],
    out: tuple[Floats, Floats, Floats],
) -> None:
    """Write for each pair the estimate, and the chances of a shingle to be sure when held, to pass when not."""
    held, holder = texts
    a, b = permutations
    offsets, items = held.told
    width = held.minima.shape[1]
    by_chance = np.empty(width)
    unsure = np.empty((width, 3))
    for pair in range(span[0], span[1]):
        own, other = held.minima[rows[0][pair]], holder.minima[rows[1][pair]]
        theirs = 0
        for k in range(width):
            theirs += other[k] < own[k]
            by_chance[k] = min(1.0, (_HIGHEST - other[k]) / (_HIGHEST - own[k]))
        least_of_theirs = theirs / width
        missed = 1.0 - 1.0 / holder.counts[rows[1][pair]]
        sure, failed, chance, unseen = 0.0, 0.0, 0.0, 0.0
        count = 0
        for place in range(offsets[rows[0][pair]], offsets[rows[0][pair] + 1]):
            below, equal = 0, 0
            free, hidden = 1.0, 1.0
            for k in range(width):
                value = np.uint32(a[k] * items[place] + b[k])
                below += value < other[k]
                equal += value == other[k]
                least = value == own[k]
                free *= least_of_theirs if least else by_chance[k]
                hidden *= least_of_theirs if least else missed if other[k] > own[k] else 1.0
            weight = held.weights[place]
            chance += weight * free
            unseen += weight * hidden
            if equal:
                sure += weight
            elif below:
                failed += weight
            else:
                unsure[count, 0], unsure[count, 1], unsure[count, 2] = weight, hidden, free
                count += 1
        total = sure + failed + unsure[:count, 0].sum()
        out[0][pair] = _most_likely(sure, total, unsure[:count])
        out[1][pair] = 1.0 - unseen / total
        out[2][pair] = chance / total


@part
def _most_likely(sure: float, total: float, unsure: Floats) -> float:
    """Find the part held that explains best what was seen, by 40 steps of EM.

    unsure: for each shingle that may be held its weight, and the chances to be unsure when held, and when not.
    """
    contained = 0.5
    for _ in range(40):
        weight = sure
        for one in range(unsure.shape[0]):
            inside = contained * unsure[one, 1]
            outside = (1.0 - contained) * unsure[one, 2]
            if inside + outside > 0.0:
                weight += unsure[one, 0] * inside / (inside + outside)
        contained = weight / total
    return contained
