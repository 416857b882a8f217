"""Compiled look-ups in sorted tables: which rows may match a text, and which rows a whole dataset may match."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.index.search import NEAR, SCALE, SearchRule, Tables
from lineage.index.sketch import Minima, Sketch
from lineage.index.tables import MOST_ROWS, Ints, Packed, Table
from lineage.text.buffers import TextBuffers
from lineage.text.jit import kernel
from lineage.text.kernels import hash_shingles, longest_text, make_scratch, sort_distinct

Marks = npt.NDArray[np.uint8]
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)
_FEW = 16
WEIGHT_BITS = np.uint64(6)
_WEIGHT = np.uint64(63)


class Postings(NamedTuple):
    """A view's winnowed hashes as a segment has them: the sorted table, and where each row's hashes start."""

    table: Table
    offsets: Ints


class HolderRule(NamedTuple):
    """limit: rows with one tag, beyond which it tells nothing. share: of the fewer hashes of two texts, how many."""

    limit: int
    share: float


@kernel
def tag_range(table: Table, tag: np.uint64) -> tuple[int, int]:
    """Return where the entries of a tag begin and end in a table."""
    entries, starts, bits = table
    bucket = np.int64(tag >> np.uint64(32 - bits))
    last = int(np.int64(starts[bucket + 1]))
    low = _first_above(entries, int(np.int64(starts[bucket])), last, tag)
    return low, _first_above(entries, low, last, tag + _ONE)


@kernel
def _first_above(entries: Packed, low: int, high: int, tag: np.uint64) -> int:
    """Return the first place from low on whose tag is at least `tag`; few entries are passed one by one."""
    while high - low > _FEW:
        middle = (low + high) >> 1
        if entries[middle] >> _HALF < tag:
            low = middle + 1
        else:
            high = middle
    while low < high and entries[low] >> _HALF < tag:
        low += 1
    return low


@kernel
def _touch(table: Table, hashes: Packed, begins: Ints) -> None:
    """Read where each of the tags will be looked for: reads that do not wait for each other take the time of a few."""
    entries, starts, bits = table
    for i in range(hashes.shape[0]):
        begins[i] = starts[np.int64(hashes[i] >> np.uint64(64 - bits)) if bits else 0]
    for i in range(hashes.shape[0]):
        begins[i] += np.int64(entries[min(begins[i], entries.shape[0] - 1)] & _ONE) if entries.shape[0] else 0


@kernel
def holders(hashes: Packed, table: Table, limit: int) -> tuple[Packed, int]:
    """Return the rows that have the tags of these hashes, ascending, once for each; and how many entries were left out.

    Below each row stand, in WEIGHT_BITS, the bits by which the tag is rarer than `limit`, and one. A tag that more than
    `limit` rows have is left out: it is of a phrase that everybody uses.
    """
    count = hashes.shape[0]
    begins = np.empty(count, np.int64)
    sizes = np.empty(count, np.int64)
    _touch(table, hashes, begins)
    total = 0
    cut = 0
    for i in range(count):
        begins[i], end = tag_range(table, hashes[i] >> _HALF)
        sizes[i] = end - begins[i]
        if sizes[i] > limit:
            cut += sizes[i]
            sizes[i] = 0
        total += sizes[i]
    rows = np.empty(total, np.uint64)
    at = 0
    for i in range(count):
        weight = np.uint64(1 + _bit_length(limit) - _bit_length(sizes[i]))
        for place in range(begins[i], begins[i] + sizes[i]):
            rows[at] = (table.entries[place] & _LOW) << WEIGHT_BITS | weight
            at += 1
    rows.sort()
    return rows, cut


@kernel
def _bit_length(number: int) -> int:
    bits = 0
    while number >> bits:
        bits += 1
    return bits


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
            while end < rows.shape[0] and rows[end] >> WEIGHT_BITS == rows[start] >> WEIGHT_BITS:
                end += 1
            row = np.int64(rows[start] >> WEIGHT_BITS)
            smaller = min(mine.shape[0], theirs[row + 1] - theirs[row])
            if end - start >= rule.share * smaller:
                marks[row] = 1
            start = end
    return cut


class Found(NamedTuple):
    """What `search_view` finds; as `search.Candidates`."""

    equal: Ints
    rows: Ints
    matches: Ints
    left: int
    cut: int


@kernel
def search_view(tables: Tables, sketch: Sketch, rule: SearchRule) -> Found:
    """Find the candidates of a text in one view of a segment; equals `search.search`."""
    equal = _equal_rows(tables, sketch)
    near, near_cut = _near_rows(tables, sketch, rule)
    holding, cut = holders(sketch.probes, tables.winnows, rule.posting)
    rows = np.empty(near.shape[0] + holding.shape[0], np.int64)
    scores = np.empty(rows.shape[0], np.int64)
    matches = np.empty(rows.shape[0], np.int64)
    count = 0
    i = 0
    j = 0
    while i < near.shape[0] or j < holding.shape[0]:
        row = np.int64(MOST_ROWS)
        if i < near.shape[0]:
            row = np.int64(near[i])
        if j < holding.shape[0]:
            row = min(row, np.int64(holding[j] >> WEIGHT_BITS))
        is_near = False
        while i < near.shape[0] and np.int64(near[i]) == row:
            is_near = True
            i += 1
        shared = 0
        rarity = 0
        while j < holding.shape[0] and np.int64(holding[j] >> WEIGHT_BITS) == row:
            shared += 1
            rarity += int(np.int64(holding[j] & _WEIGHT))
            j += 1
        if tables.keys[row, 0] == sketch.key[0] and tables.keys[row, 1] == sketch.key[1]:
            continue
        agree = _agreeing(tables.minima[row], sketch.minima)
        fewer = min(tables.winnow_offsets[row + 1] - tables.winnow_offsets[row], sketch.winnowed)
        holds = shared > 0 and shared >= rule.share * fewer
        if holds or (is_near and agree >= rule.need):
            rows[count] = row
            matches[count] = agree
            scores[count] = NEAR + agree if agree >= rule.need else 0
            if holds:
                scores[count] += rarity * min(shared * SCALE // fewer, SCALE)
            count += 1
    # Rows ascend, so that a stable order by score keeps them ascending among equals.
    order = np.argsort(-scores[:count], kind="mergesort")[: rule.most]
    return Found(equal, rows[order], matches[order], count - order.shape[0], near_cut + cut)


@kernel
def _equal_rows(tables: Tables, sketch: Sketch) -> Ints:
    tag = sketch.key[0] >> _HALF
    place, end = tag_range(tables.exact, tag)
    rows = np.empty(end - place, np.int64)
    count = 0
    for entry in tables.exact.entries[place:end]:
        row = np.int64(entry & _LOW)
        if tables.keys[row, 0] == sketch.key[0] and tables.keys[row, 1] == sketch.key[1]:
            rows[count] = row
            count += 1
    return rows[:count]


@kernel
def _near_rows(tables: Tables, sketch: Sketch, rule: SearchRule) -> tuple[Packed, int]:
    """Return the rows that share a band, ascending, once for each band."""
    bands = tables.bands.entries.shape[0]
    tags = sketch.tags
    begins = np.empty(bands, np.int64)
    sizes = np.empty(bands, np.int64)
    total = 0
    cut = 0
    for band in range(bands):
        begins[band] = tables.bands.starts[band, np.int64(tags[band] >> np.uint64(32 - tables.bands.bits))]
    for band in range(bands):
        table = Table(tables.bands.entries[band], tables.bands.starts[band], tables.bands.bits)
        begins[band], end = tag_range(table, tags[band])
        sizes[band] = end - begins[band]
        if sizes[band] > rule.bucket:
            cut += sizes[band]
            sizes[band] = 0
        total += sizes[band]
    rows = np.empty(total, np.uint64)
    at = 0
    for band in range(bands):
        for place in range(begins[band], begins[band] + sizes[band]):
            rows[at] = tables.bands.entries[band, place] & _LOW
            at += 1
    rows.sort()
    return rows, cut


@kernel
def _agreeing(one: Minima, other: Minima) -> int:
    count = 0
    for slot in range(one.shape[0]):
        count += one[slot] == other[slot]
    return count


@kernel
def count_shared(texts: TextBuffers, words_each: int, own: Packed, sizes: Ints, shared: Ints) -> None:
    """Count for each text its distinct shingles of `words_each` words, and how many are in an ascending set."""
    data, spelled, starts, ends = texts
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    room = np.empty(shingles.size, np.uint64)
    table = np.empty(5 * shingles.size + 1, np.uint64)
    for text in range(starts.size):
        count, _, _ = hash_shingles(
            data, spelled, starts[text], ends[text], words_each, lowered, edges, words, shingles
        )
        size = sort_distinct(shingles, count, table, room, 0)
        i = 0
        j = 0
        both = 0
        while i < size and j < own.shape[0]:
            x = room[i]
            y = own[j]
            both += x == y
            i += x <= y
            j += y <= x
        sizes[text] = size
        shared[text] = both
