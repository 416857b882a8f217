"""The history of the schema: bring a database up to date, or say how it differs from what this release expects.

The migrations are data in `db/`, reached as the package `lineage._db`. There is no way back: restore a copy instead.
"""

import contextlib
from collections.abc import Callable, Iterator
from importlib import resources

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from lineage.store import schema
from lineage.store.tables import Table
from lineage.store.workspace import Workspace

# Any number will do, as long as every release takes the same one: it keeps two processes from migrating at once.
_ADVISORY_LOCK = 5_113_907


def head_revision() -> str:
    """Name the newest revision among the migrations; `schema.HEAD` says the same."""
    with _config() as config:
        head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None  # noqa: S101 (an installation without migrations is broken beyond help)
    return head


def upgrade(connection: Connection, workspace: Workspace, notice: Callable[[str], None] | None = None) -> str | None:
    """Bring the database to this release's schema inside the caller's transaction; return the revision it came from.

    `notice` is told when an older database was upgraded. StoreError when it was written by a newer release.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    current = schema.current_revision(connection)
    if current == schema.HEAD:
        return current
    schema.refuse_newer(current, workspace)
    with _config() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, schema.HEAD)
    if current is not None and notice is not None:
        notice(f"upgraded the database of {workspace.root} from schema {current} to {schema.HEAD}")
    return current


def differences(connection: Connection) -> list[str]:
    """List how the tables in the database differ from those this release declares; empty when they agree."""
    options = {"compare_type": True, "compare_server_default": False}
    context = MigrationContext.configure(connection, opts=options)
    return [str(difference) for difference in compare_metadata(context, Table.metadata)]


@contextlib.contextmanager
def _config() -> Iterator[Config]:
    with resources.as_file(resources.files("lineage._db") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        yield config
