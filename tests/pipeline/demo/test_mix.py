"""The lab's set: the truth file tells exactly which rows came from where, and its own rows are nobody else's."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import RecordError, UsageError
from lineage.pipeline.demo.edits import edit_prompt, edit_response
from lineage.pipeline.demo.mix import Amounts, Mixed, Names, Sources, mix
from lineage.pipeline.demo.own import own_exercises
from lineage.pipeline.demo.truth import read_truth, write_truth
from lineage.records.sample import Message, Sample


def samples(count: int, seed: int, ending: str = "") -> list[Sample]:
    """Texts of our own that are long enough to be taken."""
    pairs = zip(own_exercises(count, seed), own_exercises(count, seed + 1), own_exercises(count, seed + 2), strict=True)
    return [
        Sample((Message("user", a.prompt), Message("assistant", f"{a.response} {b.prompt} {c.prompt}{ending}")))
        for a, b, c in pairs
    ]


CORPUS = samples(30, 100)
REANSWERED = [Sample((one.messages[0], other.messages[1])) for one, other in zip(CORPUS, samples(5, 300), strict=False)]
SOURCES = Sources(CORPUS, REANSWERED, samples(20, 200), Names())


def mixed(seed: int = 0) -> Mixed:
    return mix(SOURCES, Amounts(50, 10, 8, 6), seed=seed)


def test_every_planted_row_is_what_the_truth_says() -> None:
    made = mixed()
    texts = {"corpus": CORPUS, "HumanEval": SOURCES.benchmark}

    hows = Counter(one.how for one in made.truth.planted)
    assert hows == {"copied": 10, "edited": 8, "reanswered": 5, "leaked": 6}
    for one in made.truth.planted:
        origin, row = texts[one.origin][one.origin_row], made.rows[one.row]
        assert (row["instruction"] == origin.prompt) == (one.how != "edited")
        assert (row["output"] == origin.response) == (one.how in {"copied", "leaked"})
    assert made.truth.rows == len(made.rows) == 79
    assert made.truth.by_model == pytest.approx(23 / 79)


def test_no_corpus_row_is_taken_twice() -> None:
    taken = [one.origin_row for one in mixed().truth.planted if one.origin == "corpus"]

    assert len(set(taken)) == len(taken)


def test_the_same_seed_gives_the_same_set_and_another_seed_another() -> None:
    assert mixed() == mixed()
    assert mixed() != mixed(seed=1)


def test_a_small_corpus_is_shared_out() -> None:
    small = Sources(CORPUS[:9], REANSWERED[:3], [], Names())

    made = mix(small, Amounts(5, 10, 5, 6), seed=0)

    hows = [one.how for one in made.truth.planted]
    assert (hows.count("copied"), hows.count("edited"), hows.count("reanswered"), hows.count("leaked")) == (4, 2, 3, 0)


def test_a_corpus_without_text_is_refused() -> None:
    empty = [Sample((Message("user", "Hi"), Message("assistant", "Hello")))]

    with pytest.raises(UsageError, match="no row with enough text"):
        mix(Sources(empty, [], [], Names()), Amounts(5, 1, 1, 1), seed=0)


def test_own_rows_share_too_few_words_to_be_linked() -> None:
    shingles = []
    for exercise in own_exercises(300, 0):
        words = re.findall(r"\w+", exercise.prompt.lower())
        shingles.append(set(itertools.pairwise(words)))

    worst = max(len(a & b) / len(a | b) for a, b in itertools.combinations(shingles, 2))

    assert worst < 0.7


def test_own_answers_are_right() -> None:
    for exercise in own_exercises(120, 3):
        for product in re.finditer(r"(\d+) x (\d+) = (\d+)", exercise.response):
            a, b, result = map(int, product.groups())
            assert a * b == result
        if exercise.prompt.startswith("Put these in alphabetical order"):
            assert exercise.response == ", ".join(sorted(exercise.prompt.split(": ")[1].split()))


@given(st.text(min_size=1), st.randoms(use_true_random=False))
def test_an_edited_text_always_differs(text: str, random: object) -> None:
    assert edit_prompt(text, random) != text  # type: ignore[arg-type]
    assert edit_response(text, random) != text  # type: ignore[arg-type]


def test_a_truth_reads_back_and_other_files_are_refused(tmp_path: Path) -> None:
    truth = mixed().truth
    write_truth(truth, tmp_path / "truth.json")

    assert read_truth(tmp_path / "truth.json") == truth
    (tmp_path / "other.json").write_text('{"schema": "x"}')
    with pytest.raises(RecordError, match="lineage demo mix"):
        read_truth(tmp_path / "other.json")
    with pytest.raises(RecordError, match=r"nothing\.json: no truth file"):
        read_truth(tmp_path / "nothing.json")
