"""For every row of one corpus the rows of the other that it shares most with.

Finds by rare marks, scores by all. Judges nothing.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.aligned.common import Common, Floats, Ids, Rows, pair_score, postings
from lineage.link.aligned.marks import Offsets
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

# The partners kept of each row.
KEPT = 4
# Candidates come from a row's rarest marks; a mark in more rows than this finds none, but counts in the score.
_FREQUENT = 256
_RAREST = 12
_SCORED = 16
_ROWS_PER_CHUNK = 256


class Partners(NamedTuple):
    """Of each of n rows the KEPT best rows of the other corpus, best first; row −1, score 0 where there are fewer."""

    rows: Ids
    scores: Floats


def find_partners(common: Common, *, threads: int | None = None) -> Partners:
    """Find for each row of a its partners in b, with their `pair_score`, in nats and positive.

    Cost: for each row the postings of its _RAREST rarest marks, and _SCORED merges.
    """
    held = postings(common.b, len(common.weights))
    rows = len(common.a.offsets) - 1
    found = Partners(np.full((rows, KEPT), -1, np.int32), np.zeros((rows, KEPT)))

    def search(lo: int, hi: int) -> None:
        _search(common, held, lo, hi, found)

    run_chunks(search, rows, threads=threads, chunk=_ROWS_PER_CHUNK)
    return found


@kernel
def _search(common: Common, held: Rows, lo: int, hi: int, found: Partners) -> None:
    a, b, weights, (totals_a, totals_b) = common
    hits = np.empty(_RAREST * _FREQUENT, np.int32)
    worth = np.empty(_RAREST * _FREQUENT, np.float64)
    for row in range(lo, hi):
        count = _collect(a.ids[a.offsets[row] : a.offsets[row + 1]], held, weights, hits, worth)
        for other in _most_promising(hits[:count], worth[:count]):
            score = pair_score(a, b, weights, totals_a, totals_b, row, other)
            k = KEPT
            while k > 0 and score > found.scores[row, k - 1]:
                k -= 1
            for later in range(KEPT - 1, k, -1):
                found.scores[row, later] = found.scores[row, later - 1]
                found.rows[row, later] = found.rows[row, later - 1]
            if k < KEPT:
                found.scores[row, k] = score
                found.rows[row, k] = other


@part
def _collect(own: Ids, held: Rows, weights: Floats, hits: Ids, worth: Floats) -> int:
    """Write the rows that hold one of the rarest of the marks, and its weight each time; return how many."""
    rarest = np.argsort(held.offsets[own + 1] - held.offsets[own], kind="mergesort")
    count = 0
    for place in rarest[:_RAREST]:
        mark = own[place]
        if held.offsets[mark + 1] - held.offsets[mark] > _FREQUENT:
            break
        for at in range(held.offsets[mark], held.offsets[mark + 1]):
            hits[count] = held.ids[at]
            worth[count] = weights[mark]
            count += 1
    return count


@kernel
def _most_promising(hits: Ids, worth: Floats) -> Ids:
    """Return the rows with the heaviest sums, at most _SCORED; equal ones by row, so that nothing hangs on chance."""
    order: Offsets = np.argsort(hits, kind="mergesort")
    rows = np.empty(len(hits), np.int32)
    sums = np.empty(len(hits), np.float64)
    distinct = 0
    for place in order:
        if distinct == 0 or rows[distinct - 1] != hits[place]:
            rows[distinct] = hits[place]
            sums[distinct] = 0.0
            distinct += 1
        sums[distinct - 1] += worth[place]
    best = np.argsort(-sums[:distinct], kind="mergesort")
    return rows[:distinct][best[:_SCORED]]
