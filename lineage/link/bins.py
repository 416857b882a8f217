"""Signatures sorted by one band after the other: what meets in a band stands together.

Texts are cut into bins by the first bits of a band's hash, so that bins can be sorted and paired in threads, each
inside the processor's cache.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from lineage.link.arrays import Hashes as Packed
from lineage.link.arrays import Ints, Minima
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks

_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)

# Texts of one bin on average, 8 bytes each.
_BIN_TEXTS = 1 << 16
_CHUNK_TEXTS = 1 << 16


class Signatures(NamedTuple):
    """Distinct texts of one corpus in one view.

    ids: int64 (n,), equal across corpora where the words are equal. rows: int64 (n,), which row of `minima` signs each.
    minima: uint32 (rows of the corpus, K), may be memory-mapped.
    """

    ids: Ints
    rows: Ints
    minima: Minima


class Bins(NamedTuple):
    """Tags with the positions of their texts packed below, by bin; bin i is `packed[starts[i]:starts[i + 1]]`."""

    packed: Packed
    starts: Ints

    def bin(self, place: int) -> Packed:
        """Return one bin."""
        return self.packed[self.starts[place] : self.starts[place + 1]]


def bin_bits(texts: int) -> int:
    """Return how many bits of a hash make a good number of bins for so many texts."""
    return max(0, int(np.ceil(np.log2(max(texts, 1) / _BIN_TEXTS))))


def tag_bands(side: Signatures, slots: Ints, threads: int | None) -> Minima:
    """Hash some bands of every text to 32 bits each, shape (bands, n), reading every signature once."""
    tags = np.empty((len(slots), len(side.ids)), np.uint32)
    run_chunks(lambda lo, hi: _tag_rows(side, slots, (lo, hi), tags), len(side.ids), threads=threads)
    return tags


def binned_bands(tags: Minima, bits: int, threads: int | None) -> Iterator[Bins]:
    """Sort the texts by each of some bands, tags of shape (bands, n); few texts all at once, a band in each thread."""
    if bits:
        yield from (binned(one, bits, threads) for one in tags)
        return
    found: dict[int, Bins] = {}

    def sort(band: int, _: int) -> None:
        found[band] = binned(tags[band], 0, 1)

    run_chunks(sort, len(tags), threads=threads, chunk=1)
    yield from (found[band] for band in range(len(tags)))


def binned(tags: Minima, bits: int, threads: int | None) -> Bins:
    """Sort the texts into 2^bits bins by the first bits of their tags, and inside the bins by tag and position."""
    n = len(tags)
    chunks = -(-n // _CHUNK_TEXTS)
    counts = np.zeros((chunks, 1 << bits), np.int64)

    def count(chunk: int, _: int) -> None:
        _count_bins(tags[chunk * _CHUNK_TEXTS : (chunk + 1) * _CHUNK_TEXTS], bits, counts[chunk])

    run_chunks(count, chunks, threads=threads, chunk=1)
    # Where each chunk writes its part of each bin: bins one after the other, in each the chunks in their order.
    ends = np.cumsum(counts.T.ravel()).reshape(1 << bits, chunks).T
    packed = np.empty(n, np.uint64)
    places = ends - counts

    def scatter(chunk: int, _: int) -> None:
        span = (chunk * _CHUNK_TEXTS, min((chunk + 1) * _CHUNK_TEXTS, n))
        _scatter(tags, span, bits, places[chunk], packed)

    starts = np.zeros((1 << bits) + 1, np.int64)
    np.cumsum(counts.sum(axis=0), out=starts[1:])
    run_chunks(scatter, chunks, threads=threads, chunk=1)
    run_chunks(lambda lo, _: packed[starts[lo] : starts[lo + 1]].sort(), 1 << bits, threads=threads, chunk=1)
    return Bins(packed, starts)


@kernel
def _tag_rows(side: Signatures, slots: Ints, span: tuple[int, int], tags: Minima) -> None:
    for text in range(span[0], span[1]):
        row = side.rows[text]
        for band in range(slots.shape[0]):
            mixed = _MIX
            for place in range(slots.shape[1]):
                mixed = (mixed ^ np.uint64(side.minima[row, slots[band, place]])) * _MIX
                mixed ^= mixed >> np.uint64(29)
            tags[band, text] = np.uint32((mixed * _MIX) >> _HALF)


@kernel
def _count_bins(tags: Minima, bits: int, counts: Ints) -> None:
    for place in range(tags.shape[0]):
        counts[np.uint64(tags[place]) >> np.uint64(32 - bits)] += 1


@kernel
def _scatter(tags: Minima, span: tuple[int, int], bits: int, places: Ints, packed: Packed) -> None:
    for text in range(span[0], span[1]):
        tag = np.uint64(tags[text])
        bin_ = tag >> np.uint64(32 - bits)
        packed[places[bin_]] = (tag << _HALF) | np.uint64(text)
        places[bin_] += 1
