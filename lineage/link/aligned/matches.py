"""Rows that are each other's best partner, and whether so many leads can be chance.

The judge is the data itself: where no row has a partner, the best candidate leads the second as the second leads the
third. Independent of the order of the rows, which `chain` judges.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from lineage.link.aligned.common import Common, Floats, Ids
from lineage.link.aligned.partners import Partners, find_partners

# Leads, in nats, at which partners are counted against what chance would have.
_LEVELS = (3.0, 5.0, 8.0, 12.0, 20.0)
# Leads of runners-up, in parts of those of matches, up to which the latter stand out. Measured where order or ids tell
# the truth: at most .37 at the best level for translations, from .75 for sets of one kind or language made apart.
_CHANCE_PART = 0.4
# A row is taken for aligned when its partner is e^3 = 20 times likelier than the next, seen from both sides.
SURE = 3.0


class Matches(NamedTuple):
    """Rows that choose each other, ordered by `a`. lead: how much better than the next row for either, in nats, ≥ 0."""

    a: Ids
    b: Ids
    score: Floats
    lead: Floats

    def take(self, places: np.ndarray[tuple[int], np.dtype[np.generic]]) -> "Matches":
        """Return some of them."""
        return Matches(*(part[places] for part in self))


class Leads(NamedTuple):
    """Matches that lead by `level`, runners-up that lead so, and how likely that is if both leads are of one kind."""

    level: float
    real: int
    chance: int
    log_p: float

    @property
    def stands_out(self) -> bool:
        """Whether leads of runners-up are clearly fewer."""
        return self.real > 0 and self.chance <= _CHANCE_PART * self.real


def find_matches(common: Common, *, threads: int | None = None) -> tuple[Matches, Leads]:
    """Match rows both ways, and compare their leads with those of the runners-up of the smaller corpus."""
    if len(common.a.offsets) > len(common.b.offsets):
        (b, a, score, lead), leads = find_matches(common.swapped(), threads=threads)
        return Matches(a, b, score, lead).take(np.argsort(a)), leads
    to_b = find_partners(common, threads=threads)
    own = np.flatnonzero(to_b.rows[:, 0] >= 0).astype(np.int32)
    best = to_b.rows[own, 0]
    # Of the larger corpus only rows that some row chose can be in a match.
    chosen, places = np.unique(best, return_inverse=True)
    to_a = find_partners(common.swapped(), chosen, threads=threads)
    mutual = to_a.rows[places, 0] == own
    a, b = own[mutual], best[mutual]
    lead = np.minimum(_lead(to_b)[a], _lead(to_a)[places[mutual]])
    return Matches(a, b, to_b.scores[a, 0], lead), _judge_leads(lead, _chance_lead(to_b))


def _lead(partners: Partners) -> Floats:
    return partners.scores[:, 0] - partners.scores[:, 1]


def _chance_lead(partners: Partners) -> Floats:
    """Return what the lead of each row's best partner would be if none of its candidates were a true partner.

    Twice the lead of the second over the third: of independent draws with an exponential tail the k-th spacing from
    the top is 1/k of the first. Source: Rényi 1953 (spacings of order statistics).
    """
    return 2 * (partners.scores[:, 1] - partners.scores[:, 2])


def _judge_leads(real: Floats, chance: Floats) -> Leads:
    """Choose the level at which real leads stand out most; the choice among the levels is paid for (Bonferroni).

    Levels at which leads of runners-up are not clearly fewer come last, however many rows prove a difference.
    """
    judged = []
    for level in _LEVELS:
        found, expected = int((real >= level).sum()), int((chance >= level).sum())
        log_p = float(binom.logsf(found - 1, found + expected, 0.5)) if found else 0.0
        judged.append(Leads(level, found, expected, min(0.0, log_p + math.log(len(_LEVELS)))))
    return min(judged, key=lambda one: (not one.stands_out, one.log_p))
