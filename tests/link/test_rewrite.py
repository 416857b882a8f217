"""Answers written from each other are told from answers written apart, by what they keep and by their order."""

import random

import numpy as np
import pyarrow as pa
import pytest

from lineage.fingerprint.minhash import sign
from lineage.link.link import link_pair
from lineage.link.rewrite import Answers, compare_answers
from lineage.link.view import View
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL
from tests.link.corpora import Row, corpus, sentence


def compared(prompts: list[str], a: list[str], b: list[str], threads: int = 1) -> Answers:
    def view(texts: list[str], model: object = RESPONSE_MODEL) -> View:
        column = pa.array(texts, pa.large_string())
        return View(sign(column, model), column, model)  # type: ignore[arg-type]

    rows = np.arange(len(prompts))
    asked = view(prompts, PROMPT_MODEL)
    return compare_answers(((asked, asked), (view(a), view(b))), (rows, rows), threads=threads)


def reworded(rng: random.Random, text: str) -> str:
    """Put a new word between any two, so that no phrase is left."""
    return " ".join(f"{word} {sentence(rng, 1)}" for word in text.split())


def shuffled(rng: random.Random, text: str) -> str:
    words = text.split()
    return " ".join(rng.sample(words, len(words)))


def rare_answers(rng: random.Random, rows: int) -> list[str]:
    """Make answers with a dozen rare words each."""
    return [" ".join(f"{sentence(rng, 1)} own{n}x{k}" for k in range(12)) for n in range(rows)]


def test_reworded_answers_keep_the_order_and_shuffled_ones_do_not() -> None:
    rng = random.Random(1)
    answers, prompts = rare_answers(rng, 60), [sentence(rng, 8) for _ in range(60)]
    found = compared(prompts, answers, [reworded(rng, one) for one in answers])
    assert (found.order, found.ordered, found.kept.linked) == (1.0, 60, 0)
    apart = compared(prompts, answers, [shuffled(rng, one) for one in answers])
    assert abs(apart.order) < 0.15


def test_the_order_is_kendalls_tau() -> None:
    words = [f"w{n}" for n in range(8)]
    swapped = [*words[:6], words[7], words[6]]
    # One of the 28 pairs of places is turned round.
    found = compared(["p"], [" ".join(words)], [" ".join(swapped)])
    assert found.order == pytest.approx((27 - 1) / 28)


def test_what_the_prompt_says_is_not_kept_from_the_other_answer() -> None:
    rng = random.Random(2)
    asked = [sentence(rng, 60) for _ in range(30)]
    found = compared(asked, [f"{p} {sentence(rng, 25)}" for p in asked], [f"{p} {sentence(rng, 25)}" for p in asked])
    assert (found.kept.linked, found.kept.rows, found.ordered) == (0, 30, 0)


def test_short_answers_say_nothing() -> None:
    found = compared(["p"] * 20, ["yes it is"] * 20, ["yes it is"] * 20)
    assert (found.kept.rows, found.ordered) == (0, 0)


def test_the_result_does_not_depend_on_threads() -> None:
    rng = random.Random(3)
    answers = rare_answers(rng, 300)
    others = [shuffled(rng, one) for one in answers]
    prompts = [sentence(rng, 8) for _ in range(300)]
    assert compared(prompts, answers, others, 1) == compared(prompts, answers, others, 4)


@pytest.mark.parametrize(("rewrite", "relation"), [(reworded, "revised"), (shuffled, "reanswered")])
def test_a_set_of_reworded_answers_is_revised(rewrite: object, relation: str) -> None:
    rng = random.Random(4)
    answers = rare_answers(rng, 100)
    a: list[Row] = [(sentence(rng, 12), answer) for answer in answers]
    b: list[Row] = [(prompt, rewrite(rng, answer)) for prompt, answer in a]  # type: ignore[operator]
    pair = link_pair(corpus("a", a), corpus("b", b))
    assert pair.relation == relation
    assert pair.to_dict()["answers"]["order_rows"] == 100  # type: ignore[index]
