"""What `lineage link` prints of one dataset alone: rows that repeat, and texts that are alike."""

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from lineage.cli import output

if TYPE_CHECKING:
    from lineage.link.corpus import Corpus
    from lineage.link.options import LinkOptions
    from lineage.link.within import TextsWithin, Within

_EXAMPLE_CHARS = 100


def report_within(corpus: "Corpus", options: "LinkOptions", *, out: str | None, show: int, as_json: bool) -> None:
    """Link a dataset with itself, print what comes out, and write the pairs to `out`."""
    from lineage.link.within import link_within
    from lineage.link.write import write_within

    with output.progress(f"linking {corpus.name}") as report:
        watched = dataclasses.replace(
            options, progress=lambda phase, done, total: report(done, total or None, phase=phase)
        )
        found = link_within(corpus, options=watched)
    written = write_within(found, out) if out else None
    for name, texts in _views(found):
        for cut in texts.cuts.described():
            output.warn(f"{corpus.name}, {name}: {cut}")
    if as_json:
        output.print_json(found.to_dict())
        return
    _print(found, corpus, show)
    if out:
        click.echo(f"{written:,} pairs of rows are in {out}")


def _views(found: "Within") -> "list[tuple[str, TextsWithin]]":
    return [("prompt", found.prompts), ("response", found.responses)]


def _print(found: "Within", corpus: "Corpus", show: int) -> None:
    sizes = found.samples.sizes
    repeats = int((sizes - 1).sum())
    click.echo(f"{found.name}: {found.rows:,} rows, {repeats:,} of them with the same words as an earlier one")
    columns = ("text", "distinct", "recur", "most rows", "pairs alike", "families", "largest", "its least J", "steps")
    output.print_table(columns, [_row(name, texts) for name, texts in _views(found)])
    how = "counted from the texts" if found.responses.exact else "estimated from signatures"
    click.echo(f"alike: Jaccard of {found.threshold} or more, {how}")
    if found.recall_at is not None:
        curve = ", ".join(f"J {at}: {100 * part:.2f} %" for at, part in found.recall_at.items())
        click.echo(f"found, of pairs at {curve}")
    for name, texts in _views(found):
        for line in _examples(name, texts, corpus, show):
            click.echo(line)


def _row(name: str, texts: "TextsWithin") -> tuple[object, ...]:
    families, repeated = texts.clusters, texts.repeated
    most = int(texts.texts.sizes[repeated[0]]) if len(repeated) else 1
    largest: tuple[object, ...] = ("-", "-", "-")
    if len(families):
        steps = f"{'' if families.followed[0] else '≥ '}{families.diameter[0]}"
        largest = (f"{families.samples[0]:,} rows", f"{families.least_jaccard[0]:.2f}", steps)
    return (name, len(texts.texts.sizes), len(repeated), most, len(texts.a), len(families), *largest)


def _examples(name: str, texts: "TextsWithin", corpus: "Corpus", show: int) -> Iterator[str]:
    column = corpus.prompts if name == "prompt" else corpus.responses
    first = texts.texts.first
    for n in range(min(show, len(texts.a))):
        rows = int(first[texts.a[n]]), int(first[texts.b[n]])
        yield f"  {name}s of rows {rows[0]} and {rows[1]}: J {texts.likeness.jaccard[n]:.2f}"
        if column is not None:
            yield from (f"    {_short(column[row].as_py())}" for row in rows)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARS else line[: _EXAMPLE_CHARS - 1] + "…"
