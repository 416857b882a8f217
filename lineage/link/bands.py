"""Candidate pairs of texts: signatures that agree in a whole band, found by sorting one band after the other.

Knows signatures only. A candidate is a text pair worth measuring, not yet a link. Beside the signatures it holds some
50 bytes a text for the bands at work, and the pairs of one band.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Ints, read_only
from lineage.link.banding import choose_banding
from lineage.link.bins import Bins, Signatures, bin_bits, binned_bands, tag_bands
from lineage.link.options import LinkOptions
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)

_BANDS_AT_ONCE = 8
# Texts of an overfull bucket are compared with so many others at most: near copies of one text meet in many bands, and
# ten thousand of them on each side were 14 million pairs to verify otherwise.
_FEW = 8
# Bytes a pair takes while it is verified.
_PER_PAIR = 64

Minima = npt.NDArray[np.uint32]
Packed = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of positions in two Signatures, from one band; `cut` counts pairs left out of overfull buckets.

    A pair comes in one band only, unless it sits in an overfull bucket: then it may come again.
    """

    a: Ints
    b: Ints
    cut: int


class _Rule(NamedTuple):
    """need: slots that must agree. limit: pairs examined in one bucket. own: both sides are one, each pair once."""

    need: int
    limit: int
    own: bool


def candidates(a: Signatures, b: Signatures, *, options: LinkOptions) -> Iterator[Candidates]:
    """Find the pairs that share a band and whose estimate is not clearly below the threshold, band by band.

    Pairs with equal ids are left out: they are known to be equal. The pairs depend on the content alone.
    Cost: a sort of both sides per band, and one signature comparison per pair that meets.
    Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4 (banding).
    """
    yield from _search((a, b), options, own=False)


def candidates_within(texts: Signatures, *, options: LinkOptions) -> Iterator[Candidates]:
    """Find the pairs inside one corpus, the smaller position first."""
    yield from _search((texts, texts), options, own=True)


def gathered(found: Iterable[Candidates], options: LinkOptions) -> Iterator[Candidates]:
    """Put the pairs of several bands together, as many as the memory allows, so that each text is read fewer times."""
    held: list[Candidates] = []
    for some in found:
        held.append(some)
        if sum(len(one.a) for one in held) * _PER_PAIR > options.memory // 2:
            yield _together(held)
            held = []
    yield _together(held)


def _together(several: list[Candidates]) -> Candidates:
    pairs = [np.concatenate([np.empty(0, np.int64), *(getattr(one, side) for one in several)]) for side in ("a", "b")]
    return Candidates(pairs[0], pairs[1], sum(one.cut for one in several))


def _search(sides: tuple[Signatures, Signatures], options: LinkOptions, *, own: bool) -> Iterator[Candidates]:
    width = sides[0].minima.shape[1]
    slots = choose_banding(width, options.threshold, options.recall).slots
    rule = _Rule(least_matches(width, options.threshold), options.bucket_limit, own)
    plain = _plain(sides[0]), _plain(sides[1])
    # Texts that sat in an overfull bucket before: what agreed there may not have been looked at.
    crowded = np.zeros(len(sides[0].ids), np.bool_)
    bits = bin_bits(max(len(one.ids) for one in sides))
    for first in range(0, len(slots), _BANDS_AT_ONCE):
        few = slots[first : first + _BANDS_AT_ONCE]
        tags = [tag_bands(one, few, options.threads) for one in (plain[:1] if own else plain)]
        for band, bins in enumerate(zip(*(binned_bands(one, bits, options.threads) for one in tags), strict=True)):
            options.report("comparing signatures", first + band, len(slots))
            met = slots[: first + band + 1]
            yield _meet_all(plain, (bins[0], bins[-1]), met, rule, (crowded, options.threads))


def least_matches(width: int, threshold: float) -> int:
    """Return how many of `width` slots must agree: four standard deviations below the threshold, at least one."""
    deviation = np.sqrt(threshold * (1 - threshold) / width)
    return max(1, int(np.ceil((threshold - 4 * deviation) * width)))


def _plain(side: Signatures) -> Signatures:
    return Signatures(side.ids, side.rows, read_only(side.minima))


