"""Which of some texts hold a hash, and the two searches by it: by the rarest hashes of a text, and by all of them.

Works on sets at hand. A hash is looked up by its upper 32 bits: two that share them give a false candidate once in a
while, never a miss, and candidates are counted afterwards.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Hashes, Ints
from lineage.link.sets import Sets
from lineage.text.jit import kernel, part

Counts = npt.NDArray[np.uint32]

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_CODE = np.uint64(8)
# A rarity is kept in 8 bits: 8 steps for every doubling.
_CODES = np.uint64(0xFF)
_STEPS = 8.0


class Postings(NamedTuple):
    """Which text holds which hash.

    packed: the upper half of each hash with its text below, ascending. cells: where each value of the first `bits` is.
    """

    packed: Hashes
    cells: Ints
    bits: int


class PrefixRule(NamedTuple):
    """When a set is worth counting against the one that is looked for, of n members.

    share: the part of n that has to be shared; so one of the rarest n - ceil(share * n) + 1 members is. least: the
    smallest n. low, high: the size of the other, as multiples of n. limit: of these members, as many are looked at as
    have so many holders together. own: both sides are one, each pair once.
    """

    share: float
    least: int
    low: float
    high: float
    limit: int
    own: bool


class CountRule(NamedTuple):
    """share: the part of the smaller set that must be shared. limit: holders beyond which a member is not looked at."""

    share: float
    limit: int


def make_postings(sets: Sets, kept: Ints) -> Postings:
    """Index the first `kept[i]` members of every set i."""
    packed = _pack(sets, kept)
    packed.sort()
    bits = max(1, len(packed).bit_length() - 2)
    edges = np.arange((1 << bits) + 1, dtype=np.uint64)[:-1] << np.uint64(64 - bits)
    cells = np.append(np.searchsorted(packed, edges), len(packed)).astype(np.int64)
    return Postings(packed, cells, bits)


def grown(search: Callable[[Ints], tuple[int, int]], capacity: int) -> tuple[Ints, int]:
    """Run a search that writes pairs into an array of shape (2, capacity) again with more room until they fit."""
    while True:
        out = np.empty((2, capacity), np.int64)
        count, cut = search(out)
        if count <= capacity:
            return out[:, :count], cut
        capacity = count


def rarest_first(sets: Sets, counts: Counts, span: tuple[int, int]) -> None:
    """Order the members of the sets of a span by how many texts hold them, then by value; in place.

    counts: as in Frequencies. The last 8 bits of a hash give way to its rarity, which is equal for equal hashes.
    """
    _rarest_first(sets, counts, len(counts).bit_length() - 1, span)


@kernel
def _pack(sets: Sets, kept: Ints) -> Hashes:
    packed = np.empty(kept.sum(), np.uint64)
    end = 0
    for text in range(kept.shape[0]):
        for place in range(sets.starts[text], sets.starts[text] + kept[text]):
            packed[end] = (sets.hashes[place] >> _HALF << _HALF) | np.uint64(text)
            end += 1
    return packed


@kernel
def _rarest_first(sets: Sets, counts: Counts, bits: int, span: tuple[int, int]) -> None:
    for text in range(span[0], span[1]):
        start = sets.starts[text]
        end = start + sets.sizes[text]
        for place in range(start, end):
            member = sets.hashes[place]
            count = counts[member >> np.uint64(64 - bits)]
            code = np.uint64(min(255.0, _STEPS * np.log2(np.float64(max(count, 1)))))
            sets.hashes[place] = (code << np.uint64(56)) | (member >> _CODE)
        ordered = np.sort(sets.hashes[start:end])
        for place in range(ordered.shape[0]):
            sets.hashes[start + place] = (ordered[place] << _CODE) | (ordered[place] >> np.uint64(56))


@part
def _first_at_least(packed: Hashes, low: int, high: int, value: np.uint64) -> int:
    while low < high:
        middle = (low + high) // 2
        if packed[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@part
def _find(packed: Hashes, cells: Ints, bits: int, member: np.uint64) -> tuple[int, int]:
    """Return where the postings of a hash begin and end."""
    cell = np.int64(member >> np.uint64(64 - bits))
    tag = member >> _HALF << _HALF
    begin = _first_at_least(packed, cells[cell], cells[cell + 1], tag)
    return begin, _first_at_least(packed, begin, cells[cell + 1], tag | _LOW)


@kernel
def search_rarest(  # noqa: PLR0913, PLR0917 (a kernel takes its arrays one by one)
    sets: Sets, first: int, span: tuple[int, int], indexed: tuple[Postings, Ints, int], rule: PrefixRule, out: Ints
) -> tuple[int, int]:
    """Pair the sets of a span with those of the index that share one of their rarest members and have a fitting size.

    first: the number of sets[0] among all; indexed: the postings, the sizes of their sets, and the number of the first.
    Returns (pairs, postings not read) and writes the pairs that fit.
    """
    postings, sizes, first_indexed = indexed
    packed, cells, bits = postings
    seen = np.full(sizes.shape[0], -1, np.int64)
    count = 0
    cut = 0
    for text in range(span[0], span[1]):
        size = sets.sizes[text]
        if size < rule.least:
            continue
        start = sets.starts[text]
        holders = 0.0
        for place in range(start, start + size - np.int64(np.ceil(rule.share * size - 1e-9)) + 1):
            begin, end = _find(packed, cells, bits, sets.hashes[place])
            # How many hold it anywhere, not only here: what is cut must not depend on how the work is cut into pieces.
            holders += np.exp2((sets.hashes[place] & _CODES) / _STEPS)
            if holders > rule.limit:
                cut += end - begin
                continue
            for at in range(begin, end):
                other = np.int64(packed[at] & _LOW)
                if seen[other] == text:
                    continue
                seen[other] = text
                if sizes[other] < rule.low * size - 1e-9 or sizes[other] > rule.high * size + 1e-9:
                    continue
                if rule.own and first + text >= first_indexed + other:
                    continue
                if count < out.shape[1]:
                    out[0, count] = text
                    out[1, count] = other
                count += 1
    return count, cut


@kernel
def search_counting(
    sets: Sets, span: tuple[int, int], indexed: tuple[Postings, Ints, Counts], rule: CountRule, out: Ints
) -> tuple[int, int]:
    """Pair the sets of a span with those of the index that share enough of the smaller set; as `search_rarest`.

    indexed: the postings, the sizes of their sets, and how many sets hold a hash, as in Frequencies.
    """
    postings, sizes, counts = indexed
    packed, cells, bits = postings
    shift = np.uint64(64 - np.int64(np.log2(counts.shape[0])))
    met = np.zeros(sizes.shape[0], np.int32)
    touched = np.empty(sizes.shape[0], np.int64)
    count = 0
    cut = 0
    for text in range(span[0], span[1]):
        some = 0
        for place in range(sets.starts[text], sets.starts[text] + sets.sizes[text]):
            begin, end = _find(packed, cells, bits, sets.hashes[place])
            if counts[sets.hashes[place] >> shift] > rule.limit:
                cut += end - begin
                continue
            for at in range(begin, end):
                other = np.int64(packed[at] & _LOW)
                if met[other] == 0:
                    touched[some] = other
                    some += 1
                met[other] += 1
        for at in range(some):
            other = touched[at]
            if met[other] >= rule.share * min(sets.sizes[text], sizes[other]) - 1e-9:
                if count < out.shape[1]:
                    out[0, count] = text
                    out[1, count] = other
                count += 1
            met[other] = 0
    return count, cut
