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


def find_partners(common: Common, rows: Ids | None = None, *, threads: int | None = None) -> Partners:
    """Find for some rows of a (None: all) their partners in b, with their `pair_score`, in nats and positive.

    Cost: for each row the postings of its _RAREST rarest marks, and _SCORED merges.
    """
    held = postings(common.b, len(common.weights))
    wanted = np.arange(len(common.a.offsets) - 1, dtype=np.int32) if rows is None else rows
    found = Partners(np.full((len(wanted), KEPT), -1, np.int32), np.zeros((len(wanted), KEPT)))

    def search(lo: int, hi: int) -> None:
        _search(common, held, wanted[lo:hi], found.rows[lo:hi], found.scores[lo:hi])

    run_chunks(search, len(wanted), threads=threads, chunk=_ROWS_PER_CHUNK)
    return found


@kernel
def _search(common: Common, held: Rows, rows: Ids, partners: Ids, scores: Floats) -> None:
    a, b, weights, _, (totals_a, totals_b) = common
    sums = np.zeros(len(b.offsets), np.float64)  # of each row of b; all zero again after each row of a
    met = np.empty(_RAREST * _FREQUENT, np.int32)
    best = np.empty(_SCORED, np.int32)
    for at in range(len(rows)):
        row = rows[at]
        count = _collect(a.ids[a.offsets[row] : a.offsets[row + 1]], held, weights, sums, met)
        chosen = _most_promising(met, count, sums, best)
        for place in range(chosen):
            other = best[place]
            score = pair_score(a, b, weights, totals_a, totals_b, row, other)
            k = KEPT
            while k > 0 and score > scores[at, k - 1]:
                k -= 1
            for later in range(KEPT - 1, k, -1):
                scores[at, later] = scores[at, later - 1]
                partners[at, later] = partners[at, later - 1]
            if k < KEPT:
                scores[at, k] = score
                partners[at, k] = other
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
