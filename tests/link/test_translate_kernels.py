"""The kernels of row matching equal their plain-Python twins."""

import itertools
import math
import random
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.link.aligned.chain import find_chain
from lineage.link.aligned.common import common_marks, pair_score
from lineage.link.aligned.fill import align_rows
from lineage.link.aligned.lengths import find_stretches
from lineage.link.aligned.marks import FORM, LETTERS, MAX_MARKS, NUMBER, WORD, Marks, marks_of
from lineage.link.aligned.partners import KEPT, find_partners
from lineage.link.aligned.words import learn_words, translate

LETTER, DIGIT, HAN, SPACE = "abcxyzé", "0123456789", "数学新年日", " \n.,?!=-"


def marks(*texts: str | None) -> Marks:
    return marks_of((pa.array(texts, pa.large_string()), None))


def row(found: Marks, place: int, kind: int | None = None) -> set[int]:
    hashes = found.hashes[found.offsets[place] : found.offsets[place + 1]].tolist()
    return {one for one in hashes if kind is None or one & 3 == kind}


def count_plain(text: str) -> dict[int, set[object]]:
    """The marks of a text in plain Python, as values; letters: the alphabet above."""
    plain = "".join(unicodedata.normalize("NFD", one)[0] for one in text)
    words = set(re.findall(r"[a-z_][a-z_0-9]*", plain))
    rest = re.sub(r"[a-z_][a-z_0-9]*", " ", plain)
    numbers = {re.sub(r"[.,]", "", one) for one in re.findall(r"[0-9]+(?:[.,][0-9]+)*", rest)}
    runs = re.findall(f"[{HAN}]+", plain)
    letters = {run[k : k + 2] for run in runs for k in range(len(run) - 1)} | {run for run in runs if len(run) == 1}
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    signs = tuple(sorted(text.count(one) for one in "=" if one in text))
    form: set[object] = {("lines", lines)} if lines > 1 else set()
    form |= {("questions", text.count("?"))} if "?" in text else set()
    form |= {("signs", signs)} if signs else set()
    return {WORD: set(words), NUMBER: set(numbers), LETTERS: set(letters), FORM: form}


@given(st.lists(st.text(LETTER + DIGIT + HAN + SPACE, max_size=40), min_size=1, max_size=6))
def test_texts_share_exactly_the_marks_they_share_in_plain_python(texts: list[str]) -> None:
    found = marks(*texts)
    plain = [count_plain(text) for text in texts]
    for kind in (WORD, NUMBER, LETTERS, FORM):
        for i, j in itertools.product(range(len(texts)), repeat=2):
            assert len(row(found, i, kind) & row(found, j, kind)) == len(plain[i][kind] & plain[j][kind])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000", "1000"), ("3.14", "3,14"), ("１２３", "123"), ("٣٤", "34"), ("CAFÉ", "cafe"), ("Ａｐｐｌｅ", "apple"),
        ("ΣΟΦΟΣ", "σοφοσ"), ("МОСКВА", "москва"), ("x？", "x?"), ("f(x)＝1", "f(x)=1"), ("Ế", "ế"),
    ],
)  # fmt: skip
def test_ways_to_write_one_thing_have_one_mark(one: str, other: str) -> None:
    found = marks(one, other)
    assert row(found, 0) == row(found, 1) != set()


@pytest.mark.parametrize(
    ("one", "other"), [("12", "1 2"), ("add_two", "add two"), ("数学", "学数"), ("→", "←"), ("😀", "😁")]
)
def test_different_things_have_different_marks(one: str, other: str) -> None:
    found = marks(one, other)
    assert row(found, 0)
    assert not row(found, 0) & row(found, 1)


def test_null_and_empty_rows_have_no_marks_and_slices_read_their_own_rows() -> None:
    texts = pa.array(["left out", "a 1", None, "", "b 2"], pa.large_string())
    found = marks_of((texts.slice(1), None))
    assert [len(row(found, place)) for place in range(4)] == [2, 0, 0, 2]


def test_of_a_row_with_many_marks_the_same_are_kept_everywhere() -> None:
    many = " ".join(f"w{place}" for place in range(3 * MAX_MARKS))
    found = marks(many, many + " and more")
    assert len(row(found, 0)) == len(row(found, 1)) == MAX_MARKS
    assert len(row(found, 0) & row(found, 1)) >= MAX_MARKS - 3


def test_the_second_channel_is_told_apart_in_form_only() -> None:
    two_lines = pa.array(["a\nb"], pa.large_string())
    none = pa.array([""], pa.large_string())
    first, second = marks_of((two_lines, none)), marks_of((none, two_lines))
    assert row(first, 0, WORD) == row(second, 0, WORD)
    assert not row(first, 0, FORM) & row(second, 0, FORM)


def words_of(rng: random.Random, rows: int) -> list[str]:
    return [" ".join(f"w{int(rng.paretovariate(0.6)) % 400}" for _ in range(rng.randint(0, 25))) for _ in range(rows)]


