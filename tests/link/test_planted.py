"""Planted truth: what was put into the corpora is what linking reports, and nothing else."""

import random

import pytest

from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
from lineage.link.result import DatasetPair
from tests.link.corpora import Row, all_pairs, corpus, edited, jaccard, own_rows, sentence

PARENT = own_rows(random.Random(1), 400)


def linked(a: list[Row], b: list[Row], dates: tuple[str | None, str | None] = (None, None)) -> DatasetPair:
    return link_pair(corpus("a", a, date=dates[0]), corpus("b", b, date=dates[1]))


def rows_of(pair: DatasetPair, relation: str) -> tuple[int, int]:
    count = pair.by_relation[relation]  # type: ignore[index]
    return count.rows_a, count.rows_b


def test_a_shuffled_copy_is_a_copy() -> None:
    shuffled = random.Random(2).sample(PARENT, len(PARENT))
    pair = linked(shuffled, PARENT)
    assert (pair.relation, pair.direction) == ("copy", "unknown")
    assert rows_of(pair, "identical") == (400, 400)
    truth = {(shuffled.index(row), place) for place, row in enumerate(PARENT)}
    assert {(one.row_a, one.row_b) for one in pair.links()} == truth


def test_the_older_of_two_copies_is_the_source() -> None:
    assert linked(PARENT, PARENT, ("2023-05-10", "2023-05-04")).direction == "a_from_b"
    assert linked(PARENT, PARENT, ("2022", "2023-05-04")).direction == "b_from_a"
    assert linked(PARENT, PARENT, ("2023", "2023-05-04")).direction == "unknown"


def test_a_selection_is_a_subset_and_its_parent_a_superset() -> None:
    part = PARENT[50:150]
    pair = linked(part, PARENT)
    assert (pair.relation, pair.direction, pair.rows_linked_a, pair.rows_linked_b) == ("subset", "a_from_b", 100, 100)
    pair = linked(PARENT, part)
    assert (pair.relation, pair.direction) == ("superset", "b_from_a")


def test_case_and_punctuation_make_no_difference() -> None:
    loud = [(f"  {p.upper()}!", f"<b>{r.title()}.</b>"[3:-4]) for p, r in PARENT if p and r]
    assert rows_of(linked(loud, PARENT), "identical") == (400, 400)


def test_edits_make_a_version() -> None:
    rng = random.Random(3)
    changed = [(p, edited(rng, r, 0.02)) if place % 2 else (p, r) for place, (p, r) in enumerate(PARENT) if r]
    pair = linked(changed, PARENT)
    assert pair.relation == "version"
    assert rows_of(pair, "identical") == (200, 200)
    assert rows_of(pair, "near_duplicate") == (200, 200)


def test_new_answers_to_the_same_prompts_are_reanswered() -> None:
    rng = random.Random(4)
    pair = linked([(p, sentence(rng, 60)) for p, _ in PARENT], PARENT)
    assert pair.relation == "reanswered"
    assert rows_of(pair, "same_prompt") == (400, 400)


def test_rewritten_answers_are_revised() -> None:
    rng = random.Random(5)
    pair = linked([(p, edited(rng, r, 0.1)) for p, r in PARENT if r], PARENT)
    assert pair.relation == "revised"


def test_a_few_rewritten_answers_among_new_ones_are_revised_and_chance_ones_are_not() -> None:
    rng = random.Random(6)

    def answered(kept: int) -> list[Row]:
        return [(p, edited(rng, r, 0.1) if n < kept else sentence(rng, 60)) for n, (p, r) in enumerate(PARENT) if r]

    assert linked(answered(60), PARENT).relation == "revised"
    assert linked(answered(8), PARENT).relation == "reanswered"


def test_prompts_that_grew_are_extended_though_the_answers_are_new() -> None:
    rng = random.Random(7)
    grown = [(f"{p} {sentence(rng, 25)}", sentence(rng, 60)) for p, _ in PARENT]
    pair = linked(grown, PARENT)
    assert rows_of(pair, "extended") == (400, 400)
    assert (pair.relation, pair.direction, pair.ground) == ("evolved_from", "a_from_b", "containment")
    assert next(pair.links()).evidence[0].containment_ba == 1.0


def test_answers_cut_short_are_extended() -> None:
    cut = [(p, " ".join(r.split()[:25])) for p, r in PARENT if r]
    assert rows_of(linked(cut, PARENT), "extended") == (400, 400)


def test_same_answers_to_new_prompts_are_same_response() -> None:
    rng = random.Random(8)
    pair = linked([(sentence(rng, 16), r) for _, r in PARENT], PARENT)
    assert rows_of(pair, "same_response") == (400, 400)
    assert pair.relation == "overlap"


