"""The searches that miss nothing, and the counting of what pairs share, against plain Python."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import CardError
from lineage.fingerprint.minhash import ViewPrints, sign
from lineage.link.contain import ContainRule, contained_in
from lineage.link.exact import similar_pairs
from lineage.link.frequency import count_holders
from lineage.link.options import LinkOptions
from lineage.link.prefix import Searched
from lineage.link.sets import Need, need_jaccard
from lineage.link.sources import ShingleSource
from lineage.link.verify import count_pairs
from lineage.text.models import PROMPT_MODEL
from tests.link.corpora import edited, sentence, shingles

texts = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=14).map(" ".join), max_size=14)
NO_LIMIT = 1 << 40


def searched(members: list[str]) -> Searched:
    column = pa.array(members, pa.large_string())
    return Searched(ShingleSource(column, sign(column, PROMPT_MODEL), PROMPT_MODEL), np.arange(len(members)))


def sets(members: list[str]) -> list[set[tuple[str, ...]]]:
    return [shingles(text, 2) for text in members]


def pairs_of(found: object) -> list[tuple[int, int]]:
    return sorted(zip(found.a.tolist(), found.b.tolist(), strict=True))  # type: ignore[attr-defined]


def alike(one: set[tuple[str, ...]], other: set[tuple[str, ...]], threshold: float) -> bool:
    return bool(one and other) and len(one & other) >= threshold * len(one | other) - 1e-9


@given(a=texts, b=texts, threshold=st.sampled_from([0.1, 0.5, 0.7, 1.0]), memory=st.sampled_from([1, 2000, 1 << 30]))
def test_the_exact_search_finds_every_pair_at_the_threshold_and_nothing_else(
    a: list[str], b: list[str], threshold: float, memory: int
) -> None:
    options = LinkOptions(threshold=threshold, memory=memory, threads=2)
    found = similar_pairs(searched(a), searched(b), 100, options=options)
    truth = [(i, j) for i, x in enumerate(sets(a)) for j, y in enumerate(sets(b)) if alike(x, y, threshold)]
    assert pairs_of(found) == truth
    one = searched(a)
    within = similar_pairs(one, one, 100, options=options)
    mine = sets(a)
    truth = [(i, j) for i in range(len(a)) for j in range(i + 1, len(a)) if alike(mine[i], mine[j], threshold)]
    assert pairs_of(within) == truth


@given(
    small=texts, large=texts, share=st.sampled_from([0.5, 0.8, 1.0]), larger=st.sampled_from([0.0, 1.25]),
    memory=st.sampled_from([1, 2000, 1 << 30]),
)  # fmt: skip
def test_containment_finds_every_contained_text_and_nothing_else(
    small: list[str], large: list[str], share: float, larger: float, memory: int
) -> None:
    options = LinkOptions(memory=memory, threads=2)
    sides = searched(small), searched(large)
    found = contained_in(
        sides, count_holders(sides, 100, options=options), ContainRule(share, 3, larger, NO_LIMIT), options=options
    )
    truth = [
        (i, j)
        for i, one in enumerate(sets(small))
        for j, other in enumerate(sets(large))
        if len(one) >= 3 and len(other) >= larger * len(one) and len(one & other) >= share * len(one) - 1e-9
    ]
    assert pairs_of(found) == truth
    assert found.cut == 0


@pytest.mark.parametrize("memory", [2000, 1 << 30])
def test_containment_counts_what_it_does_not_read_however_the_work_is_cut(memory: int) -> None:
    options = LinkOptions(memory=memory)
    sides = searched(["a b c d"]), searched(["a b c d"] * 25 + ["x a b c d"])
    frequencies = count_holders(sides, 100, options=options)
    found = contained_in(sides, frequencies, ContainRule(1.0, 3, 0.0, 10), options=options)
    assert (len(found.a), found.cut) == (0, 26)


@given(a=texts, b=texts, memory=st.sampled_from([1, 2000, 1 << 30]), least=st.sampled_from([0.0, 0.4, 0.9]))
def test_what_pairs_share_is_counted_as_plain_sets_count_it(
    a: list[str], b: list[str], memory: int, least: float
) -> None:
    rows = np.divmod(np.arange(len(a) * len(b)), max(len(b), 1))
    sources = searched(a).source, searched(b).source
    found = count_pairs(sources, rows, options=LinkOptions(memory=memory), need=need_jaccard(least))
    for pair, (i, j) in enumerate(zip(*(side.tolist() for side in rows), strict=True)):
        one, other = shingles(a[i], 2), shingles(b[j], 2)
        enough = len(one & other) >= least * len(one | other) - 1e-9
        assert found.both[pair] == (len(one & other) if enough else -1)
        assert (found.size_a[pair], found.size_b[pair]) == (len(one), len(other))


def test_counting_is_the_same_for_any_memory_and_threads() -> None:
    rng = random.Random(1)
    a = [sentence(rng, rng.randint(1, 60)) for _ in range(300)]
    b = [edited(rng, text, 0.1) for text in a]
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 300, 5000), draw.integers(0, 300, 5000)
    sources = searched(a).source, searched(b).source
    results = [
        count_pairs(sources, rows, options=LinkOptions(memory=memory, threads=threads)).both
        for memory, threads in [(1 << 30, 1), (1 << 30, 4), (60_000, 2), (1, 1)]
    ]
    assert all((one == results[0]).all() for one in results)


def test_one_source_on_both_sides_is_counted_like_two() -> None:
    rng = random.Random(2)
    one = searched([sentence(rng, 12) for _ in range(40)]).source
    rows = np.divmod(np.arange(1600), 40)
    both, apart = (
        count_pairs(sides, rows, options=LinkOptions()).both
        for sides in ((one, one), (one, searched(one.texts.to_pylist()).source))
    )  # type: ignore[attr-defined]
    assert (both == apart).all()


def test_a_text_longer_than_its_fingerprint_says_is_an_error() -> None:
    source = searched(["a b c d e"]).source
    wrong = ViewPrints(source.prints.keys, np.array([2], np.int32), source.prints.minima)  # type: ignore[attr-defined]
    with pytest.raises(CardError, match="fingerprint the data again"):
        ShingleSource(source.texts, wrong, PROMPT_MODEL).collect(np.array([0]), threads=1)  # type: ignore[attr-defined]


def test_need_is_what_the_measure_asks_for() -> None:
    assert need_jaccard(1.0) == Need(0.5, 0.5)
