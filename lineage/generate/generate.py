"""Generates a corpus: the model writes instructions from formatting tokens alone, then answers those that pass.

Source: Magpie, Xu et al. 2024 (arXiv 2406.08464) §2.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lineage.errors import GenerationError
from lineage.generate.filters.funnel import Funnel
from lineage.generate.model import AlignedModel
from lineage.generate.record import RunFiles, RunRecord, check_writable
from lineage.generate.run.ledger import Ledger
from lineage.generate.run.loop import Loop, Work
from lineage.generate.run.setup import Request, Setup
from lineage.generate.run.span import Span, Wanted
from lineage.generate.run.tally import Pace, Price, Tally

OnPace = Callable[[Pace], None]


def no_one(pace: Pace) -> None:
    """Report to no one."""
    del pace


@dataclass(frozen=True)
class RunResult:
    """What a run has written. `rows` counts all rows in the file, `new_rows` and all costs those of this call.

    indices: how many rows were tried. rejected: texts thrown out, by reason, over the whole run; `funnel` tells them
    stage after stage. without_row: indices that gave no row, by reason. tokens: those written in this call, `read`
    those of its prompts. cost: of this call; None without a price.
    """

    path: Path
    run: str
    rows: int
    new_rows: int
    indices: int
    rejected: dict[str, int]
    without_row: dict[str, int]
    funnel: Funnel
    tokens: int
    read: int
    seconds: float
    cost: float | None
    reproducibility: str
    warnings: tuple[str, ...] = ()

    @property
    def complete_before(self) -> bool:
        """Whether there was nothing left to do."""
        return self.new_rows == 0 and self.tokens == 0


@dataclass(frozen=True)
class Preview:
    """What a run would write first: its model with the prompt derived, the rows, and what they cost.

    pace: tokens and seconds of these rows; a run of the same kind needs about as many for each.
    """

    model: AlignedModel
    rows: tuple[dict[str, Any], ...]
    rejected: dict[str, int]
    pace: Pace


def generate(
    request: Request, out: Path, span: Span, *, price: Price | None = None, on_pace: OnPace = no_one
) -> RunResult:
    """Write rows to a JSONL file, or go on with the run that is there.

    Beside `out` stand what became of every index (`.prompts.jsonl`) and the record of the run (`.run.json`). A killed
    run goes on and ends with the same bytes, also with another batch size; more rows continue it, and its rows stay.
    Raises UsageError when `out` holds another run, GenerationError when it cannot be written or goes nowhere.
    """
    started = time.monotonic()
    check_writable(out)
    setup = Setup(request)
    if request.given is not None:
        span = span.within(len(request.given))
    files = RunFiles.beside(out)
    record = RunRecord(files, setup.config, setup.record(), first=span.first)
    _load_for(out, setup)
    tally = Tally(price)
    with Ledger(files, first=span.first) as ledger:
        for line in ledger.lines():
            tally.index(line)
        before = ledger.kept
        wanted = Wanted(span, next_index=ledger.next_index, kept=ledger.kept)
        if wanted.open_more:
            with _recorded(record, setup, lambda: _counts(span, tally)):
                _write(setup, ledger, tally, wanted, on_pace=lambda: on_pace(tally.pace(wanted.rows)))
    return RunResult(
        out, setup.run, ledger.kept, ledger.kept - before, tally.indices, tally.rejected, dict(tally.without_row),
        tally.funnel, tally.tokens, tally.read, time.monotonic() - started, tally.cost,
        record.reproducibility, setup.warnings,
    )  # fmt: skip


def preview(request: Request, *, rows: int, price: Price | None = None) -> Preview:
    """Write the first rows of a run without touching the disk; fewer come back where one cannot be used."""
    setup = Setup(replace(request, options=replace(request.options, batch_size=min(request.options.batch_size, rows))))
    tally = Tally(price)
    setup.load()
    tally.start()
    indices = iter(range(rows if request.given is None else min(rows, len(request.given))))
    loop = Loop(_work(setup, lambda: next(indices, None), tally))
    ended = sorted(loop.run(), key=lambda one: one.index)
    for one in ended:
        tally.index(one.line)
    written = tuple(dict(one.row) for one in ended if one.row is not None)
    return Preview(setup.answerer, written, tally.rejected, tally.pace(rows))


def _write(setup: Setup, ledger: Ledger, tally: Tally, wanted: Wanted, *, on_pace: Callable[[], None]) -> None:
    """Write what is wanted; the instructions on disk are known to the checks before any other is written."""
    if setup.plan.unique:
        for line in ledger.lines():
            if line["instruction"] is not None:
                setup.checks.note(line["index"], line["instruction"])
    tally.start()

    def text(*written: Any) -> None:
        tally.text(*written)
        on_pace()

    loop = Loop(replace(_work(setup, wanted.next, tally), known=dict(ledger.ahead), on_text=text))
    try:
        for one in loop.run():
            ledger.put(one)
            tally.index(one.line)
            wanted.ended(kept=one.row is not None)
            _check_worth(wanted, tally)
            on_pace()
    finally:
        loop.close()


def _work(setup: Setup, feed: Callable[[], int | None], tally: Tally) -> Work:
    return Work(
        setup.start, setup.backends, feed, unique=setup.checks if setup.plan.unique else None,
        slots=setup.options.batch_size, on_text=tally.text,
    )  # fmt: skip


def _check_worth(wanted: Wanted, tally: Tally) -> None:
    """Stop a run that goes nowhere: fewer than one index in twenty gives a row."""
    if wanted.hopeless:
        reasons = ", ".join(f"{count} {reason}" for reason, count in (tally.rejected | tally.without_row).items())
        raise GenerationError(
            f"of {tally.indices:,} rows tried too few could be used ({reasons}); look at .prompts.jsonl beside the "
            "rows, and at `lineage template` for the prefix. Raise --max-prompt-tokens if most are unterminated, and "
            "the temperature if most are duplicates"
        )


def _load_for(out: Path, setup: Setup) -> None:
    """Load the models before the files of a new run are made, so that one that cannot be loaded leaves none."""
    if not out.exists():
        setup.load()


def _counts(span: Span, tally: Tally) -> dict[str, object]:
    return {
        "requested": span.as_dict(),
        "rows": tally.rows,
        "indices": tally.indices,
        "rejected": tally.rejected,
        "without_row": dict(tally.without_row),
        "funnel": tally.funnel.to_dict(),
    }


@contextmanager
def _recorded(record: RunRecord, setup: Setup, counts: Callable[[], Mapping[str, object]]) -> Iterator[None]:
    """Open the record, and keep it true however the block ends: complete, interrupted or failed."""
    record.start(backends=setup.backend_facts(), **counts())
    try:
        yield
    except KeyboardInterrupt:
        record.note("interrupted", **counts())
        raise
    except BaseException:
        record.note("failed", **counts())
        raise
    record.note("complete", **counts())
