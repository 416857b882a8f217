"""Prompts put into one template are the same prompts; prompts that grew each in their own way are not."""

import random

import pytest

from lineage.link.link import link_pair
from lineage.link.wrapped import template_text
from tests.link.corpora import Row, corpus, own_rows, sentence

PARENT = own_rows(random.Random(1), 300)
BEFORE = "Below you find a task that a user has set. Write what completes it. Task:"
AFTER = "Now think step by step and then give your answer:"


def wrapped(rows: list[Row], before: str = BEFORE, after: str = AFTER) -> list[Row]:
    return [(f"{before} {prompt} {after}", response) for prompt, response in rows]


def test_a_wrapped_copy_is_a_copy_and_the_template_is_told() -> None:
    pair = link_pair(corpus("a", wrapped(PARENT)), corpus("b", PARENT))
    assert (pair.relation, pair.rows_linked_a) == ("copy", 300)
    assert pair.templates == (f"{BEFORE} … {AFTER}",)


def test_a_wrapped_selection_is_a_subset() -> None:
    pair = link_pair(corpus("a", wrapped(PARENT[:100])), corpus("b", PARENT))
    assert (pair.relation, pair.direction) == ("subset", "a_from_b")


def test_two_templates_in_one_set_are_both_found() -> None:
    pair = link_pair(corpus("a", wrapped(PARENT[:150]) + wrapped(PARENT[150:], "User:", "Model:")), corpus("b", PARENT))
    assert pair.relation == "copy"
    assert len(pair.templates) == 2


def test_wrapped_prompts_with_new_answers_are_reanswered() -> None:
    rng = random.Random(2)
    new: list[Row] = [(prompt, sentence(rng, 60)) for prompt, _ in wrapped(PARENT)]
    assert link_pair(corpus("a", new), corpus("b", PARENT)).relation == "reanswered"


def test_prompts_that_grew_each_in_their_own_way_have_no_template() -> None:
    rng = random.Random(3)
    grown: list[Row] = [(f"{prompt} {sentence(rng, 12)}", sentence(rng, 60)) for prompt, _ in PARENT]
    pair = link_pair(corpus("a", grown), corpus("b", PARENT))
    assert (pair.relation, pair.templates) == ("evolved_from", ())


def test_a_tiny_wrapped_set_is_recognised() -> None:
    pair = link_pair(corpus("a", wrapped(PARENT[:6])), corpus("b", PARENT[:6]))
    assert pair.relation == "copy"


@pytest.mark.parametrize(
    ("bare", "whole", "text"),
    [("x y", "a x y b", "a … b"), ("a x y b", "x y", "a … b"), ("x  y", "a x z", "a x z"), ("", "a", "a")],
)
def test_the_template_is_what_is_around_the_prompt(bare: str, whole: str, text: str) -> None:
    assert template_text(bare, whole) == text
