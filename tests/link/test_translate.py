"""Planted translations: rows in made-up languages are matched with their sources, and with nothing else."""

import dataclasses
import random
from collections.abc import Callable

import pytest

from lineage.link.aligned.alignment import ALIGNED_PAIRS, Alignment
from lineage.link.options import LinkOptions
from lineage.link.translate import find_alignment, find_rewrites, find_translation
from tests.link.cipher import LANGUAGES, source_rows, translated
from tests.link.corpora import Row, corpus

SOURCE = source_rows(random.Random(1), 600)
OTHERS = source_rows(random.Random(2), 600)


def pairs_of(alignment: Alignment) -> set[tuple[int, int]]:
    return set(zip(alignment.pairs["row_a"].to_pylist(), alignment.pairs["row_b"].to_pylist(), strict=True))


def aligned(a: list[Row], b: list[Row]) -> Alignment | None:
    return find_translation(corpus("a", a), corpus("b", b))


def whole(rng: random.Random) -> list[int]:
    return list(range(600))


def a_stretch(rng: random.Random) -> list[int]:
    return list(range(200, 420))


def with_gaps(rng: random.Random) -> list[int]:
    return [place for place in range(600) if rng.random() > 0.15]


def shuffled(rng: random.Random) -> list[int]:
    return rng.sample(range(600), 600)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("choose", [whole, a_stretch, with_gaps, shuffled])
def test_a_translation_is_matched_row_by_row(language: str, choose: Callable[[random.Random], list[int]]) -> None:
    rng = random.Random(3)
    places = choose(rng)
    found = aligned(translated(SOURCE, LANGUAGES[language], rng, places), SOURCE)
    assert found is not None
    truth = set(enumerate(places))
    assert len(pairs_of(found) & truth) >= 0.9 * len(truth)
    assert len(pairs_of(found) - truth) <= 0.02 * len(truth)
    assert found.kind == "translated"
    assert (found.order > 0.95) == (choose is not shuffled)
    assert found.chance.probability <= 1e-6


