"""Connections to the graph's database, one transaction at a time: SQLite in the workspace, or PostgreSQL by URL.

A writer brings an older database up to date and locks out other writers; a reader never changes anything.
Knows how to open and lock; the schema is in `tables`, its history in `migrate`.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, exc, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from lineage.errors import StoreError
from lineage.store import migrate
from lineage.store.tables import MetaRow
from lineage.store.workspace import Workspace, ensure_folder

BUSY_TIMEOUT_S = 60
_WRITES = "lineage_writes"

Notice = Callable[[str], None]


@contextlib.contextmanager
def reading(workspace: Workspace) -> Iterator[Session]:
    """Open the graph for questions; StoreError where there is none yet, or where its schema is of another release."""
    _require_database(workspace)
    with _connected(_engine(workspace)) as connection:
        migrate.require_current(connection, workspace)
        with Session(connection) as session:
            yield session


@contextlib.contextmanager
def writing(workspace: Workspace, notice: Notice | None = None) -> Iterator[Session]:
    """Open the graph for one transaction that no other writer can interleave with; committed when the block ends well.

    Creates the database on first use and upgrades an older one, telling `notice`. Other writers wait up to a minute.
    """
    if workspace.database_file is not None:
        ensure_folder(workspace.database_file.parent)
    engine = _engine(workspace).execution_options(**{_WRITES: True})
    with _connected(engine) as connection:
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
    _require_database(workspace)
    with connecting(workspace, to_write=True) as connection:
        came_from = migrate.upgrade(connection, workspace)
        connection.commit()
    head = migrate.head_revision()
    if came_from == head:
        return f"the database of {workspace.root} is up to date (schema {head})"
    return f"upgraded the database of {workspace.root} from {came_from or 'nothing'} to schema {head}"


@contextlib.contextmanager
def connecting(workspace: Workspace, *, to_write: bool) -> Iterator[Connection]:
    """Open a bare connection for the schema's own commands; the caller commits."""
    engine = _engine(workspace)
    with _connected(engine.execution_options(**{_WRITES: to_write})) as connection:
        yield connection


def _require_database(workspace: Workspace) -> None:
    file = workspace.database_file
    if file is not None and not file.exists():
        raise StoreError(f"no workspace at {workspace.root}; start with: lineage add DATA")


def _engine(workspace: Workspace) -> Engine:
    file = workspace.database_file
    try:
        if file is None:
            return create_engine(make_url(workspace.database_url), poolclass=NullPool)
        engine = create_engine(_sqlite_url(file), poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S})
    except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError) as error:
        shown = _without_password(workspace.database_url)
        raise StoreError(
            f"LINEAGE_DB={shown} cannot be used: {error}; give an SQLAlchemy URL such as postgresql://host/name"
            " (needs: pip install 'lineage-tracer[postgres]')"
        ) from error
    event.listen(engine, "connect", _prepare_sqlite if os.access(file.parent, os.W_OK) else _prepare_read_only)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _sqlite_url(file: Path) -> str:
    # In a folder that cannot be written SQLite could not make the files that WAL needs, so the file is read as it is.
    if file.exists() and not os.access(file.parent, os.W_OK):
        return f"sqlite:///file:{file}?mode=ro&immutable=1&uri=true"
    return f"sqlite:///{file}"


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    _prepare_read_only(connection, record)
    connection.cursor().execute("PRAGMA journal_mode = WAL")


def _prepare_read_only(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    # The driver must not open transactions by itself: it would begin them without the write lock.
    connection.isolation_level = None
    connection.cursor().execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once; beginning as a reader and upgrading later fails when another writer came between.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except exc.OperationalError as error:
        raise StoreError(_reason(engine, error)) from error
    except exc.DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise StoreError(f"{_shown(engine)} is not a lineage database: {error.orig}; restore or move it") from error
        raise
    finally:
        engine.dispose()


def _reason(engine: Engine, error: exc.OperationalError) -> str:
    said = str(error.orig).strip()
    if "readonly" in said or "unable to open" in said:
        return f"{_shown(engine)} cannot be written: {said}; choose another workspace with --home DIR or LINEAGE_HOME"
    if "locked" in said:
        return f"{_shown(engine)} was locked by another process for {BUSY_TIMEOUT_S} s; try again when it has finished"
    return f"{_shown(engine)} cannot be used: {said}"


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.rpartition(':')[0]}:***@{tail}" if at else url
