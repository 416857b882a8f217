"""Several processes on one workspace, and processes that are killed."""

import json
import os
import signal
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from lineage.graph.claims import check_graph
from lineage.store import queries
from lineage.store.database import reading
from lineage.store.workspace import Workspace
from tests.link_add.data import rows, write
from tests.link_add.test_add import register

pytestmark = pytest.mark.slow


def environment(workspace: Workspace) -> dict[str, str]:
    server = {} if workspace.database_file else {"LINEAGE_DB": workspace.database_url}
    return os.environ | {"LINEAGE_HOME": str(workspace.root)} | server


def start(workspace: Workspace, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lineage", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment(workspace), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_datasets_added_at_once_are_all_there_and_all_linked(workspace: Workspace, tmp_path: Path) -> None:
    names = ["a", "b", "c", "d"]
    paths = [write(tmp_path / f"{name}.jsonl", rows(0, 10), rows(n * 20, n * 20 + 10)) for n, name in enumerate(names)]
    running = [start(workspace, "add", path) for path in paths]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    with reading(workspace) as session:
        versions = {one.name: one.id for one in queries.current_datasets(session)}
        linked = {(one.src, one.dst) for one in queries.edges_from(session, versions.values(), ["overlaps"])}
    assert sorted(versions) == names
    assert linked == set(permutations(versions.values(), 2))
    assert check_graph(workspace).startswith("sound: 4 datasets")


def test_the_same_dataset_added_at_once_is_there_once(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", rows(0, 10, model="m"))
    running = [start(workspace, "add", path, "--json") for _ in range(3)]
    said = [json.loads(process.communicate(timeout=120)[0])["status"] for process in running]
    assert sorted(said) == ["added", "unchanged", "unchanged"]
    assert check_graph(workspace) == "sound: 1 datasets, 1 claims, 1 edges"


_KILLED_BEFORE_COMMIT = """
import os, signal, sys
from lineage.cli.main import main
from lineage.link import add

record = add.record_claims
def record_and_die(*arguments):
    record(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

add.record_claims = record_and_die
sys.argv = ["lineage", "add", sys.argv[1]]
main()
"""


def test_a_process_killed_while_writing_leaves_the_graph_as_it_was(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "a.jsonl", rows(0, 20)))
    path = write(tmp_path / "b.jsonl", rows(0, 10))
    command = [sys.executable, "-c", _KILLED_BEFORE_COMMIT, str(path)]
    done = subprocess.run(command, env=environment(workspace), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert check_graph(workspace) == "sound: 1 datasets, 0 claims, 0 edges"
    assert register(workspace, path).linked[0].pair.relation == "subset"


@pytest.mark.parametrize("delay_s", [0.3, 0.6, 0.9, 1.2, 1.5, 2.0])
def test_a_process_killed_at_any_moment_leaves_all_or_nothing(
    local_workspace: Workspace, tmp_path: Path, delay_s: float
) -> None:
    path = write(tmp_path / "b.jsonl", rows(0, 400, model="m"))
    process = start(local_workspace, "add", path)
    try:
        process.communicate(timeout=delay_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    register(local_workspace, path)
    assert check_graph(local_workspace) == "sound: 1 datasets, 1 claims, 1 edges"
