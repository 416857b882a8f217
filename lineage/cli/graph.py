"""`lineage graph`: questions to the provenance graph."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli.options import home_option, json_option

if TYPE_CHECKING:
    from lineage.graph.walk import Direction, Walk
    from lineage.graph.who import AuthorShare
    from lineage.store.facts import Edge

_LISTED = 10


@click.group()
def graph() -> None:
    """Ask the provenance graph: who wrote a dataset, what it came from, what came from it.

    Datasets enter the graph with `lineage add`. Name them as they were added; NAME@2 is the second version, and
    dataset:NAME or model:NAME tell two things of one name apart.

    \b
    Example:
      lineage add corpus.jsonl
      lineage graph who corpus
    """


@graph.command()
@click.argument("dataset")
@home_option
@json_option
def who(dataset: str, home: Path | None, as_json: bool) -> None:
    """Say which models wrote a dataset, and how much of it nobody knows the author of.

    Counts the rows that name their author and the rows whose text stands in another dataset that does. Shares are of
    the rows with a prompt (or a response), with 95 % bounds.

    \b
    Example:
      lineage graph who corpus
      lineage graph who corpus --json | jq '.shares[] | select(.role == "response")'
    """
    from lineage.cli.output import print_json, print_table
    from lineage.graph.who import who_wrote
    from lineage.store.database import reading
    from lineage.store.workspace import find_workspace

    workspace = find_workspace(home)
    with reading(workspace) as session:
        answer = who_wrote(session, workspace, dataset)
    if as_json:
        print_json(answer.to_dict())
        return
    columns = ("model", "role", "share", "95 % bounds", "rows", "known from")
    print_table(columns, [_author_row(share) for share in answer.shares], title=f"Who wrote {answer.dataset}")
    click.echo("Every row's author is known." if answer.complete else f"Not complete: {answer.reason}.")


@graph.command("list")
@home_option
@json_option
def list_(home: Path | None, as_json: bool) -> None:
    """List the registered datasets, each with its newest version.

    \b
    Example:
      lineage graph list
    """
    from lineage.cli.output import print_json, print_table
    from lineage.store import queries
    from lineage.store.database import reading
    from lineage.store.workspace import find_workspace

    with reading(find_workspace(home)) as session:
        datasets = queries.current_datasets(session)
    columns = ("name", "version", "rows", "date", "licence")
    rows = [(one.name, one.label, one.n_rows, one.date, one.licence) for one in datasets]
    if as_json:
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        print_json({"schema": "lineage.graph.list/1", "datasets": listed})
    else:
        print_table(columns, [tuple("" if cell is None else cell for cell in row) for row in rows])


@graph.command()
@click.argument("name")
@home_option
@json_option
def up(name: str, home: Path | None, as_json: bool) -> None:
    """Show what a dataset, model or run came from, step by step back.

    \b
    Example:
      lineage graph up corpus
    """
    _walk(name, "up", home, as_json)


@graph.command()
@click.argument("name")
@home_option
@json_option
def down(name: str, home: Path | None, as_json: bool) -> None:
    """Show what came from a dataset, model or run, step by step onwards.

    \b
    Example:
      lineage graph down model:gpt-4
    """
    _walk(name, "down", home, as_json)


def _walk(name: str, direction: "Direction", home: Path | None, as_json: bool) -> None:
    from lineage.cli.output import print_json
    from lineage.graph.walk import walk
    from lineage.store.database import reading
    from lineage.store.workspace import find_workspace

    with reading(find_workspace(home)) as session:
        found = walk(session, name, direction)
    if as_json:
        print_json(found.to_dict())
        return
    click.echo(f"{found.start.node}{_facts(found.start.n_rows, found.start.date)}")
    _branches(found, found.start.id, "", {found.start.id})
    if not found.edges:
        click.echo("  nothing " + ("above" if direction == "up" else "below") + " it in the graph")
    if found.undirected:
        click.echo("Shares text with these too; dates of both (lineage add --date) would tell which came first:")
    for edge in found.undirected[:_LISTED]:
        click.echo(f"   {found.versions[edge.dst].node}  {_amount(edge)}")
    if len(found.undirected) > _LISTED:
        click.echo(f"   and {len(found.undirected) - _LISTED} more, which --json lists")


def _branches(found: "Walk", version_id: int, indent: str, shown: set[int]) -> None:
    children = found.children(version_id)
    for place, (edge, version) in enumerate(children, 1):
        last = place == len(children)
        seen = version.id in shown
        click.echo(f"{indent}{'└─' if last else '├─'} {_step(edge, found.direction)} {version.node}"
                   f"{_facts(version.n_rows, version.date)}  {_amount(edge)}"
                   f"{' (conflicting claims)' if edge.conflict else ''}{' (shown above)' if seen else ''}")  # fmt: skip
        if not seen:
            shown.add(version.id)
            _branches(found, version.id, indent + ("   " if last else "│  "), shown)


def _step(edge: "Edge", direction: "Direction") -> str:
    from lineage.graph.vocabulary import RELATIONS

    relation = RELATIONS[edge.type]
    words = relation.reads if direction == "up" else relation.reads_back
    details = ", ".join(word for word in (edge.how, edge.role) if word)
    return f"{words} ({details})" if details else words


def _facts(rows: int | None, date: str | None) -> str:
    known = [f"{rows:,} rows" if rows is not None else "", date or ""]
    said = ", ".join(one for one in known if one)
    return f" [{said}]" if said else ""


def _amount(edge: "Edge") -> str:
    counted = f"{edge.n:,} of {edge.n_of:,} {edge.unit}" if edge.n is not None and edge.n_of is not None else ""
    if edge.share is None:
        return counted or "amount unknown"
    bounds = f"[{edge.share.low:.1%}, {edge.share.high:.1%}]"
    middle = f"{edge.share.mid:.1%} " if edge.share.mid is not None else ""
    return f"{counted}: {middle}{bounds}" if counted else f"{middle}{bounds} by {edge.basis}"


def _author_row(author: "AuthorShare") -> tuple[object, ...]:
    share = author.share
    middle = f"{share.mid:.1%}" if share.mid is not None else "?"
    rows = f"{author.rows:,} of {author.of:,}" if author.rows is not None else "not counted"
    words = {"row_column": "the rows say so", "overlap": "text shared with rows that say so", "unknown": ""}
    basis = ", ".join(words.get(one, one) for one in author.basis.split("+"))
    return author.model or "(unknown)", author.role, middle, f"[{share.low:.1%}, {share.high:.1%}]", rows, basis
