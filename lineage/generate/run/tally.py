"""Counts what a run has written and thrown out: the funnel, tokens, the rate, the time left, and what it costs."""

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lineage.errors import UsageError
from lineage.generate.backends.port import Completion, Job
from lineage.generate.filters.funnel import Funnel

_PRICE = re.compile(r"(?:(?P<read>\d+(?:\.\d+)?)\+)?(?P<amount>\d+(?:\.\d+)?)/(?P<unit>M|h)")


@dataclass(frozen=True)
class Price:
    """What a run costs, in whatever currency: for a million tokens read and written, or for an hour."""

    per_million: float = 0.0
    per_million_read: float = 0.0
    per_hour: float = 0.0

    def cost(self, *, read: float, written: float, seconds: float) -> float:
        """Return the cost of so many tokens read and written in so many seconds."""
        return (self.per_million_read * read + self.per_million * written) / 1e6 + self.per_hour * seconds / 3600


def parse_price(text: str) -> Price:
    """Read a price: `0.60/M` for a million tokens written, `0.15+0.60/M` read and written, `2.50/h` for an hour.

    >>> parse_price("0.15+0.60/M")
    Price(per_million=0.6, per_million_read=0.15, per_hour=0.0)
    """
    found = _PRICE.fullmatch(text.replace(" ", ""))
    if found is None or (found["read"] and found["unit"] == "h"):
        raise UsageError(f"price {text!r}: give 0.60/M, 0.15+0.60/M (tokens read + written), or 2.50/h")
    amount, read = float(found["amount"]), float(found["read"] or 0)
    return Price(amount, read) if found["unit"] == "M" else Price(per_hour=amount)


@dataclass(frozen=True)
class Pace:
    """How far a run is. `rows_wanted` is None where nobody knows how many rows the indices will give.

    tokens, read, seconds: of this session; read are those of prompts. acceptance: rows among the indices that have
    ended; None before the first.
    """

    rows: int
    rows_wanted: int | None
    indices: int
    tokens: int
    read: int
    seconds: float
    acceptance: float | None
    cost: float | None

    @property
    def tokens_per_s(self) -> float:
        """Tokens written each second, loading the model left out."""
        return self.tokens / self.seconds if self.seconds > 0 else 0.0


class Tally:
    """The counts of one run, over all its sessions, and of this session alone."""

    def __init__(self, price: Price | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._price, self._clock = price, clock
        self._started: float | None = None
        self.read = self.tokens = 0
        self.indices = self.rows = 0
        self.instructions: Counter[str | None] = Counter()
        self.responses: Counter[str | None] = Counter()
        self.without_row: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to count seconds: the models are loaded."""
        self._started = self._clock()

    @property
    def seconds(self) -> float:
        """Seconds of writing in this session."""
        return 0.0 if self._started is None else self._clock() - self._started

    def text(self, job: Job, completion: Completion) -> None:
        """Count a text that was written in this session."""
        self.read += len(job.prompt_ids)
        self.tokens += len(completion.ids)

    def index(self, line: Mapping[str, Any]) -> None:
        """Count what became of an index, in this session or an earlier one."""
        self.indices += 1
        for text in line["texts"]:
            where = self.instructions if text["stage"] == "instruction" else self.responses
            where[text["reason"]] += 1
        if line["verdict"] == "kept":
            self.rows += 1
        else:
            self.without_row[line["reason"]] += 1

    @property
    def rejected(self) -> dict[str, int]:
        """Texts that were thrown out, by reason."""
        found = self.instructions + self.responses
        return {reason: count for reason, count in found.most_common() if reason is not None}

    @property
    def funnel(self) -> Funnel:
        """What came in and what was thrown out, stage after stage."""
        return Funnel.of(instructions=self.instructions, responses=self.responses)

    @property
    def cost(self) -> float | None:
        """What this session has cost so far; None without a price."""
        if self._price is None:
            return None
        return self._price.cost(read=self.read, written=self.tokens, seconds=self.seconds)

    def pace(self, rows_wanted: int | None) -> Pace:
        """Say how far the run is."""
        acceptance = self.rows / self.indices if self.indices else None
        return Pace(
            self.rows, rows_wanted, self.indices, self.tokens, self.read, self.seconds, acceptance, self.cost
        )  # fmt: skip