def _meet_all(
    sides: tuple[Signatures, Signatures],
    bins: tuple[Bins, Bins],
    slots: Ints,
    rule: _Rule,
    how: tuple[Flags, int | None],
) -> Candidates:
    """Pair what meets in every bin; `slots` are the bands so far, the last of them the one at work."""
    crowded, threads = how
    found: dict[int, tuple[Ints, int]] = {}

    def meet(lo: int, _: int) -> None:
        orders = bins[0].bin(lo), bins[1].bin(lo)
        capacity = max(256, len(orders[0]) // 4)
        while True:
            out = np.empty((2, capacity), np.int64)
            count, cut = _meet(sides, orders, slots, rule, (crowded, out))
            if count <= capacity:
                break
            capacity = count
        found[lo] = (out[:, :count].copy(), cut)
        # Only now: the marks of this band must not tell in it. A text is in one bin, so no other task reads them.
        if cut:
            _mark_crowded(orders, rule, crowded)

    run_chunks(meet, len(bins[0].starts) - 1, threads=threads, chunk=1)
    pairs = np.concatenate([found[place][0] for place in range(len(found))], axis=1)
    return Candidates(pairs[0], pairs[1], sum(cut for _, cut in found.values()))


@part
def _bucket_end(packed: Packed, start: int) -> int:
    tag = packed[start] >> _HALF
    end = start + 1
    while end < packed.shape[0] and packed[end] >> _HALF == tag:
        end += 1
    return end


@part
def _agree(one: Minima, other: Minima, slots: Ints) -> bool:
    place = 0
    while place < slots.shape[0] and one[slots[place]] == other[slots[place]]:
        place += 1
    return bool(place == slots.shape[0])


@part
def _met_before(one: Minima, other: Minima, slots: Ints) -> bool:
    """Tell whether two texts agree in a band before the last."""
    band = 0
    while band < slots.shape[0] - 1 and not _agree(one, other, slots[band]):
        band += 1
    return bool(band < slots.shape[0] - 1)


@part
def _matches(one: Minima, other: Minima) -> int:
    count = 0
    for slot in range(one.shape[0]):
        count += one[slot] == other[slot]
    return count


@part
def overfull_window(size_a: int, limit: int) -> int:
    """Return how many texts of the other side each text of an overfull bucket is compared with.

    Such texts meet in many bands, so that a few a band are enough to tell that they hang together.
    """
    return max(1, min(_FEW, limit // size_a))


@part
def _left_out(size_a: int, size_b: int, rule: _Rule) -> int:
    """Count the pairs of a bucket that are beyond the limit."""
    window = overfull_window(size_a, rule.limit)
    if rule.own:
        every = size_a * (size_a - 1) // 2
        return 0 if every <= rule.limit else every - size_a * window + window * (window + 1) // 2
    return 0 if size_a * size_b <= rule.limit else size_a * (size_b - window)


@kernel
def _meet(
    sides: tuple[Signatures, Signatures],
    orders: tuple[Packed, Packed],
    slots: Ints,
    rule: _Rule,
    out: tuple[Flags, Ints],
) -> tuple[int, int]:
    """Walk two sorted bins and pair what meets; returns (pairs, pairs not examined) and writes what fits."""
    a, b = sides
    order_a, order_b = orders
    crowded, room = out
    count = 0
    cut = 0
    i = 0
    j = 0
    while i < order_a.shape[0] and j < order_b.shape[0]:
        tag_a = order_a[i] >> _HALF
        tag_b = order_b[j] >> _HALF
        if tag_a != tag_b:
            i += tag_a < tag_b
            j += tag_b < tag_a
            continue
        end_a = _bucket_end(order_a, i)
        size_a = end_a - i
        if rule.own and size_a == 1:
            i = j = end_a
            continue
        end_b = end_a if rule.own else _bucket_end(order_b, j)
        size_b = end_b - j
        left_out = _left_out(size_a, size_b, rule)
        cut += left_out
        # An overfull bucket is examined in a window around the same relative place, inside one corpus after it.
        window = overfull_window(size_a, rule.limit) if left_out else size_b
        for p in range(size_a):
            x = np.int64(order_a[i + p] & _LOW)
            one = a.minima[a.rows[x]]
            start = p + 1 if rule.own else min(max(p * size_b // size_a - window // 2, 0), size_b - window)
            for q in range(start, min(start + window, size_b)):
                y = np.int64(order_b[j + q] & _LOW)
                other = b.minima[b.rows[y]]
                if _matches(one, other) < rule.need or not _agree(one, other, slots[-1]):
                    continue
                equal = not rule.own and a.ids[x] == b.ids[y]
                if equal or (not crowded[x] and _met_before(one, other, slots)):
                    continue
                if count < room.shape[1]:
                    room[0, count] = x
                    room[1, count] = y
                count += 1
        i = end_a
        j = end_b
    return count, cut


@kernel
def _mark_crowded(orders: tuple[Packed, Packed], rule: _Rule, crowded: Flags) -> None:
    """Mark the texts of the first side that sit in an overfull bucket."""
    order_a, order_b = orders
    i = 0
    j = 0
    while i < order_a.shape[0] and j < order_b.shape[0]:
        tag_a = order_a[i] >> _HALF
        tag_b = order_b[j] >> _HALF
        if tag_a != tag_b:
            i += tag_a < tag_b
            j += tag_b < tag_a
            continue
        end_a = _bucket_end(order_a, i)
        end_b = _bucket_end(order_b, j)
        if _left_out(end_a - i, end_b - j, rule):
            for p in range(i, end_a):
                crowded[np.int64(order_a[p] & _LOW)] = True
        i = end_a
        j = end_b
