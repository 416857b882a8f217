"""Shingle sets of some texts at a time: made from their bytes, intersected, and counted.

Every array here is for the texts at hand, never for a whole corpus; who asks decides how many texts that are.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Floats, Ints
from lineage.link.arrays import Hashes as Hashes
from lineage.link.arrays import Minima as Minima
from lineage.text.buffers import TextBuffers
from lineage.text.jit import kernel, part
from lineage.text.kernels import hash_shingles, longest_text, make_scratch
from lineage.text.parallel import run_chunks

_CHUNK_TEXTS = 512
# Pairs of one kernel call; the rows are shared out evenly and a call costs some 20 µs.
_CHUNK_PAIRS = 4096
_EMPTY = np.uint64(0)
# Bytes that a text takes beside its words and shingles.
_PER_TEXT = 64


class Sets(NamedTuple):
    """Distinct hashes of n texts in order of appearance; text i has `hashes[starts[i]:starts[i] + sizes[i]]`."""

    starts: Ints
    sizes: Ints
    hashes: Hashes


class Need(NamedTuple):
    """How many shingles two sets must share to be of interest: at least of_a * |A| + of_b * |B|."""

    of_a: float
    of_b: float


EVERY_PAIR = Need(0.0, 0.0)


def need_jaccard(least: float) -> Need:
    """Return what a Jaccard of at least `least` asks for: |A ∩ B| ≥ least / (1 + least) * (|A| + |B|)."""
    return Need(least / (1 + least), least / (1 + least))


def make_room(most: npt.NDArray[np.integer]) -> Sets:
    """Make room for sets of these sizes at most."""
    starts = np.zeros(len(most) + 1, np.int64)
    np.cumsum(most, out=starts[1:])
    return Sets(starts, np.empty(len(most), np.int64), np.empty(int(starts[-1]), np.uint64))


def count_shared(
    sets: tuple[Sets, Sets], places: tuple[Ints, Ints], need: Need, *, threads: int | None
) -> npt.NDArray[np.int64]:
    """Count what the pairs (places[0][i], places[1][i]) share; -1 where that is certainly less than `need`.

    Fastest when pairs with the same first place stand together.
    """
    shared = np.empty(len(places[0]), np.int64)
    run_chunks(
        lambda lo, hi: _count(sets, places, (lo, hi), need, shared), len(shared), threads=threads, chunk=_CHUNK_PAIRS
    )
    return shared


def weigh_shared(
    sets: tuple[Sets, Sets], weights: tuple[Floats, Floats], places: tuple[Ints, Ints], *, threads: int | None
) -> Floats:
    """Add up the weights of what the pairs share; weights[side] belongs to the hashes of sets[side]."""
    shared = np.empty(len(places[0]))
    run_chunks(
        lambda lo, hi: _weigh(sets, weights[1], places, (lo, hi), shared),
        len(shared), threads=threads, chunk=_CHUNK_PAIRS,
    )  # fmt: skip
    return shared


def weights_of_sets(sets: Sets, weights: Floats) -> Floats:
    """Add up the weights of every set."""
    return _sum_each(sets, weights)


@part
def _table_bits(count: int) -> int:
    """Return the size of a table, as a power of two, that `count` members fill to half at most."""
    bits = 4
    while (1 << bits) < 2 * count:
        bits += 1
    return bits


@part
def _enter(table: Hashes, bits: int, member: np.uint64) -> bool:
    """Enter a member into an open-addressing table whose free places hold 0; tell whether it is new."""
    mask = np.uint64((1 << bits) - 1)
    place = member >> np.uint64(64 - bits)
    while table[place] != _EMPTY and table[place] != member:
        place = (place + np.uint64(1)) & mask
    if table[place] == member:
        return False
    table[place] = member
    return True


@part
def _holds(table: Hashes, bits: int, member: np.uint64) -> bool:
    mask = np.uint64((1 << bits) - 1)
    place = member >> np.uint64(64 - bits)
    while table[place] != _EMPTY and table[place] != member:
        place = (place + np.uint64(1)) & mask
    return bool(table[place] == member)


@part
def _nonzero(member: np.uint64) -> np.uint64:
    """Keep 0 for free places; one hash in 2^64 is 0, and becomes 1."""
    return member if member != _EMPTY else np.uint64(1)


@kernel
def fill_shingles(texts: TextBuffers, first: int, words_each: int, sets: Sets) -> bool:
    """Write the sets of the texts to the places from `first` on; False when one does not fit into its room."""
    data, spelled, begins, ends = texts
    starts, sizes, hashes = sets
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    table = np.empty(1 << _table_bits(words.shape[0]), np.uint64)
    for text in range(first, first + begins.size):
        lo, hi = begins[text - first], ends[text - first]
        count, _, _ = hash_shingles(data, spelled, lo, hi, words_each, lowered, edges, words, shingles)
        start = starts[text]
        if count > starts[text + 1] - start:
            return False
        bits = _table_bits(count)
        table[: 1 << bits] = _EMPTY
        end = start
        for place in range(count):
            member = _nonzero(shingles[place])
            if _enter(table, bits, member):
                hashes[end] = member
                end += 1
        sizes[text] = end - start
    return True


@kernel
def fill_winnows(winnows: tuple[Ints, Hashes], rows: Ints, span: tuple[int, int], sets: Sets) -> None:
    """Write the distinct winnowed hashes of the rows of a span."""
    offsets, kept = winnows
    starts, sizes, hashes = sets
    longest = 0
    for text in range(span[0], span[1]):
        longest = max(longest, starts[text + 1] - starts[text])
    table = np.empty(1 << _table_bits(longest), np.uint64)
    for text in range(span[0], span[1]):
        bits = _table_bits(starts[text + 1] - starts[text])
        table[: 1 << bits] = _EMPTY
        end = starts[text]
        for place in range(offsets[rows[text]], offsets[rows[text] + 1]):
            member = _nonzero(kept[place])
            if _enter(table, bits, member):
                hashes[end] = member
                end += 1
        sizes[text] = end - starts[text]


@part
def _largest(sets: Sets, places: Ints, span: tuple[int, int]) -> int:
    largest = 0
    for pair in range(span[0], span[1]):
        largest = max(largest, sets.sizes[places[pair]])
    return largest


@part
def _enter_all(table: Hashes, hashes: Hashes, start: int, size: int) -> int:
    """Make the table hold one set; returns its size in bits."""
    bits = _table_bits(size)
    table[: 1 << bits] = _EMPTY
    for place in range(start, start + size):
        _enter(table, bits, hashes[place])
    return bits


@kernel
def _count(sets: tuple[Sets, Sets], places: tuple[Ints, Ints], span: tuple[int, int], need: Need, shared: Ints) -> None:
    a, b = sets
    hashes_a, hashes_b = a.hashes, b.hashes
    table = np.empty(1 << _table_bits(_largest(a, places[0], span)), np.uint64)
    bits = 0
    entered = -1
    for pair in range(span[0], span[1]):
        x = places[0][pair]
        y = places[1][pair]
        size_a = a.sizes[x]
        size_b = b.sizes[y]
        least = np.int64(np.ceil(need.of_a * size_a + need.of_b * size_b - 1e-9))
        if least > min(size_a, size_b):
            shared[pair] = -1
            continue
        if x != entered:
            bits = _enter_all(table, hashes_a, a.starts[x], size_a)
            entered = x
        count = 0
        place = b.starts[y]
        end = place + size_b
        while place < end and count + end - place >= least:
            for at in range(place, min(place + 16, end)):
                count += _holds(table, bits, hashes_b[at])
            place += 16
        shared[pair] = count if count >= least else -1


@kernel
def _weigh(
    sets: tuple[Sets, Sets], weights_b: Floats, places: tuple[Ints, Ints], span: tuple[int, int], shared: Floats
) -> None:
    a, b = sets
    hashes_a, hashes_b = a.hashes, b.hashes
    table = np.empty(1 << _table_bits(_largest(a, places[0], span)), np.uint64)
    bits = 0
    entered = -1
    for pair in range(span[0], span[1]):
        x = places[0][pair]
        y = places[1][pair]
        if x != entered:
            bits = _enter_all(table, hashes_a, a.starts[x], a.sizes[x])
            entered = x
        total = 0.0
        for at in range(b.starts[y], b.starts[y] + b.sizes[y]):
            if _holds(table, bits, hashes_b[at]):
                total += weights_b[at]
        shared[pair] = total


@kernel
def _sum_each(sets: Sets, weights: Floats) -> Floats:
    sums = np.zeros(sets.sizes.shape[0])
    for text in range(sums.shape[0]):
        for at in range(sets.starts[text], sets.starts[text] + sets.sizes[text]):
            sums[text] += weights[at]
    return sums
