"""Whether matched rows are more than chance: by their order, or by how far they lead.

Both nulls are made of the same rows. The thresholds and their grounds are in docs/design/0010-translations.md.
"""

import math
from typing import Literal, NamedTuple

from lineage.link.aligned.chain import Chain
from lineage.link.aligned.matches import Leads, Matches

# One in a million for a single pair of corpora: thousands may be compared.
_LOG_P = math.log(1e-6)
# Sets sorted by the same topics have long chains too. Theirs are not straight (translations with few rows dropped: from
# .68, topics of 2 to 20 rows: up to .40), nor do their matches lead the rows beside them (runners-up that lead as
# far, in parts of matches: translations up to .4, topics from 1.4).
_STRAIGHT = 0.6
_CHANCE_PART = 0.6
# Fewer matches than this prove nothing, whatever their order.
_FEWEST = 6


EvidenceKind = Literal["order", "leads", "lengths"]


class Evidence(NamedTuple):
    """kind: what shows that rows belong together. found, chance: that many rows, and that many by chance."""

    kind: EvidenceKind
    found: int
    chance: int
    log_p: float


def judge_matches(matches: Matches, chain: Chain, leads: Leads) -> Evidence | None:
    """Return the stronger evidence, or None where chance may have made it."""
    count, length = len(matches.a), len(chain.places)
    by_order = Evidence("order", length, round(2 * math.sqrt(count)), chain.log_p)
    by_leads = Evidence("leads", leads.real, leads.chance, leads.log_p)
    stands_out = leads.stands_out and leads.real >= _FEWEST and leads.log_p <= _LOG_P
    fine = chain.straight >= _STRAIGHT or leads.chance <= _CHANCE_PART * leads.real
    if chain.log_p <= _LOG_P and length >= _FEWEST and fine:
        return by_order
    return by_leads if stands_out else None
