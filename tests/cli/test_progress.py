"""What is told of long work, and what happens when it is interrupted."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.cli.output import Lines
from lineage.link.write import LINKS, _write
from tests.link_add.data import rows, write

RUN = [sys.executable, "-c", "from lineage.cli.main import main; main()", "link"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("data")
    made = rows(0, 20_000)
    return [str(write(folder / "a.jsonl", made)), str(write(folder / "b.jsonl", made[5000:], rows(20_000, 24_000)))]


@pytest.mark.parametrize("phase", ["reading", "comparing signatures", "searching by", "verifying", "weighing"])
def test_an_interrupted_run_says_so_and_leaves_nothing_half_written(
    files: list[str], tmp_path: Path, phase: str
) -> None:
    command = [*RUN, *files, "--progress", "--json", "-o", "links.parquet"]
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        said = [next(line for line in running.stderr if phase in line)]
        running.send_signal(signal.SIGINT)
        said += running.stderr.readlines()
        printed = running.stdout.read()
    assert (running.returncode, printed) == (3, ""), said
    assert said[-1] == "lineage: interrupted; nothing is half-written, run the same command again\n"
    assert "Traceback" not in "".join(said)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_interrupted_writing_leaves_neither_the_file_nor_a_part_of_it(tmp_path: Path) -> None:
    before = tmp_path / "links.parquet"
    before.write_text("an older file")

    def tables() -> Iterator[pa.Table]:
        yield LINKS.empty_table()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _write(before, LINKS, tables())
    assert [path.name for path in tmp_path.iterdir()] == ["links.parquet"]
    assert before.read_text() == "an older file"


def test_nothing_is_told_on_a_pipe_unless_asked_for(tmp_path: Path) -> None:
    paths = [str(write(tmp_path / f"{name}.jsonl", rows(0, 30))) for name in "ab"]
    silent = CliRunner().invoke(cli, ["link", *paths, "--json"])
    asked = CliRunner().invoke(cli, ["link", *paths, "--json", "--progress"])
    assert silent.stderr == ""
    assert json.loads(silent.stdout) == json.loads(asked.stdout)
    for phase in ("reading", "comparing signatures", "weighing links"):
        assert phase in asked.stderr


def test_a_terminal_gets_a_bar_with_the_phase_and_the_rate(files: list[str], tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "160"}
    with subprocess.Popen(
        [*RUN, *files, "--json"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=theirs
    ) as running:
        os.close(theirs)
        drawn = b""
        while running.poll() is None:
            drawn += _read(ours)
        drawn += _read(ours)
        assert running.stdout is not None
        assert json.loads(running.stdout.read())["schema"] == "lineage.link/1"
    os.close(ours)
    assert b"linking: " in drawn
    assert b"rows/s" in drawn


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes to it any more
        return b""


def test_lines_come_every_five_seconds_with_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = Lines("linking", "", clock=lambda: now)
    for second in range(12):
        now = float(second)
        lines(second * 1000, 20_000, phase="verifying pairs")
    lines(0, 32, phase="comparing signatures")
    assert capsys.readouterr().err.splitlines() == [
        "linking",
        "linking: verifying pairs",
        "linking: verifying pairs, 5,000 of 20,000, 1,000/s, 15 s left",
        "linking: verifying pairs, 10,000 of 20,000, 1,000/s, 10 s left",
        "linking: comparing signatures",
    ]


def test_lines_name_what_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = Lines("reading a.jsonl", "rows", clock=lambda: now)
    now = 10.0
    lines(50_000)
    assert capsys.readouterr().err.splitlines() == ["reading a.jsonl", "reading a.jsonl: 50,000 rows, 5,000/s"]
