"""What commands print: results on stdout (a table, or JSON), progress on stderr.

A result never goes to stderr and progress never to stdout, so `lineage … --json | jq` always works.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

if TYPE_CHECKING:
    from lineage.records.read import BadRow

Command = TypeVar("Command", bound=Callable[..., Any])

_LISTED_BAD_ROWS = 20
# Seconds between two lines of progress.
_EVERY_S = 5.0
_ASKED = "lineage.progress"


class Progress(Protocol):
    """Tells how far a long piece of work is."""

    def __call__(self, done: int, total: int | None = None, *, phase: str | None = None, note: str = "") -> None:
        """Report `done` units, of `total` when it is known, and what is being done when that changes.

        note: what is told in place of the rate of these units.
        """


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
def progress(label: str, unit: str = "") -> Iterator[Progress]:
    """Show a bar with rate and time left on stderr while the block runs; silent when stderr is no terminal.

    With `--progress` there are lines instead where it is none. unit: what is counted, where that is the same in all
    phases.
    """
    if sys.stderr.isatty():
        from lineage.cli.bar import bar

        with bar(label, unit) as report:
            yield report
    elif _asked():
        yield Lines(label, unit)
    else:
        yield _silent


class Lines:
    """Tells how far the work is in lines on stderr: one for each phase, and one every five seconds."""

    def __init__(self, label: str, unit: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._label = label
        self._unit = unit
        self._clock = clock
        self._phase: str | None = None
        self._first = 0
        self._begun = self._said = clock()
        self._say(0, None)

    def __call__(self, done: int, total: int | None = None, *, phase: str | None = None, note: str = "") -> None:
        """Write a line, when it is time for one."""
        now = self._clock()
        if phase != self._phase:
            self._phase, self._first, self._begun = phase, done, now
        elif now - self._said < _EVERY_S:
            return
        self._said = now
        self._say(done, total, note)

    def _say(self, done: int, total: int | None, note: str = "") -> None:
        words = [self._label, *([self._phase] if self._phase else [])]
        if done:
            words.append(f"{done:,}" + (f" of {total:,}" if total else "") + (f" {self._unit}" if self._unit else ""))
        seconds = self._clock() - self._begun
        if done > self._first and seconds > 0:
            rate = (done - self._first) / seconds
            words.append(note or f"{rate:,.0f}/s")
            if total:
                words.append(f"{max(total - done, 0) / rate:,.0f} s left")
        click.echo(": ".join(words[:2]) + "".join(f", {word}" for word in words[2:]), err=True)


def progress_option(command: Command) -> Command:
    """Add `--progress`, which `progress` looks at."""
    return click.option(
        "--progress",
        is_flag=True,
        expose_value=False,
        callback=_ask,
        help="Tell on stderr how far the work is, also where that is no terminal.",
    )(command)


def _ask(context: click.Context, option: click.Parameter, asked: bool) -> None:
    del option
    context.meta[_ASKED] = asked


def _asked() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_ASKED))


def _silent(done: int, total: int | None = None, *, phase: str | None = None, note: str = "") -> None:
    del done, total, phase, note
