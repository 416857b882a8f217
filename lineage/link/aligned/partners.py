"""For every row of one corpus the rows of the other that it shares most with.

Finds by rare marks, scores by all. Judges nothing.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.aligned.common import Common, Floats, Ids, Rows, pair_score, postings
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
    sums = np.zeros(len(b.offsets), np.float64)  # of each row of b; all zero again after each row of a
    met = np.empty(_RAREST * _FREQUENT, np.int32)
    best = np.empty(_SCORED, np.int32)
    for row in range(lo, hi):
        count = _collect(a.ids[a.offsets[row] : a.offsets[row + 1]], held, weights, sums, met)
        chosen = _most_promising(met, count, sums, best)
        for place in range(chosen):
            other = best[place]
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
        for place in range(count):
            sums[met[place]] = 0.0


@part
def _collect(own: Ids, held: Rows, weights: Floats, sums: Floats, met: Ids) -> int:
    """Add the weights of the rarest marks to the rows that hold them; list these rows and return their number."""
    rarest = np.argsort(held.offsets[own + 1] - held.offsets[own], kind="mergesort")
    count = 0
    for place in rarest[:_RAREST]:
        mark = own[place]
        if held.offsets[mark + 1] - held.offsets[mark] > _FREQUENT:
            break
        for at in range(held.offsets[mark], held.offsets[mark + 1]):
            other = held.ids[at]
            if sums[other] == 0.0:
                met[count] = other
                count += 1
            sums[other] += weights[mark]
    return count


@part
def _most_promising(met: Ids, count: int, sums: Floats, best: Ids) -> int:
    """Write the rows with the heaviest sums to `best`, heaviest first, equal ones by row; return their number."""
    chosen = 0
    for place in range(count):
        row = met[place]
        if chosen == _SCORED and sums[row] < sums[best[chosen - 1]]:
            continue
        k = chosen
        while k > 0 and (sums[row] > sums[best[k - 1]] or (sums[row] == sums[best[k - 1]] and row < best[k - 1])):
            k -= 1
        chosen = min(chosen + 1, _SCORED)
        for later in range(chosen - 1, k, -1):
            best[later] = best[later - 1]
        if k < chosen:
            best[k] = row
    return chosen
