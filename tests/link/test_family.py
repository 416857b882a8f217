"""Planted families: what came from what is drawn once, as it was, and what merely shares rows is not drawn."""

import random

from lineage.link.family import find_family
from lineage.link.link import link
from lineage.link.tree import Family
from tests.link.corpora import WORDS, Row, corpus, edited, own_rows, sentence

RNG = random.Random(1)
ROOT = own_rows(RNG, 600)


def family(**sets: list[Row] | tuple[list[Row], str]) -> Family:
    dated = {name: rows if isinstance(rows, tuple) else (rows, None) for name, rows in sets.items()}
    return link([corpus(name, rows, date=date) for name, (rows, date) in dated.items()]).family


def drawn(found: Family) -> set[tuple[str, str, str]]:
    return {(edge.child, edge.parent, edge.ground) for edge in found.edges}


def reworded(rows: list[Row], seed: int) -> list[Row]:
    rng = random.Random(seed)
    return [(prompt, edited(rng, response, 0.05)) for prompt, response in rows if prompt and response]


def other_kind(count: int, seed: int) -> list[Row]:
    """Make rows of other words than ROOT has."""
    rng = random.Random(seed)
    words = [f"x{word}" for word in WORDS]
    return [(" ".join(rng.choices(words, k=16)), " ".join(rng.choices(words, k=60))) for _ in range(count)]


def test_a_selection_of_a_selection_has_one_parent() -> None:
    found = family(root=ROOT, part=ROOT[100:400], piece=ROOT[150:250])
    assert drawn(found) == {("part", "root", "containment"), ("piece", "part", "containment")}
    assert found.through == (("root", "piece", "superset"),)


def test_two_selections_of_one_set_are_siblings() -> None:
    found = family(one=ROOT[:300], root=ROOT, two=ROOT[200:500])
    assert drawn(found) == {("one", "root", "containment"), ("two", "root", "containment")}
    assert [edge.rows for edge in found.edges] == [300, 300]


def test_what_was_edited_comes_after_what_was_not() -> None:
    part = ROOT[100:300]
    found = family(root=ROOT, changed=reworded(part, 2), part=part)
    assert drawn(found) == {("part", "root", "containment"), ("changed", "part", "edit marks")}


def test_of_copies_one_is_drawn_as_the_source_of_all_without_a_direction() -> None:
    found = family(one=ROOT, two=ROOT[::-1], three=ROOT)
    assert drawn(found) == {("two", "one", "unknown"), ("three", "one", "unknown")}


def test_dates_give_copies_an_order() -> None:
    found = family(late=(ROOT, "2024"), early=(ROOT, "2022"), middle=(ROOT, "2023"))
    assert {(edge.child, edge.ground) for edge in found.edges} == {("late", "dates"), ("middle", "dates")}
    assert "early" not in {edge.child for edge in found.edges}


def test_a_set_put_together_from_others_has_them_all_as_parents() -> None:
    strangers = other_kind(200, 3)
    whole = ROOT + strangers
    for rows in (whole, random.Random(4).sample(whole, len(whole))):
        found = family(first=ROOT, second=strangers, whole=rows)
        assert drawn(found) == {("whole", "first", "edit marks"), ("whole", "second", "edit marks")}
        assert [edge.otherwise for edge in found.edges] == [0, 0]


def test_parts_that_read_alike_were_cut_out() -> None:
    found = family(first=ROOT[:300], second=ROOT[300:], whole=ROOT)
    assert drawn(found) == {("first", "whole", "containment"), ("second", "whole", "containment")}


def test_a_set_with_rows_of_two_others_and_dates_has_two_parents() -> None:
    a, b = ROOT[:300], other_kind(300, 5)
    found = family(a=(a, "2022"), b=(b, "2022"), mixed=(a[:150] + b[:150], "2024"))
    assert drawn(found) == {("mixed", "a", "dates"), ("mixed", "b", "dates")}


def test_unrelated_sets_are_alone() -> None:
    found = family(a=ROOT[:100], b=own_rows(random.Random(6), 100), c=ROOT[:50])
    assert found.alone == ("b",)
    assert len(found.edges) == 1


def test_a_grandchild_through_new_answers_is_no_second_child() -> None:
    rng = random.Random(7)
    part: list[Row] = ROOT[:200]
    again: list[Row] = [(prompt, sentence(rng, 60)) for prompt, _ in part]
    found = family(root=ROOT, part=part, again=again)
    assert {(edge.child, edge.parent) for edge in found.edges} == {("part", "root"), ("again", "part")}


def test_the_order_in_which_sets_are_given_changes_no_account_that_has_a_direction() -> None:
    sets = {"root": ROOT, "part": ROOT[100:400], "piece": ROOT[150:250], "changed": reworded(ROOT[100:350], 8)}
    turned = dict(reversed(sets.items()))
    assert drawn(family(**sets)) == drawn(family(**turned))  # type: ignore[arg-type]


def test_no_pairs_make_no_family() -> None:
    assert find_family([("a", 10), ("b", 20)], []) == Family(alone=("a", "b"))
