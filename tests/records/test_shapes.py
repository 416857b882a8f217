# ruff: noqa: E501 (a case a line reads best)
"""Every published shape is recognised by its columns and read as the messages it means."""

import json
from pathlib import Path

import pytest

from lineage.errors import RecordError, UsageError
from lineage.records.fields import parse_fields
from lineage.records.read import Records, open_records

USER, ASSISTANT = "Name a river.", "The Po."
PAIR = [("user", USER), ("assistant", ASSISTANT)]

# name: (a row, the shape, its messages)
CASES: dict[str, tuple[dict[str, object], str, list[tuple[str, str]]]] = {
    "messages": ({"messages": [{"role": "user", "content": USER}, {"role": "assistant", "content": ASSISTANT}]}, "messages", PAIR),
    "parts": ({"messages": [{"role": "user", "content": [{"type": "text", "text": USER}, {"type": "image_url"}]}]}, "messages", PAIR[:1]),
    "sharegpt": ({"id": "1", "conversations": [{"from": "human", "value": USER}, {"from": "gpt", "value": ASSISTANT}]}, "messages", PAIR),
    "sharegpt with system": (
        {"system": "Be brief.", "conversations": [{"from": "human", "value": USER}, {"from": "gpt", "value": ASSISTANT}]},
        "messages", [("system", "Be brief."), *PAIR],
    ),
    "tools": (
        {"conversations": [{"from": "human", "value": USER}, {"from": "function_call", "value": "f()"}, {"from": "observation", "value": "1"}]},
        "messages", [("user", USER), ("assistant", "f()"), ("tool", "1")],
    ),
    "plain conversations": ({"conversations": USER}, "messages", PAIR[:1]),
    "capybara": ({"conversation": [{"input": USER, "output": ASSISTANT}], "source": "s"}, "messages", PAIR),
    "hellaswag": ({"ctx": "A river", "endings": ["rests.", "flows."], "label": "1"}, "multiple choice", [("user", "A river\nA. rests.\nB. flows."), ("assistant", "flows.")]),
    "math": ({"problem": USER, "solution": ASSISTANT, "answer": "Po"}, "prompt and response", PAIR),
    "alternating": ({"conversation": [USER, ASSISTANT]}, "messages", PAIR),
    "alpaca": ({"instruction": USER, "input": "", "output": ASSISTANT}, "alpaca", PAIR),
    "alpaca no input": ({"instruction": USER, "input": "<noinput>", "output": ASSISTANT}, "alpaca", PAIR),
    "alpaca null input": ({"instruction": USER, "input": None, "output": ASSISTANT}, "alpaca", PAIR),
    "alpaca input": ({"instruction": "Translate.", "input": "Po", "output": "x"}, "alpaca", [("user", "Translate.\n\nPo"), ("assistant", "x")]),
    "dolly": ({"instruction": "Sum up.", "context": "Po", "response": "x", "category": "c"}, "alpaca", [("user", "Sum up.\n\nPo"), ("assistant", "x")]),
    "magpie": ({"instruction": USER, "response": ASSISTANT, "gen_input_configs": {"temperature": 1}}, "magpie", PAIR),
    "alpaca eval": ({"dataset": "d", "instruction": USER, "output": ASSISTANT, "generator": "m"}, "alpaca eval", PAIR),
    "completion": ({"prompt": USER, "completion": ASSISTANT}, "prompt and response", PAIR),
    "conversational": ({"prompt": [{"role": "user", "content": USER}], "completion": [{"role": "assistant", "content": ASSISTANT}]}, "prompt and response", PAIR),
    "api reply": ({"prompt": USER, "response": {"choices": [{"message": {"content": ASSISTANT}}]}}, "prompt and response", PAIR),
    "orca": ({"system_prompt": "Be brief.", "question": USER, "response": ASSISTANT}, "prompt and response", [("system", "Be brief."), *PAIR]),
    "number": ({"question": "6*7?", "answer": 42}, "prompt and response", [("user", "6*7?"), ("assistant", "42")]),
    "best answer": ({"Question": USER, "Best Answer": ASSISTANT}, "prompt and response", PAIR),
    "model output": ({"question": USER, "answer": "gold", "model_output": ASSISTANT}, "prompt and response", PAIR),
    "humaneval": ({"task_id": "1", "prompt": USER, "canonical_solution": ASSISTANT, "test": "t"}, "prompt and response", PAIR),
    "mbpp": ({"text": USER, "code": ASSISTANT, "test_list": []}, "task and code", PAIR),
    "chosen": ({"prompt": USER, "chosen": ASSISTANT, "rejected": "no"}, "preferences", PAIR),
    "chosen dialogue": ({"chosen": f"\n\nHuman: {USER}\n\nAssistant: {ASSISTANT}", "rejected": "no"}, "preferences", PAIR),
    "chosen messages": (
        {"prompt": USER, "chosen": [{"role": "user", "content": USER}, {"role": "assistant", "content": ASSISTANT}], "rejected": []},
        "preferences", PAIR,
    ),
    "chosen answer messages": ({"prompt": USER, "chosen": [{"role": "assistant", "content": ASSISTANT}], "rejected": []}, "preferences", PAIR),
    "choices": ({"question": "Where?", "choices": ["here", "there"], "answer": 1}, "multiple choice", [("user", "Where?\nA. here\nB. there"), ("assistant", "there")]),
    "labelled choices": (
        {"question": "Where?", "choices": {"text": ["here", "there"], "label": ["1", "2"]}, "answerKey": "1"},
        "multiple choice", [("user", "Where?\n1. here\n2. there"), ("assistant", "here")],
    ),
    "lettered columns": (
        {"question": "Where?", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "C"},
        "multiple choice", [("user", "Where?\nA. 1\nB. 2\nC. 3\nD. 4"), ("assistant", "3")],
    ),
    "vicuna question": ({"question_id": 1, "text": USER, "category": "c"}, "vicuna questions", PAIR[:1]),
    "vicuna answer": ({"question_id": 1, "answer_id": "a", "text": ASSISTANT}, "vicuna answers", PAIR[1:]),
    "mt-bench question": ({"question_id": 1, "turns": ["One?", "Two?"]}, "mt-bench questions", [("user", "One?"), ("user", "Two?")]),
    "mt-bench answer": ({"answer_id": "a", "model_id": "m", "choices": [{"turns": ["1", "2"]}]}, "mt-bench answers", [("assistant", "1"), ("assistant", "2")]),
    "prompt": ({"id": 1, "prompt": USER}, "prompts", PAIR[:1]),
    "text": ({"text": "Rivers flow."}, "text", [("text", "Rivers flow.")]),
    "text dialogue": ({"text": f"### Human: {USER}### Assistant: {ASSISTANT}"}, "text", PAIR),
    "response": ({"response": ASSISTANT, "model": "m"}, "responses", PAIR[1:]),
}  # fmt: skip


