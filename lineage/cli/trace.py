"""`lineage trace`: where does this text come from."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli.options import home_option, json_option
from lineage.cli.output import print_json, print_table, progress, warn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lineage.trace.answer import Answer
    from lineage.trace.engine import Engine
    from lineage.trace.origin import Origin, Origins
    from lineage.trace.registered import Searchable
    from lineage.trace.result import Explained
    from lineage.trace.tracer import TraceOptions

_EXCERPT_CHARS = 240
_KINDS = {
    "identical": "the same words",
    "near": "a near copy",
    "query_in_sample": "holds the text",
    "sample_in_query": "lies in the text",
}


@click.command()
@click.argument("text", required=False)
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE",
    help="Trace the text in a file (- is stdin).",
)  # fmt: skip
@click.option("--row", metavar="DATA:N", help="Trace row N (from 0) of a registered dataset, or of a file.")
@click.option("--batch", metavar="DATA", help="Trace the prompt and response of every row of a source of records.")
@click.option("--threshold", type=float, default=0.7, show_default=True, help="Least Jaccard of a near copy.")
@click.option(
    "--contained", type=float, default=0.8, show_default=True, help="Least part of a text that lies in a longer one."
)
@click.option("--show", type=click.IntRange(min=0), default=5, show_default=True, help="Matches shown for a text.")
@home_option
@json_option
def trace(
    text: str | None, file: Path | None, row: str | None, batch: str | None, threshold: float, contained: float,
    show: int, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say where a text comes from: the samples of all registered datasets that match it, and who wrote them.

    Finds copies, near copies, longer samples that hold the text and shorter ones that lie in it, as prompts and as
    responses. Every match is compared with the stored text before it is shown. With --batch, --json prints one document
    a line.

    \b
    Example:
      lineage trace "Explain why the sky is blue."
      lineage trace --row alpaca:17 --json
      lineage trace --batch answers.jsonl
    """
    from lineage.trace.answer import Query, answer
    from lineage.trace.tracer import TraceOptions

    if [text, file, row, batch].count(None) != 3:
        raise click.UsageError("give one of: a text, --file, --row or --batch")
    with _opened(home, TraceOptions(threshold, contained), many=batch is not None) as (searched, origins, session):
        if not as_json:
            for name, reason in searched.left_out:
                warn(f"{name} is not searched: {reason}")
        if batch is not None:
            _trace_batch(batch, searched, origins, show, as_json)
            return
        if row is not None:
            from lineage.trace.queries import row_queries

            asked = row_queries(row, session, searched)
        else:
            asked = [Query(_read(file), str(file)) if file is not None else Query(text or "")]
        for query in asked:
            found = answer(query, searched, origins, show=show)
            if as_json:
                print_json(found.to_dict(searched))
            else:
                _tell(found, searched)


@contextlib.contextmanager
def _opened(
    home: Path | None, options: "TraceOptions", *, many: bool
) -> "Iterator[tuple[Searchable, Origins, Session]]":
    """Open the workspace for one question, which loads no compiler, or for many."""
    from lineage.store.connect import reading
    from lineage.store.workspace import find_workspace
    from lineage.trace.origin import Origins
    from lineage.trace.registered import open_tracer

    workspace = find_workspace(home)
    with reading(workspace) as session:
        yield open_tracer(session, workspace, _engine(many=many), options), Origins(session, workspace), session


def _engine(*, many: bool) -> "Engine":
    if many:
        from lineage.trace.compiled import Compiled

        return Compiled()
    from lineage.trace.plain import Plain

    return Plain()


def _read(file: Path) -> str:
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8 text: {error.reason} at byte {error.start}") from error


