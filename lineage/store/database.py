"""Changing the graph's database, one transaction at a time.

A writer brings an older database up to date and locks out other writers. How to connect is in `connect`, the schema in
`tables`, its history in `migrate`.
"""

import contextlib
from collections.abc import Callable, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lineage.store import migrate, schema
from lineage.store.connect import WRITES, connected, connecting, engine_of, reading, require_database
from lineage.store.tables import MetaRow
from lineage.store.workspace import Workspace, ensure_folder

__all__ = ["Notice", "connecting", "prepare", "reading", "upgrade_database", "writing"]

Notice = Callable[[str], None]


@contextlib.contextmanager
def writing(workspace: Workspace, notice: Notice | None = None) -> Iterator[Session]:
    """Open the graph for one transaction that no other writer can interleave with; committed when the block ends well.

    Creates the database on first use and upgrades an older one, telling `notice`. Other writers wait up to a minute.
    """
    if workspace.database_file is not None:
        ensure_folder(workspace.database_file.parent)
    engine = engine_of(workspace).execution_options(**{WRITES: True})
    with connected(engine) as connection:
        migrate.upgrade(connection, workspace, notice)
        # On SQLite the transaction began with the write lock; on a server this row is the lock.
        connection.execute(select(MetaRow.graph_rev).with_for_update())
        with Session(connection) as session:
            yield session
            session.flush()
        connection.execute(update(MetaRow).values(graph_rev=MetaRow.graph_rev + 1))
        connection.commit()


def prepare(workspace: Workspace, notice: Notice | None = None) -> None:
    """Make the database, or bring an older one up to date, before a longer piece of work that will end in a write."""
    if workspace.database_file is not None:
        ensure_folder(workspace.database_file.parent)
    with connecting(workspace, to_write=True) as connection:
        migrate.upgrade(connection, workspace, notice)
        connection.commit()


def upgrade_database(workspace: Workspace) -> str:
    """Bring an existing database to this release's schema and say what was done; StoreError where there is none."""
    require_database(workspace)
    with connecting(workspace, to_write=True) as connection:
        came_from = migrate.upgrade(connection, workspace)
        connection.commit()
    if came_from == schema.HEAD:
        return f"the database of {workspace.root} is up to date (schema {schema.HEAD})"
    return f"upgraded the database of {workspace.root} from {came_from or 'nothing'} to schema {schema.HEAD}"
