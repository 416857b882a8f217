"""Databases of earlier releases open in this one."""

import shutil
import sqlite3
from importlib import resources
from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.graph.claims import check_graph
from lineage.store import migrate, schema
from lineage.store.database import reading, upgrade_database, writing
from lineage.store.workspace import Workspace

# One dump a schema, written by the release that introduced it: a dataset, its source and the model that wrote it.
OLD = sorted((Path(__file__).parent / "old").glob("*.sql"))

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
"""


def test_a_dump_is_kept_for_every_schema() -> None:
    folder = Path(str(resources.files("lineage._db") / "migrations" / "versions"))
    assert [path.stem for path in OLD] == sorted(path.name[:4] for path in folder.glob("*.py"))


@pytest.mark.parametrize("dump", OLD, ids=lambda path: path.stem)
def test_a_database_of_an_earlier_release_is_brought_up_to_date(local_workspace: Workspace, dump: Path) -> None:
    local_workspace.root.mkdir()
    connection = sqlite3.connect(local_workspace.database_file or "")
    connection.executescript(dump.read_text())
    connection.close()
    assert f"schema {migrate.head_revision()}" in upgrade_database(local_workspace)
    assert check_graph(local_workspace) == "sound: 2 datasets, 6 claims, 6 edges"


def test_an_older_database_is_upgraded_by_the_next_write_and_the_fact_told(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(workspace):
        pass
    head = migrate.head_revision()
    later = tmp_path / "later"
    shutil.copytree(str(resources.files("lineage._db") / "migrations"), later / "migrations")
    (later / "migrations" / "versions" / "9000_later.py").write_text(NEXT.format(head=head))
    monkeypatch.setattr(migrate.resources, "files", lambda package: later)
    monkeypatch.setattr(schema, "HEAD", "9000")

    advice = rf"older lineage \(schema {head}\); run: lineage db upgrade"
    with pytest.raises(StoreError, match=advice), reading(workspace):
        pass
    told: list[str] = []
    with writing(workspace, told.append) as session:
        assert session.connection().dialect.has_table(session.connection(), "later")
    assert told == [f"upgraded the database of {workspace.root} from schema {head} to 9000"]
    with writing(workspace, told.append):
        pass
    assert len(told) == 1
    monkeypatch.undo()
    with pytest.raises(StoreError, match="newer lineage"), reading(workspace):
        pass


def test_upgrading_what_is_not_there_says_how_to_start(local_workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="start with: lineage add"):
        upgrade_database(local_workspace)
    assert not local_workspace.root.exists()
