"""Every pair of texts at or above a Jaccard similarity, none missed: a prefix-filter join instead of signatures.

Some five times the work of the banded join. Works on shingle sets, so the texts have to be at hand. It is also what the
recall of the banded join is measured by.
"""

import numpy as np

from lineage.link.arrays import Ints
from lineage.link.frequency import count_holders
from lineage.link.options import LinkOptions
from lineage.link.postings import PrefixRule
from lineage.link.prefix import PrefixPairs, PrefixSearch, Searched, search_prefixes
from lineage.link.sets import need_jaccard

_NO_LIMIT = 1 << 62


def similar_pairs(a: Searched, b: Searched, shingles: int, *, options: LinkOptions) -> PrefixPairs:
    """Find every pair of positions whose sets have a Jaccard at or above the threshold; equal sets included.

    shingles: about how many both sides have. a and b may be one and the same: then each pair once, the smaller first.
    Two sets with |A ∩ B| ≥ t |A ∪ B| share t of each, so both hold one of each other's rarest n - ceil(t n) + 1, and
    their sizes differ by a factor of t at most.
    """
    threshold = options.threshold
    sides = [(a.source, a.rows)] if a is b else [(a.source, a.rows), (b.source, b.rows)]
    frequencies = count_holders(sides, shingles, options=options)
    rule = PrefixRule(threshold, 1, threshold, 1 / threshold, _NO_LIMIT, own=a is b)
    search = PrefixSearch(rule, need_jaccard(threshold), whole=False)
    return search_prefixes((a, b), frequencies, search, options=options)


def all_rows(count: int) -> Ints:
    """Return every row of a corpus."""
    return np.arange(count)
