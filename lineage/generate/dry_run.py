"""What a run would do and need, told before it writes anything.

Most tokens follow from the limits alone. What a row really takes is only known from rows: those of a preview.
"""

from dataclasses import dataclass
from typing import Any

from lineage.generate.options import RunOptions
from lineage.generate.run.setup import Setup
from lineage.generate.run.span import Span
from lineage.generate.run.tally import Pace, Price


@dataclass(frozen=True)
class Estimate:
    """What a run may need.

    rows: asked for, or at most in the range. most_tokens: written, if every text runs to its limit and is taken at
    once; most_cost: of these (None without a price for tokens).

    The others are extrapolated from the rows of a preview, and None without one: `indices` tried, tokens written and
    read, seconds (at the rate of the preview, which many texts at a time surpass), cost.
    """

    rows: int
    most_tokens: int
    most_cost: float | None
    indices: int | None = None
    tokens: int | None = None
    read: int | None = None
    seconds: float | None = None
    cost: float | None = None


def estimate(setup: Setup, span: Span, price: Price | None, seen: Pace | None = None) -> Estimate:
    """Estimate a run, from limits alone or from the pace of a preview."""
    rows = span.rows if span.stop is None else span.stop - span.first
    wanted = rows or 0
    most = wanted * _most_tokens(setup.options, given=setup.request.given is not None)
    bound = Estimate(wanted, most, price.cost(read=0, written=most, seconds=0) if price and price.per_million else None)
    if seen is None or not seen.acceptance or not seen.indices:
        return bound
    indices = round(wanted / seen.acceptance) if span.stop is None else wanted
    times = indices / seen.indices
    tokens, read, seconds = round(seen.tokens * times), round(seen.read * times), seen.seconds * times
    cost = price.cost(read=read, written=tokens, seconds=seconds) if price else None
    return Estimate(wanted, most, bound.most_cost, indices, tokens, read, seconds, cost)


def plan_document(setup: Setup, span: Span, found: Estimate) -> dict[str, Any]:
    """Return the resolved plan for programs; keys in docs/formats.md."""
    return {
        "schema": "lineage.generate.plan/1",
        "run": setup.run,
        "config_sha256": setup.sha256,
        "config": setup.config,
        "requested": span.as_dict(),
        **setup.record(),
        "estimate": {
            "rows": found.rows, "most_tokens": found.most_tokens, "most_cost": found.most_cost,
            "indices": found.indices, "tokens": found.tokens, "read": found.read, "seconds": found.seconds,
            "cost": found.cost,
        },
    }  # fmt: skip


def _most_tokens(options: RunOptions, *, given: bool) -> int:
    answer = max(one.max_tokens for one in options.responses)
    if given:
        return options.choices * answer
    ask = max(one.max_tokens for one in options.instructions)
    return options.turns * (ask + answer) + (options.choices - 1) * answer
