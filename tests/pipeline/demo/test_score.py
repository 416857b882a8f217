"""The score counts rows, says by which relation they were found, and whether the bounds hold the truth."""

import pytest

from lineage.pipeline.demo.score import Pair, score, strongest
from lineage.pipeline.demo.truth import Planted, Truth

TRUTH = Truth(
    "lab", "corpus", "bench", 20, 0,
    (Planted(3, "copied", "corpus", 7), Planted(4, "edited", "corpus", 8), Planted(5, "leaked", "bench", 1)),
)  # fmt: skip
PAIRS = [
    Pair("corpus", 7, 3, "identical"),
    Pair("corpus", 9, 3, "same_prompt"),
    Pair("corpus", 2, 4, "revised"),
    Pair("corpus", 1, 11, "same_response"),
    Pair("corpus", 1, 5, "same_prompt"),
]
SHARES = [
    {"model": "m", "role": "prompt", "low": 0.05, "mid": 0.1, "high": 0.2},
    {"model": "m", "role": "response", "low": 0.2, "mid": 0.3, "high": 0.4},
    {"model": None, "role": "prompt", "low": 0.8, "mid": 0.9, "high": 0.95},
]


def test_found_rows_are_counted_by_how_they_were_planted() -> None:
    found = score(TRUTH, PAIRS, SHARES)

    assert [(kind.how, kind.planted, kind.found, kind.at_row) for kind in found.kinds] == [
        ("copied", 1, 1, 1),
        ("edited", 1, 1, 0),
        ("leaked", 1, 0, 0),
    ]
    assert found.kinds[0].relations == {"identical": 1}


def test_a_link_to_where_a_row_was_not_planted_from_counts_against_precision() -> None:
    found = score(TRUTH, PAIRS, SHARES)

    assert (found.planted, found.found, found.extra) == (3, 2, 2)
    assert found.recall is not None
    assert found.recall.mid == pytest.approx(2 / 3)
    assert found.precision is not None
    assert found.precision.mid == 0.5


def test_shares_of_known_models_are_compared_with_the_truth() -> None:
    found = score(TRUTH, PAIRS, SHARES)

    assert [(one.role, one.truth, one.inside) for one in found.shares] == [
        ("prompt", 0.1, True),
        ("response", 0.1, False),
    ]


def test_nothing_planted_and_nothing_linked_has_no_recall_and_no_precision() -> None:
    found = score(Truth("lab", "corpus", "bench", 5, 0, ()), [], [])

    assert (found.kinds, found.recall, found.precision, found.shares) == ((), None, None, ())


def test_the_strongest_link_of_a_row_is_told() -> None:
    assert strongest(PAIRS[:2]).relation == "identical"
