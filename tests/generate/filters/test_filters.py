"""The checks of a run together: order, evidence, options, going on, references, funnel."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError
from lineage.generate.filters.dataset import filter_dataset
from lineage.generate.filters.filters import open_filters
from lineage.generate.filters.funnel import Funnel
from lineage.generate.filters.options import FilterOptions
from lineage.generate.filters.verdict import CHECK_NAMES, INSTRUCTION_CHECKS, RESPONSE_CHECKS
from lineage.records.read import open_records

ITEM = (
    "Tina buys 12 boxes of pencils with 8 pencils each and gives a quarter of them to her brother. How many are left?"
)


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def test_every_reason_says_why_with_its_evidence() -> None:
    filters = open_filters(FilterOptions(languages=("en",), max_words=40), special_tokens=["<eot>"])
    texts = {
        "empty": "?!",
        "control_token": "Say <eot> please, twice",
        "too_short": "Hello",
        "too_long": " ".join(f"word{n}" for n in range(41)),
        "incomplete": "Translate the following sentence into German:",
        "assistant_opening": "Sure, here is the table that was asked for.",
        "role_label": "Name a prime number.\nAssistant: 7",
        "repetition": "again and again " * 10,
        "language": "Écris une lettre de motivation pour un poste d'ingénieur.",
        "duplicate": "name the three longest rivers of Spain.",
        "near_duplicate": "Name the three longest rivers in the whole of Spain, please, and say where they end now",
    }
    assert filters.check_instruction(7, "Name the three longest rivers of Spain.").kept
    assert filters.check_instruction(
        8, "Name the three longest rivers in the whole of Spain, please, and say where they end."
    ).kept

    verdicts = {name: filters.check_instruction(9, text) for name, text in texts.items()}

    assert {name: one.reason for name, one in verdicts.items()} == {name: name for name in texts}
    assert verdicts["control_token"].detail == {"token": "<eot>"}
    assert verdicts["duplicate"].detail == {"index": 7, "similarity": 1.0}
    assert verdicts["near_duplicate"].detail["index"] == 8
    assert filters.check_instruction(10, "Name a river", ended=False).reason == "unterminated"


def test_responses_are_judged_by_themselves() -> None:
    filters = open_filters()
    prompt = "Name the three longest rivers of Spain."

    def reason(text: str, *, ended: bool = True) -> str | None:
        return filters.check_response(prompt, text, ended=ended).reason

    assert reason("Tagus, Ebro and Guadiana.") is None
    assert reason("4") is None
    assert reason("Tagus, Ebro and", ended=False) == "truncated"
    assert reason("```\nTagus") == "truncated"
    assert reason(" \n") == "empty"
    assert reason("Tagus<|im_end|>") == "control_token"
    assert reason("Tagus.\n\nHuman: And of France?") == "role_label"
    assert reason("I'm sorry, but I can't help with that.") == "refusal"
    assert reason(prompt) == "prompt_echo"


def test_a_rejected_instruction_is_not_remembered() -> None:
    filters = open_filters(FilterOptions(max_words=5))

    assert filters.check_instruction(0, "one two three four five six").reason == "too_long"
    assert filters.check_instruction(1, "one two three four five").kept


def test_a_run_that_goes_on_gives_the_same_verdicts() -> None:
    texts = ["Name a river of Spain.", "Name a river of Spain!", "name a river of Spain.", "Write a haiku on rain."]
    whole = open_filters()
    verdicts = [whole.check_instruction(index, text) for index, text in enumerate(texts)]

    later = open_filters()
    for index, verdict in enumerate(verdicts[:2]):
        if verdict.kept:
            later.note(index, texts[index])

    assert [later.check_instruction(index, texts[index]) for index in (2, 3)] == verdicts[2:]


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_every_check_can_be_left_out(name: str) -> None:
    assert open_filters(FilterOptions(off=frozenset([name]))).facts()["off"] == [name]


def test_without_any_check_everything_is_kept() -> None:
    filters = open_filters(FilterOptions(off=frozenset(CHECK_NAMES), against=("nowhere",)))

    assert filters.check_instruction(0, "", ended=False).kept
    assert filters.check_instruction(1, "").kept
    assert filters.check_response("", "", ended=False).kept


def test_left_out_duplicates_are_still_near_duplicates() -> None:
    filters = open_filters(FilterOptions(off=frozenset(["duplicate"])))
    filters.note(0, "Name a river of Spain.")

    assert filters.check_instruction(1, "Name a river of Spain.").reason == "near_duplicate"


@pytest.mark.parametrize(
    "options",
    [
        {"off": frozenset(["speling"])},
        {"max_similarity": 0.0},
        {"max_similarity": 1.5},
        {"min_words": 9, "max_words": 3},
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        FilterOptions(**options)  # type: ignore[arg-type]


def test_copies_of_a_benchmark_file_are_rejected_however_they_are_wrapped(tmp_path: Path) -> None:
    rows = [{"question": ITEM, "answer": "72"}]
    rows += [{"question": f"What is {n} plus {n * 7}, if half of it is taken away?", "answer": "?"} for n in range(40)]
    bench = write_rows(tmp_path / "bench.jsonl", rows)
    filters = open_filters(FilterOptions(against=(str(bench),)))

    for number, text in enumerate(
        [ITEM, ITEM.upper(), ITEM.replace("Tina", "Mona"), f"Solve it step by step. {ITEM} Thanks!"]
    ):
        verdict = filters.check_instruction(number, text)
        assert verdict.reason == "reference_copy"
        assert (verdict.detail["dataset"], verdict.detail["row"]) == (str(bench), 0)
    assert filters.check_instruction(9, "How many pencils are in twelve boxes?").kept
    (fact,) = filters.facts()["against"]  # type: ignore[misc]
    assert fact["samples"] == 41
    assert len(fact["digest"]) == 32


def test_the_same_content_under_another_name_is_the_same_reference(tmp_path: Path) -> None:
    one, other = (write_rows(tmp_path / name, [{"text": ITEM}]) for name in ("a.jsonl", "b.jsonl"))

    assert len(open_filters(FilterOptions(against=(str(one), str(other)))).facts()["against"]) == 1  # type: ignore[arg-type]


def test_a_reference_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a file nor a registered dataset"):
        open_filters(FilterOptions(against=("gsm8k",), home=tmp_path))


@pytest.mark.slow
def test_copies_of_registered_datasets_are_rejected(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "known.jsonl", [{"prompt": ITEM, "response": "72"}])
    home = tmp_path / "home"
    done = CliRunner().invoke(cli, ["add", str(rows), "--home", str(home)], catch_exceptions=False)
    assert done.exit_code == 0, done.output

    for options in (FilterOptions(against=("known",), home=home), FilterOptions(against_registered=True, home=home)):
        filters = open_filters(options)
        assert filters.check_instruction(0, ITEM).reason == "reference_copy"
        assert filters.check_instruction(1, "Write a haiku on rain.").kept


def test_a_funnel_adds_up_and_keeps_reasons_it_does_not_know() -> None:
    funnel = Funnel.of(
        instructions={None: 6, "duplicate": 2, "empty": 1, "of_old": 1}, responses={None: 5, "refusal": 1}
    )

    assert [one.kept for one in funnel.stages] == [6, 5]
    assert funnel.to_dict()["instructions"] == {
        "entered": 10, "rejected": {"empty": 1, "duplicate": 2, "of_old": 1}, "kept": 6,
    }  # fmt: skip
    assert ("", "kept", 6, "60.0%") in funnel.rows()


def test_no_row_of_a_dataset_vanishes(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"prompt": "Name a river of Spain.", "response": "The Tagus.", "id": 1},
        {"prompt": "Name a river of Spain!", "response": "The Ebro.", "id": 2},
        {"prompt": "Write a haiku on rain.", "response": "I'm sorry, but I can't write that.", "id": 3},
        {"prompt": "Write a haiku on snow.", "response": "White and", "finish_reason": "length", "id": 4},
        {"prompt": "Say hello in Greek.", "response": "Geia", "id": 5,
         "lineage": {"instruction": {"stop_reason": "length"}, "response": {"stop_reason": "stop_token"}}},
    ]  # fmt: skip
    data, out = write_rows(tmp_path / "data.jsonl", rows), tmp_path / "out.jsonl"

    result = filter_dataset(open_records(data), open_filters(), out)

    kept = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    rejected = [orjson.loads(line) for line in result.rejected_file.read_bytes().splitlines()]  # type: ignore[union-attr]
    assert [one["id"] for one in kept] == [1]
    assert [(one["id"], one["filter"]["stage"], one["filter"]["reason"]) for one in rejected] == [
        (2, "instruction", "near_duplicate"),
        (3, "response", "refusal"),
        (4, "response", "truncated"),
        (5, "instruction", "unterminated"),
    ]
    assert rejected[0]["filter"]["detail"] == {"index": 0, "similarity": 1.0}
    assert [stage.entered for stage in result.funnel.stages] == [5, 3]


def test_the_command_shows_the_funnel_and_names_all_checks(tmp_path: Path) -> None:
    data = write_rows(
        tmp_path / "data.jsonl",
        [{"prompt": "Name a river.", "response": "Ebro"}, {"prompt": "Translate:", "response": "What?"}],
    )

    table = CliRunner().invoke(cli, ["filter", str(data)], catch_exceptions=False)
    told = CliRunner().invoke(cli, ["filter", str(data), "--no-filter", "all", "--json"], catch_exceptions=False)
    listed = CliRunner().invoke(cli, ["filter", "--list"], catch_exceptions=False)

    assert "too_short" in table.output
    document = orjson.loads(told.output)
    assert document["schema"] == "lineage.filter/1"
    assert document["funnel"]["instructions"] == {"entered": 2, "rejected": {}, "kept": 2}
    assert all(name in listed.output for name in (*INSTRUCTION_CHECKS, *RESPONSE_CHECKS))
