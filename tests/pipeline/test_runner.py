"""Stages run once, run again when what they depend on changed, and go on after a kill; with real `lineage` commands."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PIPELINE = """
[pipeline]
name = "t"
about = "Test."
home = "{out}/home"
[parameters]
option = "--version"
[[stage]]
name = "first"
about = "Print."
run = "lineage {option}"
inputs = ["INPUT"]
stdout = "{out}/first.txt"
[[stage]]
name = "second"
about = "Print again."
run = "lineage --help"
inputs = ["{out}/first.txt"]
stdout = "{out}/second.txt"
[[stage]]
name = "third"
about = "After the first."
run = "lineage --version"
inputs = ["first"]
"""

Call = Callable[..., subprocess.CompletedProcess[str]]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "lineage", *arguments]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Run the pipeline in a folder of its own, with `--json`."""
    (tmp_path / "input.txt").write_text("1")
    (tmp_path / "p.toml").write_text(PIPELINE.replace("INPUT", str(tmp_path / "input.txt")))

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        line = command("run", "p.toml", "--out", "out", *options)
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def statuses(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return " ".join(stage["status"] for stage in json.loads(done.stdout)["stages"])


def test_a_second_call_skips_what_did_not_change_and_says_so(call: Call) -> None:
    first, second = call(), call()

    assert "$ lineage --version > out/first.txt" in first.stdout
    assert "stage 1 of 3, first" in first.stdout
    assert first.stdout.startswith("Test. 3 stages, about 0:03")
    assert second.stdout.count("unchanged since") == 3
    assert "0 of 3 stages ran" in second.stdout


def test_only_what_depends_on_a_change_runs_again(call: Call, tmp_path: Path) -> None:
    assert statuses(call("--json")) == "ran ran ran"

    (tmp_path / "input.txt").write_text("2")
    # The first prints the same, so the second has nothing to do; the third names the stage itself and runs after it.
    assert statuses(call("--json")) == "ran skipped ran"
    assert statuses(call("--json", "--set", "option=--help")) == "ran ran ran"


def test_a_changed_or_missing_output_is_made_again(call: Call, tmp_path: Path) -> None:
    call()
    (tmp_path / "out" / "second.txt").write_text("edited")
    assert statuses(call("--json")) == "skipped ran skipped"

    (tmp_path / "out" / "first.txt").unlink()
    assert statuses(call("--json")) == "ran skipped ran"


def test_force_runs_a_stage_again_and_refuses_unknown_names(call: Call) -> None:
    call()

    assert statuses(call("--json", "--force", "second")) == "skipped ran skipped"
    assert call("--force", "nonesuch").returncode == 2


def test_each_stage_leaves_one_record_of_what_ran(call: Call, tmp_path: Path) -> None:
    call()

    records = [json.loads(file.read_text()) for file in (tmp_path / "out" / "home" / "runs").iterdir()]
    record = next(one for one in records if one["stage"] == "second")
    manifest = json.loads((tmp_path / "out" / ".pipeline" / "second.json").read_text())
    assert len(records) == 3
    assert record == manifest
    assert record["schema"] == "lineage.stage/1"
    assert record["command"] == ["lineage", "--help"]
    assert record["exit_code"] == 0
    assert record["inputs"][0]["path"] == "out/first.txt"
    assert len(record["outputs"][0]["digest"]) == 32


def test_a_damaged_record_makes_its_stage_run_again(call: Call, tmp_path: Path) -> None:
    call()
    (tmp_path / "out" / ".pipeline" / "second.json").write_text('{"schema": "lineage.stage/1"')

    assert statuses(call("--json")) == "skipped ran skipped"


def test_a_failing_stage_is_named_with_its_command_and_code_and_is_recorded(call: Call, tmp_path: Path) -> None:
    done = call("--set", "option=--nonesuch")

    assert done.returncode == 3
    assert 'stage "first" failed with exit code 2: lineage --nonesuch' in done.stderr
    assert not (tmp_path / "out" / "first.txt").exists()
    (record,) = [json.loads(file.read_text()) for file in (tmp_path / "out" / "home" / "runs").iterdir()]
    assert record["exit_code"] == 2
    assert statuses(call("--json")) == "ran ran ran"


def test_a_stage_that_does_not_write_what_it_declares_fails(tmp_path: Path) -> None:
    text = PIPELINE.split("[[stage]]", maxsplit=1)[0].replace('[parameters]\noption = "--version"\n', "")
    (tmp_path / "p.toml").write_text(
        text + '[[stage]]\nname = "x"\nabout = "X."\nrun = "lineage --version"\noutputs = ["{out}/x", "{out}/f/"]\n'
    )

    done = subprocess.run(
        command("run", "p.toml", "--out", "out"), cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert 'stage "x" did not write out/x, out/f, which it declares' in done.stderr


@pytest.fixture
def stuck(tmp_path: Path) -> tuple[Path, int]:
    """A pipeline whose second stage waits, by a lock that the test holds."""
    inner = '[pipeline]\nname = "inner"\nabout = "I."\n[[stage]]\nname = "i"\nabout = "I."\nrun = "lineage --version"\n'
    (tmp_path / "inner.toml").write_text(inner)
    (tmp_path / "p.toml").write_text(
        '[pipeline]\nname = "t"\nabout = "Test."\nhome = "{out}/home"\n'
        '[[stage]]\nname = "quick"\nabout = "Q."\nrun = "lineage --version"\nstdout = "{out}/quick.txt"\n'
        '[[stage]]\nname = "slow"\nabout = "S."\nrun = "lineage run ./inner.toml --out {out}/inner --json"\n'
        'inputs = ["quick"]\nstdout = "{out}/slow.json"\n'
    )
    held = tmp_path / "out" / "inner" / ".pipeline"
    held.mkdir(parents=True)
    lock = os.open(held / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return tmp_path, lock


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, file
        time.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_killed_run_goes_on_where_it_stopped(stuck: tuple[Path, int], how: signal.Signals) -> None:
    folder, lock = stuck
    line = command("run", "p.toml", "--out", "out")
    process = subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for(folder / "out" / ".pipeline" / "slow.begun")
    wait_for(folder / "out" / "slow.json.partial")

    process.send_signal(how)
    if how != signal.SIGKILL:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 3
        assert "run the same command again" in told
    else:
        process.wait(60)
        process.stderr and process.stderr.close()
    assert not (folder / "out" / ".pipeline" / "slow.json").exists()
    os.close(lock)
    # After SIGKILL the stage's own command still runs; the next call waits for it to end before it starts its own.
    again = subprocess.run([*line, "--json"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)

    assert statuses(again) == "skipped ran"
    assert json.loads((folder / "out" / "slow.json").read_text())["pipeline"] == "inner"