def test_partners_and_scores_equal_an_exhaustive_search() -> None:
    rng = random.Random(1)
    a, b = marks(*words_of(rng, 60)), marks(*words_of(rng, 50))
    common = common_marks(a, b)
    found = find_partners(common)
    weights = dict(zip(np.intersect1d(a.hashes, b.hashes).tolist(), itertools.repeat(0.0)))
    for mark in weights:
        shares = (sum(mark in row(side, k) for k in range(n)) / n for side, n in ((a, 60), (b, 50)))
        weights[mark] = max(0.0, math.log(0.5 / max(shares)))
    for place in range(60):
        scores = []
        for other in range(50):
            one, two = ({m for m in row(side, k) if weights.get(m)} for side, k in ((a, place), (b, other)))
            shared, missing = sum(weights[m] for m in one & two), sum(weights[m] for m in one ^ two)
            assert pair_score(common.a, common.b, common.weights, *common.totals, place, other) == pytest.approx(
                shared - 0.15 * missing
            )
            scores.append(shared - 0.15 * missing)
        # Candidates come from rare marks: a partner that shares next to nothing may be missed.
        if max(scores) > 2:
            assert found.scores[place, 0] == pytest.approx(max(scores))
        for k in range(KEPT):
            if found.rows[place, k] >= 0:
                assert found.scores[place, k] == pytest.approx(scores[found.rows[place, k]])
        assert all(np.diff(found.scores[place]) <= 0)


@given(st.permutations(range(8)), st.lists(st.integers(1, 9), min_size=8, max_size=8))
def test_the_chain_is_the_heaviest(order: list[int], weights: list[int]) -> None:
    chain = find_chain(np.arange(8, dtype=np.int32), np.array(order, np.int32), np.array(weights, float))
    heaviest = max(
        sum(weights[k] for k in kept)
        for size in range(9)
        for kept in itertools.combinations(range(8), size)
        if all(order[x] < order[y] for x, y in itertools.pairwise(kept))
    )
    assert sum(weights[k] for k in chain.places) == heaviest
    assert all(np.diff(np.array(order)[chain.places]) > 0)


def test_the_bound_on_chance_chains_is_one() -> None:
    rng = np.random.default_rng(1)
    bounds = []
    for _ in range(400):
        order = rng.permutation(40).astype(np.int32)
        bounds.append(math.exp(find_chain(np.arange(40, dtype=np.int32), order, np.ones(40)).log_p))
    for level in (0.5, 0.1, 0.02):
        assert np.mean(np.array(bounds) <= level) <= level


@given(st.lists(st.lists(st.integers(-6, 6), min_size=4, max_size=4), min_size=3, max_size=3))
def test_rows_in_a_gap_are_matched_at_the_best_total(scores: list[list[int]]) -> None:
    score = np.array(scores, float)
    matched = align_rows(score)

    def total(chosen: tuple[int, ...]) -> float:
        pairs = [(i, j) for i, j in enumerate(chosen) if j >= 0]
        return sum(score[i, j] for i, j in pairs) - 3.0 * (3 + 4 - 2 * len(pairs))

    rising = [
        one
        for one in itertools.product(range(-1, 4), repeat=3)
        if all(x < y for x, y in itertools.pairwise([j for j in one if j >= 0]))
    ]
    assert total(tuple(matched)) == max(total(one) for one in rising)


def test_words_that_always_meet_are_learned_and_added() -> None:
    rng = random.Random(2)
    rows = [[f"w{rng.randrange(60)}" for _ in range(8)] for _ in range(300)]
    a = marks(*(" ".join(one) for one in rows))
    b = marks(*(" ".join(f"v{word[1:]}" for word in one) for one in rows))
    places = np.arange(300, dtype=np.int32)
    learned = learn_words(a, b, (places, places))
    assert len(learned.a) >= 58
    spoken = translate(a, learned)
    for place in range(300):
        assert row(a, place) <= row(spoken, place)
        assert len(row(spoken, place) & row(b, place)) >= 0.9 * len(row(b, place))


def test_ups_and_downs_of_length_are_found_where_they_are() -> None:
    rng = np.random.default_rng(3)
    lengths = rng.normal(5, 1, 2000)
    noisy = lengths[700:1000] + rng.normal(0, 0.3, 300)
    found = find_stretches((noisy,), (lengths,))
    assert found is not None
    assert found.b.tolist() == [place + 700 for place in found.a.tolist()]
    assert len(found.a) == 300
    exchanged = find_stretches((lengths,), (noisy,))
    assert exchanged is not None
    assert (exchanged.b.tolist(), exchanged.a.tolist()) == (found.a.tolist(), found.b.tolist())
    assert find_stretches((rng.normal(5, 1, 300),), (lengths,)) is None


def test_a_repeated_pattern_of_lengths_is_no_place() -> None:
    pattern = np.tile(np.array([1.0, 3.0, 2.0, 5.0]), 100)
    assert find_stretches((pattern[:200],), (pattern,)) is None
    assert find_stretches((np.ones(200),), (np.ones(300),)) is None
