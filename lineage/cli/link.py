"""`lineage link`: which samples two or more datasets share, and what that makes them to each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import output
from lineage.cli.engine import engine_options, linked_there, where
from lineage.cli.linked import print_linked
from lineage.cli.options import (
    Reading,
    bytes_of,
    json_option,
    reading,
    records_options,
    salt_given,
    salt_option,
)

if TYPE_CHECKING:
    from lineage.fingerprint.salt import Salt
    from lineage.link.corpus import Corpus
    from lineage.link.declared import Declaration
    from lineage.link.options import LinkOptions
    from lineage.link.result import LinkResult


@click.command(short_help="Find the samples that two or more datasets share.")
@click.argument("datasets", nargs=-1, required=True, metavar="A B [C ...]")
@records_options
@click.option(
    "--threshold", type=float, default=0.7, show_default=True, help="Smallest Jaccard that counts as agreeing."
)
@click.option("--exact", is_flag=True, help="Miss no pair at the threshold; takes some ten times as long.")
@click.option(
    "--memory", default="1GiB", show_default=True, metavar="SIZE", help="What working arrays may take: 512MiB, 4GiB."
)
@click.option("--date", "dates", multiple=True, metavar="ISO", help="When each dataset was made, in their order.")
@click.option(
    "--declared",
    multiple=True,
    metavar="CHILD:PARENT",
    help="You know that CHILD was made from PARENT; decides where nothing measured does.",
)
@click.option(
    "--background",
    default="corpora",
    show_default=True,
    metavar="WHAT",
    help="What shared words are weighed against: corpora, or wordfreq[:LANG].",
)
@click.option("-o", "--output", "out", type=click.Path(), help="Write every pair of rows: .parquet, .jsonl or .csv.")
@click.option("--show", type=click.IntRange(0), default=0, metavar="N", help="Print N linked rows of each pair.")
@salt_option
@engine_options
@output.progress_option
@json_option
def link(
    datasets: tuple[str, ...], fields: str | None, split: str | None, skip_bad: bool, threshold: float,
    exact: bool, memory: str, dates: tuple[str, ...], declared: tuple[str, ...], background: str,
    out: str | None, show: int, salt: Path | None, engine: str | None, ray_address: str | None, work: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Find the samples that two or more datasets share, and what that makes the datasets to each other.

    One dataset alone is searched for rows that repeat and pairs of texts that are alike. For two or more the answer
    is: copy, subset, superset, version, reanswered, revised, evolved_from or evolved_into, translated_from or
    translated_into, overlap or unrelated, and which came from which where dates or texts tell. Three or more are
    drawn as a family tree. A dataset is a file, a folder, a glob, hf:NAME, or a card of `lineage fingerprint`.

    \b
    Example:
      lineage link alpaca.json my_train.jsonl -o links.parquet
      lineage link my_train.jsonl --show 3
      lineage link old.json new.json --date 2023-03 --date 2024-01 --show 3
      lineage link seeds.json corpus.jsonl --declared corpus.jsonl:seeds.json
    """
    from lineage.link.declared import declare_all, read_declarations
    from lineage.link.options import LinkOptions

    options = LinkOptions(threshold=threshold, exact=exact, memory=bytes_of(memory), background=background)
    if dates and len(dates) != len(datasets):
        raise click.UsageError(
            f"{len(dates)} dates for {len(datasets)} datasets; give --date once for each, in their order"
        )
    how, place = reading(fields, split, skip_bad=skip_bad), where(engine, ray_address, work)
    if place.engine is not None:
        with linked_there(datasets, dates, how, place, options) as linked:
            names = [name for name, _ in linked.result.datasets]
            result = declare_all(linked.result, read_declarations(declared, names, datasets))
            _report(result, linked.corpora if out or show else [], out, show, as_json)
        return
    corpora = _load(datasets, dates, how, salt_given(salt))
    said = read_declarations(declared, [corpus.name for corpus in corpora], datasets)
    if len(corpora) == 1:
        from lineage.cli.within import report_within

        report_within(corpora[0], options, out=out, show=show, as_json=as_json)
        return
    result = declare_all(_linked(corpora, options), [*said, *_recorded(corpora)])
    _report(result, corpora, out, show, as_json)


def _linked(corpora: "Sequence[Corpus]", options: "LinkOptions") -> "LinkResult":
    import dataclasses

    from lineage.link.link import link as link_corpora

    with output.progress("linking") as report:
        watched = dataclasses.replace(
            options, progress=lambda phase, done, total: report(done, total or None, phase=phase)
        )
        return link_corpora(corpora, options=watched)


def _recorded(corpora: "Sequence[Corpus]") -> "Sequence[Declaration]":
    """Read what the workspace at hand, if there is one, holds of datasets with this content."""
    from lineage.errors import StoreError
    from lineage.store.workspace import find_workspace

    workspace = find_workspace()
    if workspace.database_file is not None and not workspace.database_file.exists():
        return ()  # before anything of a database is imported
    from lineage.link.recorded import declarations_at

    try:
        return declarations_at(workspace, {one.card.meta.digest: one.name for one in corpora})
    except StoreError as error:
        output.warn(f"what is declared in the graph was not read: {error}")
        return ()


def _report(result: "LinkResult", corpora: "Sequence[Corpus]", out: str | None, show: int, as_json: bool) -> None:
    from lineage.link.write import write_links

    written = write_links(result, corpora, out) if out else None
    for pair in result.pairs:
        for cut in pair.cuts.described():
            output.warn(f"{pair.a}, {pair.b}: {cut}")
    if as_json:
        output.print_json(result.to_dict())
        return
    print_linked(result, corpora, show)
    if out:
        click.echo(f"{written:,} pairs of rows are in {out}")


def _load(datasets: Sequence[str], dates: Sequence[str], how: Reading, salt: "Salt | None") -> "list[Corpus]":
    import dataclasses

    from lineage.link.corpus import load_corpus, tell_apart

    corpora = []
    for place, source in enumerate(datasets):
        with output.progress(f"reading {source}", "rows") as report:
            date = dates[place] if dates else None
            corpora.append(load_corpus(source, **how, date=date, salt=salt, progress=report))
        output.list_bad_rows(corpora[-1].bad)
    names = tell_apart([corpus.name for corpus in corpora], list(datasets))
    return [dataclasses.replace(corpus, name=name) for corpus, name in zip(corpora, names, strict=True)]
