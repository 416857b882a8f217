"""What `lineage link` prints of two or more datasets: a table, a sentence on each pair, examples, the family tree."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from lineage.cli import output

if TYPE_CHECKING:
    from lineage.link.corpus import Corpus
    from lineage.link.result import DatasetPair, Link, LinkResult
    from lineage.link.tree import Family, FamilyEdge

_EXAMPLE_CHARS = 100
_LEAST_FOR_A_TREE = 3
# Rows on one side from which on a group is worth a line.
_LARGE_GROUP = 100


def print_linked(result: "LinkResult", corpora: "Sequence[Corpus]", show: int) -> None:
    """Print a result, with `show` linked rows of each pair, whose corpora are then needed."""
    columns = (
        "a",
        "b",
        "a is … of b",
        "direction",
        "by",
        "rows of a linked",
        "rows of b linked",
        "by relation (rows of a, of b)",
    )
    output.print_table(columns, [_row(pair) for pair in result.pairs])
    if len(result.datasets) >= _LEAST_FOR_A_TREE:
        click.echo()
        for line in family_tree(result.family, dict(result.datasets)):
            click.echo(line)
    by_name = {corpus.name: corpus for corpus in corpora}
    for pair in result.pairs:
        click.echo(f"\n{pair.why}")
        for line in _large_groups(pair):
            click.echo(line)
        for template in pair.templates:
            click.echo(f"  the prompts of one of them stand in a template: {_short(template)}")
        for one in pair.links(0, show):
            click.echo(_example(one, pair, by_name[pair.a], by_name[pair.b]))
    if result.recall_at is not None:
        curve = ", ".join(f"J {at}: {100 * part:.2f} %" for at, part in result.recall_at.items())
        click.echo(f"\nfound, of pairs of texts at {curve}")


def family_tree(family: "Family", sizes: dict[str, int]) -> Iterator[str]:
    """Draw who came from whom; a further parent of a dataset is named beside the first.

    Where the direction is unknown the line is broken: the two may stand the other way round.
    """
    children: dict[str, list[FamilyEdge]] = {}
    further: dict[str, list[FamilyEdge]] = {}
    placed: set[str] = set()
    for edge in family.edges:
        (further if edge.child in placed else children).setdefault(
            edge.child if edge.child in placed else edge.parent, []
        ).append(edge)
        placed.add(edge.child)

    def below(name: str, indent: str) -> Iterator[str]:
        edges = children.get(name, [])
        for place, edge in enumerate(edges):
            last = place == len(edges) - 1
            stroke = "─" if edge.ground != "unknown" else "╌"
            yield f"{indent}{'└' if last else '├'}{stroke} {_branch(edge, further.get(edge.child, []))}"
            yield from below(edge.child, indent + ("   " if last else "│  "))

    for name, rows in sizes.items():
        if name not in placed:
            yield f"{name} ({rows:,} rows)" + (", related to none" if name in family.alone else "")
            yield from below(name, "")


def _branch(edge: "FamilyEdge", further: "list[FamilyEdge]") -> str:
    ground = "direction unknown" if edge.ground == "unknown" else f"by {edge.ground}"
    beside = "".join(f"; {one.rows:,} from {one.parent} ({one.relation})" for one in further)
    return f"{edge.child}: {edge.relation}, {edge.rows:,} rows, {ground}{beside}"


def _row(pair: "DatasetPair") -> tuple[str, ...]:
    parts = [
        f"{name} {count.rows_a:,}, {count.rows_b:,}"
        for name, count in pair.by_relation.items()
        if count.rows_a + count.rows_b
    ]
    linked = [f"{one.linked:,} of {one.rows:,} ({one.share:.1%})" for one in (pair.linked_a, pair.linked_b)]
    ground = "" if pair.ground == "unknown" else pair.ground
    return (pair.a, pair.b, pair.relation, pair.direction, ground, *linked, "; ".join(parts) or "none")


def _large_groups(pair: "DatasetPair") -> Iterator[str]:
    for group in pair.groups.largest:
        if max(group.rows_a, group.rows_b) >= _LARGE_GROUP:
            yield (
                f"  {group.rows_a:,} rows of {pair.a} hang together with {group.rows_b:,} of {pair.b},"
                f" such as rows {group.row_a} and {group.row_b} (by {group.weakest} or more)"
            )


def _example(one: "Link", pair: "DatasetPair", a: "Corpus", b: "Corpus") -> str:
    evidence = ", ".join(f"{e.channel} J {e.jaccard:.2f}" for e in one.evidence)
    lines = [f"  {one.relation}: row {one.row_a} and row {one.row_b} ({evidence}){_worth(one, pair)}"]
    for corpus, row in ((a, one.row_a), (b, one.row_b)):
        for label, texts in (("prompt", corpus.prompts), ("response", corpus.responses)):
            text = texts[row].as_py() if texts is not None else None
            if text:
                lines.append(f"    {corpus.name} {label}: {_short(text)}")
    return "\n".join(lines)


def _worth(one: "Link", pair: "DatasetPair") -> str:
    """Say what the shared words are worth, and whether that is more than the best of all chance pairs has."""
    bits = one.bits
    if bits is None:
        return ""
    return f", shared {bits:,.0f} bits ({'copy' if bits > pair.chance else 'boilerplate'})"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARS else line[: _EXAMPLE_CHARS - 1] + "…"
