"""Compiled look-ups in sorted tables: which rows hold the winnowed hashes of a text, and how many of them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.index.tables import Ints, Packed
from lineage.text.jit import kernel

Marks = npt.NDArray[np.uint8]
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


class Postings(NamedTuple):
    """A view's winnowed hashes as a segment has them: the sorted table, and where each row's hashes start."""

    table: Packed
    offsets: Ints


class HolderRule(NamedTuple):
    """limit: rows with one tag, beyond which it tells nothing. share: of the fewer hashes of two texts, to be shared."""

    limit: int
    share: float


@kernel
def first_at_least(table: Packed, value: np.uint64) -> int:
    """Return the first place of a table that is not below `value`.

    Tags are parts of hashes, so the place is guessed from the value and the search widens from there: in a million
    entries it touches a few neighbouring pages instead of twenty far apart.
    """
    size = table.shape[0]
    if size == 0:
        return 0
    low = int(np.int64(((value >> _HALF) * np.uint64(size)) >> _HALF))
    step = 1
    if table[low] < value:
        high = low + 1
        while high < size and table[high] < value:
            low = high
            high += step
            step *= 2
        high = min(high, size)
        low += 1
    else:
        high = low
        low = high - 1
        while low >= 0 and table[low] >= value:
            high = low
            low -= step
            step *= 2
        low = max(low + 1, 0)
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def holders(hashes: Packed, table: Packed, limit: int) -> tuple[Packed, int]:
    """Return the rows that have the tags of these hashes, ascending, once for each; and how many entries were left out.

    A tag that more than `limit` rows have is left out: it is of a phrase that everybody uses.
    """
    count = hashes.shape[0]
    begins = np.empty(count, np.int64)
    sizes = np.empty(count, np.int64)
    total = 0
    cut = 0
    for i in range(count):
        value = (hashes[i] >> _HALF) << _HALF
        begins[i] = first_at_least(table, value)
        end = begins[i]
        while end < table.shape[0] and end - begins[i] <= limit and table[end] <= (value | _LOW):
            end += 1
        sizes[i] = end - begins[i]
        if sizes[i] > limit:
            cut += sizes[i]
            sizes[i] = 0
        total += sizes[i]
    rows = np.empty(total, np.uint64)
    at = 0
    for i in range(count):
        for place in range(begins[i], begins[i] + sizes[i]):
            rows[at] = table[place] & _LOW
            at += 1
    rows.sort()
    return rows, cut


@kernel
def mark_holders(
    own: tuple[Ints, Packed], span: tuple[int, int], postings: Postings, rule: HolderRule, marks: Marks
) -> int:
    """Mark the rows that share enough winnowed hashes with one of the texts of a span; return the entries left out.

    own: where the hashes of each text start, and the hashes.
    """
    offsets, hashes = own
    table, theirs = postings
    cut = 0
    for text in range(span[0], span[1]):
        mine = np.unique(hashes[offsets[text] : offsets[text + 1]])
        rows, left = holders(mine, table, rule.limit)
        cut += left
        start = 0
        while start < rows.shape[0]:
            end = start + 1
            while end < rows.shape[0] and rows[end] == rows[start]:
                end += 1
            row = np.int64(rows[start])
            smaller = min(mine.shape[0], theirs[row + 1] - theirs[row])
            if end - start >= rule.share * smaller:
                marks[row] = 1
            start = end
    return cut
