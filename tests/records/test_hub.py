"""Hugging Face datasets are read through the `datasets` library, here from a local folder."""

import json
from pathlib import Path

import pytest

from lineage.errors import UsageError
from lineage.records.hub import parse_hub_name
from lineage.records.read import open_records


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "rivers").mkdir()
    for split, count in (("train", 3), ("test", 2)):
        lines = [json.dumps({"question": f"{split} {n}?", "answer": str(n), "level": n}) for n in range(count)]
        (tmp_path / "rivers" / f"{split}.jsonl").write_text("\n".join(lines))
    return tmp_path / "rivers"


def test_one_split_is_streamed(folder: Path) -> None:
    records = open_records(f"hf:{folder}", split="test")

    assert records.name == "rivers"
    assert [(row.sample.prompt, row.sample.response, row.sample.meta) for row in records.rows()] == [
        ("test 0?", "0", {"level": 0}),
        ("test 1?", "1", {"level": 1}),
    ]


def test_several_splits_are_listed_and_not_guessed_between(folder: Path) -> None:
    with pytest.raises(UsageError, match="has the splits train, test: name one with --split"):
        list(open_records(f"hf:{folder}").rows())
    with pytest.raises(UsageError, match="has no split 'dev'; there are: train, test"):
        list(open_records(f"hf:{folder}", split="dev").rows())


def test_a_dataset_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match="nosuch cannot be opened"):
        list(open_records(f"hf:{folder}/nosuch").rows())


def test_the_name_holds_config_and_revision() -> None:
    assert parse_hub_name("hf:org/name:config@abc") == ("org/name", "config", "abc")
    assert parse_hub_name("hf:org/name") == ("org/name", None, None)
    assert open_records("hf:org/name@abc").name == "org/name"
    with pytest.raises(UsageError, match="names no dataset"):
        open_records("hf:")
