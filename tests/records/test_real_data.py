"""Published data sets open without flags, or say what to pass."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from lineage.errors import RecordError, UsageError
from lineage.records.fields import parse_fields
from lineage.records.read import open_records
from lineage.records.sources import ENDINGS, ending_of

pytestmark = pytest.mark.slow

# Files that hold no prompts and responses under names that say so, and the flag that reads those that hold text.
NOT_RECORDS = {
    "Dynosaur.json": r"is empty",
    "dpi_metadata": r"--fields",
    "lineage_truth.jsonl": r"--fields",
    "outcomes.jsonl": r"--fields",
    "published.csv": r"--fields",
    "model.jsonl": r"--fields",
    "metrics_": r"none holds text|--fields",
    "CodeAlpacaDB.jsonl": r"--fields",
    "test_are_you_sure_": r"--fields prompt=original_question,response=ground_truth",
    "test_suggested_answer_": r"--fields prompt=original_question,response=ground_truth",
    "sociology_test.csv": r"--fields prompt=#0,response=#5",
    "mmlu.zip": r"zip archive",
    ".txt": r"--fields text=#0",
}


def words(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").lower())


def test_every_file_opens_without_flags_or_says_what_to_pass(shared_data: Path) -> None:
    wrong = {}
    for folder, _, names in os.walk(shared_data):
        for path in (Path(folder) / name for name in names):
            if ending_of(path.name) not in (*ENDINGS, ".txt", ".zip"):
                continue
            expected = next(
                (says for part, says in NOT_RECORDS.items() if part in str(path.relative_to(shared_data))), ""
            )
            try:
                count = sum(batch.num_rows for batch in open_records(path).batches())
            except (UsageError, RecordError) as error:
                if not expected or not re.search(expected, str(error)):
                    wrong[str(path)] = str(error)
            else:
                if expected or not count:
                    wrong[str(path)] = f"opened with {count} rows"

    assert not wrong


def test_alpaca_is_whole(shared_data: Path) -> None:
    rows = [row.sample for row in open_records(shared_data / "stanford_alpaca" / "alpaca_data.json").rows()]

    assert len(rows) == 52_002
    assert sum(row.response == "" for row in rows) == 28
    # One row's own text ends with the words.
    assert sum((row.prompt or "").lower().endswith(("\n\n<noinput>", "\n\nno input")) for row in rows) <= 1


def test_merged_and_wrapped_copies_have_the_prompts_of_their_parent(shared_data: Path) -> None:
    alpaca = open_records(shared_data / "stanford_alpaca" / "alpaca_data.json")
    parent = {tuple(words(row.sample.prompt)) for row in alpaca.rows()}
    for name in ("filtered_alpaca_1k_longest", "filtered_alpaca_1k_score", "refined_alpaca_1k_longest"):
        child = open_records(shared_data / "long_is_more" / f"{name}.json")
        missing = [row.sample.prompt for row in child.rows() if tuple(words(row.sample.prompt)) not in parent]
        assert len(missing) <= 5, missing[:3]

    merged = open_records(shared_data / "evol_code" / "converted_alpaca_2k.json")
    apart = open_records(shared_data / "codealpaca" / "code_alpaca_2k.json")
    pairs = zip(merged.rows(), apart.rows(), strict=True)
    assert (
        sum(words(one.sample.prompt) == words(two.sample.prompt) for one, two in pairs) >= 2016
    )  # one kept "No input"


def test_benchmarks_of_unusual_form_read_with_what_the_message_says(shared_data: Path) -> None:
    fields = parse_fields("prompt=#0+#1+#2+#3+#4,response=#5")
    mmlu = open_records(f"zip://data/test/*.csv::{shared_data / 'mmlu' / 'mmlu.zip'}", fields=fields)

    assert Counter(row.sample.response for row in mmlu.rows()).keys() == set("ABCD")
    assert len(mmlu.files) == 57
