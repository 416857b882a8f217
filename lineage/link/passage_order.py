"""Whether answers were written from each other, told by the order of the passages they share; for cards without texts.

Answers by two authors share short runs of words here and there, those that were rewritten keep them in one order. A
card has winnowed hashes of runs of 5 words in the order of the text. Words tell more (`rewrite`), and need the texts.
"""

import numpy as np

from lineage.fingerprint.minhash import Winnows
from lineage.link.arrays import Floats, Hashes, Ints
from lineage.link.coverage import Coverage
from lineage.link.rewrite import Answers
from lineage.link.view import View

# An order of fewer shared passages than this is chance.
ORDERED_PASSAGES = 3
# Pairs that are looked at, as of `rewrite`.
_PAIRS = 4000


def compare_passages(a: View, b: View, rows: tuple[Ints, Ints], kept: Coverage) -> Answers:
    """Compare the answers of pairs of rows that share a prompt, long ones all; `kept` is passed on.

    Of more than 4,000 pairs as many are looked at, spread evenly, and counted for all of them.
    """
    if a.winnows is None or b.winnows is None or not len(rows[0]):
        return Answers(kept)
    chosen = np.unique(np.linspace(0, len(rows[0]) - 1, _PAIRS).astype(np.int64))
    orders = np.array([_order(a.winnows, b.winnows, rows[0][pair], rows[1][pair]) for pair in chosen])
    ordered = orders[~np.isnan(orders)]
    if not len(ordered):
        return Answers(kept)
    return Answers(kept, float(ordered.mean()), round(len(ordered) * len(rows[0]) / len(chosen)), "passages")


def _order(a: Winnows, b: Winnows, row_a: int, row_b: int) -> float:
    """Return Kendall's tau of the first places of shared passages, NaN of fewer than 3."""
    (one, places_a), (other, places_b) = _first_places(a, row_a), _first_places(b, row_b)
    _, in_a, in_b = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    if len(in_a) < ORDERED_PASSAGES:
        return float("nan")
    x, y = places_a[in_a], places_b[in_b]
    agree: Floats = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    return float(agree.sum() / (len(x) * (len(x) - 1)))


def _first_places(winnows: Winnows, row: int) -> tuple[Hashes, Ints]:
    hashes = winnows.hashes[winnows.offsets[row] : winnows.offsets[row + 1]]
    distinct, places = np.unique(hashes, return_index=True)
    return distinct, places
