"""The rules on counts alone, at their edges."""

import pytest

from lineage.link.coverage import Coverage
from lineage.link.verdict import Side, judge

NO_ANSWERS = Coverage(0, 0)


def side(rows: int, *, name: str = "a", date: str | None = None, answers: Coverage = NO_ANSWERS, **by: int) -> Side:
    return Side(name, rows, answers, by, True, True, date)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (side(100, identical=95), side(100, identical=95), "copy"),
        (side(100, identical=80, near_duplicate=15), side(100, identical=80, near_duplicate=15), "version"),
        (side(100, identical=95), side(900, identical=95), "subset"),
        (side(900, identical=95), side(100, identical=95), "superset"),
        (side(100, identical=89), side(900, identical=89), "overlap"),
        (side(100, identical=60, near_duplicate=20), side(100, identical=60, near_duplicate=20), "version"),
        (side(100, identical=60), side(100, identical=60), "overlap"),
        (side(100, identical=30, revised=70), side(100, identical=30, revised=70), "revised"),
        (side(100, same_prompt=95), side(100, same_prompt=95), "reanswered"),
        (side(100, same_prompt=45), side(100, same_prompt=45), "overlap"),
        (side(100, same_response=95), side(100, same_response=95), "overlap"),
        (side(10_000, same_prompt=110), side(10_000, same_prompt=110), "unrelated"),
        (side(10_000, same_prompt=130), side(10_000, same_prompt=130), "overlap"),
        (side(1000, extended=40), side(1000, extended=40), "unrelated"),
        (side(1000, extended=80), side(1000, extended=80), "overlap"),
        (side(50, identical=4), side(50, identical=4), "unrelated"),
        (side(0), side(50), "unrelated"),
    ],
)
def test_counts_decide_the_relation(a: Side, b: Side, relation: str) -> None:
    assert judge(a, b).relation == relation


def test_kept_answers_make_reanswered_prompts_revised() -> None:
    kept = side(1000, same_prompt=1000, answers=Coverage(90, 1000))
    few = side(1000, same_prompt=1000, answers=Coverage(60, 1000))
    small = side(20, same_prompt=20, answers=Coverage(2, 20))
    assert [judge(one, one).relation for one in (kept, few, small)] == ["revised", "reanswered", "reanswered"]


def test_a_date_outweighs_containment() -> None:
    old, new = side(100, identical=100, date="2020"), side(900, name="b", identical=100, date="2023")
    verdict = judge(old, new)
    assert (verdict.relation, verdict.direction) == ("subset", "b_from_a")
    assert "older" in verdict.ground


def test_the_interval_of_the_share_is_wilsons() -> None:
    low, high = Coverage(0, 100).interval
    assert (low, round(high, 4)) == (0.0, 0.037)
    assert Coverage(0, 0).interval == (0.0, 1.0)
