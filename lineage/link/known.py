"""Pairs of texts that were found and counted elsewhere, named by rows."""

from dataclasses import dataclass

import numpy as np

from lineage.engine.keys import number_keys
from lineage.fingerprint.minhash import ViewPrints
from lineage.link.arrays import Ints


@dataclass(frozen=True, slots=True)
class KnownPairs:
    """Pairs at or above the threshold of texts that are not equal, each once, by a row of each corpus that holds them.

    both, size_a, size_b: shingles that the texts of a pair share, and that each has. cut: pairs left out of overfull
    buckets.
    """

    row_a: Ints
    row_b: Ints
    both: Ints
    size_a: Ints
    size_b: Ints
    cut: int

    def text_a(self, prints: ViewPrints, rows: Ints) -> Ints:
        """Return the first text of each pair as its place among the distinct texts that stand in `rows`."""
        return _places(self.row_a, prints, rows)

    def text_b(self, prints: ViewPrints, rows: Ints) -> Ints:
        """As `text_a`, of the second texts."""
        return _places(self.row_b, prints, rows)


def _places(wanted: Ints, prints: ViewPrints, rows: Ints) -> Ints:
    keys, others = prints.keys[rows], prints.keys[wanted]
    ids, wanted_ids = number_keys([keys[:, 0], keys[:, 1]], [others[:, 0], others[:, 1]])
    places = np.empty(len(ids) + len(wanted_ids), np.int64)
    places[ids] = np.arange(len(ids))
    found: Ints = places[wanted_ids]
    return found
