"""One view of a corpus: what there is to compare texts by."""

from dataclasses import dataclass

import pyarrow as pa

from lineage.fingerprint.fingerprint import DEFAULT_PARAMS
from lineage.fingerprint.minhash import ViewPrints, Winnows
from lineage.fingerprint.permutations import Permutations, draw_permutations
from lineage.link.known import KnownPairs
from lineage.link.sources import Release, SetSource, ShingleSource, WinnowSource, keep
from lineage.text.models import TextModel


@dataclass(frozen=True, slots=True)
class View:
    """One view of a corpus: its fingerprints, and its texts where they are at hand.

    texts and winnows are in the order of the prints and may be memory-mapped; None where there are none. seed: of the
    signatures. release: lets go of the memory that mapped arrays take once they were read. near: the pairs with the one
    view that this is compared with, where they were found elsewhere.
    """

    prints: ViewPrints
    texts: pa.LargeStringArray | None
    model: TextModel
    winnows: Winnows | None = None
    seed: int = DEFAULT_PARAMS.seed
    release: Release = keep
    near: KnownPairs | None = None

    @property
    def permutations(self) -> Permutations:
        """The maps that the signatures were taken with."""
        return draw_permutations(self.prints.minima.shape[1], self.seed)

    @property
    def shingles(self) -> SetSource | None:
        """The shingle sets of the texts, where they are at hand."""
        return None if self.texts is None else ShingleSource(self.texts, self.prints, self.model, self.release)

    @property
    def winnowed(self) -> SetSource | None:
        """The sets of winnowed hashes, where they are at hand."""
        return None if self.winnows is None else WinnowSource(self.winnows, self.release)


def shingled(a: View, b: View) -> tuple[SetSource, SetSource] | None:
    """Return the shingle sets of both, or None where one has no texts; one and the same for one and the same view."""
    one = a.shingles
    other = one if a is b else b.shingles
    return None if one is None or other is None else (one, other)


def winnowed(a: View, b: View) -> tuple[SetSource, SetSource] | None:
    """Return the winnowed hashes of both, as `shingled` does."""
    one = a.winnowed
    other = one if a is b else b.winnowed
    return None if one is None or other is None else (one, other)
