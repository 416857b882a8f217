"""Sketches of a text, compiled; `sketch` does the same in NumPy."""

import numpy as np

from lineage.fingerprint.permutations import Permutations
from lineage.index.sketch import FEW_SHINGLES, WINDOW, Hashes, Minima, Sketch
from lineage.text.buffers import TextBuffers
from lineage.text.jit import kernel
from lineage.text.kernels import hash_shingles, longest_text, make_scratch, sort_distinct


@kernel
def sketch_first(texts: TextBuffers, words_each: int, permutations: Permutations) -> Sketch:
    """Sketch the first of some texts with shingles of `words_each` words."""
    data, spelled, starts, ends = texts
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    count, key_a, key_b = hash_shingles(data, spelled, starts[0], ends[0], words_each, lowered, edges, words, shingles)
    key = np.empty(2, np.uint64)
    key[0] = key_a
    key[1] = key_b
    table = np.empty(5 * count + 1, np.uint64)
    distinct = np.empty(count, np.uint64)
    size = sort_distinct(shingles, count, table, distinct, 0)
    least = _winnow(shingles, count)
    probes = distinct[:size] if size <= FEW_SHINGLES else least
    return Sketch(count, key, _take_minima(shingles, count, permutations), distinct[:size], least.shape[0], probes)


@kernel
def _take_minima(shingles: Hashes, count: int, permutations: Permutations) -> Minima:
    a, b = permutations
    minima = np.full(a.shape[0], 0xFFFFFFFF, np.uint32)
    for i in range(count):
        # As `fingerprint.kernels.premix`; a kernel is only made anew when its own package changes, or that of texts.
        h = np.uint32(shingles[i] >> np.uint64(32))
        h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        for slot in range(a.shape[0]):
            minima[slot] = min(minima[slot], np.uint32(a[slot] * h + b[slot]))
    return minima


@kernel
def _winnow(shingles: Hashes, count: int) -> Hashes:
    """Return the distinct least hashes of each window of 8, ascending."""
    windows = max(count - WINDOW + 1, min(count, 1))
    least = np.empty(windows, np.uint64)
    for start in range(windows):
        low = shingles[start]
        for place in range(start + 1, min(start + WINDOW, count)):
            low = min(low, shingles[place])
        least[start] = low
    return np.unique(least)
