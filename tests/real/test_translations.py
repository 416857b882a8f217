"""Translations and paraphrases among real public data sets, matched row by row; and sets that are none."""

import json
from functools import cache
from pathlib import Path

import pytest

from lineage.link.aligned.alignment import Alignment
from lineage.link.corpus import Corpus, load_corpus
from lineage.link.translate import find_alignment
from lineage.records.fields import Fields

pytestmark = pytest.mark.slow

ALPACA = "stanford_alpaca/alpaca_data.json"
SEEDS = "self_instruct/seed_tasks.jsonl"
GSM8K = "gsm8k/test.jsonl"
REPHRASED = "llm_decontaminator/rephrase"


@cache
def _load(path: Path) -> Corpus:
    return load_corpus(path, name="/".join(path.parts[-2:]))


def found(folder: Path, a: str, b: str) -> Alignment | None:
    return find_alignment(_load(folder / a), _load(folder / b))


def offsets(alignment: Alignment) -> list[int]:
    return [row["row_b"] - row["row_a"] for row in alignment.pairs.to_pylist()]


@pytest.mark.parametrize(
    ("part", "first", "drift"),
    [("part-00000-03252", 0, 6), ("part-03252-06382", 3252, 150), ("part-15323-18280", 15323, 1)],
)
def test_chinese_parts_of_alpaca_are_found_in_their_range(shared_data: Path, part: str, first: int, drift: int) -> None:
    alignment = found(shared_data, f"alpaca_zh_partial/{part}.json", ALPACA)
    assert alignment is not None
    assert (alignment.kind, alignment.direction, alignment.ground) == ("translated", "a_from_b", "edit marks")
    assert alignment.aligned_a.share >= 0.98
    right = sum(0 <= offset - first <= drift for offset in offsets(alignment))
    assert right >= 0.99 * alignment.pairs.num_rows


def test_french_seeds_are_a_translation(shared_data: Path) -> None:
    alignment = found(shared_data, "vigogne/seed_tasks_vigogne.jsonl", SEEDS)
    assert alignment is not None
    assert (alignment.kind, alignment.direction) == ("translated", "a_from_b")
    assert alignment.aligned_a.linked >= 160
    assert offsets(alignment).count(0) == alignment.pairs.num_rows


def test_reordered_and_partly_local_chinese_seeds_are_a_translation(shared_data: Path) -> None:
    alignment = found(shared_data, "belle/zh_seed_tasks.json", SEEDS)
    assert alignment is not None
    assert (alignment.kind, alignment.direction) == ("translated", "a_from_b")
    lines = (shared_data / "belle/zh_seed_tasks.json").read_text().splitlines()
    truth = [int(json.loads(line)["id"].rsplit("_", 1)[1]) for line in lines]
    right = sum(truth[row["row_a"]] == row["row_b"] for row in alignment.pairs.to_pylist())
    assert right >= 85
    assert right >= 0.97 * alignment.pairs.num_rows


@pytest.mark.parametrize(
    ("child", "parent", "least"),
    [
        (f"{REPHRASED}/rephrase_gsm8k.jsonl", GSM8K, 1290),
        (f"{REPHRASED}/humaneval_python.jsonl", "human_eval/HumanEval.jsonl.gz", 115),
    ],
)
def test_paraphrased_benchmarks_are_revised(shared_data: Path, child: str, parent: str, least: int) -> None:
    alignment = found(shared_data, child, parent)
    assert alignment is not None
    assert alignment.kind == "revised"
    assert offsets(alignment).count(0) >= least
    assert offsets(alignment).count(0) >= 0.99 * alignment.pairs.num_rows


def test_questions_are_found_reworded_and_in_chinese(shared_data: Path) -> None:
    fields = Fields(prompt=("#0", "#1", "#2", "#3", "#4"), response="#5")
    parent = load_corpus(shared_data / REPHRASED / "sociology_test.csv", fields=fields)
    for child, kind, least in (
        ("sociology_test_rephrase_english_filtered_question.jsonl", "revised", 100),
        ("sociology_test_chinese.jsonl", "translated", 30),
    ):
        alignment = find_alignment(_load(shared_data / REPHRASED / child), parent)
        assert alignment is not None
        assert alignment.kind == kind
        assert offsets(alignment).count(0) >= least


def test_other_numbers_in_shuffled_questions_are_counted(shared_data: Path) -> None:
    alignment = found(shared_data, "pal_math/gsm-hard.json", GSM8K)
    assert alignment is not None
    assert (alignment.kind, alignment.aligned_a.rows) == ("revised", 1319)
    assert alignment.aligned_a.linked >= 1310
    assert alignment.numbers_only >= 900


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (GSM8K, "gsm8k/train.jsonl"),
        ("gsm8k/train.jsonl", ALPACA),
        ("mbpp/mbpp.jsonl", "gpteacher/codegen-instruct.json"),
        ("mbpp/mbpp.jsonl", "human_eval/HumanEval.jsonl.gz"),
        ("bbh/logical_deduction_five_objects.json", "bbh/logical_deduction_seven_objects.json"),
        ("alpaca_zh_partial/part-00000-03252.json", "alpaca_zh_partial/part-03252-06382.json"),
        ("alpaca_zh_partial/part-00000-03252.json", "gsm8k/train.jsonl"),
        ("alpaca_zh_partial/part-15323-18280.json", "gpteacher/codegen-instruct.json"),
        ("vigogne/seed_tasks_vigogne.jsonl", "self_instruct/user_oriented_instructions.jsonl"),
        ("belle/zh_seed_tasks.json", "truthfulqa/TruthfulQA.csv"),
    ],
)
def test_sets_made_apart_match_nothing(shared_data: Path, a: str, b: str) -> None:
    assert found(shared_data, a, b) is None
