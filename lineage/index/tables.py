"""Sorted tables: which rows have a tag. An entry is a 32-bit tag above the number of a row, in one 64-bit number.

So one sort of plain integers builds a table, a binary search finds a tag, and what is found is in order of rows. Tags
are parts of longer hashes: rows that only share a tag by chance are told apart by whoever looks them up.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.index.columns import Columns
from lineage.index.layout import BAND_WIDTH, band_count, directory_bits
from lineage.text.parallel import usable_threads

Packed = npt.NDArray[np.uint64]
Tags = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Starts = npt.NDArray[np.uint32]
Minima = npt.NDArray[np.uint32]

MOST_ROWS = 2**32 - 1
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# The 64-bit golden ratio, as in the finaliser of splitmix64.
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FINAL = np.uint64(29)
_CHUNK_ROWS = 1 << 16


def band_tags(minima: Minima, band: int) -> Tags:
    """Hash one band of n signatures, uint32 (n, K), to tags below 2^32, uint64 (n,)."""
    mixed = np.full(len(minima), (band + 1) * int(_MIX) % 2**64, np.uint64)
    for slots in minima[:, band * BAND_WIDTH : (band + 1) * BAND_WIDTH].T:
        mixed = (mixed ^ slots) * _MIX
        mixed ^= mixed >> _FINAL
    return (mixed * _MIX) >> _HALF


def all_band_tags(minima: Minima, band: int) -> Tags:
    """Hash one band of any number of signatures, a chunk at a time, so that little of them is in memory at once."""
    tags = np.empty(len(minima), np.uint64)
    for low in range(0, len(minima), _CHUNK_ROWS):
        tags[low : low + _CHUNK_ROWS] = band_tags(minima[low : low + _CHUNK_ROWS], band)
    return tags


def upper_tags(hashes: npt.NDArray[np.uint64]) -> Tags:
    """Take the upper halves of 64-bit hashes for tags."""
    return hashes >> _HALF


def rows_of(entries: Packed) -> Ints:
    """Return the rows of table entries."""
    return (entries & _LOW).astype(np.int64)


class Table(NamedTuple):
    """A sorted table, and where the entries start whose tags have each value of their first `bits` bits."""

    entries: Packed
    starts: Starts
    bits: int


def directory(entries: Packed) -> Starts:
    """Build the directory of a sorted table: uint32 (2^bits + 1,)."""
    bits = directory_bits(len(entries))
    firsts = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits) if bits else np.zeros(1, np.uint64)
    return np.append(np.searchsorted(entries, firsts), len(entries)).astype(np.uint32)


def find(table: Packed, tags: Tags) -> tuple[Ints, Ints]:
    """Find where the entries of each tag begin and end in a table; cost: two binary searches a tag."""
    low = tags << _HALF
    return np.searchsorted(table, low), np.searchsorted(table, low | _LOW, side="right")


def rows_with(table: Packed, tags: Tags) -> Ints:
    """Return the rows that have one of the tags, which must be distinct and ascend."""
    begins, ends = find(table, tags)
    sizes = ends - begins
    places = np.repeat(ends - np.cumsum(sizes), sizes) + np.arange(sizes.sum())
    return rows_of(table[places])


def band_tables(columns: Columns, view: str, threads: int | None = None) -> Iterator[Packed]:
    """Build the table of each band in turn, of the rows with words. Memory: 16 bytes a row and thread."""
    minima, counts = columns.array(f"{view}_minima"), columns.array(f"{view}_counts")
    rows = np.flatnonzero(counts > 0).astype(np.uint64)

    def build(band: int) -> Packed:
        entries: Packed = all_band_tags(minima, band)[rows] << _HALF | rows
        entries.sort()
        return entries

    bands = band_count(minima.shape[1])
    workers = min(threads or usable_threads(), bands)
    with ThreadPoolExecutor(workers) as pool:
        for first in range(0, bands, workers):  # a group at a time, so that finished tables do not pile up
            yield from pool.map(build, range(first, min(first + workers, bands)))
            columns.release()


def exact_table(columns: Columns, view: str) -> Packed:
    """Build the table of exact keys, of the rows with words. Memory: 16 bytes a row."""
    counts = columns.array(f"{view}_counts")
    rows = np.flatnonzero(counts > 0).astype(np.uint64)
    entries: Packed = upper_tags(columns.array(f"{view}_keys")[rows, 0]) << _HALF | rows
    entries.sort()
    return entries


def winnow_tables(columns: Columns, view: str, memory: int) -> Iterator[Packed]:
    """Build the table of winnowed hashes in parts that follow each other, each hash once a row.

    memory: bytes that a part may take; all hashes are read once for each part.
    """
    hashes, offsets = columns.array(f"{view}_winnow_hashes"), columns.array(f"{view}_winnow_offsets")
    parts = max(1, -(-len(hashes) * 24 // memory))
    for part in range(parts):
        # Halves of hashes are uniform, so equal ranges of them hold about equally many.
        bounds = part * 2**32 // parts, (part + 1) * 2**32 // parts
        chunks = [np.empty(0, np.uint64), *_between(hashes, offsets, bounds)]
        columns.release()
        entries = np.concatenate(chunks)
        del chunks
        entries.sort()
        fresh = np.ones(len(entries), np.bool_)
        fresh[1:] = entries[1:] != entries[:-1]
        yield entries[fresh]


def _between(hashes: Packed, offsets: Ints, bounds: tuple[int, int]) -> Iterator[Packed]:
    """Make the entries whose tags lie in [low, high)."""
    for low in range(0, len(offsets) - 1, _CHUNK_ROWS):
        ends = offsets[low : low + _CHUNK_ROWS + 1]
        tags = upper_tags(hashes[ends[0] : ends[-1]])
        rows = np.repeat(np.arange(low, low + len(ends) - 1, dtype=np.uint64), np.diff(ends))
        kept = (tags >= bounds[0]) & (tags < bounds[1])
        yield tags[kept] << _HALF | rows[kept]
