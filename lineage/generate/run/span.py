"""Which indices a run writes: from the first on until there are enough rows, or a range of them."""

import re
from dataclasses import dataclass

from lineage.errors import UsageError

# A model of which fewer than one index in twenty gives a row is not worth running on.
_INDICES_PER_ROW = 20
_AT_LEAST = 2 * _INDICES_PER_ROW


@dataclass(frozen=True)
class Span:
    """Indices from `first` on: until there are `rows` rows, or all those before `stop`."""

    first: int = 0
    rows: int | None = None
    stop: int | None = None

    def __post_init__(self) -> None:
        if self.rows is not None and self.rows < 1:
            raise UsageError(f"{self.rows} rows: ask for 1 or more")
        if self.stop is not None and self.stop <= self.first:
            raise UsageError(f"range {self.first}:{self.stop} holds no index")

    def within(self, given: int) -> "Span":
        """Return the span where prompts are given: one index for each."""
        if not given:
            raise UsageError("no prompts to answer")
        if self.first >= given:
            raise UsageError(f"the range begins at {self.first}, and there are {given:,} prompts")
        wanted = self.stop if self.stop is not None else self.first + self.rows if self.rows else given
        return Span(self.first, stop=min(wanted, given))

    def as_dict(self) -> dict[str, int | None]:
        """Return it for the record of a run."""
        return {"first": self.first, "rows": self.rows, "stop": self.stop}


def parse_range(text: str) -> Span:
    """Read `A:B`: the indices from A up to, not including, B.

    >>> parse_range("250:500")
    Span(first=250, rows=None, stop=500)
    """
    found = re.fullmatch(r"(\d+):(\d+)", text.strip())
    if found is None:
        raise UsageError(f"range {text!r}: give A:B, the first index and the one after the last, such as 0:500")
    return Span(int(found[1]), stop=int(found[2]))


def shard(text: str, rows: int) -> Span:
    """Read `K/N`, the K-th of N parts of `rows` indices; the parts are equal but for one index and in order.

    >>> [shard(f"{part}/3", 100) for part in (1, 2, 3)]  # doctest: +NORMALIZE_WHITESPACE
    [Span(first=0, rows=None, stop=33), Span(first=33, rows=None, stop=66), Span(first=66, rows=None, stop=100)]
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text.strip())
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise UsageError(f"shard {text!r}: give K/N, the K-th of N parts, such as 2/4")
    if rows < parts:
        raise UsageError(f"{rows} rows cannot be parted into {parts} shards")
    return Span(rows * (part - 1) // parts, stop=rows * part // parts)


class Wanted:
    """Gives the indices of a span one by one, as long as more are needed.

    With `rows`, an index is given only while rows kept and rows under way together are too few. So the last index of a
    finished run always has a row, and the indices tried are the fewest that hold so many rows, whatever the order in
    which they ended.
    """

    def __init__(self, span: Span, *, next_index: int, kept: int) -> None:
        self._span, self._next, self._kept = span, next_index, kept
        self._under_way = 0

    @property
    def rows(self) -> int | None:
        """How many rows there will be; with a range, at most."""
        return self._span.rows if self._span.stop is None else self._span.stop - self._span.first

    @property
    def open_more(self) -> bool:
        """Whether another index is needed."""
        if self._span.stop is not None:
            return self._next < self._span.stop
        return self._kept + self._under_way < (self._span.rows or 0)

    @property
    def hopeless(self) -> bool:
        """Whether so few indices give a row that going on makes no sense."""
        ended = self._next - self._span.first - self._under_way
        return self._span.stop is None and ended >= _AT_LEAST and ended > self._kept * _INDICES_PER_ROW

    def next(self) -> int | None:
        """Give the next index, or None when no other one is needed for now."""
        if not self.open_more:
            return None
        self._next += 1
        self._under_way += 1
        return self._next - 1

    def ended(self, *, kept: bool) -> None:
        """Note that an index has ended."""
        self._under_way -= 1
        self._kept += kept
