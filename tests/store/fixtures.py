"""Workspaces for the tests, one on SQLite and one on a real PostgreSQL; the server starts once per test process."""

import atexit
import contextlib
import functools
import itertools
from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.store.workspace import Workspace, find_workspace
from tests.store.postgres import server

_numbers = itertools.count()


@functools.cache
def _server_url() -> str:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(server())


def new_postgres_database() -> str:
    """Make an empty database and return its URL, as a user would write it."""
    url, name = _server_url(), f"test_{next(_numbers)}"
    admin = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty workspace, on each kind of database in turn."""
    env = {"LINEAGE_DB": new_postgres_database()} if request.param == "postgresql" else {}
    return find_workspace(tmp_path / "home", env)


@pytest.fixture
def local_workspace(tmp_path: Path) -> Workspace:
    """An empty workspace on SQLite."""
    return find_workspace(tmp_path / "home", {})
