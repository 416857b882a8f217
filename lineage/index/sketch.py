"""What a text is looked up by: its exact key, its signature, and hashes of its shingles. Needs NumPy only."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.fingerprint.permutations import Permutations
from lineage.index.layout import band_count
from lineage.index.tables import band_tags
from lineage.text.plain import key_of, shingles_of, words_of

Hashes = npt.NDArray[np.uint64]
Minima = npt.NDArray[np.uint32]

# Windows of 8 shingles, as in the fingerprints.
WINDOW = 8
# A text of so few shingles is looked up by all of them: then it is found in a longer one though no window of 8 of its
# shingles may be whole there.
FEW_SHINGLES = 64


class Sketch(NamedTuple):
    """One text in one view.

    size: its shingles, repeats counted; 0: there is nothing to look up. key: uint64 (2,). minima: uint32 (K,).
    tags: of its bands, uint64 (bands,). shingles: distinct hashes, ascending. winnowed: how many of them are least in
    a window. probes: those to look for among the winnowed hashes of others, ascending.
    """

    size: int
    key: Hashes
    minima: Minima
    tags: Hashes
    shingles: Hashes
    winnowed: int
    probes: Hashes


def sketch_text(text: str, words_each: int, permutations: Permutations) -> Sketch:
    """Sketch a text with shingles of `words_each` words, in Python and NumPy."""
    words = words_of(text)
    hashes = shingles_of(words, words_each)
    return assemble(len(hashes), np.array(key_of(words), np.uint64), take_minima(hashes, permutations), hashes)


def assemble(size: int, key: Hashes, minima: Minima, hashes: Hashes) -> Sketch:
    """Put a sketch together from the hashes of a text's shingles, in text order."""
    shingles, winnowed = np.unique(hashes), np.unique(winnow(hashes))
    probes = shingles if len(shingles) <= FEW_SHINGLES else winnowed
    tags = np.concatenate([band_tags(minima[None], band) for band in range(band_count(len(minima)))])
    return Sketch(size, key, minima, tags, shingles, len(winnowed), probes)


def take_minima(hashes: Hashes, permutations: Permutations) -> Minima:
    """Return the signature of shingle hashes: least a*item + b mod 2^32, as `fingerprint.kernels` has it."""
    if not len(hashes):
        return np.full(len(permutations.a), 0xFFFFFFFF, np.uint32)
    h = (hashes >> np.uint64(32)).astype(np.uint32)
    h = (h ^ h >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    h = (h ^ h >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    items = h ^ h >> np.uint32(16)
    minima: Minima = (permutations.a[:, None] * items + permutations.b[:, None]).min(axis=1)
    return minima


def winnow(hashes: Hashes) -> Hashes:
    """Return the least hash of each window of 8; of the whole text when it has fewer."""
    if len(hashes) <= WINDOW:
        return hashes[:0] if not len(hashes) else hashes.min(keepdims=True)
    least: Hashes = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1)
    return least
