"""Pairs of groups turned into pairs of their members, so that the result grows with the members and not their square.

A group is the samples that hold one text, or the rows that hold one sample.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.arrays import Bools, Floats, Ints
from lineage.link.ids import Groups
from lineage.text.jit import kernel


class Limits(NamedTuple):
    """whole: up to so many pairs, each member is paired with each; beyond it every member once.

    most: up to so many pairs of the members of a group with all the groups it is paired with, these are written; beyond
    it, its members are paired with those of the best one only, and for each other its first member stands.
    """

    whole: int
    most: int


def expand(pairs: tuple[Ints, Ints], groups: tuple[Groups, Groups], rank: Floats, limits: Limits) -> tuple[Ints, Ints]:
    """Turn pairs of groups into pairs of members, shape (2, n); and say how many members pairs each of them gave.

    rank: of the pairs; the lowest is the best of a group, of several the first. The members of the smaller group are
    taken in turn.
    """
    a, b = pairs
    sizes_a, sizes_b = groups[0].sizes[a], groups[1].sizes[b]
    product = sizes_a * sizes_b
    counts = np.where(product <= limits.whole, product, np.maximum(sizes_a, sizes_b))
    wanted = np.maximum(_wanted(a, sizes_a, rank, limits.most), _wanted(b, sizes_b, rank, limits.most))
    counts = np.where(wanted < np.maximum(sizes_a, sizes_b), wanted, counts)
    ends = np.cumsum(counts)
    out = np.empty((2, int(ends[-1]) if len(ends) else 0), np.int64)
    _expand(pairs, groups, ends - counts, counts, out)
    return out, counts


def _wanted(group: Ints, sizes: Ints, rank: Floats, most: int) -> Ints:
    """Return how many members of one side each pair has to bring in."""
    if not len(group):
        return sizes
    crowded: Bools = sizes * np.bincount(group)[group] > most
    if not crowded.any():
        return sizes
    order = np.lexsort((rank, group))
    best = np.zeros(len(group), np.bool_)
    best[order[np.unique(group[order], return_index=True)[1]]] = True
    return np.where(crowded & ~best, 1, sizes)


@kernel
def _expand(pairs: tuple[Ints, Ints], groups: tuple[Groups, Groups], begins: Ints, counts: Ints, out: Ints) -> None:
    a, b = groups
    for pair in range(begins.shape[0]):
        members_a = a.order[a.starts[pairs[0][pair]] : a.starts[pairs[0][pair] + 1]]
        members_b = b.order[b.starts[pairs[1][pair]] : b.starts[pairs[1][pair] + 1]]
        size_a = members_a.shape[0]
        size_b = members_b.shape[0]
        whole = counts[pair] == size_a * size_b
        for i in range(counts[pair]):
            out[0, begins[pair] + i] = members_a[i // size_b if whole else i % size_a]
            out[1, begins[pair] + i] = members_b[i % size_b]
