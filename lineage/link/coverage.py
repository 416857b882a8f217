"""How much of a corpus is linked, with an interval."""

from dataclasses import dataclass

from lineage.graph.shares import wilson


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

        >>> [round(bound, 4) for bound in Coverage(4, 300).interval]
        [0.0052, 0.0338]
        """
        if not self.rows:
            return (0.0, 1.0)
        share = wilson(self.linked, self.rows)
        return (share.low, share.high)
