"""Cuts work on texts into pieces whose texts and shingles fit into memory together.

Knows sizes only. How the work is cut changes how long it takes, never what comes out.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lineage.link.arrays import Ints
from lineage.text.jit import kernel


class Part(NamedTuple):
    """Some pairs: `pairs` says which, places[side] is the place of each pair's text among rows[side]."""

    pairs: Ints
    rows: tuple[Ints, Ints]
    places: tuple[Ints, Ints]


def row_chunks(cost: Ints, memory: int) -> Iterator[tuple[int, int]]:
    """Cut texts of these costs into runs [lo, hi) of at most `memory`, or of one text that takes more."""
    ends = np.cumsum(cost)
    lo = 0
    while lo < len(cost):
        before = ends[lo - 1] if lo else 0
        hi = max(lo + 1, int(np.searchsorted(ends, before + memory, side="right")))
        yield lo, hi
        lo = hi


def pair_chunks(rows: tuple[Ints, Ints], cost: tuple[Ints, Ints], memory: int) -> Iterator[Part]:
    """Cut pairs of texts into parts whose distinct texts cost at most `memory`, or which are one pair.

    rows[side][i] is the text of pair i in [0, n); cost[side] is what each of the n texts of that side costs. Inside a
    part pairs with the same first text stand together. Where one part does not do, texts that are linked to each other,
    by however many steps, come close together, so that few texts are read twice.
    """
    order = np.lexsort((rows[1], rows[0]))
    if sum(int(one[distinct_rows(row, len(one))].sum()) for row, one in zip(rows, cost, strict=True)) > memory:
        families = _families(rows, (len(cost[0]), len(cost[1])))
        order = order[np.argsort(families[rows[0][order]], kind="stable")]
    ends = _cut((rows[0][order], rows[1][order]), cost, memory)
    for lo, hi in itertools.pairwise(ends):
        pairs = order[lo:hi]
        parts = [renumbered(side[pairs], len(one)) for side, one in zip(rows, cost, strict=True)]
        yield Part(pairs, (parts[0][0], parts[1][0]), (parts[0][1], parts[1][1]))


def _families(rows: tuple[Ints, Ints], sizes: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Return the number of the connected component of the pairs that each text is in, the first side's before."""
    nodes = sum(sizes)
    ones = np.ones(len(rows[0]), np.int8)
    graph = coo_array((ones, (rows[0].astype(np.int32), (rows[1] + sizes[0]).astype(np.int32))), shape=(nodes, nodes))
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1])


def distinct_rows(rows: Ints, count: int) -> Ints:
    """Return the distinct rows in ascending order, without a sort."""
    seen = np.zeros(count, np.bool_)
    seen[rows] = True
    return np.flatnonzero(seen)


def renumbered(rows: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the distinct rows, all in [0, count), and the place of each row among them."""
    distinct = distinct_rows(rows, count)
    if len(distinct) * 32 < count:  # few of many: a search costs less than an entry for each
        return distinct, np.searchsorted(distinct, rows).astype(np.int64)
    places = np.empty(count, np.int64)
    places[distinct] = np.arange(len(distinct))
    return distinct, places[rows]


@kernel
def _cut(rows: tuple[Ints, Ints], cost: tuple[Ints, Ints], memory: int) -> list[int]:
    """Return where each part begins, and where the last one ends."""
    seen_a = np.full(cost[0].shape[0], -1, np.int64)
    seen_b = np.full(cost[1].shape[0], -1, np.int64)
    ends = [0]
    held = 0
    start = 0
    for pair in range(rows[0].shape[0]):
        x = rows[0][pair]
        y = rows[1][pair]
        new_a = 0 if seen_a[x] >= start else cost[0][x]
        new_b = 0 if seen_b[y] >= start else cost[1][y]
        if held + new_a + new_b > memory and pair > start:
            ends.append(pair)
            start = pair
            held = cost[0][x] + cost[1][y]
        else:
            held += new_a + new_b
        seen_a[x] = pair
        seen_b[y] = pair
    if rows[0].shape[0]:
        ends.append(rows[0].shape[0])
    return ends