def records(tmp_path: Path, *rows: object, fields: str | None = None) -> Records:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return open_records(path, fields=parse_fields(fields) if fields else None)


def messages(found: Records) -> list[list[tuple[str, str]]]:
    return [[tuple(message) for message in row.sample.messages] for row in found.rows()]


@pytest.mark.parametrize("case", CASES)
def test_a_published_shape_is_read_without_flags(case: str, tmp_path: Path) -> None:
    row, shape, expected = CASES[case]

    found = records(tmp_path, row, row)

    assert messages(found) == [expected, expected]
    assert list(found.shapes.values()) == [shape]


def test_seed_tasks_give_a_sample_for_each_instance_and_keep_the_row_number(tmp_path: Path) -> None:
    row = {"instruction": "Add.", "instances": [{"input": "1+1", "output": "2"}, {"input": "", "output": "?"}]}

    rows = list(records(tmp_path, row, row).rows())

    assert [(one.row, one.sample.prompt, one.sample.response) for one in rows[:2]] == [
        (0, "Add.\n\n1+1", "2"),
        (0, "Add.", "?"),
    ]
    assert [one.row for one in rows] == [0, 0, 1, 1]


def test_columns_that_are_no_message_stay_as_meta(tmp_path: Path) -> None:
    [row] = records(
        tmp_path, {"instruction": "a", "input": "", "output": "b", "generator": "m", "lineage": {"run": 1}}
    ).rows()

    assert row.sample.meta == {"generator": "m", "lineage": {"run": 1}}


