"""`lineage db`: the graph's database itself."""

from pathlib import Path

import click

from lineage.cli.options import home_option


@click.group()
def db() -> None:
    """Upgrade or check the database of the graph (SQLite in the workspace, or what LINEAGE_DB names).

    \b
    Example:
      lineage db check
    """


@db.command()
@home_option
def upgrade(home: Path | None) -> None:
    """Bring the database to the schema of this release; every command that writes does the same by itself.

    \b
    Example:
      lineage db upgrade
    """
    from lineage.store.database import upgrade_database
    from lineage.store.workspace import find_workspace

    click.echo(upgrade_database(find_workspace(home)))


@db.command()
@home_option
def check(home: Path | None) -> None:
    """Check that the schema, the references and the derived edges are what they should be; exit code 3 if not.

    \b
    Example:
      lineage db check
    """
    from lineage.graph.claims import check_graph
    from lineage.store.workspace import find_workspace

    click.echo(check_graph(find_workspace(home)))
