"""The commands over the graph, as a user runs them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lineage.cli.main import cli
from tests.link_add.data import rows, write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINEAGE_HOME", raising=False)
    monkeypatch.delenv("LINEAGE_DB", raising=False)
    write(tmp_path / "corpus.jsonl", rows(0, 30, model="m"))
    write(tmp_path / "train.jsonl", rows(10, 30), rows(50, 60))
    return tmp_path / ".lineage"


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_add_then_who_up_and_down(home: Path) -> None:
    assert "added: me/corpus, 30 rows" in run("add", "corpus.jsonl", "--name", "me/corpus", "--date", "2024-01").output
    added = run("add", "train.jsonl", "--date", "2024-06-01")
    assert "me/corpus" in added.output
    assert "made from it" in added.output
    assert home.is_dir()

    who = run("graph", "who", "train").output
    assert "text shared with rows that say so" in who
    assert "Not complete: 33% of responses have no known author; 100% of prompts have no known author." in who
    up = run("graph", "up", "train").output
    assert "was made from (overlap) dataset:me/corpus [30 rows, 2024-01]  20 of 30 rows" in up
    assert "was written by (response) model:m" in up
    assert "wrote (response) dataset:me/corpus" in run("graph", "down", "model:m").output
    listed = json.loads(run("graph", "list", "--json").output)["datasets"]
    assert [(one["name"], one["rows"], one["date"]) for one in listed] == [
        ("me/corpus", 30, "2024-01"), ("train", 30, "2024-06-01"),
    ]  # fmt: skip
    assert "me/corpus  1        30    2024-01" in run("graph", "list").output
    assert run("db", "check").output.startswith("sound: 2 datasets")
    assert "up to date" in run("db", "upgrade").output


def test_json_of_add_and_the_graph_keeps_its_contract(home: Path) -> None:
    run("add", "corpus.jsonl")
    added = json.loads(run("add", "train.jsonl", "--json").output)
    assert (added["schema"], added["status"], added["rows"]) == ("lineage.add/1", "added", 30)
    assert added["pairs"][0]["rows_linked_a"] == 20

    who = json.loads(run("graph", "who", "train", "--json").output)
    assert (who["schema"], who["dataset"], who["complete"]) == ("lineage.graph.who/1", "train", False)
    (by_m,) = [share for share in who["shares"] if share["model"] == "m"]
    assert by_m["mid"] == pytest.approx(2 / 3, abs=1e-6)
    assert (by_m["unit"], by_m["role"], by_m["basis"], by_m["rows"]) == ("rows", "response", "overlap", 20)
    assert by_m["low"] < by_m["mid"] < by_m["high"]

    up = json.loads(run("graph", "up", "corpus", "--json").output)
    assert (up["schema"], up["of"], [edge["type"] for edge in up["edges"]]) == (
        "lineage.graph.up/1", "dataset:corpus", ["generated_by"],
    )  # fmt: skip


def test_adding_twice_says_that_nothing_changed(home: Path) -> None:
    run("add", "corpus.jsonl")
    assert "registered already with this content; nothing was changed" in run("add", "corpus.jsonl").output


def test_another_file_of_the_same_name_is_pointed_out(home: Path, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    write(tmp_path / "else" / "corpus.jsonl", rows(80, 90))
    run("add", "corpus.jsonl")
    assert "it shares no row with corpus, which it replaces" in run("add", "else/corpus.jsonl").stderr
    write(tmp_path / "else" / "corpus.jsonl", rows(80, 95))
    assert run("add", "else/corpus.jsonl").stderr == ""


def test_asking_where_there_is_no_workspace_makes_none(home: Path) -> None:
    from lineage.errors import StoreError

    for question in (["graph", "who", "x"], ["graph", "up", "x"], ["db", "check"], ["db", "upgrade"]):
        with pytest.raises(StoreError, match="start with: lineage add"):
            run(*question)
    assert not home.exists()


def test_a_broken_file_leaves_no_workspace(home: Path, tmp_path: Path) -> None:
    from lineage.errors import RecordError

    (tmp_path / "bad.jsonl").write_text('{"instruction": "a"\n')
    with pytest.raises(RecordError):
        run("add", "bad.jsonl")
    assert not home.exists()
