"""Families of texts that are linked by verified pairs, and how far apart the ends of each are.

A family is a connected component: it says that texts hang together, not that all of them are alike. So each comes with
its smallest similarity and its diameter, and nothing is ever dropped because of it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lineage.link.arrays import Bools, Floats, Ints
from lineage.text.jit import kernel

# From every member of a family of so many texts, paths are followed to all others; of a larger one only from two.
_FOLLOWED = 128


@dataclass(frozen=True, slots=True)
class Clusters:
    """n families, the largest first.

    representative: int64 (n,), the first text of each. texts: distinct texts of each. samples: rows that hold them.
    least_jaccard: the smallest of the verified pairs that hold the family together. diameter: steps between the two
    texts that are farthest apart, at least so many where `followed` is False; 1: every text is alike to every other.
    """

    representative: Ints
    texts: Ints
    samples: Ints
    least_jaccard: Floats
    diameter: Ints
    followed: Bools

    def __len__(self) -> int:
        return len(self.representative)


def clusters(pairs: tuple[Ints, Ints], jaccard: Floats, sizes: Ints) -> Clusters:
    """Gather texts in [0, n), of which `sizes` rows hold each, into families by the pairs of texts that are alike."""
    count = len(sizes)
    edges = coo_array((np.ones(len(jaccard), np.int8), pairs), shape=(count, count)).tocsr()
    labels = np.asarray(connected_components(edges, directed=False)[1]).astype(np.int64)
    joined = np.flatnonzero(np.bincount(labels, minlength=1)[labels] > 1)
    order = joined[np.argsort(labels[joined], kind="stable")]
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    bounds = np.append(starts, len(order))
    family = np.searchsorted(labels[order[starts]], labels[pairs[0]])
    least = np.full(len(starts), np.inf)
    np.minimum.at(least, family, jaccard)
    both = (edges + edges.T).tocsr()
    graph = both.indptr.astype(np.int64), both.indices.astype(np.int64)
    diameter = _diameters(graph, order, bounds)
    samples = np.add.reduceat(sizes[order], starts) if len(starts) else np.empty(0, np.int64)
    texts = np.diff(bounds)
    first = np.lexsort((order[starts], -samples))
    return Clusters(
        order[starts][first], texts[first], samples[first], least[first], diameter[first], texts[first] <= _FOLLOWED
    )


@kernel
def _farthest(graph: tuple[Ints, Ints], start: int, steps: Ints, queue: Ints) -> tuple[int, int]:
    """Return the text that is farthest from one, and the steps to it; `steps` is -1 everywhere before and after."""
    indptr, indices = graph
    steps[start] = 0
    queue[0] = start
    end = 1
    at = 0
    while at < end:
        text = queue[at]
        at += 1
        for place in range(indptr[text], indptr[text + 1]):
            other = indices[place]
            if steps[other] < 0:
                steps[other] = steps[text] + 1
                queue[end] = other
                end += 1
    last = queue[end - 1]
    far = steps[last]
    for place in range(end):
        steps[queue[place]] = -1
    return last, far


@kernel
def _diameters(graph: tuple[Ints, Ints], order: Ints, bounds: Ints) -> Ints:
    steps = np.full(graph[0].shape[0], -1, np.int64)
    queue = np.empty(graph[0].shape[0], np.int64)
    diameters = np.zeros(bounds.shape[0] - 1, np.int64)
    for family in range(diameters.shape[0]):
        start = bounds[family]
        end = bounds[family + 1]
        if end - start <= _FOLLOWED:
            for place in range(start, end):
                diameters[family] = max(diameters[family], _farthest(graph, order[place], steps, queue)[1])
        else:
            end_of_one, _ = _farthest(graph, order[start], steps, queue)
            diameters[family] = _farthest(graph, end_of_one, steps, queue)[1]
    return diameters
