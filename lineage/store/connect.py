"""Connections to the graph's database: SQLite in the workspace, or PostgreSQL by URL; and questions to it.

A reader never changes anything. Knows how to open and lock; what changes the database is in `database`, and needs the
history of its schema, which takes longer to load than a question takes.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from lineage.errors import StoreError
from lineage.store.schema import require_current
from lineage.store.workspace import Workspace

BUSY_TIMEOUT_S = 60
_RETRY_S = 0.01
WRITES = "lineage_writes"


@contextlib.contextmanager
def reading(workspace: Workspace) -> Iterator[Session]:
    """Open the graph for questions; StoreError where there is none yet, or where its schema is of another release."""
    require_database(workspace)
    with connected(engine_of(workspace)) as connection:
        require_current(connection, workspace)
        with Session(connection) as session:
            yield session


@contextlib.contextmanager
def connecting(workspace: Workspace, *, to_write: bool) -> Iterator[Connection]:
    """Open a bare connection for the schema's own commands; the caller commits."""
    engine = engine_of(workspace)
    with connected(engine.execution_options(**{WRITES: to_write})) as connection:
        yield connection


def require_database(workspace: Workspace) -> None:
    """Raise StoreError where there is no database yet."""
    file = workspace.database_file
    if file is not None and not file.exists():
        raise StoreError(f"no workspace at {workspace.root}; start with: lineage add DATA")


def engine_of(workspace: Workspace) -> Engine:
    """Make an engine for the workspace's database; StoreError when its URL cannot be used."""
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
    # SQLite does not wait by itself for the lock that a change of the journal needs.
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _prepare_read_only(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    # The driver must not open transactions by itself: it would begin them without the write lock.
    connection.isolation_level = None
    connection.cursor().execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once; beginning as a reader and upgrading later fails when another writer came between.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Connect, and turn the database's errors into StoreErrors that say what to do."""
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
