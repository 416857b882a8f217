"""`lineage add`: register a dataset in the provenance graph."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli.options import home_option, json_option, reading, records_options
from lineage.cli.output import progress_option

if TYPE_CHECKING:
    from lineage.link.add import Added
    from lineage.link.compare import Linked

_LISTED = 10


@click.command()
@click.argument("data")
@click.option("--name", metavar="[NS/]NAME", help="What to call it; the source's own name otherwise.")
@click.option("--licence", metavar="ID", help="Its licence, as an SPDX id where there is one.")
@click.option(
    "--date", metavar="YYYY-MM-DD", help="When it was made (or YYYY-MM, YYYY); tells which of two came first."
)
@click.option("--made-from", multiple=True, metavar="NAME", help="A registered dataset that you know it was made from.")
@click.option("--no-text", is_flag=True, help="Keep fingerprints only; what is linked later is then estimated.")
@records_options
@home_option
@progress_option
@json_option
def add(
    data: str, name: str | None, licence: str | None, date: str | None, made_from: tuple[str, ...], no_text: bool,
    fields: str | None, split: str | None, skip_bad: bool, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Register a dataset: fingerprint it, link it to every registered one, and write down what follows.

    DATA is a file, a folder, a glob, hf:NAME, or a card. Row columns that name a model (model, generator, …) become
    claims of who wrote the rows. The same content again changes nothing; other content under the same name is a new
    version. Its texts are kept in the workspace's index, so that the next dataset can be compared with them. Ask
    afterwards with `lineage graph` and `lineage trace`.

    \b
    Example:
      lineage add alpaca_data.json --name tatsu-lab/alpaca --date 2023-03-13 --licence CC-BY-NC-4.0
      lineage add my_train.jsonl --date 2024-01-05 --made-from tatsu-lab/alpaca
    """
    import datetime as dt

    from lineage.cli.output import list_bad_rows, print_json, progress, warn
    from lineage.link.add import AddOptions, Watch
    from lineage.link.add import add as add_dataset
    from lineage.link.registered import Reading
    from lineage.store.workspace import find_workspace

    how = Reading(**reading(fields, split, skip_bad=skip_bad), keep_text=not no_text)
    options = AddOptions(name, licence, date, how, made_from=made_from)
    workspace = find_workspace(home)
    with progress(f"reading {data}", "rows") as rows, progress("linking", "datasets") as linking:
        watch = Watch(rows, linking, lambda said: click.echo(said, err=True))
        added = add_dataset(data, workspace, at=dt.datetime.now(dt.UTC), options=options, watch=watch)
    if added.replaces and _is_another(added):
        warn(
            f"it shares no row with {added.replaces}, which it replaces as the newest version;"
            " if it is another dataset, name it with --name"
        )
    list_bad_rows(added.skipped)
    if as_json:
        print_json(added.to_dict())
    else:
        _tell(added)


def _is_another(added: "Added") -> bool:
    # A new version that has no row in common with the one before is more likely another file of the same name.
    return all(one.other.name != added.dataset.name for one in added.linked)


def _tell(added: "Added") -> None:
    from lineage.cli.output import print_table

    dataset = added.dataset
    if added.status == "unchanged":
        click.echo(f"{dataset.title} is registered already with this content; nothing was changed")
        return
    was = f" (version {dataset.label}; {added.replaces} was current before)" if added.replaces else ""
    click.echo(f"{added.status}: {dataset.title}, {dataset.n_rows:,} rows{was}")
    for (role, model), rows in sorted(added.authors.items(), key=lambda one: -one[1])[:_LISTED]:
        click.echo(f"  {rows:,} {role}s say that {model} wrote them")
    if len(added.authors) > _LISTED:
        click.echo(f"  and {len(added.authors) - _LISTED} more authors; see lineage graph who {dataset.title}")
    if not added.linked:
        click.echo(f"  shares no text with the {added.compared} others" if added.compared else "  the first one here")
        return
    columns = ("shares text with", "which makes it", "direction", "of its rows", "of theirs", "counted from")
    print_table(columns, [_row(one) for one in added.linked])


def _row(one: "Linked") -> tuple[object, ...]:
    pair = one.pair
    which = {"a_from_b": "made from it", "b_from_a": "went into it", "unknown": "unknown"}[pair.direction]
    sides = (f"{side.linked:,} ({side.share:.1%})" for side in (pair.taken_a, pair.taken_b))
    relation = "incidental" if pair.relation == "unrelated" else pair.relation
    return one.other.title, relation, which, *sides, "texts" if one.exact else "cards (estimated)"
