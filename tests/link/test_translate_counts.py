"""Numbers that count, dates, sorted lists, templates and length profiles do not make a translation."""

import datetime as dt
import random
from collections.abc import Callable

import numpy as np
import pytest

from lineage.link.aligned.find import find_alignment
from lineage.link.aligned.probe import worth_matching
from lineage.link.corpus import Corpus
from tests.link.cipher import LANGUAGES, source_rows, translated
from tests.link.corpora import WORDS, Row, corpus

ROWS = 600
GAPS = np.cumsum(np.random.default_rng(1).integers(1, 9, ROWS)).tolist()
NAMES = sorted("".join(random.Random(place).choices("abcdefghiklmnoprst", k=7)) for place in range(ROWS))

Head = Callable[[int], str]
Change = Callable[[list[Row]], list[Row]]


def day(place: int) -> dt.date:
    return dt.date(2021, 1, 1) + dt.timedelta(days=place)


COUNTS: dict[str, Head] = {
    "running numbers": lambda place: f"Question {place + 1}:",
    "padded ids": lambda place: f"id-{place:06d}",
    "a number and an id": lambda place: f"doc_{place} nr {place}",
    "numbers with gaps": lambda place: f"Item {GAPS[place]}",
    "how many of all": lambda place: f"[{place + 1}/{ROWS}]",
    "dates": lambda place: day(place).isoformat(),
    "dates in words": lambda place: day(place).strftime("On %B %d, %Y:"),
    "times": lambda place: f"{day(place // 20)} {place % 20:02d}:{place * 7 % 60:02d}",
    "a sorted list": lambda place: f"Explain {NAMES[place]}:",
}


def headed(seed: int, head: Head, language: str | None) -> list[Row]:
    rng = random.Random(seed)
    rows = source_rows(rng, ROWS)
    if language is not None:
        rows = translated(rows, LANGUAGES[language], rng, range(ROWS))
    return [(f"{head(place)} {prompt}", response) for place, (prompt, response) in enumerate(rows)]


def same(rows: list[Row]) -> list[Row]:
    return rows


def shuffled(rows: list[Row]) -> list[Row]:
    return random.Random(3).sample(rows, len(rows))


def at_the_end(rows: list[Row]) -> list[Row]:
    return [(" ".join((prompt or "").split()[::-1]), response) for prompt, response in rows]


def two_thirds(rows: list[Row]) -> list[Row]:
    return rows[: 2 * ROWS // 3]


@pytest.mark.parametrize("head", COUNTS)
@pytest.mark.parametrize("language", [None, "cyrillic", "han"])
@pytest.mark.parametrize("change", [same, shuffled, at_the_end, two_thirds])
def test_what_only_counts_is_no_evidence(head: str, language: str | None, change: Change) -> None:
    a, b = headed(1, COUNTS[head], None), change(headed(2, COUNTS[head], language))
    assert find_alignment(corpus("a", a), corpus("b", b)) is None


TEMPLATES = ("Write a poem about {} and {}.", "Translate {} into {}.", "What is {} plus {}?", "List {} kinds of {}.")


def in_turn(rng: random.Random, place: int) -> Row:
    prompt = TEMPLATES[place % 4].format(*rng.choices(WORDS, k=2))
    return f"{place + 1}. {prompt}", " ".join(rng.choices(WORDS, k=10 + place % 4 * 10))


def of_length(length: Callable[[int], int]) -> Callable[[random.Random, int], Row]:
    return lambda rng, place: (" ".join(rng.choices(WORDS, k=8)), " ".join(rng.choices(WORDS, k=length(place))))


UNRELATED: dict[str, Callable[[random.Random, int], Row]] = {
    "numbered templates in turn": in_turn,
    "nothing but a number": lambda rng, place: (f"Question {place + 1}", " ".join(rng.choices(WORDS, k=12))),
    "sums in order": lambda rng, place: (f"What is {place} + {rng.randint(1, 50)}?", "x"),
    "growing lengths": of_length(lambda place: 5 + place // 8),
    "lengths in turn": of_length(lambda place: 5 + place % 7 * 6),
    "short and long stretches": of_length(lambda place: 20 + 30 * (place // 25 % 2)),
}


@pytest.mark.parametrize("make", UNRELATED)
@pytest.mark.parametrize("language", [None, "latin"])
def test_templates_and_length_profiles_are_no_evidence(make: str, language: str | None) -> None:
    a, b = ([UNRELATED[make](rng, place) for place in range(ROWS)] for rng in (random.Random(4), random.Random(5)))
    if language is not None:
        b = translated(b, LANGUAGES[language], random.Random(6), range(ROWS))
    assert find_alignment(corpus("a", a), corpus("b", b)) is None


@pytest.mark.parametrize("head", ["running numbers", "dates", "a number and an id"])
@pytest.mark.parametrize("change", [same, shuffled])
def test_a_translation_with_counts_is_found_all_the_same(head: str, change: Change) -> None:
    rng = random.Random(7)
    rows = source_rows(rng, ROWS)
    places = list(range(ROWS)) if change is same else rng.sample(range(ROWS), ROWS)
    foreign = translated(rows, LANGUAGES["cyrillic"], rng, places)
    # Numbered anew: where the rows were shuffled, equal numbers stand in rows that do not belong together.
    a, b = ([(f"{COUNTS[head](n)} {p}", r) for n, (p, r) in enumerate(side)] for side in (foreign, rows))
    found = find_alignment(corpus("a", a), corpus("b", b))
    assert found is not None
    pairs = zip(found.pairs["row_a"].to_pylist(), found.pairs["row_b"].to_pylist(), strict=True)
    right = sum(places[x] == y for x, y in pairs)
    assert right >= 0.8 * ROWS
    assert right >= 0.98 * found.pairs.num_rows


def halves(language: str | None) -> tuple[Corpus, Corpus]:
    """Two sets with half of their rows in common, and in one order; the others translated, or made apart."""
    rng = random.Random(8)
    rows, others = source_rows(rng, 2000), source_rows(rng, 2000)
    rest = others if language is None else translated(rows, LANGUAGES[language], rng, range(2000))
    mixed = [rows[place] if place % 2 else rest[place] for place in range(2000)]
    return corpus("a", mixed), corpus("b", rows)


def test_rows_linked_already_prove_nothing() -> None:
    linked = np.arange(1, 2000, 2)
    for language, found in ((None, False), ("han", True)):
        a, b = halves(language)
        assert (find_alignment(a, b, linked=(linked, linked)) is not None) == found


def test_a_sample_tells_whether_to_look_on() -> None:
    rng = random.Random(9)
    rows = source_rows(rng, 9000)
    every = np.arange(9000, dtype=np.int32)
    b = corpus("b", rows)
    for places, found in ((rng.sample(range(9000), 9000), True), (None, False)):
        own = source_rows(rng, 9000) if places is None else [rows[place] for place in places]
        a = corpus("a", translated(own, LANGUAGES["latin"], rng, range(9000)))
        texts = (a.prompts, a.responses), (b.prompts, b.responses)
        assert worth_matching(texts, (every, every), most=9000) == found
