"""Candidate pairs of texts of two corpora: signatures that agree in a whole band, found by sorting.

Knows signatures only. A candidate is a text pair worth measuring, not yet a link.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.ids import Ints
from lineage.link.options import LinkOptions
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks

_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)

Minima = npt.NDArray[np.uint32]
Packed = npt.NDArray[np.uint64]


class Signatures(NamedTuple):
    """Distinct texts of one corpus in one view.

    ids: int64 (n,), equal across corpora where the words are equal. minima: uint32 (n, K).
    """

    ids: Ints
    minima: Minima


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of positions in two Signatures, each once; `cut` counts pairs left out of overfull buckets."""

    a: Ints
    b: Ints
    cut: int


class _Rule(NamedTuple):
    """need: slots that must agree. limit: pairs examined in one bucket."""

    need: int
    limit: int


class _Banded(NamedTuple):
    """Signatures with the tag of each band, uint32 (n, bands)."""

    ids: Ints
    minima: Minima
    tags: Minima


def candidates(a: Signatures, b: Signatures, *, options: LinkOptions) -> Candidates:
    """Find the pairs that share a band and whose estimate is not clearly below the threshold.

    Pairs with equal ids are left out: they are known to be equal. The order is fixed by the content alone.
    Cost: a sort per band and corpus, and one signature comparison per pair that meets.
    Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4 (banding).
    """
    sides = (_banded(a, options), _banded(b, options))
    rule = _Rule(_least_matches(a.minima.shape[1], options.threshold), options.bucket_limit)
    found: dict[int, tuple[Ints, int]] = {}

    def join(low: int, high: int) -> None:
        for band in range(low, high):
            found[band] = _join(sides, band, rule)

    run_chunks(join, options.bands, threads=options.threads, chunk=1)
    pairs = np.concatenate([found[band][0] for band in range(options.bands)], axis=1)
    return Candidates(pairs[0], pairs[1], sum(cut for _, cut in found.values()))


def _least_matches(width: int, threshold: float) -> int:
    """Return how many of `width` slots must agree: four standard deviations below the threshold, at least one."""
    deviation = np.sqrt(threshold * (1 - threshold) / width)
    return max(1, int(np.ceil((threshold - 4 * deviation) * width)))


def _banded(side: Signatures, options: LinkOptions) -> _Banded:
    """Hash each band of each signature to 32 bits; chance agreements fall to the signature comparison."""
    tags = np.empty((len(side.ids), options.bands), np.uint32)
    run_chunks(lambda low, high: _tag_rows(side.minima, low, high, tags), len(tags), threads=options.threads)
    return _Banded(side.ids, side.minima, tags)


def _join(sides: tuple[_Banded, _Banded], band: int, rule: _Rule) -> tuple[Ints, int]:
    orders = (_sorted_band(sides[0].tags[:, band]), _sorted_band(sides[1].tags[:, band]))
    capacity = max(1024, len(orders[0]) // 4)
    while True:
        out = np.empty((2, capacity), np.int64)
        count, cut = _meet(sides, orders, band, rule, out)
        if count <= capacity:
            return out[:, :count], cut
        capacity = count


def _sorted_band(tags: Minima) -> Packed:
    """Sort tags with their positions packed below them, so that one fast sort of integers gives a fixed order."""
    return np.sort((tags.astype(np.uint64) << _HALF) | np.arange(len(tags), dtype=np.uint64))


@kernel
def _tag_rows(minima: Minima, low: int, high: int, tags: Minima) -> None:
    per_band = minima.shape[1] // tags.shape[1]
    for row in range(low, high):
        for band in range(tags.shape[1]):
            mixed = np.uint64(band + 1) * _MIX
            for slot in range(band * per_band, (band + 1) * per_band):
                mixed = (mixed ^ np.uint64(minima[row, slot])) * _MIX
                mixed ^= mixed >> np.uint64(29)
            tags[row, band] = np.uint32((mixed * _MIX) >> _HALF)


@kernel
def _agree_before(tags_a: Minima, tags_b: Minima, band: int) -> bool:
    """Tell whether two texts met in an earlier band already."""
    agreed = False
    for earlier in range(band):
        agreed |= tags_a[earlier] == tags_b[earlier]
    return agreed


@kernel
def _matches(one: Minima, other: Minima) -> int:
    count = 0
    for slot in range(one.shape[0]):
        count += one[slot] == other[slot]
    return count


@kernel
def _bucket_end(packed: Packed, start: int) -> int:
    tag = packed[start] >> _HALF
    end = start + 1
    while end < packed.shape[0] and packed[end] >> _HALF == tag:
        end += 1
    return end


@kernel
def _cross(sides: tuple[_Banded, _Banded], members: tuple[Packed, Packed], band: int, rule: _Rule, room: Ints) -> int:
    """Pair the members of one bucket, written to `room` as far as it goes; returns how many pairs there are."""
    a, b = sides
    size_a = members[0].shape[0]
    size_b = members[1].shape[0]
    # An overfull bucket is examined in a window around the same relative place.
    window = size_b if size_a * size_b <= rule.limit else max(1, rule.limit // size_a)
    count = 0
    for p in range(size_a):
        x = np.int64(members[0][p] & _LOW)
        start = min(max(p * size_b // size_a - window // 2, 0), size_b - window)
        for q in range(start, start + window):
            y = np.int64(members[1][q] & _LOW)
            if a.ids[x] == b.ids[y] or _agree_before(a.tags[x], b.tags[y], band):
                continue
            if _matches(a.minima[x], b.minima[y]) >= rule.need:
                if count < room.shape[1]:
                    room[0, count] = x
                    room[1, count] = y
                count += 1
    return count


@kernel
def _meet(
    sides: tuple[_Banded, _Banded], orders: tuple[Packed, Packed], band: int, rule: _Rule, out: Ints
) -> tuple[int, int]:
    """Walk two sorted bands and pair what meets; returns (pairs, pairs not examined) and writes what fits."""
    order_a, order_b = orders
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
        end_b = _bucket_end(order_b, j)
        size_a = end_a - i
        size_b = end_b - j
        if size_a * size_b > rule.limit:
            cut += size_a * (size_b - max(1, rule.limit // size_a))
        members = (order_a[i:end_a], order_b[j:end_b])
        count += _cross(sides, members, band, rule, out[:, min(count, out.shape[1]) :])
        i = end_a
        j = end_b
    return count, cut
