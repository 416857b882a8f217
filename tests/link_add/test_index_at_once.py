"""The index with several processes at work on it, and with processes that are killed."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.index.segment import open_segment, verify_segment
from lineage.store.connect import reading
from lineage.store.workspace import Workspace
from lineage.trace.compiled import Compiled
from lineage.trace.registered import open_tracer
from tests.link_add.data import rows, write
from tests.link_add.test_add import register
from tests.link_add.test_at_once import environment, start

pytestmark = pytest.mark.slow


def found(workspace: Workspace, text: str) -> list[str]:
    with reading(workspace) as session:
        searched = open_tracer(session, workspace, Compiled())
        assert searched.left_out == ()
        return sorted({searched.versions[hit.place].name for hit in searched.tracer.trace(text).hits})


def folders(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.index.iterdir() if path.is_dir()]


def test_questions_are_answered_while_others_add(local_workspace: Workspace, tmp_path: Path) -> None:
    register(local_workspace, write(tmp_path / "first.jsonl", rows(0, 200)))
    text = rows(7, 8)[0]["output"]
    names = [f"more-{n}" for n in range(4)]
    paths = [write(tmp_path / f"{name}.jsonl", rows(n, 60 + n)) for n, name in enumerate(names)]
    running = [start(local_workspace, "add", path) for path in paths]
    answers = set()
    while any(process.poll() is None for process in running):
        answers.add(tuple(found(local_workspace, text)))
    for process in running:
        assert process.wait() == 0, process.communicate()[1]
        process.communicate()
    assert all("first" in answer for answer in answers)
    assert found(local_workspace, text) == sorted(["first", *names])
    for folder in folders(local_workspace):
        verify_segment(open_segment(folder))


_KILLED = """
import os, signal, sys
from lineage.cli.main import main
from lineage.index import writer

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "writing":
    writer.band_tables = die
elif sys.argv[2] == "syncing":
    writer._sync_folder = die
else:
    from lineage.link import add
    add.compare = die
sys.argv = ["lineage", "add", sys.argv[1]]
main()
"""


@pytest.mark.parametrize("moment", ["writing", "syncing", "linking"])
def test_an_add_that_is_killed_leaves_the_index_as_it_was(
    local_workspace: Workspace, tmp_path: Path, moment: str
) -> None:
    register(local_workspace, write(tmp_path / "a.jsonl", rows(0, 40)))
    path = write(tmp_path / "b.jsonl", rows(20, 60))
    command = [sys.executable, "-c", _KILLED, str(path), moment]
    done = subprocess.run(
        command, env=environment(local_workspace), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    text = rows(25, 26)[0]["output"]
    assert found(local_workspace, text) == ["a"]
    assert register(local_workspace, path).linked[0].pair.rows_linked_a == 20
    assert found(local_workspace, text) == ["a", "b"]
    assert not [folder for folder in folders(local_workspace) if folder.name.startswith(".")]


def test_an_add_that_is_killed_at_any_moment_leaves_all_or_nothing(local_workspace: Workspace, tmp_path: Path) -> None:
    register(local_workspace, write(tmp_path / "a.jsonl", rows(0, 40)))
    path = write(tmp_path / "b.jsonl", rows(0, 3000))
    rng = random.Random(3)
    for _ in range(4):
        process = start(local_workspace, "add", path)
        time.sleep(rng.uniform(0.2, 4.0))
        process.kill()
        process.communicate()
        for folder in folders(local_workspace):
            if not folder.name.startswith("."):
                verify_segment(open_segment(folder))
        assert "a" in found(local_workspace, rows(3, 4)[0]["output"])
    register(local_workspace, path)
    assert found(local_workspace, rows(3, 4)[0]["output"]) == ["a", "b"]
    assert len(folders(local_workspace)) == 2
