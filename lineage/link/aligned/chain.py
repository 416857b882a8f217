"""Matches in the order of the rows: the heaviest chain that rises in both corpora, and whether chance makes one.

Knows positions and weights only. Drift (rows dropped or added on one side) does not matter to a chain.
"""

import math
from typing import NamedTuple

import numpy as np

from lineage.link.aligned.common import Floats, Ids
from lineage.link.aligned.marks import Offsets
from lineage.text.jit import kernel

# Beyond this a lead makes a match no surer a member of the chain.
_MOST_WEIGHT = 10.0
_LEAST_WEIGHT = 0.5


class Chain(NamedTuple):
    """The heaviest rising chain. places: its members among the matches, ascending.

    log_p: logarithm of a bound on the chance of a rising chain as long as the longest among matches in random order.
    straight: share of steps from one member to the next that go as many rows further in both corpora.
    """

    places: Offsets
    log_p: float
    straight: float


def find_chain(a: Ids, b: Ids, lead: Floats) -> Chain:
    """Find the chain of matches (a ascending, no row twice in a or b)."""
    if not len(a):
        return Chain(np.empty(0, np.int64), 0.0, 0.0)
    rank = np.argsort(np.argsort(b)).astype(np.int64)
    longest = len(_heaviest(rank, np.ones(len(rank))))
    places = _heaviest(rank, np.clip(lead, _LEAST_WEIGHT, _MOST_WEIGHT))
    steps = np.diff(a[places]), np.diff(b[places])
    straight = float(np.mean(steps[0] == steps[1])) if len(places) > 1 else 0.0
    return Chain(places, _log_chance(len(a), longest), straight)


def _log_chance(matches: int, length: int) -> float:
    """Bound the chance that a random order of `matches` holds a rising chain of that length: C(m, l) / l!.

    The expected number of such chains: any of the C(m, l) choices is in order once in l! orders.
    """
    choices = math.lgamma(matches + 1) - math.lgamma(length + 1) - math.lgamma(matches - length + 1)
    return min(0.0, choices - math.lgamma(length + 1))


@kernel
def _heaviest(rank: Offsets, weight: Floats) -> Offsets:
    """Return the places of the heaviest subsequence with rising ranks; ranks are a permutation of 0 to n − 1."""
    count = len(rank)
    top = np.zeros(count + 1)  # Fenwick tree of the heaviest chain that ends at a rank of at most r
    holder = np.full(count + 1, -1, np.int64)
    before = np.full(count, -1, np.int64)
    last = -1
    heaviest = 0.0
    for place in range(count):
        total = 0.0
        at = rank[place]
        while at > 0:
            if top[at] > total:
                total = top[at]
                before[place] = holder[at]
            at -= at & -at
        total += weight[place]
        if total > heaviest:
            heaviest = total
            last = place
        at = rank[place] + 1
        while at <= count:
            if total > top[at]:
                top[at] = total
                holder[at] = place
            at += at & -at
    chain = np.empty(count, np.int64)
    length = 0
    while last >= 0:
        chain[length] = last
        last = before[last]
        length += 1
    return chain[:length][::-1].copy()