def test_a_prompt_only_benchmark_inside_a_training_set_is_a_subset() -> None:
    benchmark: list[Row] = [(p, None) for p, _ in PARENT[:80]]
    pair = linked(benchmark, PARENT)
    assert (pair.relation, pair.direction) == ("subset", "a_from_b")
    assert rows_of(pair, "same_prompt") == (80, 80)


def test_a_text_corpus_of_answers_inside_a_training_set_is_a_subset() -> None:
    pair = linked([(None, r) for _, r in PARENT[:80]], PARENT)
    assert pair.relation == "subset"


def test_unrelated_corpora_share_nothing() -> None:
    pair = linked(own_rows(random.Random(9), 400), PARENT)
    assert (pair.relation, pair.rows_linked_a, pair.rows_linked_b) == ("unrelated", 0, 0)
    assert pair.table.num_rows == 0
    assert "No row of a is linked to b" in pair.why


def test_a_few_shared_rows_are_incidental_and_still_counted() -> None:
    pair = linked(own_rows(random.Random(10), 396) + PARENT[:4], PARENT)
    assert (pair.relation, pair.rows_linked_a) == ("unrelated", 4)
    pair = linked(own_rows(random.Random(10), 380) + PARENT[:20], PARENT)
    assert (pair.relation, pair.rows_linked_a) == ("overlap", 20)


@pytest.mark.parametrize("answer", ["A", "Yes", "No.", "", None, "...", "True or false"])
def test_short_and_empty_answers_link_nothing(answer: str | None) -> None:
    rng = random.Random(11)
    a: list[Row] = [(sentence(rng, 16), answer) for _ in range(50)]
    b: list[Row] = [(sentence(rng, 16), answer) for _ in range(50)]
    assert linked(a, b).rows_linked_a == 0
    assert linked([(None, answer)] * 50, [(None, answer)] * 50).rows_linked_a == 0


def test_empty_rows_match_nothing() -> None:
    assert linked([(None, None), ("", "")], [(None, None), ("", "")]).rows_linked_a == 0


def test_a_formula_answer_links_nothing() -> None:
    rng = random.Random(12)
    refusal = sentence(rng, 20)
    a: list[Row] = [(sentence(rng, 16), refusal) for _ in range(50)]
    b: list[Row] = [(sentence(rng, 16), refusal) for _ in range(50)]
    assert linked(a, b).rows_linked_a == 0


def test_both_answers_empty_is_agreement() -> None:
    bare: list[Row] = [(p, "") for p, _ in PARENT]
    pair = linked(bare, [(p, None) for p, _ in PARENT])
    assert pair.relation == "copy"


def test_tiny_corpora_are_compared_too() -> None:
    assert linked(PARENT[:2], PARENT[:2]).relation == "copy"
    assert linked(PARENT[:1], PARENT[:9]).relation == "subset"


def test_by_relation_sums_to_the_linked_rows() -> None:
    rng = random.Random(13)
    mixed = PARENT[:100] + [(p, sentence(rng, 60)) for p, _ in PARENT[90:150]] + own_rows(rng, 100)
    pair = linked(mixed, PARENT)
    assert sum(count.rows_a for count in pair.by_relation.values()) == pair.rows_linked_a
    assert sum(count.rows_b for count in pair.by_relation.values()) == pair.rows_linked_b
    assert pair.rows_linked_a == len({one.row_a for one in pair.links()})
    assert pair.rows_linked_b == len({one.row_b for one in pair.links()})


def altered(rng: random.Random, rows: list[Row]) -> list[Row]:
    """Edit every row at a rate of its own, so that all degrees of likeness occur."""
    return [(edited(rng, p, rng.random() * 0.2), edited(rng, r, rng.random() * 0.1)) for p, r in rows if p and r]


def test_nearly_all_pairs_at_or_above_the_threshold_are_found() -> None:
    rng = random.Random(14)
    a = altered(rng, PARENT) + altered(rng, PARENT)
    truth = {key for key, value in all_pairs([r for _, r in a], [r for _, r in PARENT], 5).items() if value >= 0.8}
    assert len(truth) > 150
    found = {(one.row_a, one.row_b) for one in linked(a, PARENT).links()}
    assert len(truth & found) >= 0.99 * len(truth)


def test_every_reported_number_is_what_plain_sets_give() -> None:
    rng = random.Random(15)
    a = altered(rng, PARENT)
    pair = linked(a, PARENT)
    assert pair.table.num_rows > 200
    for one in pair.links():
        for evidence, (own, other), size in zip(
            one.evidence, zip(a[one.row_a], PARENT[one.row_b], strict=True), (2, 5), strict=True
        ):
            assert evidence.exact
            assert evidence.jaccard == pytest.approx(jaccard(own, other, size), abs=1e-12)
        alike = max(evidence.jaccard for evidence in one.evidence)
        contained = max(max(evidence.containment_ab, evidence.containment_ba) for evidence in one.evidence)
        assert alike >= 0.7 or contained >= 0.6


