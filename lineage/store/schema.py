"""Which schema this release works with, and whether a database has it. What the schemas are is in `migrate`."""

from sqlalchemy import Connection, inspect, text

from lineage.errors import StoreError
from lineage.store.workspace import Workspace

# The newest revision in `db/migrations`; a test compares them. Revisions are numbered in their order.
HEAD = "0001"


def current_revision(connection: Connection) -> str | None:
    """Name the revision a database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def require_current(connection: Connection, workspace: Workspace) -> None:
    """Raise StoreError unless the database has the schema of this release."""
    current = current_revision(connection)
    if current == HEAD:
        return
    refuse_newer(current, workspace)
    if current is None:
        raise StoreError(f"the database of {workspace.root} is empty; start with: lineage add DATA")
    raise StoreError(
        f"the database of {workspace.root} was written by an older lineage (schema {current}); run: lineage db upgrade"
    )


def refuse_newer(current: str | None, workspace: Workspace) -> None:
    """Raise StoreError when a database is of a release after this one."""
    if current is not None and current > HEAD:
        raise StoreError(
            f"the database of {workspace.root} was written by a newer lineage (schema {current}, this release knows up"
            f" to {HEAD}); upgrade lineage: pip install -U lineage-tracer"
        )
