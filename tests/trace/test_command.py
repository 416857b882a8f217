"""`lineage trace` as a user runs it, over datasets that were registered."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lineage.cli.main import cli
from lineage.errors import UsageError
from tests.link_add.data import rows, write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINEAGE_HOME", raising=False)
    monkeypatch.delenv("LINEAGE_DB", raising=False)
    write(tmp_path / "corpus.jsonl", rows(0, 30, model="some-model"))
    write(tmp_path / "train.jsonl", rows(10, 30), rows(50, 60))
    run("add", "corpus.jsonl", "--date", "2024-01")
    run("add", "train.jsonl", "--date", "2024-06")
    return tmp_path / ".lineage"


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def text(number: int, column: str = "output") -> str:
    return rows(number, number + 1)[0][column]


def test_a_text_is_traced_to_its_samples_and_the_model_that_wrote_them(home: Path) -> None:
    said = run("trace", text(15)).output
    assert "the text: 2 matches among 60 samples in 2 datasets" in said
    assert "1. corpus row 15, response (corpus.jsonl row 15)" in said
    assert "2. train row 5, response" in said
    assert "the same words: Jaccard 1.00 (counted)" in said
    assert "dataset:train#5 has the response of dataset:corpus#15" in said
    assert "dataset:corpus#15 says it was written by model:some-model" in said


def test_the_json_document_keeps_its_contract(home: Path) -> None:
    part = " ".join(text(15).split()[5:25])
    found = json.loads(run("trace", f"So: {part.upper()}!", "--json").output)
    assert found["schema"] == "lineage.trace/1"
    assert found["query"] == {"source": None, "row": None, "role": None, "characters": len(part) + 5}
    assert found["searched"] == {"datasets": 2, "samples": 60, "left_out": []}
    assert (found["found"], found["not_examined"], found["cut"]) == (2, 0, 0)
    hit = found["hits"][0]
    assert (hit["dataset"], hit["row"], hit["file_row"], hit["view"]) == ("corpus", 15, 15, "response")
    assert (hit["kind"], hit["exact"], hit["text"]) == ("query_in_sample", True, text(15))
    (span,) = hit["spans"]
    low, high = span["sample"]
    assert hit["text"][low:high] == part
    assert span["query"] == [4, 4 + len(part)]
    assert hit["bits"] > 3
    assert hit["origins"] == [
        {"model": "some-model", "basis": "row", "path": [
            {"from": "dataset:corpus#15", "to": "model:some-model", "relation": "says it was written by"},
        ]},
    ]  # fmt: skip
    assert found["cannot_find"]


def test_nothing_found_says_what_was_searched_and_what_was_not_looked_for(home: Path) -> None:
    said = run("trace", "a text that nobody has ever registered anywhere").output
    assert "nothing found among 60 samples in 2 datasets" in said
    assert "Not looked for: copies that share less than 70%" in said
    assert json.loads(run("trace", "nothing of the kind", "--json").output)["found"] == 0


def test_a_registered_row_is_traced_but_not_to_itself(home: Path) -> None:

    shown = run("trace", "--row", "train:5").output
    assert "train row 5, prompt: 1 match" in shown
    assert "train row 5, response: 1 match" in shown
    assert "nothing found" in run("trace", "--row", "train:25").output


def test_a_row_of_a_file_and_a_text_from_a_file_or_stdin_are_traced(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\ufeff" + text(3, "instruction"))
    assert "text.txt: 1 match" in run("trace", "--file", "text.txt").output
    write(tmp_path / "other.jsonl", rows(3, 5))
    assert "other.jsonl row 1, prompt: 1 match" in run("trace", "--row", "other.jsonl:1").output
    done = CliRunner().invoke(cli, ["trace", "--file", "-", "--json"], input=text(4))
    assert json.loads(done.output)["found"] == 1


def test_a_whole_source_is_traced_row_by_row(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "answers.jsonl", rows(28, 32))
    said = run("trace", "--batch", "answers.jsonl").output
    assert "4 of 8 texts match one of 60 samples" in said
    assert "corpus row 28 response" in said
    assert "some-model" in said
    documents = [json.loads(line) for line in run("trace", "--batch", "answers.jsonl", "--json").output.splitlines()]
    assert [(one["query"]["row"], one["query"]["role"], one["found"]) for one in documents] == [
        (row, role, 2 if row < 2 else 0) for row in range(4) for role in ("prompt", "response")
    ]


def test_a_dataset_kept_without_texts_is_searched_by_estimate(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.jsonl", rows(100, 120))
    assert "added: secret" in run("add", "secret.jsonl", "--no-text").output
    (hit,) = json.loads(run("trace", text(105) + " more", "--json").output)["hits"]
    assert (hit["dataset"], hit["kind"], hit["exact"], hit["text"], hit["spans"]) == (
        "secret", "near", False, None, None,
    )  # fmt: skip
    assert hit["standard_error"] > 0
    assert "estimated, ±" in run("trace", text(105) + " more").output
    with pytest.raises(UsageError, match="secret was registered without its texts"):
        run("trace", "--row", "secret:1")


def test_a_damaged_index_is_left_out_and_said(home: Path) -> None:
    for folder in (home / "index").iterdir():
        if folder.is_dir() and (folder / "meta.json").read_text().find("corpus.jsonl") > 0:
            (folder / "response_bands").write_bytes(b"")
    said = run("trace", text(15), "--json").stdout
    found = json.loads(said)
    assert [one["dataset"] for one in found["searched"]["left_out"]] == ["corpus"]
    assert "add that dataset again" in found["searched"]["left_out"][0]["reason"]
    assert [hit["dataset"] for hit in found["hits"]] == ["train"]
    assert "corpus is not searched" in run("trace", text(15)).output
    run("add", "corpus.jsonl", "--date", "2024-01")
    assert json.loads(run("trace", text(15), "--json").output)["searched"]["left_out"] == []


NONSENSE = ["", "a --row train:1", "--row train", "--row train:99", "--row nobody:1", "a --threshold 7"]


@pytest.mark.parametrize("arguments", NONSENSE)
def test_a_question_that_means_nothing_is_refused(home: Path, arguments: str) -> None:
    done = CliRunner().invoke(cli, ["trace", *arguments.split()])
    assert done.exit_code == 2 or getattr(done.exception, "exit_code", None) == 2


def test_one_question_loads_no_compiler_and_no_graph_library(home: Path) -> None:
    code = (
        "import sys; from lineage.cli.main import main; sys.argv = ['lineage', 'trace', sys.argv[1]]\n"
        "try: main()\n"
        "finally: print(sorted({'numba', 'networkx', 'pandas', 'alembic', 'scipy', 'datasets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, text(15)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