def test_the_result_does_not_depend_on_threads() -> None:
    rng = random.Random(16)
    a, b = corpus("a", altered(rng, PARENT) + PARENT[:50]), corpus("b", PARENT)
    one, four = (link_pair(a, b, options=LinkOptions(threads=threads)) for threads in (1, 4))
    assert one.table.equals(four.table)
    assert one.to_dict() == four.to_dict()


def test_turning_the_pair_round_turns_the_result_round() -> None:
    rng = random.Random(17)
    a, b = corpus("a", altered(rng, PARENT)), corpus("b", PARENT[:300])
    forth, back = link_pair(a, b), link_pair(b, a)
    assert {(one.row_a, one.row_b, one.relation) for one in forth.links()} == {
        (one.row_b, one.row_a, one.relation) for one in back.links()
    }


def test_cards_alone_give_the_same_numbers_within_their_error() -> None:
    rng = random.Random(18)
    rows = altered(rng, PARENT)
    exact = link_pair(corpus("a", rows), corpus("b", PARENT))
    cards = link_pair(corpus("a", rows, texts=False), corpus("b", PARENT, texts=False))
    counted = {(one.row_a, one.row_b): one.evidence for one in exact.links()}
    deviations = []
    for one in cards.links():
        for evidence, truth in zip(one.evidence, counted.get((one.row_a, one.row_b), ()), strict=False):
            if not evidence.equal:
                assert not evidence.exact
                deviations.append((evidence.jaccard - truth.jaccard) / evidence.standard_error)
    assert len(deviations) > 300
    assert sum(abs(deviation) < 3 for deviation in deviations) >= 0.98 * len(deviations)
    assert cards.linked_a.share == pytest.approx(exact.linked_a.share, abs=0.08)
    assert "estimated from signatures" in cards.why


def test_copies_are_counted_from_cards_as_from_texts() -> None:
    cards: tuple[Corpus, Corpus] = (corpus("a", PARENT[:90], texts=False), corpus("b", PARENT, texts=False))
    pair = link_pair(*cards)
    assert (pair.relation, rows_of(pair, "identical")) == ("subset", (90, 90))


def test_many_identical_rows_stay_linear() -> None:
    pair = linked([PARENT[0]] * 100_000, [PARENT[0]] * 50_000)
    assert (pair.rows_linked_a, pair.rows_linked_b) == (100_000, 50_000)
    assert pair.table.num_rows == 100_000


def test_one_prompt_with_many_answers_stays_linear() -> None:
    rng = random.Random(19)
    prompt = sentence(rng, 12)
    a: list[Row] = [(prompt, sentence(rng, 10)) for _ in range(3000)]
    b: list[Row] = [(prompt, sentence(rng, 10)) for _ in range(2000)]
    pair = linked(a, b)
    assert pair.table.num_rows == 3000
    assert rows_of(pair, "same_prompt") == (3000, 2000)
    assert rows_of(linked(a, b + a[:500]), "identical") == (500, 500)


def test_templated_rows_are_linked_to_their_copies_only() -> None:
    rng = random.Random(20)
    frame = sentence(rng, 14)
    whole: list[Row] = [(f"{frame} {word} {frame}", sentence(rng, 30)) for word in sentence(rng, 200).split()]
    pair = linked(whole[:60], whole)
    assert pair.relation == "subset"
    assert pair.rows_linked_b <= 62


def test_a_second_answer_to_a_copied_prompt_is_no_link() -> None:
    rng = random.Random(21)
    pair = linked(PARENT, PARENT + [(p, sentence(rng, 60)) for p, _ in PARENT])
    assert (pair.relation, pair.rows_linked_b) == ("subset", 400)


def test_rows_made_from_one_template_are_not_alike() -> None:
    rng = random.Random(22)
    frame = sentence(rng, 24)
    a: list[Row] = [(f"{frame} {sentence(rng, 4)}", rng.choice(["good", "bad"])) for _ in range(300)]
    b: list[Row] = [(f"{frame} {sentence(rng, 4)}", rng.choice(["good", "bad"])) for _ in range(300)]
    copied = {(one.row_a, one.row_b) for one in linked(a, b + a[:100]).links() if one.relation == "identical"}
    assert {(n, 300 + n) for n in range(100)} <= copied
    assert linked(a, b).relation == "unrelated"
