"""What rows can be made of: sweeps, mixes of system messages, turns, the best answer, pairs, two models."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import UsageError
from lineage.generate.filters.options import FilterOptions
from lineage.generate.filters.verdict import CHECK_NAMES
from lineage.generate.generate import generate
from lineage.generate.options import RunOptions
from lineage.generate.record import RunFiles
from lineage.generate.run.setup import Request
from lineage.generate.run.span import Span
from lineage.generate.run.systems import System, drawn, read_systems
from lineage.generate.sampling import SamplingParams

Row = dict[str, Any]
# A model with random weights writes little that the checks would let through.
OPTIONS = RunOptions(
    filters=FilterOptions(off=frozenset(CHECK_NAMES) - {"unterminated", "empty"}),
    instruction=SamplingParams(1.0, max_tokens=80), response=SamplingParams(0.0, max_tokens=12),
)  # fmt: skip


@pytest.fixture
def rows_of(tiny_model: Path, tmp_path: Path) -> Callable[..., list[Row]]:
    """Write a small corpus and return its rows."""

    def write(options: RunOptions, span: Span | None = None) -> list[Row]:
        out = tmp_path / "out.jsonl"
        generate(Request(str(tiny_model), options), out, span or Span(rows=4))
        return [json.loads(line) for line in out.read_bytes().splitlines()]

    return write


def test_a_sweep_and_a_mix_stand_on_each_row_and_go_by_its_index(rows_of: Callable[..., list[Row]]) -> None:
    sweep = tuple(SamplingParams(one, max_tokens=80) for one in (0.8, 1.2))
    answers = tuple(SamplingParams(one, max_tokens=8) for one in (0.0, 0.5))
    mix = (System("maths", "You tutor maths."), System("plain", None), System("hidden", "Be rude.", answers=False))
    rows = rows_of(replace(OPTIONS, instruction=sweep, response=answers, systems=mix), Span(stop=16))

    assert {row["lineage"]["system"] for row in rows} == {"maths", "plain", "hidden"}
    for row in rows:
        lineage, index = row["lineage"], row["lineage"]["index"]
        assert lineage["instruction"]["temperature"] == (0.8, 1.2)[index % 2]
        assert lineage["response"]["temperature"] == (0.0, 0.5)[index // 2 % 2]
        roles = [message["role"] for message in row["messages"]]
        assert roles == (["system"] if lineage["system"] == "maths" else []) + ["user", "assistant"]


def test_turns_are_written_one_after_another(rows_of: Callable[..., list[Row]]) -> None:
    rows = rows_of(replace(OPTIONS, turns=2, instruction=SamplingParams(1.0, max_tokens=60)))

    assert max(len(row["messages"]) for row in rows) == 4
    for row in rows:
        turns = [row["lineage"], *row["lineage"].get("later_turns", [])]
        assert len(row["messages"]) == 2 * len(turns)
        assert len({turn[stage]["seed"] for turn in turns for stage in ("instruction", "response")}) == 2 * len(turns)


def test_the_best_of_several_answers_is_kept_with_its_score(rows_of: Callable[..., list[Row]], tmp_path: Path) -> None:
    rows = rows_of(replace(OPTIONS, response=SamplingParams(1.0, max_tokens=30), choices=3, pick="best"))

    lines = [json.loads(line) for line in RunFiles.beside(tmp_path / "out.jsonl").prompts.read_bytes().splitlines()]
    by_index = {line["index"]: line for line in lines}
    for row in rows:
        answers = [one for one in by_index[row["lineage"]["index"]]["texts"] if one["stage"] == "response"]
        assert row["lineage"]["response"]["score"] == max(one["score"] for one in answers if one["reason"] is None)
        assert len({one["seed"] for one in answers}) == 3
        assert sum("text" in one for one in answers) == 2


def test_a_pair_has_two_answers_to_one_prompt_and_their_scores(rows_of: Callable[..., list[Row]]) -> None:
    for row in rows_of(replace(OPTIONS, response=SamplingParams(1.0, max_tokens=30), choices=3, pick="pair")):
        assert row["chosen_score"] > row["rejected_score"]
        assert row["chosen"] == row["messages"]
        assert row["rejected"][:-1] == row["chosen"][:-1]
        assert row["lineage"]["rejected"]["score"] == row["rejected_score"]


def test_another_model_answers_and_both_are_named(rows_of: Callable[..., list[Row]], other_model: Path) -> None:
    for row in rows_of(replace(OPTIONS, answer_model=str(other_model))):
        assert (row["model"], row["lineage"]["prompt_model"]) == ("other", "tiny")
        assert row["lineage"]["model_digest"] != row["lineage"]["prompt_model_digest"]


def test_a_scorer_of_ones_own_is_named_with_its_source(
    rows_of: Callable[..., list[Row]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vowels.py").write_text(
        "def count(messages, answer):\n    return sum(one in 'aeiou' for one in answer)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    answers = SamplingParams(1.0, max_tokens=60)
    rows = rows_of(replace(OPTIONS, response=answers, choices=2, pick="best", scorer="vowels:count"))

    for row in rows:
        vowels = sum(one in "aeiou" for one in row["messages"][-1]["content"])
        assert row["lineage"]["response"]["score"] == vowels
    scorer = json.loads(RunFiles.beside(tmp_path / "out.jsonl").record.read_bytes())["config"]["scorer"]
    assert (scorer["name"], len(scorer["sha256"])) == ("vowels:count", 64)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"choices": 2, "pick": "best"}, "temperature 0 are all the same"),
        ({"choices": 2}, "choose among"),
        ({"turns": 0}, "turns 0"),
        ({"instruction": ()}, "a sweep needs one value"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        RunOptions(**options)


def test_options_survive_the_record() -> None:
    options = replace(OPTIONS, systems=(System("a", "b", 2.0),), instruction=(SamplingParams(0.5), SamplingParams(1.0)))

    assert RunOptions.from_dict(json.loads(json.dumps(options.as_dict()))).as_dict() == options.as_dict()


def test_a_mix_is_drawn_as_often_as_its_weights_say(tmp_path: Path) -> None:
    path = tmp_path / "mix.toml"
    path.write_text('[[system]]\nname = "a"\nweight = 3\ntext = "A"\n[[system]]\nname = "b"\nanswers = false\n')
    mix = read_systems(path)
    names = [drawn(mix, seed=7, index=index).name for index in range(4000)]

    # Four standard deviations of a binomial with p = .75.
    assert abs(names.count("a") - 3000) < 4 * (4000 * 0.75 * 0.25) ** 0.5
    assert names != [drawn(mix, seed=8, index=index).name for index in range(4000)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("system = 3", "holds no"),
        ("[[system]]\nweight = 1", "needs a name"),
        ('[[system]]\nname = "a"\nweight = 0', "above 0"),
        ('[[system]]\nname = "a"\ntext = ""', "text is empty"),
        ('[[system]]\nname = "a"\ncolour = 1', "no key is called colour"),
        ('[[system]]\nname = "a"\n[[system]]\nname = "a"', "one name"),
        ("[[system", "as TOML"),
    ],
)
def test_a_mix_that_means_nothing_is_refused_with_its_place(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mix.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=reason):
        read_systems(path)
