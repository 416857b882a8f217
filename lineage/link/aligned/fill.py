"""Rows between two matched rows, matched by their place: an alignment by length and by what else they share.

Knows positions, lengths and common marks. Works only where as many rows, or nearly, lie between on both sides.
Source: Gale & Church 1993 (lengths of translations are proportional); the alignment is Needleman & Wunsch 1970.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.aligned.common import Common, Floats, Ids, pair_score
from lineage.link.aligned.marks import Offsets
from lineage.text.jit import kernel

# Rows between two matches, at most; how much longer one side may be; rows before the first and after the last.
_LONGEST = 256
_MORE_ROWS = 2
_MORE_SHARE = 0.1
_OUTSIDE = 64
# What leaving a row without a partner costs, and the bounds of what marks say of a pair, in nats.
_SKIP = 3.0
_MOST_MARKS = 10.0
_LEAST_MARKS = -3.0
# How often a row's length fits its partner's better than those of the partner's neighbours, above one half: too little
# among the matches to tell anything; and what rows side by side between them have to reach of it.
_TELLING = 0.03
_AS_OFTEN = 0.5


class Lengths(NamedTuple):
    """How the lengths of partners relate: log(length in b / length in a) is normal, among partners and by chance."""

    mean: float
    deviation: float
    chance_mean: float
    chance_deviation: float

    def fit(self, a: Floats, b: Floats) -> Floats:
        """Return how much likelier the log lengths are of partners than of rows at random, in nats."""
        ratio = b - a
        own = -0.5 * ((ratio - self.mean) / self.deviation) ** 2 - np.log(self.deviation)
        chance = -0.5 * ((ratio - self.chance_mean) / self.chance_deviation) ** 2 - np.log(self.chance_deviation)
        return np.asarray(own - chance)


def learn_lengths(a: Floats, b: Floats) -> Lengths:
    """Learn from the log lengths of matched rows; robust against some that are matched wrongly."""
    ratio = b - a
    mean = float(np.median(ratio))
    deviation = max(0.1, 1.4826 * float(np.median(np.abs(ratio - mean))))
    chance = max(deviation, float(np.sqrt(a.var() + b.var())))
    return Lengths(mean, deviation, float(b.mean() - a.mean()), chance)


def keeps_place(anchors: tuple[Ids, Ids], lengths: tuple[Floats, Floats]) -> bool:
    """Tell whether rows between anchors (both ascending) belong together, too.

    lengths: log of each row's. True where rows side by side fit each other's lengths better than their neighbours', at
    least half as clearly as the anchors do: rows that were replaced, not translated, keep their place.
    """
    if len(anchors[0]) < 2:
        return False
    learned = learn_lengths(lengths[0][anchors[0]], lengths[1][anchors[1]])
    beside = _side_by_side(*_gaps(anchors, (len(lengths[0]), len(lengths[1]))))
    telling = _better_than_neighbours(learned, lengths, anchors)
    return telling >= _TELLING and _better_than_neighbours(learned, lengths, beside) >= _AS_OFTEN * telling


def fill(anchors: tuple[Ids, Ids], lengths: tuple[Floats, Floats], common: Common) -> tuple[Ids, Ids, Floats]:
    """Match the rows between two or more anchors; return rows of a, of b and the scores. See `keeps_place`."""
    learned = learn_lengths(lengths[0][anchors[0]], lengths[1][anchors[1]])
    starts, ends = _gaps(anchors, (len(lengths[0]), len(lengths[1])))
    return _fill(common, *lengths, learned, starts, ends)


def _side_by_side(starts: Offsets, ends: Offsets) -> tuple[Ids, Ids]:
    """Return the rows of stretches that are equally long on both sides, each with the row across: nothing is chosen."""
    sizes = ends - starts
    equal = sizes[:, 0] == sizes[:, 1]
    size = sizes[equal, 0]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    a, b = (np.repeat(starts[equal, side], size) + within for side in (0, 1))
    return a.astype(np.int32), b.astype(np.int32)


def _better_than_neighbours(learned: Lengths, lengths: tuple[Floats, Floats], pairs: tuple[Ids, Ids]) -> float:
    """Return how often a pair's lengths fit better than a's with the row before or after in b, less one half."""
    if not len(pairs[0]):
        return 0.0
    a, (b, last) = lengths[0][pairs[0]], (pairs[1], len(lengths[1]) - 1)
    own = learned.fit(a, lengths[1][b])
    beside = [learned.fit(a, lengths[1][np.clip(b + step, 0, last)]) for step in (-1, 1)]
    return float(np.mean([np.mean((own > one) + 0.5 * (own == one)) for one in beside])) - 0.5


def _gaps(anchors: tuple[Ids, Ids], rows: tuple[int, int]) -> tuple[Offsets, Offsets]:
    """Return where the stretches to be filled start and end, shape (stretches, 2): of a, of b; ends exclusive."""
    a, b = (side.astype(np.int64) for side in anchors)
    before = min(a[0], b[0], _OUTSIDE)
    after = min(rows[0] - 1 - a[-1], rows[1] - 1 - b[-1], _OUTSIDE)
    starts = np.stack([np.append(a[0] - before, a + 1), np.append(b[0] - before, b + 1)], axis=1)
    ends = np.stack([np.append(a, a[-1] + 1 + after), np.append(b, b[-1] + 1 + after)], axis=1)
    sizes = ends - starts
    small, large = sizes.min(axis=1), sizes.max(axis=1)
    kept = (small > 0) & (large <= _LONGEST) & (large - small <= _MORE_ROWS + _MORE_SHARE * small)
    return starts[kept], ends[kept]


@kernel
def _fill(  # noqa: PLR0913, PLR0917 (as in `common`)
    common: Common,
    log_a: Floats,
    log_b: Floats,
    learned: Lengths,
    starts: Offsets,
    ends: Offsets,
) -> tuple[Ids, Ids, Floats]:
    a, b, weights, _, (totals_a, totals_b) = common
    mean, deviation, chance_mean, chance_deviation = learned
    most = np.minimum(ends[:, 0] - starts[:, 0], ends[:, 1] - starts[:, 1]).sum()
    out_a = np.empty(most, np.int32)
    out_b = np.empty(most, np.int32)
    out = np.empty(most, np.float64)
    end = 0
    for gap in range(len(starts)):
        rows = ends[gap, 0] - starts[gap, 0]
        others = ends[gap, 1] - starts[gap, 1]
        score = np.empty((rows, others))
        for i in range(rows):
            for j in range(others):
                x = starts[gap, 0] + i
                y = starts[gap, 1] + j
                ratio = log_b[y] - log_a[x]
                own = -0.5 * ((ratio - mean) / deviation) ** 2 - np.log(deviation)
                chance = -0.5 * ((ratio - chance_mean) / chance_deviation) ** 2 - np.log(chance_deviation)
                marks = pair_score(a, b, weights, totals_a, totals_b, x, y)
                score[i, j] = own - chance + min(max(marks, _LEAST_MARKS), _MOST_MARKS)
        matched = align_rows(score)
        for i in range(rows):
            if matched[i] >= 0:
                out_a[end] = starts[gap, 0] + i
                out_b[end] = starts[gap, 1] + matched[i]
                out[end] = score[i, matched[i]]
                end += 1
    return out_a[:end], out_b[:end], out[:end]


@kernel
def align_rows(score: Floats) -> Ids:
    """Return for each row its column, or −1, so that columns rise and the sum of scores less skips is greatest."""
    rows, others = score.shape
    best = np.empty((rows + 1, others + 1))
    best[:, 0] = -_SKIP * np.arange(rows + 1)
    best[0, :] = -_SKIP * np.arange(others + 1)
    for i in range(rows):
        for j in range(others):
            skipped = max(best[i, j + 1], best[i + 1, j]) - _SKIP
            best[i + 1, j + 1] = max(best[i, j] + score[i, j], skipped)
    matched = np.full(rows, -1, np.int32)
    i, j = rows, others
    while i > 0 and j > 0:
        if best[i, j] == best[i - 1, j - 1] + score[i - 1, j - 1]:
            i -= 1
            j -= 1
            matched[i] = j
        elif best[i, j] == best[i - 1, j] - _SKIP:
            i -= 1
        else:
            j -= 1
    return matched
