"""What commands print: results on stdout (a table, or JSON), progress on stderr.

A result never goes to stderr and progress never to stdout, so `lineage … --json | jq` always works.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from lineage.records.read import BadRow

_LISTED_BAD_ROWS = 20


class Progress(Protocol):
    """Tells how far a long piece of work is."""

    def __call__(self, done: int, total: int | None = None, *, phase: str | None = None) -> None:
        """Report `done` units, of `total` when it is known, and what is being done when that changes."""


def print_json(document: Mapping[str, object]) -> None:
    """Write one JSON document with a trailing newline; keys keep their order."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    click.echo(orjson.dumps(document, option=options).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """Write rows as a table that fits a terminal, and whole when stdout is not one."""
    from rich.console import Console
    from rich.table import Table

    # Cells are data: square brackets in them are no markup. A file or a pipe has no width to fit.
    console = Console(width=None if sys.stdout.isatty() else 10_000, markup=False, highlight=False, emoji=False)
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    console.print(table)


def warn(message: str) -> None:
    """Write one warning line to stderr."""
    click.echo(f"warning: {message}", err=True)


def list_bad_rows(bad: "Sequence[BadRow]") -> None:
    """Write which rows were left out and why: the first ones, then how many more."""
    for row in bad[:_LISTED_BAD_ROWS]:
        warn(f"{row.file}: {row.reason}; left out")
    if len(bad) > _LISTED_BAD_ROWS:
        warn(f"and {len(bad) - _LISTED_BAD_ROWS:,} more rows were left out")


@contextlib.contextmanager
def progress(label: str, unit: str) -> Iterator[Progress]:
    """Show a bar with rate and time left on stderr while the block runs; silent when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    speeds = TextColumn("{task.fields[rate]}")
    with Bar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speeds,
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(label, total=None, rate="")

        def report(done: int, total: int | None = None, *, phase: str | None = None) -> None:
            speed = bar.tasks[0].speed
            rated = f"{speed:,.0f} {unit}/s" if speed else ""
            bar.update(
                task, completed=done, total=total, rate=rated, description=f"{label}: {phase}" if phase else None
            )

        yield report


def _silent(done: int, total: int | None = None, *, phase: str | None = None) -> None:
    del done, total, phase
