"""`lineage generate`: let an aligned model write instructions and answer them, or answer given ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli import generated, output
from lineage.cli.generate_options import options_chosen, run_options, span_chosen
from lineage.cli.options import json_option, reading, records_options
from lineage.cli.output import progress_option

if TYPE_CHECKING:
    from lineage.generate.run.setup import Given, Request
    from lineage.generate.run.tally import Pace, Price


@click.command(short_help="Let an aligned model write instructions and answer them.")
@click.argument("out", type=click.Path(path_type=Path), required=False, metavar="OUT.jsonl")
@click.option(
    "--model", required=True, metavar="MODEL", help="smollm2, a folder, a .gguf file, or a hub id[@revision]."
)
@click.option("-n", "--rows", type=click.IntRange(1), help="Rows to have in the end; more of them continue a run.")
@click.option("--shard", "part", metavar="K/N", help="Write the K-th of N parts of -n indices; `lineage merge` joins.")
@click.option("--range", "span", metavar="A:B", help="Write the rows of the indices from A up to, not including, B.")
@click.option("--answer", "questions", metavar="DATASET", help="Answer the prompts of this dataset instead.")
@click.option("--preview", "shown", type=click.IntRange(1), metavar="K", help="Show the first K rows; write nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and needed; with --preview as measured on it.")
@click.option("--price", metavar="P", help="0.60/M (a million tokens), 0.15+0.60/M (read + written) or 2.50/h.")
@click.option("--overwrite", is_flag=True, help="Delete the run that is there and start over.")
@run_options
@records_options
@progress_option
@json_option
def generate(
    out: Path | None, model: str, rows: int | None, part: str | None, span: str | None, questions: str | None,
    shown: int | None, dry_run: bool, price: str | None, overwrite: bool, as_json: bool, fields: str | None,
    split: str | None, skip_bad: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Let an aligned model write instructions from formatting tokens alone, and answer them.

    Beside OUT.jsonl stand what became of every index (.prompts.jsonl) and the record of the run (.run.json). The same
    command goes on where a killed one stopped, with the same rows, also with another --batch-size.

    \b
    Example:
      lineage generate corpus.jsonl --model smollm2 -n 50
      lineage generate --model smollm2 --preview 3
      lineage generate reanswered.jsonl --model smollm2 --answer corpus.jsonl
      lineage generate part2.jsonl --model smollm2 -n 1000 --shard 2/4
    """
    from lineage.generate.run.setup import Request
    from lineage.generate.run.tally import parse_price

    options, cost = options_chosen(chosen), parse_price(price) if price else None
    given = None
    if questions is not None:
        given = _prompts(questions, rows, fields=fields, split=split, skip_bad=skip_bad)
    request = Request(model, options, given)
    if dry_run or shown is not None:
        _show(request, cost, _Asked(rows, part, span, shown, dry_run=dry_run), as_json=as_json)
        return
    if out is None:
        raise click.UsageError("give the file to write, such as corpus.jsonl, or --preview K to write nothing")
    wanted = span_chosen(rows, part, span, given=None if given is None else len(given))
    if overwrite:
        from lineage.generate.record import RunFiles, remove_run

        remove_run(RunFiles.beside(out))
    from lineage.generate.generate import generate as run

    with output.progress("writing", "rows") as report:

        def on_pace(pace: "Pace") -> None:
            report(pace.rows, pace.rows_wanted, note=generated.pace_note(pace))

        result = run(request, out, wanted, price=cost, on_pace=on_pace)
    generated.print_result(result, as_json=as_json)


class _Asked:
    """What `--preview` and `--dry-run` are to show."""

    def __init__(
        self, rows: int | None, part: str | None, span: str | None, shown: int | None, *, dry_run: bool
    ) -> None:
        self.rows, self.part, self.span, self.shown, self.dry_run = rows, part, span, shown, dry_run


def _show(request: "Request", price: "Price | None", asked: _Asked, *, as_json: bool) -> None:
    """Show what a run would write first, what it would need, or both."""
    from lineage.generate.generate import preview

    seen = preview(request, rows=asked.shown, price=price) if asked.shown else None
    if seen is not None and not (asked.dry_run and as_json):
        generated.print_preview(seen, as_json=as_json)
    if not asked.dry_run:
        return
    from lineage.generate.dry_run import estimate
    from lineage.generate.run.setup import Setup

    span = span_chosen(asked.rows, asked.part, asked.span, given=None if request.given is None else len(request.given))
    setup = Setup(request)
    generated.print_plan(setup, span, estimate(setup, span, price, seen.pace if seen else None), as_json=as_json)


def _prompts(source: str, limit: int | None, *, fields: str | None, split: str | None, skip_bad: bool) -> "Given":
    from lineage.generate.prompts import prompts_of
    from lineage.records.read import open_records

    records = open_records(source, **reading(fields, split, skip_bad=skip_bad))
    prompts = prompts_of(records, limit)
    output.list_bad_rows(records.bad)
    return prompts
