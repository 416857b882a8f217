"""A ledger that is killed at any moment, cut anywhere, or opened twice holds the same outcomes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import GenerationError
from lineage.generate.record import RunFiles
from lineage.generate.run.ledger import Ledger
from lineage.generate.run.texts import Outcome

ROOT = Path(__file__).parents[3]


def outcome(index: int) -> Outcome:
    row = {"text": f"row {index}"} if index % 3 else None
    return Outcome(index, {"index": index, "verdict": "kept" if row else "rejected", "instruction": None}, row)


def test_outcomes_reach_their_files_in_order_however_they_come(tmp_path: Path) -> None:
    files = RunFiles.beside(tmp_path / "out.jsonl")
    with Ledger(files, first=10, sync_every_s=0) as ledger:
        for index in (12, 11, 14, 10, 13, 12, 16):
            ledger.put(outcome(index))
        assert (ledger.next_index, ledger.kept, list(ledger.ahead)) == (15, 4, [16])
    assert files.ahead.exists()
    with Ledger(files, first=10) as ledger:
        assert list(ledger.ahead) == [16]
        ledger.put(outcome(15))
    assert [line for line in files.rows.read_text().split("\n") if line] == [
        f'{{"text":"row {index}"}}' for index in (10, 11, 13, 14, 16)
    ]
    assert not files.ahead.exists()


@pytest.mark.parametrize("name", ["rows", "prompts", "ahead"])
def test_a_file_cut_in_the_middle_of_a_line_loses_no_outcome_that_stands_ahead(name: str, tmp_path: Path) -> None:
    left, files = RunFiles.beside(tmp_path / "left.jsonl"), RunFiles.beside(tmp_path / "out.jsonl")
    with Ledger(left, sync_every_s=1e9) as ledger:
        for index in range(5):
            ledger.put(outcome(index))
        # What a process killed now would leave: nothing has reached its file.
        for was, now in zip(vars(left).values(), vars(files).values(), strict=True):
            if was.exists():
                shutil.copy(was, now)
    path: Path = getattr(files, name)
    path.write_bytes(path.read_bytes() + b'{"line": {"ind')

    with Ledger(files) as again:
        assert again.next_index == 5
    assert files.rows.read_text().count("\n") == 3


def test_a_large_file_ahead_is_rewritten_without_what_has_reached_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineage.generate.run.ledger._COMPACT_BYTES", 200)
    files = RunFiles.beside(tmp_path / "out.jsonl")
    with Ledger(files, sync_every_s=0) as ledger:
        for index in (*range(1, 40), 60):
            ledger.put(outcome(index))
        ledger.put(outcome(0))
        assert len(files.ahead.read_bytes().splitlines()) == 1
        assert list(ledger.ahead) == [60]


def test_files_that_begin_elsewhere_or_miss_a_line_are_refused(tmp_path: Path) -> None:
    files = RunFiles.beside(tmp_path / "out.jsonl")
    with Ledger(files) as ledger:
        for index in range(5):
            ledger.put(outcome(index))
    with pytest.raises(GenerationError, match="line 1 is about index 0, not 3"):
        Ledger(files, first=3)
    lines = files.prompts.read_bytes().splitlines(keepends=True)
    files.prompts.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(GenerationError, match="line 3 is about index 3, not 2"):
        Ledger(files)


@pytest.mark.slow
def test_a_hundred_kills_lose_repeat_and_change_nothing(tmp_path: Path) -> None:
    """Each life has another batch size, and reaches the disk at once, now and then, or only at its end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.generate.run.killed", str(tmp_path), "100"],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("100 killed")