def test_a_column_that_is_null_in_the_first_rows_still_counts(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"line 1 has no column 'output'.*--skip-bad"):
        list(records(tmp_path, {"instruction": "a"}, {"instruction": "a", "output": "b"}).rows())


def test_responses_that_start_late_are_not_lost_silently(tmp_path: Path) -> None:
    rows = [{"prompt": str(n)} for n in range(100)]

    with pytest.raises(RecordError, match=r"line 101 has columns the first rows do not have \(response\)"):
        list(records(tmp_path, *rows, {"prompt": "a", "response": "b"}).rows())


def test_a_harmless_new_column_is_welcome(tmp_path: Path) -> None:
    rows = [{"prompt": str(n), "response": "b"} for n in range(100)]

    assert len(messages(records(tmp_path, *rows, {"prompt": "a", "response": "b", "note": 1}))) == 101


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("prompt=q,response=a", [("user", "Why?"), ("assistant", "So.")]),
        ("prompt=q+meta.ctx,response=a", [("user", "Why?\n\nRain."), ("assistant", "So.")]),
        (
            "prompt=meta.ctx,response=choices.0.text,system=s",
            [("system", "Be."), ("user", "Rain."), ("assistant", "No.")],
        ),
        ("text=a", [("text", "So.")]),
        ("messages=log", [("user", "Hi")]),
        ("response=#1", [("assistant", "So.")]),
    ],
)
def test_fields_name_columns_paths_and_positions(fields: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    row = {
        "q": "Why?",
        "a": "So.",
        "meta": {"ctx": "Rain."},
        "choices": [{"text": "No."}],
        "s": "Be.",
        "log": [{"role": "user", "content": "Hi"}],
    }

    assert messages(records(tmp_path, row, fields=fields)) == [expected]


def test_fields_that_are_not_there_list_the_columns_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no column 'quest'; there are: q, a, meta, meta\.x"):
        list(records(tmp_path, {"q": "1", "a": "2", "meta": {"x": 1}}, fields="prompt=quest").rows())


@pytest.mark.parametrize(
    "fields",
    ["q", "prompt", "prompt=", "who=q", "prompt=a,prompt=b", "text=a,prompt=b", "system=s", "text=a,messages=b"],
)
def test_fields_that_mean_nothing_are_refused_with_an_example(fields: str) -> None:
    with pytest.raises(UsageError, match="for example --fields prompt=question,response=answer"):
        parse_fields(fields)


def test_an_unknown_shape_names_its_columns_and_the_flag_to_pass(tmp_path: Path) -> None:
    row = {"id": "x1", "my_question": "Which river?", "model_answer": "The Po is a river in Italy."}

    with pytest.raises(
        UsageError,
        match=r"data\.jsonl: .*id, my_question, model_answer.*--fields prompt=my_question,response=model_answer",
    ):
        list(records(tmp_path, row, row).rows())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"prompt": "a", "response": ["b"]}, "holds a list in 'response'"),
        ({"prompt": None, "response": None}, "holds no text in prompt, response"),
        ({"response": "b"}, "has no column 'prompt'"),
        ([1, 2], "has no column 'prompt'"),
        ("word", "is text, not a JSON object"),
    ],
)
def test_a_row_of_the_wrong_kind_says_what_is_wrong(row: object, reason: str, tmp_path: Path) -> None:
    good = {"prompt": "a", "response": "b"}

    with pytest.raises(RecordError, match=f"data.jsonl: line 2 {reason}"):
        list(records(tmp_path, good, row).rows())


def test_a_speaker_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="unknown speaker 'narrator'"):
        list(records(tmp_path, {"messages": [{"role": "narrator", "content": "x"}]}).rows())
