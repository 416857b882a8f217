"""`lineage link`: which samples two or more datasets share, and what that makes them to each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import output
from lineage.cli.engine import engine_options, linked_there, where
from lineage.cli.options import Reading, json_option, reading, records_options, salt_given, salt_option

if TYPE_CHECKING:
    from lineage.fingerprint.salt import Salt
    from lineage.link.corpus import Corpus
    from lineage.link.result import DatasetPair, Link, LinkResult

_EXAMPLE_CHARS = 100


@click.command(short_help="Find the samples that two or more datasets share.")
@click.argument("datasets", nargs=-1, required=True, metavar="A B [C ...]")
@records_options
@click.option(
    "--threshold", type=float, default=0.7, show_default=True, help="Smallest Jaccard that counts as agreeing."
)
@click.option("--exact", is_flag=True, help="Miss no pair at the threshold; takes some ten times as long.")
@click.option("--date", "dates", multiple=True, metavar="ISO", help="When each dataset was made, in their order.")
@click.option("-o", "--output", "out", type=click.Path(), help="Write every pair of rows: .parquet, .jsonl or .csv.")
@click.option("--show", type=click.IntRange(0), default=0, metavar="N", help="Print N linked rows of each pair.")
@salt_option
@engine_options
@json_option
def link(
    datasets: tuple[str, ...], fields: str | None, split: str | None, skip_bad: bool, threshold: float,
    exact: bool, dates: tuple[str, ...], out: str | None, show: int, salt: Path | None, engine: str | None,
    ray_address: str | None, work: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Find the samples that two or more datasets share, and what that makes the datasets to each other.

    One dataset alone is searched for rows that repeat and pairs of texts that are alike. For two or more the answer
    is: copy, subset, superset, version, reanswered, revised, overlap or unrelated. Prompts and responses are
    compared apart. A dataset is a file, a folder, a glob, hf:NAME, or a card written by `lineage fingerprint`.

    \b
    Example:
      lineage link alpaca.json my_train.jsonl -o links.parquet
      lineage link my_train.jsonl --show 3
      lineage link old.json new.json --date 2023-03 --date 2024-01 --show 3
    """
    from lineage.link.link import link as link_corpora
    from lineage.link.options import LinkOptions

    options = LinkOptions(threshold=threshold, exact=exact)
    if dates and len(dates) != len(datasets):
        raise click.UsageError(
            f"{len(dates)} dates for {len(datasets)} datasets; give --date once for each, in their order"
        )
    how, place = reading(fields, split, skip_bad=skip_bad), where(engine, ray_address, work)
    if place.engine is not None:
        with linked_there(datasets, dates, how, place, options) as linked:
            _report(linked.result, linked.corpora if out or show else [], out, show, as_json)
        return
    corpora = _load(datasets, dates, how, salt_given(salt))
    if len(corpora) == 1:
        from lineage.cli.within import report_within

        report_within(corpora[0], options, out=out, show=show, as_json=as_json)
        return
    _report(link_corpora(corpora, options=options), corpora, out, show, as_json)


def _report(result: "LinkResult", corpora: "Sequence[Corpus]", out: str | None, show: int, as_json: bool) -> None:
    from lineage.link.write import write_links

    written = write_links(result, corpora, out) if out else None
    for pair in result.pairs:
        for cut in pair.cuts.described():
            output.warn(f"{pair.a}, {pair.b}: {cut}")
    if as_json:
        output.print_json(result.to_dict())
        return
    _print(result, corpora, show)
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


def _print(result: "LinkResult", corpora: "Sequence[Corpus]", show: int) -> None:
    columns = (
        "a",
        "b",
        "a is … of b",
        "direction",
        "rows of a linked",
        "rows of b linked",
        "by relation (rows of a, of b)",
    )
    output.print_table(columns, [_row(pair) for pair in result.pairs])
    by_name = {corpus.name: corpus for corpus in corpora}
    for pair in result.pairs:
        click.echo(f"\n{pair.why}")
        for one in pair.links(0, show):
            click.echo(_example(one, by_name[pair.a], by_name[pair.b]))


def _row(pair: "DatasetPair") -> tuple[str, ...]:
    parts = [
        f"{name} {count.rows_a:,}, {count.rows_b:,}"
        for name, count in pair.by_relation.items()
        if count.rows_a + count.rows_b
    ]
    linked = [f"{one.linked:,} of {one.rows:,} ({one.share:.1%})" for one in (pair.linked_a, pair.linked_b)]
    return (pair.a, pair.b, pair.relation, pair.direction, *linked, "; ".join(parts) or "none")


def _example(one: "Link", a: "Corpus", b: "Corpus") -> str:
    evidence = ", ".join(f"{e.channel} J {e.jaccard:.2f}" for e in one.evidence)
    lines = [f"  {one.relation}: row {one.row_a} and row {one.row_b} ({evidence})"]
    for corpus, row in ((a, one.row_a), (b, one.row_b)):
        for label, texts in (("prompt", corpus.prompts), ("response", corpus.responses)):
            text = texts[row].as_py() if texts is not None else None
            if text:
                lines.append(f"    {corpus.name} {label}: {_short(text)}")
    return "\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARS else line[: _EXAMPLE_CHARS - 1] + "…"
