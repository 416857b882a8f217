"""What `lineage generate` prints: the pace, the result with its funnel, a preview, a plan."""

from typing import TYPE_CHECKING

import click

from lineage.cli import output
from lineage.cli.prompting import visible

if TYPE_CHECKING:
    from lineage.generate.dry_run import Estimate
    from lineage.generate.generate import Preview, RunResult
    from lineage.generate.run.setup import Setup
    from lineage.generate.run.span import Span
    from lineage.generate.run.tally import Pace

_SHOWN_CHARS = 600


def pace_note(pace: "Pace") -> str:
    """Say in few words how fast a run writes, how much of it is kept, and what it costs."""
    words = [f"{pace.tokens_per_s:,.0f} tokens/s"]
    if pace.acceptance is not None:
        words.append(f"{pace.acceptance:.0%} kept")
    if pace.cost is not None:
        words.append(f"cost {pace.cost:,.4g}")
    return ", ".join(words)


def print_result(result: "RunResult", *, as_json: bool) -> None:
    """Print what a run has written and thrown out."""
    rate = result.tokens / result.seconds if result.tokens else 0.0
    if as_json:
        output.print_json({
            "schema": "lineage.generate/2", "file": str(result.path), "run": result.run, "rows": result.rows,
            "new_rows": result.new_rows, "indices": result.indices, "rejected": result.rejected,
            "without_row": result.without_row, "funnel": result.funnel.to_dict(), "tokens": result.tokens,
            "tokens_read": result.read, "seconds": round(result.seconds, 2), "tokens_per_s": round(rate, 1),
            "cost": result.cost, "reproducibility": result.reproducibility, "warnings": result.warnings,
        })  # fmt: skip
        return
    for warning in result.warnings:
        output.warn(warning)
    if result.complete_before:
        click.echo(f"already complete: {result.path} holds {result.rows:,} rows of run {result.run}")
        return
    from lineage.generate.filters.funnel import COLUMNS

    click.echo(f"{result.rows:,} rows in {result.path} ({result.new_rows:,} new), run {result.run}")
    lost = ", ".join(f"{count:,} {reason}" for reason, count in result.without_row.items())
    click.echo(f"{result.indices:,} indices tried; without a row: {lost or 'none'}")
    output.print_table(COLUMNS, result.funnel.rows())
    cost = "" if result.cost is None else f", cost {result.cost:,.4g}"
    click.echo(f"{result.tokens:,} tokens in {result.seconds:,.0f} s: {rate:,.0f} tokens/s, loading included{cost}")
    click.echo(f"reproducibility: {result.reproducibility}")


def print_preview(shown: "Preview", *, as_json: bool) -> None:
    """Print the prompt, the first rows, and what was thrown out."""
    model = shown.model
    if as_json:
        output.print_json({
            "schema": "lineage.generate.preview/1", "model": model.source.name, "prefix": model.prompt.prefix,
            "stop_strings": model.prompt.stop_strings, "stop_ids": model.ids.stop_ids, "rows": shown.rows,
            "rejected": shown.rejected, "warnings": model.warnings,
        })  # fmt: skip
        return
    click.echo(f"prefix\n{visible(model.prompt.prefix)}\n")
    click.echo(f"stops  {'  '.join(visible(stop) for stop in model.prompt.stop_strings)}\n")
    for row in shown.rows:
        for message in row["messages"]:
            click.echo(f"{message['role']}: {message['content'][:_SHOWN_CHARS]}")
        click.echo("")
    click.echo(f"{shown.pace.tokens:,} tokens in {shown.pace.seconds:,.1f} s: {pace_note(shown.pace)}")
    if shown.rejected:
        output.warn("rejected: " + ", ".join(f"{count} {reason}" for reason, count in shown.rejected.items()))
    for warning in model.warnings:
        output.warn(warning)


def print_plan(setup: "Setup", span: "Span", found: "Estimate", *, as_json: bool) -> None:
    """Print what a run would do and need; nothing was written."""
    from lineage.generate.dry_run import plan_document

    if as_json:
        output.print_json(plan_document(setup, span, found))
        return
    prompt = setup.answerer.prompt if setup.request.given is not None else setup.asker.prompt
    stop = f"{span.rows:,} rows" if span.stop is None else f"index {span.stop:,}"
    rows: list[tuple[str, object]] = [
        ("run", setup.run),
        ("indices", f"from {span.first:,} to {stop}"),
        *((f"stage {number}", _words(stage.as_dict())) for number, stage in enumerate(setup.plan.stages, start=1)),
        ("systems", ", ".join(f"{one.name} x {one.weight:g}" for one in setup.options.systems) or "none"),
        ("prefix", visible(prompt.prefix)),
        ("config", f"sha256 {setup.sha256}"),
        ("tokens, at most", f"{found.most_tokens:,} written" + _cost(found.most_cost)),
    ]
    if found.tokens is None or found.seconds is None:
        rows.append(("expected", "unknown before any row: add --preview K"))
    else:
        rows.append(("expected", f"{found.indices:,} indices, {found.tokens:,} tokens written, {found.read:,} read, "
                                 f"{found.seconds:,.0f} s at the rate of the preview" + _cost(found.cost)))  # fmt: skip
    output.print_table(["", "dry run: nothing is written"], rows)
    for warning in setup.warnings:
        output.warn(warning)


def _words(stage: object) -> str:
    if isinstance(stage, dict):
        return ", ".join(f"{key} {_words(value)}" if key != "stage" else str(value) for key, value in stage.items())
    return " / ".join(f"({_words(one)})" for one in stage) if isinstance(stage, list) else str(stage)


def _cost(cost: float | None) -> str:
    return "" if cost is None else f", cost {cost:,.4g}"
