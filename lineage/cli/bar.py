"""The bar that `output.progress` draws on a terminal."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from lineage.cli.output import Progress as Report


@contextlib.contextmanager
def bar(label: str, unit: str) -> "Iterator[Report]":
    """Draw a bar on stderr while the block runs, with the rate and the time left of the phase at work."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as drawn:  # fmt: skip
        task = drawn.add_task(label, total=None, rate="")
        at: str | None = None

        def report(done: int, total: int | None = None, *, phase: str | None = None, note: str = "") -> None:
            nonlocal at
            if phase != at:  # another phase counts other things
                at = phase
                drawn.reset(task, total=total, completed=done, rate="", description=f"{label}: {phase}")
                return
            speed = drawn.tasks[0].speed
            rate = note or (f"{speed:,.0f} {unit}".rstrip() + "/s" if speed else "")
            drawn.update(task, completed=done, total=total, rate=rate)

        yield report
