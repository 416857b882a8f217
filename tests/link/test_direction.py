"""Signs of a direction in the texts: lost lines, letters and ends; pieces that a set was put together from."""

import random

import numpy as np
import pytest

from lineage.link.link import link_pair
from lineage.link.placement import find_placement
from lineage.link.result import DatasetPair
from tests.link.corpora import Row, corpus, own_rows, sentence
from tests.link.test_family import other_kind

PARENT = own_rows(random.Random(1), 200)


def linked(a: list[Row], b: list[Row]) -> DatasetPair:
    return link_pair(corpus("a", a), corpus("b", b))


def lined(rows: list[Row]) -> list[Row]:
    return [(prompt, "\n".join((response or "").split(" "))) for prompt, response in rows]


def accented(rows: list[Row], letter: str) -> list[Row]:
    return [(prompt, f"{response} caf{letter} at last.") for prompt, response in rows]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (lined(PARENT), PARENT),
        (accented(PARENT, "é"), accented(PARENT, "\ufffd")),
        ([(p, f"{r} so it ends.") for p, r in PARENT], [(p, " ".join((r or "").split()[:45])) for p, r in PARENT]),
    ],
    ids=["lines", "letters", "end"],
)
def test_what_was_lost_tells_the_later(earlier: list[Row], later: list[Row]) -> None:
    pair = linked(later, earlier)
    assert (pair.direction, pair.ground) == ("a_from_b", "edit marks")
    assert "a is the later one" in pair.why
    assert linked(earlier, later).direction == "b_from_a"


def test_marks_on_both_sides_tell_nothing() -> None:
    half = lined(PARENT[:100]) + PARENT[100:]
    other = PARENT[:100] + lined(PARENT[100:])
    assert linked(half, other).ground == "unknown"


def test_a_few_marks_tell_nothing() -> None:
    assert linked(PARENT, lined(PARENT[:4]) + PARENT[4:]).ground == "unknown"


def test_a_set_of_pieces_that_read_differently_was_put_together() -> None:
    whole = PARENT + other_kind(200, 2)
    pair = linked(whole, PARENT)
    assert (pair.relation, pair.direction, pair.ground) == ("superset", "a_from_b", "edit marks")
    assert "put together" in pair.why


def test_a_piece_like_the_rest_was_cut_out() -> None:
    pair = linked(PARENT[50:150], PARENT)
    assert (pair.relation, pair.direction, pair.ground) == ("subset", "a_from_b", "containment")


def test_a_scattered_selection_was_selected_however_it_reads() -> None:
    mixed = random.Random(3).sample(PARENT + other_kind(200, 4), 400)
    kept = [row for row in mixed if row in PARENT]
    pair = linked(kept, mixed)
    assert (pair.relation, pair.direction, pair.ground) == ("subset", "a_from_b", "containment")


def test_placement_measures_how_differently_rows_read() -> None:
    whole = corpus("whole", PARENT + other_kind(200, 5))
    first = np.arange(200)
    assert find_placement(whole, first).apart > 0.99
    assert find_placement(whole, np.arange(0, 400, 2)).apart == pytest.approx(0.5, abs=0.1)
    assert not find_placement(whole, np.arange(0, 400, 2)).piece
    assert find_placement(whole, np.append(first[:195], [300, 310])).piece
    assert np.isnan(find_placement(whole, first[:10]).apart)


def test_dates_outweigh_all_signs() -> None:
    rng = random.Random(6)
    rows: list[Row] = [(sentence(rng, 12), sentence(rng, 40)) for _ in range(60)]
    pair = link_pair(corpus("a", rows, date="2020"), corpus("b", lined(rows), date="2024"))
    assert (pair.direction, pair.ground) == ("b_from_a", "dates")
