"""Compiled kernels from UTF-8 bytes to word hashes to shingle hashes.

A word here is a maximal run of bytes that are ASCII letters or digits, or not ASCII: what `normal` leaves of a text.
Letters are lower-cased on the way. The hash functions are part of the text model; why they are what they are stands in
docs/design/0002-text-model-and-signatures.md, and tests/text/twin.py is the same in plain Python.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.text.buffers import TextBuffers
from lineage.text.intrinsics import count_bits, fold_product, load_u64, lower_64, trailing_zeros
from lineage.text.jit import kernel, part

Offsets = npt.NDArray[np.int64]
Lanes = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]

# Two odd 64-bit constants of wyhash's default secret. Both hold a byte that no word holds (0x1D, 0x28), so that neither
# factor of a word's product can be zero, whatever the word.
SALT_A = np.uint64(0xA0761D6478BD642F)
SALT_B = np.uint64(0xE7037ED1A0B428DB)
# A third of the same secret, for the second half of the key.
SALT_C = np.uint64(0x8EBC6AF09C88C6E3)
# Odd, so that rotations by it generate all 64; see the design page for the collision bound that follows.
ROTATION = 7

_ONE = np.uint64(1)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ZERO = np.uint64(0)
# Places for more than these could not be told by 32 bits of a hash.
_MOST_PLACED = 2**29
# Which bits of the first and the second 8 bytes belong to a word of n bytes, for n up to 16.
_WORD_LOAD = np.int64(16)
_KEEP_LOW = np.array([2 ** (8 * min(n, 8)) - 1 for n in range(17)], np.uint64)
_KEEP_HIGH = np.array([2 ** (8 * max(n - 8, 0)) - 1 for n in range(17)], np.uint64)


class Scratch(NamedTuple):
    """Room for one text at a time; made by `make_scratch` for the longest of some texts."""

    lowered: Bytes
    edges: npt.NDArray[np.uint32]
    words: Hashes
    shingles: Hashes


@kernel
def make_scratch(longest: int) -> Scratch:
    """Make room for texts of up to `longest` bytes, which hold at most half as many words."""
    words = longest // 2 + 1
    return Scratch(
        np.empty(longest + 128, np.uint8),
        np.empty(2 * words + 72, np.uint32),
        np.empty(words, np.uint64),
        np.empty(words + 8, np.uint64),
    )


@kernel
def longest_text(texts: TextBuffers) -> int:
    """Return the length in bytes of the longest text."""
    longest = 0
    for text in range(texts.starts.size):
        longest = max(longest, int(texts.ends[text] - texts.starts[text]))
    return longest


@kernel
def most_words(texts: TextBuffers) -> int:
    """Return a bound of the number of words in all texts, with one to spare for each text."""
    bound = 1
    for text in range(texts.starts.size):
        bound += int(texts.ends[text] - texts.starts[text]) // 2 + 1
    return bound


@part
def find_edges(data: Bytes, lo: int, hi: int, lowered: Bytes, edges: Lanes) -> int:
    """Lower-case data[lo:hi] and write where each of its words starts and ends; return the number of words.

    Takes the arrays of Scratch one by one: taken out of a tuple for each text, they would cost a reference count each.
    """
    found = 0
    inside = _ZERO
    at = lo
    while at < hi:  # a stepped range would divide, which shows on short texts
        left = hi - at
        if at + 64 <= data.size:
            mask = lower_64(data, at, lowered, at - lo)
        else:  # never read past the buffer's end: its last bytes go through a copy
            for k in range(left):
                lowered[at - lo + k] = data[at + k]
            mask = lower_64(lowered, at - lo, lowered, at - lo)
        if left < 64:
            mask &= (_ONE << np.uint64(left)) - _ONE
        turns = mask ^ ((mask << _ONE) | inside)
        inside = mask >> np.uint64(63)
        end = found + count_bits(turns)
        while found < end:  # eight at a time: writing a few too many costs less than a branch on each
            for k in range(8):
                edges[found + k] = np.uint32(at - lo + trailing_zeros(turns))
                turns &= turns - _ONE
            found += 8
        found = end
        at += 64
    if found & 1:
        edges[found] = np.uint32(hi - lo)
        found += 1
    return found >> 1


@part
def hash_words(  # noqa: PLR0913, PLR0917 (as find_edges)
    data: Bytes, lo: int, hi: int, lowered: Bytes, edges: Lanes, words: Hashes
) -> int:
    """Write the hash of each word of data[lo:hi] to `words`; return the number of words."""
    count = find_edges(data, lo, hi, lowered, edges)
    hash_found(count, lowered, edges, words)
    return count


@part
def hash_found(count: int, lowered: Bytes, edges: Lanes, words: Hashes) -> tuple[np.uint64, np.uint64]:
    """Write the hash of each of the words found by `find_edges` to `words`; return what the key's halves are made of.

    The two wait for one product after the other; here there is other work meanwhile.
    """
    key_a, key_b = np.uint64(count), np.uint64(count)
    for k in range(count):
        start = np.int64(edges[2 * k])
        length = np.int64(edges[2 * k + 1]) - start
        kept = min(length, _WORD_LOAD)
        first = load_u64(lowered, start) & _KEEP_LOW[kept]
        second = load_u64(lowered, start + 8) & _KEEP_HIGH[kept]
        word = fold_product(first ^ SALT_A, second ^ SALT_B ^ np.uint64(length))
        at = _WORD_LOAD
        while at < length:
            part = load_u64(lowered, start + at) & _KEEP_LOW[min(length - at, _WORD_LOAD)]
            word = fold_product(word ^ part, SALT_B)
            at += 8
        words[k] = word
        key_a = (key_a ^ word) * SALT_A
        key_b = fold_product(key_b ^ word, SALT_C)
    return key_a, key_b


@part
def hash_shingles(  # noqa: PLR0913, PLR0917 (as find_edges)
    data: Bytes, spelled: Bytes, lo: int, hi: int, size: int,
    lowered: Bytes, edges: Lanes, words: Hashes, shingles: Hashes,
) -> tuple[int, np.uint64, np.uint64]:  # fmt: skip
    """Write the hash of each shingle of `size` words to `shingles`; return their number and the key's halves.

    lo, hi: where the text lies, as TextBuffers has it. A text of fewer words is one shingle; one without a word has
    none, and the key (0, 0).
    """
    if lo < data.size:
        count = find_edges(data, lo, hi, lowered, edges)
    else:
        count = find_edges(spelled, lo - data.size, hi - data.size, lowered, edges)
    key_a, key_b = hash_found(count, lowered, edges, words)
    if count == 0:
        return 0, _ZERO, _ZERO
    up, down = np.uint64(ROTATION), np.uint64(64 - ROTATION)
    leaving_up = np.uint64((ROTATION * size) % 64)
    leaving_down = np.uint64((64 - (ROTATION * size) % 64) % 64)
    rolling = _ZERO
    for k in range(min(size, count)):
        rolling = ((rolling << up) | (rolling >> down)) ^ words[k]
    shingles[0] = fold_product(rolling ^ SALT_A, SALT_B)
    for k in range(size, count):
        word, leaving = words[k], words[k - size]
        rolling = ((rolling << up) | (rolling >> down)) ^ word
        rolling ^= (leaving << leaving_up) | (leaving >> leaving_down)
        shingles[k - size + 1] = fold_product(rolling ^ SALT_A, SALT_B)
    return max(count - size + 1, 1), fold_product(key_a ^ SALT_B, SALT_A), fold_product(key_b ^ SALT_A, SALT_B)


@kernel
def collect_sets(texts: TextBuffers, size: int, sizes: Offsets, out: Hashes) -> int:
    """Write the sorted distinct shingle hashes of the texts to `out`, text after text; return how many there are.

    sizes[i] becomes the number of them in text i. out: room for `most_words`.
    """
    data, spelled, starts, ends = texts
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    table = np.empty(0, np.uint64)
    end = 0
    for text in range(starts.size):
        lo, hi = starts[text], ends[text]
        count, _, _ = hash_shingles(data, spelled, lo, hi, size, lowered, edges, words, shingles)
        if table.size < 5 * count + 1:
            table = np.empty(8 * count + 1, np.uint64)
        start = end
        end = sort_distinct(shingles, count, table, out, start)
        sizes[text] = end - start
    return end


@part
def sort_distinct(hashes: Hashes, count: int, table: Hashes, out: Hashes, at: int) -> int:
    """Append the distinct ones of the first `count` hashes to `out` at `at`, ascending; return the new end of `out`.

    Each goes to its place among 4 * count in `table`, by its size, or as few places further on as keep the order.
    Hashes spread evenly, so the time is linear; where they do not, they are compared. table: 5 * count + 1 places.
    """
    if count > _MOST_PLACED:
        return _sort_compared(hashes, count, out, at)
    table[: 5 * count + 1] = _FULL
    steps, most_steps, has_full = 0, 18 * count, False
    for i in range(count):
        entering = hashes[i]
        has_full |= entering == _FULL
        place = np.int64(((entering >> np.uint64(32)) * np.uint64(4 * count)) >> np.uint64(32))
        while table[place] < entering:
            place += 1
            steps += 1
        if table[place] != entering:
            while entering != _FULL:
                leaving = table[place]
                table[place] = entering
                entering = leaving
                place += 1
                steps += 1
        if steps > most_steps:
            return _sort_compared(hashes, count, out, at)
    last = 0
    while last < 4 * count or table[last] != _FULL:
        out[at] = table[last]
        at += int(table[last] != _FULL)
        last += 1
    if has_full:
        out[at] = _FULL
        at += 1
    return at


@kernel
def _sort_compared(hashes: Hashes, count: int, out: Hashes, at: int) -> int:
    ordered = np.sort(hashes[:count])
    for i in range(count):
        if i == 0 or ordered[i] != ordered[i - 1]:
            out[at] = ordered[i]
            at += 1
    return at
