"""Rows shared in their places and rows shared here and there; where to look for a translation besides."""

import random

import numpy as np
import pyarrow as pa
import pytest

from lineage.link import link as linking
from lineage.link.inplace import lie_in_place
from lineage.link.link import link_pair
from tests.link.cipher import LANGUAGES, source_rows, translated
from tests.link.corpora import corpus


def table(a: list[int], b: list[int]) -> pa.Table:
    return pa.table({"row_a": pa.array(a, pa.int64()), "row_b": pa.array(b, pa.int64())})


def test_rows_with_equal_steps_lie_in_place() -> None:
    places = sorted(random.Random(1).sample(range(1000), 100))
    assert lie_in_place(table(places, [place + 7 for place in places]))


def test_shuffled_rows_and_selections_do_not() -> None:
    rng = random.Random(2)
    places = sorted(rng.sample(range(1000), 100))
    assert not lie_in_place(table(places, rng.sample(places, 100)))
    assert not lie_in_place(table(list(range(100)), places))


def test_rows_in_several_pairs_and_single_pairs_tell_nothing() -> None:
    assert not lie_in_place(table([1, 1, 2, 2], [1, 2, 3, 4]))
    assert not lie_in_place(table([1], [1]))
    assert not lie_in_place(table([], []))


def test_a_translation_with_a_quarter_left_as_it_was_is_found() -> None:
    source = source_rows(random.Random(3), 400)
    rows = translated(source, LANGUAGES["cyrillic"], random.Random(4), list(range(400)))
    left = random.Random(5).sample(range(400), 100)
    for place in left:
        rows[place] = source[place]
    pair = link_pair(corpus("a", rows), corpus("b", source))
    assert pair.linked_a.linked >= 100
    assert pair.relation in {"translated_from", "translated_into"}


def test_rows_shared_here_and_there_are_not_searched_for_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(6)
    rows = source_rows(rng, 600)
    one, other = rows[:400], rng.sample(rows[300:], 300)
    monkeypatch.setattr(linking, "find_alignment", lambda *_: pytest.fail("searched"))
    assert link_pair(corpus("a", one), corpus("b", other)).relation == "overlap"
    assert np.isclose(link_pair(corpus("a", one), corpus("b", other)).linked_a.share, 0.25)
