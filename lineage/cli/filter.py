"""`lineage filter`: the checks that generated instructions and responses go through, on any dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli import output
from lineage.cli.filter_options import filter_options, filters_chosen
from lineage.cli.options import json_option, reading, records_options

if TYPE_CHECKING:
    from lineage.generate.filters.dataset import Filtered


def _list(context: click.Context, option: click.Parameter, asked: bool) -> None:
    """Print all checks and leave."""
    del option
    if not asked:
        return
    from lineage.generate.filters.verdict import INSTRUCTION_CHECKS, RESPONSE_CHECKS

    stages = (("instruction", INSTRUCTION_CHECKS), ("response", RESPONSE_CHECKS))
    rows = [(stage, name, said) for stage, checks in stages for name, said in checks.items()]
    output.print_table(("stage", "check", "rejects a text that"), rows)
    context.exit()


@click.command(name="filter", short_help="Check a dataset's prompts and responses; keep the good rows.")
@click.argument("data", metavar="DATA")
@click.argument("out", type=click.Path(path_type=Path), required=False, metavar="[OUT]")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Name all checks and leave."
)
@filter_options
@records_options
@json_option
def filter(  # noqa: A001 (the name of the command)
    data: str, out: Path | None, fields: str | None, split: str | None, skip_bad: bool, as_json: bool, **chosen: Any
) -> None:
    """Check every prompt and response of a dataset, and show how many rows each check rejects.

    With OUT (.jsonl, .parquet, .csv …) the rows that pass are written there, as messages with the row's other columns,
    and the others with their reason to OUT.rejected.jsonl. The same checks run while a corpus is generated.

    \b
    Example:
      lineage filter train.jsonl
      lineage filter train.jsonl clean.jsonl --against gsm8k_test.jsonl --language en
      lineage filter --list
    """
    from lineage.generate.filters.dataset import filter_dataset
    from lineage.generate.filters.filters import open_filters
    from lineage.records.read import open_records

    filters = open_filters(filters_chosen(**chosen))
    records = open_records(data, **reading(fields, split, skip_bad=skip_bad))
    with output.progress(f"filtering {records.name}", "rows") as on_rows:
        result = filter_dataset(records, filters, out, on_rows=on_rows)
    output.list_bad_rows(records.bad)
    if as_json:
        output.print_json(result.to_dict())
    else:
        _print(result)


def _print(result: "Filtered") -> None:
    from lineage.generate.filters.funnel import COLUMNS

    output.print_table(COLUMNS, result.funnel.rows())
    if result.kept_file is None:
        rows = [
            (one.row, one.verdict.reason, ", ".join(f"{key} {value}" for key, value in one.verdict.detail.items()),
             " ".join(one.text[:60].split()))
            for one in result.rejected
        ]  # fmt: skip
        if rows:
            click.echo()
            output.print_table(("row", "reason", "evidence", "text"), rows)
        return
    click.echo(f"kept rows in {result.kept_file}, rejected ones with their reason in {result.rejected_file}")
