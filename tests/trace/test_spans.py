"""Shared runs of words, placed in the texts as they were written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.text.normal import normal_form
from lineage.text.plain import words_of
from lineage.trace.spans import locate_words, shared_runs, shared_spans

ODD = "aBé½ﬁß™℃ —,_-'\u0301\u00ad\u200d東カ゛한글नमस्तेกำ1٣\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Straße — l’ÉTÉ!", ["Straße", "l", "ÉTÉ"]),
        ("  2½ cups", ["2½", "2½", "cups"]),
        ("東京タワー ok", ["東", "京", "タ", "ワ", "ー", "ok"]),
        ("soft\u00adhyphen e\u0301t", ["soft\u00adhyphen", "e\u0301t"]),
        ("snake_case x™", ["snake", "case", "x™"]),
        ("...", []),
    ],
)
def test_words_are_placed_where_they_stand(text: str, expected: list[str]) -> None:
    assert [text[start:end] for _, start, end in locate_words(text)] == expected


@settings(max_examples=300)
@given(st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), max_size=30))
def test_placed_words_are_the_words_of_the_text_or_none_are_placed(text: str) -> None:
    located = locate_words(text)
    assert not located or [word for word, _, _ in located] == normal_form(text).split()
    assert all(0 <= start < end <= len(text) for _, start, end in located)
    assert [one[1] for one in located] == sorted(one[1] for one in located)


def test_shared_runs_are_marked_in_both_texts() -> None:
    query = "Please tell me: the quick brown fox jumps over it all, d'accord?"
    sample = "He said THE QUICK brown—fox jumps over. And more: please tell me."
    spans = shared_spans(query, sample, 3)
    assert [query[slice(*one.query)] for one in spans] == ["Please tell me", "the quick brown fox jumps over"]
    assert [sample[slice(*one.sample)] for one in spans] == ["please tell me", "THE QUICK brown—fox jumps over"]


def test_a_text_shorter_than_a_shingle_shares_all_or_nothing() -> None:
    assert [one.query for one in shared_spans("Two words", "here: two words!", 5)] == [(0, 9)]
    assert shared_spans("two words", "words two", 5) == ()
    assert shared_spans("", "anything", 5) == shared_spans("anything", "", 5) == ()


@settings(max_examples=200)
@given(*[st.lists(st.sampled_from("abcd"), max_size=25)] * 2, st.integers(1, 4))
def test_runs_are_equal_words_long_enough_and_never_overlap(ours: list[str], theirs: list[str], size: int) -> None:
    runs = shared_runs(ours, theirs, size)
    least, end = min(size, len(ours), len(theirs)), 0
    for i, j, n in runs:
        assert ours[i : i + n] == theirs[j : j + n]
        assert n >= least
        assert i >= end
        end = i + n
    covered = {place for i, _, n in runs for place in range(i, i + n)}
    shingles = {tuple(theirs[j : j + least]) for j in range(len(theirs) - least + 1)}
    for i in range(len(ours) - least + 1 if least else 0):
        # Every shared shingle is inside a run, or was cut by one that starts before it.
        assert tuple(ours[i : i + least]) not in shingles or i in covered


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_plain_words_are_those_of_the_text_model(text: str) -> None:
    assert words_of(text) == normal_form(text).split()
