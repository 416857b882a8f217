"""Which of two aligned corpora was translated from the other, told by what was left untranslated.

A translation keeps sentences of its source: quotes, exercises about words, rows passed over. A source knows nothing of
its translations.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from lineage.link.aligned.alignment import AlignedDirection
from lineage.link.aligned.common import Ids, places_of
from lineage.link.aligned.languages import word_shares
from lineage.link.aligned.marks import Hashes, Marks

# A word is of one language only when this share of its corpus's rows holds it, and so many times fewer of the other's.
_ORDINARY = 0.03
_TIMES = 8.0
# So many different ordinary words of a language in a row are a sentence of it, not a name or a term.
_SENTENCE = 3
_LOG_P = math.log(0.02)
_MUCH_MORE = 3.0


class Leftovers(NamedTuple):
    """Aligned rows of each side that hold a sentence in the language of the other, and what follows."""

    in_a: int
    in_b: int
    direction: AlignedDirection


def find_leftovers(a: Marks, b: Marks, rows: tuple[Ids, Ids]) -> Leftovers:
    """Compare what the aligned rows hold of the other side's language; either side may have some, one has far more."""
    in_a = _rows_with(a, rows[0], _own_words(b, a))
    in_b = _rows_with(b, rows[1], _own_words(a, b))
    only_a, only_b = int((in_a & ~in_b).sum()), int((in_b & ~in_a).sum())
    more, less = max(only_a, only_b), min(only_a, only_b)
    told = more >= _MUCH_MORE * max(1, less) and float(binom.logsf(more - 1, more + less, 0.5)) <= _LOG_P
    direction: AlignedDirection = "unknown" if not told else "a_from_b" if only_a > only_b else "b_from_a"
    return Leftovers(int(in_a.sum()), int(in_b.sum()), direction)


def _own_words(marks: Marks, other: Marks) -> Hashes:
    """Return the ordinary words of one corpus that the other hardly uses."""
    (words, shares), (others, other_shares) = word_shares(marks), word_shares(other)
    _, here, there = np.intersect1d(words, others, assume_unique=True, return_indices=True)
    elsewhere = np.zeros(len(words))
    elsewhere[here] = other_shares[there]
    return words[(shares >= _ORDINARY) & (shares >= _TIMES * elsewhere)]


def _rows_with(marks: Marks, rows: Ids, words: Hashes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.concatenate([[0], np.cumsum(places_of(words, marks.hashes) >= 0)])
    held = found[marks.offsets[1:]] - found[marks.offsets[:-1]]
    return np.asarray(held[rows] >= _SENTENCE)
