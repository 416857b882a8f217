"""Runs migrations on the connection that lineage hands over, or for developers on the database LINEAGE_DB names."""

from alembic import context
from sqlalchemy import Connection

from lineage.store.database import connecting
from lineage.store.tables import Instant, Table
from lineage.store.workspace import find_workspace


def plain_type(kind: str, value: object, _context: object) -> str | bool:
    """Write our own type into a new migration as what the database sees; a migration must not change with our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Instant) else False


def migrate(connection: Connection) -> None:
    """Run all migrations in the transaction of `connection`."""
    context.configure(connection=connection, target_metadata=Table.metadata, render_item=plain_type)
    context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    migrate(handed_over)
else:
    with connecting(find_workspace(), to_write=True) as own:
        migrate(own)
        own.commit()
