"""Sketches of a text, compiled; `sketch` does the same in NumPy."""

import numpy as np

from lineage.fingerprint.permutations import Permutations
from lineage.index.layout import BAND_WIDTH
from lineage.index.sketch import FEW_SHINGLES, WINDOW, Hashes, Minima, Sketch
from lineage.text.buffers import TextBuffers
from lineage.text.jit import kernel
from lineage.text.kernels import hash_shingles, longest_text, make_scratch, sort_distinct

_HALF = np.uint64(32)
# As in `tables.band_tags`.
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FINAL = np.uint64(29)


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
    # One more than there can be: `sort_distinct` writes there, too, before it knows that nothing is left.
    distinct = np.empty(count + 1, np.uint64)
    size = sort_distinct(shingles, count, table, distinct, 0)
    least = _winnow(shingles, count)
    probes = distinct[:size] if size <= FEW_SHINGLES else least
    minima = _take_minima(shingles, count, permutations)
    tags = np.empty(max(1, minima.shape[0] // BAND_WIDTH), np.uint64)
    for band in range(tags.shape[0]):
        tags[band] = _band_tag(minima, band)
    return Sketch(count, key, minima, tags, distinct[:size], least.shape[0], probes)


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


@kernel
def _band_tag(minima: Minima, band: int) -> np.uint64:
    """Hash one band of a signature; equals `tables.band_tags`."""
    mixed = np.uint64(band + 1) * _MIX
    for slot in range(band * BAND_WIDTH, min((band + 1) * BAND_WIDTH, minima.shape[0])):
        mixed = (mixed ^ np.uint64(minima[slot])) * _MIX
        mixed ^= mixed >> _FINAL
    return (mixed * _MIX) >> _HALF
