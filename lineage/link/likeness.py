"""How alike the texts of some pairs are: the measures, with their errors where they are estimates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Ints

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the texts of n pairs are; NaN where a pair has no text on one side.

    jaccard: |A ∩ B| / |A ∪ B|. containment_ab: |A ∩ B| / |A|, the part of a that b holds. containment_ba: / |B|.
    standard_error: of the Jaccard. error_ab, error_ba: of the containments. All 0 where counted from the shingle sets.
    """

    jaccard: Floats
    containment_ab: Floats
    containment_ba: Floats
    standard_error: Floats
    error_ab: Floats
    error_ba: Floats

    @property
    def parts(self) -> tuple[Floats, ...]:
        """Return the measures in the order of the fields."""
        contained = (self.containment_ab, self.containment_ba)
        return (self.jaccard, *contained, self.standard_error, self.error_ab, self.error_ba)

    def take(self, positions: Ints) -> "Likeness":
        """Return the measures of some of the pairs."""
        return Likeness(*(part[positions] for part in self.parts))

    def replaced(self, positions: Ints, others: "Likeness") -> "Likeness":
        """Return these measures with those at `positions` replaced by others."""
        parts = [part.copy() for part in self.parts]
        for part, new in zip(parts, others.parts, strict=True):
            part[positions] = new
        return Likeness(*parts)


def joined(several: Sequence[Likeness]) -> Likeness:
    """Return the measures of several lots of pairs, one lot after the other; at least one lot."""
    return Likeness(*(np.concatenate(parts) for parts in zip(*(one.parts for one in several), strict=True)))


def counted_likeness(both: Ints, size_a: Ints, size_b: Ints) -> Likeness:
    """Return the measures of pairs of sets of these sizes that have `both` members in common."""
    exact = np.zeros(len(both))
    return Likeness(both / (size_a + size_b - both), both / size_a, both / size_b, exact, exact, exact)


def equal_likeness(count: int) -> Likeness:
    """Return the measures of pairs with the same words."""
    return Likeness(*(np.ones(count) for _ in range(3)), *(np.zeros(count) for _ in range(3)))


def no_likeness(count: int) -> Likeness:
    """Return the measures of pairs that lack a text on one side."""
    return Likeness(*(np.full(count, np.nan) for _ in range(6)))
