"""A text inside a longer one is linked as extended, with the side that holds more; so are turns of a conversation."""

import random
from collections.abc import Sequence

import pytest

from lineage.link.link import link_pair
from lineage.link.result import DatasetPair, Link
from tests.link.corpora import Row, corpus, edited, own_rows, sentence

PARENT = own_rows(random.Random(1), 300)
OTHERS = own_rows(random.Random(2), 900)
ADDED = [sentence(random.Random(place), 14) for place in range(8)]


def linked(a: Sequence[Row], b: Sequence[Row]) -> DatasetPair:
    return link_pair(corpus("a", a), corpus("b", b))


def extended(pair: DatasetPair) -> dict[tuple[int, int], Link]:
    return {(one.row_a, one.row_b): one for one in pair.links() if one.relation == "extended"}


def conversation(*turns: Row) -> Row:
    return "\n\n".join(p or "" for p, _ in turns), "\n\n".join(r or "" for _, r in turns)


def whole(link: Link, side: str) -> bool:
    """Whether b holds all of a's texts ("a"), or a of b's, in a channel where the other is not held likewise."""
    pairs = [(one.containment_ab, one.containment_ba)[:: 1 if side == "a" else -1] for one in link.evidence]
    return any(held >= 0.9 and holding < 0.8 for held, holding in pairs)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_conversation_holds_its_turns(place: int) -> None:
    a = []
    for row in range(300):
        turns = [OTHERS[row], OTHERS[row + 300]]
        turns.insert(place, PARENT[row])
        a.append(conversation(*turns))
    pair = linked(a, PARENT)
    assert (pair.relation, pair.direction, pair.ground) == ("evolved_from", "a_from_b", "containment")
    found = extended(pair)
    assert set(found) == {(row, row) for row in range(300)}
    assert all(whole(link, "b") for link in found.values())


def test_short_turns_are_found_by_question_and_answer_together() -> None:
    short = [(" ".join((p or "").split()[:4]), r) for p, r in PARENT]
    pair = linked(short, [conversation(OTHERS[row], short[row]) for row in range(300)])
    assert (pair.relation, pair.direction) == ("evolved_into", "b_from_a")
    assert set(extended(pair)) == {(row, row) for row in range(300)}


def test_an_answer_inside_a_longer_one_is_found_whatever_the_prompts() -> None:
    b = [(OTHERS[row][0], f"{OTHERS[row][1]} {PARENT[row][1]} {OTHERS[row + 300][1]}") for row in range(300)]
    pair = linked(PARENT, b)
    assert (pair.relation, pair.direction, pair.ground) == ("evolved_into", "b_from_a", "containment")
    found = extended(pair)
    assert set(found) == {(row, row) for row in range(300)}
    assert all(whole(link, "a") for link in found.values())


def test_an_answer_cut_short_under_another_prompt_is_inside_the_whole_one() -> None:
    b = [(OTHERS[row][0], " ".join((PARENT[row][1] or "").split()[:30])) for row in range(300)]
    found = extended(linked(PARENT, b))
    assert set(found) == {(row, row) for row in range(300)}
    assert all(whole(link, "b") for link in found.values())


def test_an_edited_answer_under_another_prompt_is_revised() -> None:
    rng = random.Random(3)
    long = [(p, f"{r} {OTHERS[row][1]}") for row, (p, r) in enumerate(PARENT)]
    b = [(OTHERS[row + 300][0], edited(rng, r, 0.06)) for row, (_, r) in enumerate(long)]
    pair = linked(long, b)
    assert pair.relation == "revised"
    assert pair.rows_linked_a >= 290
    assert all(one.row_a == one.row_b for one in pair.links())


@pytest.mark.parametrize("keep_answers", [False, True])
@pytest.mark.parametrize("added", [1, 2, 3])
def test_prompts_with_constraints_from_a_stock_grew(added: int, keep_answers: bool) -> None:
    rng = random.Random(4)
    b = [
        (" ".join([p or "", *rng.sample(ADDED, added)]), r if keep_answers else OTHERS[row][1])
        for row, (p, r) in enumerate(PARENT)
    ]
    pair = linked(PARENT, b)
    assert (pair.relation, pair.direction, pair.ground) == ("evolved_into", "b_from_a", "containment")
    assert pair.templates == ()
    assert len(extended(pair)) >= 295


def test_a_fifth_of_a_set_in_conversations_is_an_overlap_without_direction() -> None:
    b = [conversation(PARENT[row] if row < 60 else OTHERS[row + 600], OTHERS[row]) for row in range(300)]
    # Answers that do not end in a full stop are not cut short where a conversation goes on.
    pair = linked(PARENT, [(p, f"{r}.") for p, r in b])
    assert (pair.relation, pair.direction) == ("overlap", "unknown")
    assert set(extended(pair)) == {(row, row) for row in range(60)}


def test_answers_that_share_a_passage_only_are_not_linked() -> None:
    rng = random.Random(5)
    passages = [sentence(rng, 20) for _ in range(300)]
    a, b = (
        [(own[row][0], f"{own[row][1]} {passages[row]} {own[row + 300][1]}") for row in range(300)]
        for own in (own_rows(rng, 600), own_rows(rng, 600))
    )
    assert linked(a, b).rows_linked_a == 0
