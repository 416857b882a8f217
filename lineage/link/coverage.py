"""How much of a corpus is linked, with an interval."""

import math
from dataclasses import dataclass

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Coverage:
    """`linked` of `rows` rows have at least one link."""

    linked: int
    rows: int

    @property
    def share(self) -> float:
        """The linked share in [0, 1]; 0 of an empty corpus."""
        return self.linked / self.rows if self.rows else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share, reading the rows as draws from one source.

        Source: Wilson 1927; Brown, Cai, DasGupta 2001 recommend it for small and for extreme shares.

        >>> [round(bound, 4) for bound in Coverage(4, 300).interval]
        [0.0052, 0.0338]
        """
        if not self.rows:
            return (0.0, 1.0)
        z2 = _Z * _Z / self.rows
        centre = (self.share + z2 / 2) / (1 + z2)
        half = _Z / (1 + z2) * math.sqrt(self.share * (1 - self.share) / self.rows + z2 / (4 * self.rows))
        low = centre - half if self.linked else 0.0
        high = centre + half if self.linked < self.rows else 1.0
        return (max(0.0, low), min(1.0, high))
