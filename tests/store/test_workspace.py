import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.store.database import reading, writing
from lineage.store.workspace import Workspace, find_workspace, written_whole
from tests.store.postgres import as_plain_user


def test_the_workspace_is_where_home_then_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_workspace(env={}).root == tmp_path / ".lineage"
    assert find_workspace(env={"LINEAGE_HOME": "/x"}).root == Path("/x")
    assert find_workspace("/y", {"LINEAGE_HOME": "/x"}).root == Path("/y")
    assert find_workspace(env={}).database_file == tmp_path / ".lineage" / "graph.db"
    assert find_workspace(env={"LINEAGE_DB": "postgresql://h/n"}).database_url == "postgresql+psycopg://h/n"


def test_reading_where_there_is_no_workspace_says_how_to_start_and_makes_nothing(local_workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="start with: lineage add"), reading(local_workspace):
        pass
    assert not local_workspace.root.exists()


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    with pytest.raises(RuntimeError), written_whole(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    with written_whole(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert [path.read_text() for path in path.parent.iterdir()] == ["whole"]


def test_a_file_that_is_no_database_is_named(local_workspace: Workspace) -> None:
    local_workspace.root.mkdir()
    assert local_workspace.database_file is not None
    local_workspace.database_file.write_text("these are not the bytes of a database\n" * 100)
    for opening in (reading, writing):
        with pytest.raises(StoreError, match=r"graph\.db is not a lineage database"), opening(local_workspace):
            pass


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    workspace = find_workspace(tmp_path, {"LINEAGE_DB": "postgresql://user:hush@127.0.0.1:9/none?connect_timeout=2"})
    with pytest.raises(StoreError, match="cannot be used") as caught, reading(workspace):
        pass
    assert "hush" not in str(caught.value)
    workspace = find_workspace(tmp_path, {"LINEAGE_DB": "nonsense"})
    with pytest.raises(StoreError, match="give an SQLAlchemy URL"), reading(workspace):
        pass


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach (pytest's own are private)."""
    with tempfile.TemporaryDirectory(prefix="lineage-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _run_as_plain_user(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    prefix, _ = as_plain_user()
    command = [*prefix, sys.executable, "-B", "-c", code, *arguments]
    if prefix and subprocess.run([*prefix, sys.executable, "-c", "import lineage"], check=False).returncode:
        pytest.skip("another user than root cannot run this Python")
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})


_ATTEMPT = """
import sys
from lineage.errors import StoreError
from lineage.store.database import reading, writing
from lineage.store.workspace import find_workspace
workspace = find_workspace(sys.argv[1], {})
try:
    with (reading if sys.argv[2] == "read" else writing)(workspace) as session:
        from lineage.store import queries
        print("datasets", len(queries.current_datasets(session)))
except StoreError as error:
    print(error)
"""


def test_a_read_only_workspace_can_be_asked_and_refuses_writes_with_advice(open_folder: Path) -> None:
    workspace = find_workspace(open_folder / "home", {})
    with writing(workspace):
        pass
    for path in [*workspace.root.iterdir(), workspace.root]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) | stat.S_IROTH | stat.S_IRUSR)
    workspace.root.chmod(0o555)
    try:
        asked = _run_as_plain_user(_ATTEMPT, str(workspace.root), "read")
        written = _run_as_plain_user(_ATTEMPT, str(workspace.root), "write")
        assert asked.stdout == "datasets 0\n", asked.stderr
        assert "cannot be written" in written.stdout, written.stderr
        assert "--home DIR or LINEAGE_HOME" in written.stdout
    finally:
        workspace.root.chmod(0o755)


def test_a_workspace_that_cannot_be_made_says_so(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    done = _run_as_plain_user(_ATTEMPT, str(open_folder / "home"), "write")
    open_folder.chmod(0o755)
    assert f"cannot write to {open_folder / 'home'}: Permission denied; choose another" in done.stdout, done.stderr
