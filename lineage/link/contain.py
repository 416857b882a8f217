"""Pairs of texts of which one contains the other, all of them: found by the shingles that are rarest, counted exactly.

A prompt that grew (evolved, wrapped, given more context) has so many new shingles that no signature finds it; but it
holds nearly all shingles of the prompt it grew from. Works on shingle sets, so the texts have to be at hand.
"""

from typing import NamedTuple

from lineage.link.frequency import Frequencies
from lineage.link.options import LinkOptions
from lineage.link.postings import PrefixRule
from lineage.link.prefix import PrefixPairs, PrefixSearch, Searched, search_prefixes
from lineage.link.sets import Need


class ContainRule(NamedTuple):
    """When a set counts as contained in another.

    share: the part of the smaller set's shingles that the larger has. least: shingles the smaller set has at least.
    larger: how many times as many shingles the larger has at least. limit: holders that the shingles looked at may have
    together; what is left out is counted.
    """

    share: float
    least: int
    larger: float
    limit: int


def contained_in(
    sides: tuple[Searched, Searched], frequencies: Frequencies, rule: ContainRule, *, options: LinkOptions
) -> PrefixPairs:
    """Find every pair (i, j) where set i of the first side lies in set j of the second.

    Complete as long as nothing is cut: of a set of n shingles of which at least ceil(share * n) are shared, at least
    one is shared among any n - ceil(share * n) + 1, so only the texts that hold one of the rarest are counted.
    """
    wanted = PrefixRule(rule.share, rule.least, rule.larger, float("inf"), rule.limit, own=False)
    search = PrefixSearch(wanted, Need(rule.share, 0.0), whole=True)
    return search_prefixes(sides, frequencies, search, options=options)