def _trace_batch(batch: str, searched: "Searchable", origins: "Origins", show: int, as_json: bool) -> None:
    import orjson

    from lineage.trace.answer import answer
    from lineage.trace.queries import batch_queries

    rows = []
    with progress(f"tracing {batch}", "texts") as report:
        for done, query in enumerate(batch_queries(batch), 1):
            found = answer(query, searched, origins, show=show if as_json else 1)
            if as_json:
                click.echo(orjson.dumps(found.to_dict(searched)))
            elif found.shown:
                rows.append(_batch_row(found))
            report(done)
    if not as_json:
        print_table(("row", "role", "matches", "likest", "how", "Jaccard", "bits", "written by"), rows)
        click.echo(f"{len(rows):,} of {done:,} texts match one of {searched.tracer.samples:,} samples")


def _batch_row(found: "Answer") -> tuple[object, ...]:
    ((one, writers),) = found.shown
    hit = one.hit
    matches = len(found.trace.hits) + found.trace.equal_left
    models = ", ".join(dict.fromkeys(origin.model for origin in writers)) or "(unknown)"
    how = f"{_KINDS[hit.kind]}{'' if hit.exact else ' (estimated)'}"
    return (
        found.query.row, found.query.role, matches, f"{one.dataset} row {hit.row} {hit.view}", how,
        f"{hit.jaccard:.2f}", f"{one.bits:.0f}", models,
    )  # fmt: skip


def _tell(found: "Answer", searched: "Searchable") -> None:
    trace, query = found.trace, found.query
    where = f"{trace.samples:,} samples in {len(searched.versions):,} datasets"
    what = f"{query.source} row {query.row}, {query.role}" if query.row is not None else query.source or "the text"
    total = len(trace.hits) + trace.equal_left
    if not total:
        click.echo(f"{what}: nothing found among {where}")
        click.echo("Not looked for: " + "; ".join(trace.cannot_find) + ".")
    else:
        click.echo(f"{what}: {total:,} {'match' if total == 1 else 'matches'} among {where}")
    for number, (one, writers) in enumerate(found.shown, 1):
        _tell_hit(number, one, writers)
    if total > len(found.shown):
        click.echo(f"and {total - len(found.shown):,} more; see them with --show or --json")
    if trace.not_examined or trace.cut:
        click.echo(
            f"{trace.not_examined:,} less likely candidates were not compared, and {trace.cut:,} entries of very common"
            " phrases not looked at"
        )


def _tell_hit(number: int, one: "Explained", writers: "Sequence[Origin]") -> None:
    hit = one.hit
    place = f" ({one.file} row {one.file_row})" if one.file else ""
    counted = "counted" if hit.exact else f"estimated, ± {2 * hit.standard_error:.2f}"
    click.echo(f"{number}. {click.style(f'{one.dataset} row {hit.row}', bold=True)}, {hit.view}{place}")
    click.echo(
        f"   {_KINDS[hit.kind]}: Jaccard {hit.jaccard:.2f} ({counted}); it holds {hit.in_sample:.0%} of the text, the"
        f" text {hit.in_query:.0%} of it; {one.bits:.0f} bits or more"
    )
    if one.text is not None and one.spans is not None:
        click.echo("   " + _highlighted(one.text, [span.sample for span in one.spans]))
    for origin in writers:
        known = "" if origin.basis == "row" else " perhaps"
        click.echo(f"   written{known} by {click.style(origin.model, bold=True)}")
        for step in origin.path:
            click.echo(f"     {step.source} {step.relation} {step.target}")
    if not writers:
        click.echo("   nothing is known of who wrote it")


def _highlighted(text: str, spans: "Sequence[tuple[int, int]]") -> str:
    """Cut an excerpt around the first shared span, with what is shared underlined."""
    start = max(0, min((low for low, _ in spans), default=0) - 40)
    end = min(len(text), start + _EXCERPT_CHARS)
    parts, at = ["…" if start else ""], start
    for low, high in sorted(spans):
        first, last = max(low, at), min(high, end)
        if first < last:
            parts += [text[at:first], click.style(text[first:last], underline=True, bold=True)]
            at = last
    parts += [text[at:end], "…" if end < len(text) else ""]
    return " ".join("".join(parts).split())