def test_rows_added_on_both_sides_are_left_unmatched() -> None:
    rng = random.Random(4)
    language = LANGUAGES["cyrillic"]
    a = [
        language.row(row, rng) for block in range(20) for row in (*SOURCE[block * 20 : block * 20 + 20], OTHERS[block])
    ]
    found = aligned(a, SOURCE[:400])
    assert found is not None
    truth = {(place + place // 20, place) for place in range(400)}
    assert len(pairs_of(found) & truth) >= 0.97 * 400
    assert len(pairs_of(found) - truth) <= 4


def test_replaced_rows_between_translated_ones_are_not_matched_by_their_place() -> None:
    rng = random.Random(5)
    language = LANGUAGES["han"]
    kept = [place for place in range(600) if place % 3 == 0]
    a = [language.row((SOURCE if place % 3 == 0 else OTHERS)[place], rng) for place in range(600)]
    found = aligned(a, SOURCE)
    assert found is not None
    wrong = pairs_of(found) - {(place, place) for place in kept}
    assert len(wrong) <= 0.05 * len(kept)


def test_without_numbers_names_or_code_lengths_tell() -> None:
    rng = random.Random(6)
    plain = [
        (" ".join(w for w in p.split() if w.isalpha() and w.islower()), r.split("\n")[0][:60].lower())
        for p, r in SOURCE
    ]  # type: ignore[union-attr]
    bare = [(p, "".join(c for c in r if c.isalpha() or c == " ")) for p, r in plain]
    found = aligned(translated(bare, LANGUAGES["cyrillic"], rng, range(600)), bare)
    assert found is not None
    assert len(pairs_of(found) & {(place, place) for place in range(600)}) >= 0.9 * 600


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_of_other_rows_matches_nothing(language: str) -> None:
    rng = random.Random(7)
    assert aligned(translated(OTHERS, LANGUAGES[language], rng, range(600)), SOURCE) is None
    assert aligned(translated(SOURCE, LANGUAGES[language], rng, range(300)), SOURCE[300:]) is None


def test_sets_of_one_task_share_numbers_and_nothing_else() -> None:
    rng = random.Random(8)

    def sums(count: int) -> list[Row]:
        numbers = [(rng.randint(1, 40), rng.randint(1, 40)) for _ in range(count)]
        return [(f"go {x} bade kabol {y} melom", f"{x} + {y} = {x + y}") for x, y in numbers]

    a, b = sums(500), sums(500)
    assert aligned(translated(a, LANGUAGES["latin"], rng, range(500)), b) is None


@pytest.mark.parametrize(("topics", "rows"), [(20, 20), (100, 4), (200, 2)])
def test_sets_sorted_by_the_same_topics_are_not_translations(topics: int, rows: int) -> None:
    def topical(rng: random.Random) -> list[Row]:
        return [
            (" ".join(f"t{topic}w{rng.randrange(15)}" for _ in range(12)), "")
            for topic in range(topics)
            for _ in range(rows)
        ]

    assert find_alignment(corpus("a", topical(random.Random(9))), corpus("b", topical(random.Random(10)))) is None


def test_untranslated_sentences_tell_the_direction() -> None:
    rng = random.Random(11)
    a = translated(SOURCE, LANGUAGES["han"], rng, range(600))
    for place in range(0, 600, 25):
        a[place] = (a[place][0], SOURCE[place][1])
    for one, other, direction in ((a, SOURCE, "a_from_b"), (SOURCE, a, "b_from_a")):
        found = aligned(one, other)
        assert found is not None
        assert (found.direction, found.ground) == (direction, "edit marks")
    without = aligned(translated(SOURCE, LANGUAGES["han"], rng, range(600)), SOURCE)
    assert without is not None
    assert (without.direction, without.ground) == ("unknown", "unknown")


def reworded(row: Row, rng: random.Random) -> Row:
    """Half of the words replaced by others of the same language."""
    words = (row[0] or "").split()
    rng.shuffle(words)
    stock = (OTHERS[rng.randrange(600)][0] or "").split()
    return " ".join(
        rng.choice(stock) if word.isalpha() and word.islower() and rng.random() < 0.5 else word for word in words
    ), None


def test_reworded_rows_are_revised_not_translated() -> None:
    rng = random.Random(12)
    a, b = corpus("a", [reworded(row, rng) for row in SOURCE]), corpus("b", [(p, None) for p, _ in SOURCE])
    found = find_rewrites(a, b)
    assert found is not None
    assert found.kind == "revised"
    assert len(pairs_of(found) & {(place, place) for place in range(600)}) >= 0.9 * 600
    assert find_translation(a, b) is None


def test_rows_with_other_numbers_are_counted() -> None:
    a = [(f"{p} 17 {p}", None) for p, _ in SOURCE[:300]]
    b = [(f"{p} {place} {p}", None) for place, (p, _) in enumerate(SOURCE[:300])]
    found = find_rewrites(corpus("a", a), corpus("b", b))
    assert found is not None
    assert found.numbers_only == 299
    assert "299 of them the same but for their numbers" in found.why


def test_the_result_is_a_table_with_one_partner_a_row_whatever_the_threads() -> None:
    rng = random.Random(13)
    a, b = corpus("a", translated(SOURCE, LANGUAGES["latin"], rng, shuffled(rng))), corpus("b", SOURCE)
    found, again = (find_translation(a, b, LinkOptions(threads=threads)) for threads in (1, 3))
    assert found is not None
    assert again == found
    assert found.pairs.schema == ALIGNED_PAIRS
    for side in ("row_a", "row_b"):
        rows = found.pairs[side].to_pylist()
        assert len(set(rows)) == len(rows)
    assert found.pairs["row_a"].to_pylist() == sorted(found.pairs["row_a"].to_pylist())
    assert found.aligned_a.linked == found.aligned_b.linked == found.pairs.num_rows
    assert f"{found.aligned_a.linked:,} of 600 rows of a" in found.why


def test_sides_may_be_exchanged() -> None:
    rng = random.Random(14)
    a, b = corpus("a", translated(SOURCE, LANGUAGES["latin"], rng, a_stretch(rng))), corpus("b", SOURCE)
    one, other = find_translation(a, b), find_translation(b, a)
    assert one is not None
    assert other is not None
    exchanged = {(b_row, a_row) for a_row, b_row in pairs_of(other)}
    assert len(pairs_of(one) ^ exchanged) <= 0.02 * one.pairs.num_rows


def test_large_corpora_are_sampled_and_say_so() -> None:
    rng = random.Random(15)
    rows = source_rows(rng, 3000)
    a, b = corpus("a", translated(rows, LANGUAGES["cyrillic"], rng, range(3000))), corpus("b", rows)
    found = find_translation(a, b, LinkOptions(memory=3_000_000))
    assert found is not None
    assert found.sampled
    assert found.aligned_a.rows < 2000
    assert found.aligned_a.share > 0.9
    assert "sample" in found.why
    truth = {(place, place) for place in range(3000)}
    assert len(pairs_of(found) - truth) <= 5


def test_cards_and_empty_corpora_match_nothing() -> None:
    a = corpus("a", SOURCE)
    assert find_alignment(a, dataclasses.replace(a, prompts=None, responses=None)) is None
    assert find_alignment(a, corpus("b", [])) is None
    assert find_alignment(corpus("a", [("go", None)]), corpus("b", [("go", None)])) is None
