"""Duplicates are found as if every pair were compared, whatever lies on disk already."""

import random
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.generate.filters.seen import SeenTexts, same
from lineage.text.plain import shingles_of, words_of


@cache
def pairs(text: str) -> frozenset[int]:
    return frozenset(shingles_of(words_of(text), 2).tolist())


def jaccard(one: str, other: str) -> float:
    a, b = pairs(one), pairs(other)
    return len(a & b) / len(a | b)


def planted(count: int, seed: int = 5) -> Iterator[str]:
    """Texts of random words; every third is an earlier one with one to four words changed."""
    draw = random.Random(seed)
    made: list[str] = []
    for number in range(count):
        if number % 3 == 2:
            words = draw.choice(made).split()
            for place in draw.sample(range(len(words)), draw.randint(1, 4)):
                words[place] = f"x{draw.randrange(10**6)}"
        else:
            words = [f"w{draw.randrange(3000)}" for _ in range(draw.randint(12, 40))]
        made.append(" ".join(words))
        yield made[-1]


@pytest.mark.slow
@pytest.mark.parametrize("recent_rows", [6, 1024])
def test_near_duplicates_are_those_that_comparing_every_pair_finds(recent_rows: int) -> None:
    """6 rows in memory: segments of 6, 48 and 384 texts are written and merged on the way."""
    seen = SeenTexts(0.7, recent_rows=recent_rows)
    kept: dict[int, str] = {}
    found = 0
    for index, text in enumerate(planted(700)):
        expected = max(((jaccard(text, other), -at) for at, other in kept.items()), default=(0.0, 0))
        match = seen.find(text)
        if expected[0] > 0.7:
            assert match is not None
            assert (match.kept.index, match.similarity) == (-expected[1], pytest.approx(expected[0]))
            found += 1
        else:
            assert match is None
            kept[index] = text
            seen.add(index, text)

    assert found > 60


def test_equal_words_with_other_signs_are_no_duplicate_but_near() -> None:
    seen = SeenTexts(0.7)
    seen.add(3, "What is 2+2, roughly?")

    near = seen.find("What is 2-2, roughly?")
    assert near is not None
    assert near.similarity == 1.0
    assert not same(near.kept.text, "What is 2-2, roughly?")
    assert SeenTexts(1.0).find("What is 2+2, roughly?") is None


def test_with_a_limit_of_one_only_equal_texts_are_found() -> None:
    seen = SeenTexts(1.0, recent_rows=2)
    for index, text in enumerate(["what is 2+2", "name three rivers of Spain", "name four rivers of Spain"]):
        seen.add(index, text)

    assert seen.find("What is 2-2") is None
    match = seen.find("WHAT is  2+2")
    assert match is not None
    assert match.kept.index == 0


def test_texts_without_words_are_nothing_to_compare() -> None:
    seen = SeenTexts(0.7)
    seen.add(0, "???")

    assert seen.find("???") is None


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text("ab c", min_size=1, max_size=12), max_size=20))
def test_what_is_found_does_not_depend_on_how_much_is_in_memory(texts: list[str]) -> None:
    few, many = SeenTexts(0.6, recent_rows=4), SeenTexts(0.6, recent_rows=64)
    for index, text in enumerate(texts):
        one, other = few.find(text), many.find(text)

        assert one == other
        if one is None:
            few.add(index, text)
            many.add(index, text)
