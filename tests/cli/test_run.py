"""`lineage run` refuses what it cannot run, before anything is written, and runs the pipelines that come with it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError


def test_a_setting_without_a_value_is_a_usage_error() -> None:
    done = CliRunner().invoke(cli, ["run", "corpus", "--set", "rows"])

    assert done.exit_code == 2
    assert "'rows' is not KEY=VALUE" in done.output


def test_an_unknown_pipeline_names_the_installed_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(cli, ["run", "nonesuch"])

    assert isinstance(done.exception, UsageError)
    assert "installed: audit, corpus, demo" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_audit_pipeline_tells_what_is_inside_a_dataset(tmp_path: Path) -> None:
    rows = [
        {
            "question": f"What is {n} times seven?",
            "answer": f"Seven times {n} makes {7 * n}, as any table of products says.",
        }
        for n in range(12, 40)
    ]
    for name, part in (("train", rows), ("bench", rows[:9])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    command = [sys.executable, "-m", "lineage", "run", "audit", "--set", "data=train.jsonl", "--set", "name=me/train"]

    calls = [
        subprocess.run(
            [*command, "--set", "against=bench.jsonl"], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        for _ in range(2)
    ]

    assert "train contains bench" in calls[0].stdout
    assert "Who wrote me/train" in calls[0].stdout
    assert "4 of 4 stages ran" in calls[0].stdout
    assert "0 of 4 stages ran" in calls[1].stdout
    assert (tmp_path / "audit" / "links.parquet").exists()
