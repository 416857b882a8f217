"""Pairs of texts of which one contains the other: found by the shingles that are rarest, counted exactly.

A prompt that grew (evolved, wrapped, given more context) has so many new shingles that no signature finds it; but it
holds nearly all shingles of the prompt it grew from. Works on shingle sets, so the texts have to be at hand.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.ids import Ints
from lineage.link.measure import Hashes, common
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks
from lineage.text.shingles import ShingleSets

_CHUNK_TEXTS = 512


class ContainRule(NamedTuple):
    """When a set counts as contained in another.

    share: the part of the smaller set's shingles that the larger has. least: shingles the smaller set has at least.
    larger: how many times as many shingles the larger has at least. limit: postings read for one text; what is left out
    is counted.
    """

    share: float
    least: int
    larger: float
    limit: int


class _Postings(NamedTuple):
    """Which texts hold a shingle: `texts[j]` holds `hashes[j]`; sorted by hash, then text."""

    hashes: Hashes
    texts: Ints


def contained_in(small: ShingleSets, large: ShingleSets, rule: ContainRule, *, threads: int | None) -> tuple[Ints, int]:
    """Find every pair (i, j) where set i of `small` lies in set j of `large`: int64, shape (2, n), and the cut.

    Complete as long as nothing is cut: of a set of n shingles of which at least ceil(share * n) are shared, at least
    one is shared among any n - ceil(share * n) + 1, so only the texts that hold one of the rarest are counted.
    Source: Chaudhuri, Ganti, Kaushik 2006 (prefix filter).
    """
    postings = _postings(large)
    found: dict[int, tuple[Ints, int]] = {}

    def search(low: int, high: int) -> None:
        capacity = 1024
        while True:
            out = np.empty((2, capacity), np.int64)
            count, cut = _search((small, large), postings, (low, high), rule, out)
            if count <= capacity:
                found[low] = (out[:, :count], cut)
                return
            capacity = count

    run_chunks(search, len(small.offsets) - 1, threads=threads, chunk=_CHUNK_TEXTS)
    parts = [found[low] for low in sorted(found)]
    pairs = np.concatenate([np.empty((2, 0), np.int64), *(pairs for pairs, _ in parts)], axis=1)
    return pairs, sum(cut for _, cut in parts)


def _postings(sets: ShingleSets) -> _Postings:
    texts = np.repeat(np.arange(len(sets.offsets) - 1), np.diff(sets.offsets))
    order = np.argsort(sets.hashes, kind="stable")
    return _Postings(sets.hashes[order], texts[order])


@kernel
def _look_up(hashes: Hashes, postings: _Postings, begins: Ints, sizes: Ints) -> None:
    """Write where the postings of each hash begin and how many there are."""
    for place in range(hashes.shape[0]):
        begins[place] = np.searchsorted(postings.hashes, hashes[place])
        sizes[place] = np.searchsorted(postings.hashes, hashes[place], side="right") - begins[place]


@kernel
def _search(
    sets: tuple[ShingleSets, ShingleSets], postings: _Postings, span: tuple[int, int], rule: ContainRule, out: Ints
) -> tuple[int, int]:
    """Search for a span of texts; returns (pairs, postings not read) and writes the pairs that fit."""
    small, large = sets
    seen = np.full(large.offsets.shape[0], -1, np.int64)
    count = 0
    cut = 0
    for text in range(span[0], span[1]):
        own = small.hashes[small.offsets[text] : small.offsets[text + 1]]
        size = own.shape[0]
        if size < rule.least:
            continue
        need = np.int64(np.ceil(rule.share * size - 1e-9))
        begins = np.empty(size, np.int64)
        sizes = np.empty(size, np.int64)
        _look_up(own, postings, begins, sizes)
        # Ties are broken by place, so that the order does not depend on the sort.
        rarest = np.argsort(sizes * size + np.arange(size))[: size - need + 1]
        read = 0
        for place in rarest:
            take = min(sizes[place], max(rule.limit - read, 0))
            cut += sizes[place] - take
            read += take
            for other in postings.texts[begins[place] : begins[place] + take]:
                theirs = large.hashes[large.offsets[other] : large.offsets[other + 1]]
                if seen[other] == text or theirs.shape[0] < rule.larger * size:
                    continue
                seen[other] = text
                if common(own, theirs) >= need:
                    if count < out.shape[1]:
                        out[0, count] = text
                        out[1, count] = other
                    count += 1
    return count, cut
