"""rensa: R-MinHash over full token sets (its sampling path reads a few words of a long text only), unverified."""

from collections.abc import Callable
from pathlib import Path

from common import BANDS, NUM_PERM, THRESHOLD, Pairs, hits, phase, shingled


def full_set() -> Callable[[Path], Pairs]:
    """The path that reads every token; bands for recall."""
    from rensa import RMinHash, RMinHashLSH

    def link(corpus: Path) -> Pairs:
        signed: list[RMinHash] = []
        for lists in shingled(corpus):
            with phase("sign"):
                signed += RMinHash.from_token_sets(lists, NUM_PERM, 42)
        index = RMinHashLSH(THRESHOLD, NUM_PERM, BANDS)
        with phase("link"):
            index.insert_many(signed)
            return hits(index.query_all(signed))

    return link
