"""Learns from matched rows which mark of one corpus stands for which of the other, and rewrites marks by that.

A dictionary of one-to-one translations, good enough to match rows that share no mark. Knows no language: the pairs of
rows are all it learns from.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.aligned.common import Floats, Ids, places_of
from lineage.link.aligned.marks import FORM, NUMBER, Hashes, Marks, Offsets
from lineage.text.jit import kernel

# Pairs to learn from, and marks taken of each row: about 50 M co-occurrences, the bulk of the time it takes.
_PAIRS = 4096
_MARKS_PER_ROW = 96
_LEAST_TOGETHER = 3
_MOST_SHARE = 0.3
# Dice coefficient from which two marks are taken for translations. Source: Melamed 2000 (competitive linking).
_LEAST_DICE = 0.3


class Dictionary(NamedTuple):
    """Mark a[i] of one corpus stands for mark b[i] of the other; `a` ascending, each mark once on either side."""

    a: Hashes
    b: Hashes


def learn_words(a: Marks, b: Marks, rows: tuple[Ids, Ids]) -> Dictionary:
    """Learn from the pairs (rows[0][i] of a, rows[1][i] of b) which marks occur together and hardly apart."""
    chosen = np.linspace(0, len(rows[0]) - 1, min(_PAIRS, len(rows[0]))).astype(np.int64)
    sides = [_telling(marks, side[chosen]) for marks, side in ((a, rows[0]), (b, rows[1]))]
    (words_a, ids_a, starts_a, count_a), (words_b, ids_b, starts_b, count_b) = sides
    if not len(words_a) or not len(words_b):
        return Dictionary(np.empty(0, np.uint64), np.empty(0, np.uint64))
    met = np.sort(_cross(ids_a, starts_a, ids_b, starts_b))
    first = np.flatnonzero(np.concatenate([[True], met[1:] != met[:-1]]))
    together = np.diff(np.append(first, len(met)))
    often = together >= _LEAST_TOGETHER
    first, together = first[often], together[often]
    x, y = (met[first] >> 32).astype(np.int64), (met[first] & 0xFFFFFFFF).astype(np.int64)
    dice = 2 * together / (count_a[x] + count_b[y])
    new = ~np.isin(words_a, words_b[y[words_a[x] == words_b[y]]])[x]
    new &= ~np.isin(words_b, words_a[x[words_a[x] == words_b[y]]])[y]
    return _one_to_one(dice[new], x[new], y[new], (words_a, words_b))


def translate(marks: Marks, dictionary: Dictionary) -> Marks:
    """Give each row, beside its own marks, what they stand for in the other corpus."""
    if not len(dictionary.a):
        return marks
    return Marks(*_added(*marks, places_of(dictionary.a, marks.hashes), dictionary.b))


@kernel
def _added(offsets: Offsets, hashes: Hashes, places: Ids, meanings: Hashes) -> tuple[Offsets, Hashes]:
    """Add to each row the meanings of its marks, whose places among them are given, −1 where there is none."""
    starts = np.zeros(len(offsets), np.int64)
    out = np.empty(len(hashes) + (places >= 0).sum(), np.uint64)
    end = 0
    for row in range(len(offsets) - 1):
        begin = end
        for at in range(offsets[row], offsets[row + 1]):
            out[end] = hashes[at]
            end += 1
            if places[at] >= 0:
                out[end] = meanings[places[at]]
                end += 1
        own = np.unique(out[begin:end])
        out[begin : begin + len(own)] = own
        end = begin + len(own)
        starts[row + 1] = end
    return starts, out[:end]


def _telling(marks: Marks, rows: Ids) -> tuple[Hashes, Ids, Offsets, Offsets]:
    """Find the words of the rows that recur and are not everywhere: (words, ids of each row, starts, counts)."""
    pieces = [marks.hashes[marks.offsets[row] : marks.offsets[row + 1]] for row in rows]
    kinds = [piece & np.uint64(3) for piece in pieces]
    pieces = [piece[(kind != FORM) & (kind != NUMBER)] for piece, kind in zip(pieces, kinds, strict=True)]
    if not pieces:
        return np.empty(0, np.uint64), np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int64)
    words, ids, counts = np.unique(np.concatenate(pieces), return_inverse=True, return_counts=True)
    kept = (counts >= _LEAST_TOGETHER) & (counts <= max(_MOST_SHARE * len(rows), _LEAST_TOGETHER))
    number = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    parts = [part[part >= 0] for part in np.split(number[ids], np.cumsum([len(piece) for piece in pieces])[:-1])]
    parts = [part[np.argsort(counts[kept][part], kind="stable")[:_MARKS_PER_ROW]] for part in parts]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return words[kept], np.concatenate(parts), starts, counts[kept]


@kernel
def _cross(ids_a: Ids, starts_a: Offsets, ids_b: Ids, starts_b: Offsets) -> Offsets:
    """List every pair of marks of every pair of rows as one number."""
    total = 0
    for pair in range(len(starts_a) - 1):
        total += (starts_a[pair + 1] - starts_a[pair]) * (starts_b[pair + 1] - starts_b[pair])
    met = np.empty(total, np.int64)
    end = 0
    for pair in range(len(starts_a) - 1):
        for i in range(starts_a[pair], starts_a[pair + 1]):
            for j in range(starts_b[pair], starts_b[pair + 1]):
                met[end] = (np.int64(ids_a[i]) << 32) | np.int64(ids_b[j])
                end += 1
    return met


def _one_to_one(dice: Floats, x: Offsets, y: Offsets, words: tuple[Hashes, Hashes]) -> Dictionary:
    """Take the strongest associations first, each mark once."""
    order = np.argsort(-dice, kind="stable")
    order = order[dice[order] >= _LEAST_DICE]
    taken = _compete(x[order], y[order], len(words[0]), len(words[1]))
    a, b = words[0][x[order][taken]], words[1][y[order][taken]]
    ascending = np.argsort(a)
    return Dictionary(a[ascending], b[ascending])


@kernel
def _compete(x: Offsets, y: Offsets, count_x: int, count_y: int) -> Offsets:
    free_x = np.ones(count_x, np.bool_)
    free_y = np.ones(count_y, np.bool_)
    taken = np.empty(len(x), np.int64)
    end = 0
    for place in range(len(x)):
        if free_x[x[place]] and free_y[y[place]]:
            free_x[x[place]] = False
            free_y[y[place]] = False
            taken[end] = place
            end += 1
    return taken[:end]
