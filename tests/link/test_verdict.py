"""The rules on counts alone, at their edges."""

import pytest

from lineage.link.coverage import Coverage
from lineage.link.rewrite import Answers
from lineage.link.side import Side
from lineage.link.verdict import judge


def side(  # noqa: PLR0917 (every mark can be set)
    rows: int,
    name: str = "a",
    date: str | None = None,
    firm: int | None = None,
    grown: int = 0,
    reworded: int = 0,
    wrapped: int = 0,
    **by: int,
) -> Side:
    """Make a side, all linked rows firm unless said otherwise."""
    return Side(name, rows, by, sum(by.values()) if firm is None else firm, grown, reworded, wrapped, True, True, date)  # type: ignore[arg-type]


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
        (side(100, same_prompt=95, reworded=60), side(100, same_prompt=95, reworded=60), "revised"),
        (side(100, same_prompt=45), side(100, same_prompt=45), "overlap"),
        (side(100, same_response=95), side(100, same_response=95), "overlap"),
        (side(10_000, same_prompt=110), side(10_000, same_prompt=110), "unrelated"),
        (side(10_000, same_prompt=130), side(10_000, same_prompt=130), "overlap"),
        (side(1000, extended=80, firm=5), side(1000, extended=80, firm=5), "unrelated"),
        (side(1000, extended=80), side(1000, extended=80), "overlap"),
        (side(50, identical=4), side(50, identical=4), "unrelated"),
        (side(0), side(50), "unrelated"),
        (side(100, extended=60, grown=60), side(100, extended=50), "evolved_from"),
        (side(100, extended=50), side(100, extended=60, grown=60), "evolved_into"),
        (side(100, extended=60, grown=30), side(100, extended=60, grown=30), "revised"),
    ],
)
def test_counts_decide_the_relation(a: Side, b: Side, relation: str) -> None:
    assert judge(a, b).relation == relation


def test_a_template_around_every_prompt_is_no_edit() -> None:
    wrapped = side(100, near_duplicate=95, wrapped=95)
    assert judge(wrapped, wrapped).relation == "copy"
    assert judge(side(100, near_duplicate=95), side(100, near_duplicate=95)).relation == "version"


def test_a_copy_of_rows_too_short_to_tell_anything_is_a_copy() -> None:
    short = side(100, identical=100, firm=0)
    assert judge(short, short).relation == "copy"
    few = side(100, identical=30, firm=0)
    assert judge(few, few).relation == "unrelated"


@pytest.mark.parametrize(
    ("answers", "relation"),
    [
        (Answers(Coverage(170, 1000)), "revised"),
        (Answers(Coverage(110, 1000)), "reanswered"),
        (Answers(Coverage(5, 30)), "reanswered"),
        (Answers(Coverage(60, 1000), 0.82, 414), "revised"),
        (Answers(Coverage(83, 766), 0.70, 446), "reanswered"),
        (Answers(Coverage(0, 1000), 0.99, 65), "reanswered"),
        (Answers(Coverage(0, 20), 0.9, 9), "reanswered"),
    ],
)
def test_answers_kept_or_told_in_the_same_order_make_a_set_revised(answers: Answers, relation: str) -> None:
    one = side(1000, same_prompt=1000)
    assert judge(one, one, answers).relation == relation


def test_a_date_outweighs_containment() -> None:
    old, new = side(100, identical=100, date="2020"), side(900, name="b", identical=100, date="2023")
    verdict = judge(old, new)
    assert (verdict.relation, verdict.direction, verdict.ground) == ("subset", "b_from_a", "dates")
    assert "older" in verdict.why


def test_what_lies_in_a_larger_set_was_taken_from_it() -> None:
    part, whole = side(100, same_prompt=100), side(5000, name="b", same_prompt=100)
    verdict = judge(part, whole, Answers(Coverage(50, 100)))
    assert (verdict.relation, verdict.direction, verdict.ground) == ("revised", "a_from_b", "containment")
    assert judge(whole, part).direction == "b_from_a"
    assert judge(part, side(100, same_prompt=100)).ground == "unknown"


def test_the_interval_of_the_share_is_wilsons() -> None:
    low, high = Coverage(0, 100).interval
    assert (low, round(high, 4)) == (0.0, 0.037)
    assert Coverage(0, 0).interval == (0.0, 1.0)
