"""Each compiled step against plain Python on random input."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.bands import Signatures, candidates
from lineage.link.contain import ContainRule, contained_in
from lineage.link.ids import NO_TEXT, distinct_samples, group, joint_ids
from lineage.link.options import LinkOptions
from lineage.link.pairs import expand
from lineage.text.shingles import ShingleSets

sets = st.lists(st.sets(st.integers(0, 30), max_size=12), max_size=12)


def shingle_sets(members: list[set[int]]) -> ShingleSets:
    offsets = np.cumsum([0, *map(len, members)])
    return ShingleSets(offsets, np.array([h for one in members for h in sorted(one)], np.uint64))


@given(small=sets, large=sets, share=st.sampled_from([0.5, 0.8, 1.0]), larger=st.sampled_from([0.0, 1.25]))
def test_containment_finds_every_contained_set_and_nothing_else(
    small: list[set[int]], large: list[set[int]], share: float, larger: float
) -> None:
    rule = ContainRule(share, 3, larger, 1 << 20)
    pairs, cut = contained_in(shingle_sets(small), shingle_sets(large), rule, threads=1)
    truth = {
        (i, j)
        for i, one in enumerate(small)
        for j, other in enumerate(large)
        if len(one) >= 3 and len(other) >= larger * len(one) and len(one & other) >= share * len(one) - 1e-9
    }
    assert cut == 0
    assert set(zip(*pairs.tolist(), strict=True)) == truth
    assert pairs.shape[1] == len(truth)


def test_containment_counts_what_it_does_not_read() -> None:
    rule = ContainRule(1.0, 3, 0.0, 10)
    pairs, cut = contained_in(shingle_sets([{1, 2, 3}]), shingle_sets([{1, 2, 3}] * 25), rule, threads=1)
    assert (pairs.shape[1], cut) == (10, 15)


def minima(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Signatures of 8 slots over few values, so that bands agree often."""
    return rng.integers(0, 3, (rows, 8)).astype(np.uint32)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), rows_a=st.integers(0, 40), rows_b=st.integers(0, 40))
def test_candidates_are_the_pairs_that_share_a_band_each_once(seed: int, rows_a: int, rows_b: int) -> None:
    rng = np.random.default_rng(seed)
    a = Signatures(np.arange(rows_a), minima(rng, rows_a))
    b = Signatures(np.arange(20, 20 + rows_b), minima(rng, rows_b))
    found = candidates(a, b, options=LinkOptions(bands=4, threshold=0.4, threads=2))
    truth = {
        (x, y)
        for x in range(rows_a)
        for y in range(rows_b)
        if a.ids[x] != b.ids[y]
        and any((a.minima[x, q : q + 2] == b.minima[y, q : q + 2]).all() for q in range(0, 8, 2))
        and (a.minima[x] == b.minima[y]).sum() >= 1
    }
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == truth
    assert len(found.a) == len(truth)
    assert found.cut == 0


def test_an_overfull_bucket_is_cut_and_counted() -> None:
    same = np.zeros((100, 8), np.uint32)
    a, b = Signatures(np.arange(100), same), Signatures(np.arange(100, 200), same)
    found = candidates(a, b, options=LinkOptions(bands=1, bucket_limit=1000))
    assert len(found.a) + found.cut == 10_000
    assert len(found.a) == 1000
    assert set(found.a.tolist()) == set(range(100))


@given(
    groups=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=8), limit=st.sampled_from([0, 6, 1000])
)
def test_expansion_gives_the_product_or_one_partner_each(groups: list[tuple[int, int]], limit: int) -> None:
    sizes_a, sizes_b = [a for a, _ in groups], [b for _, b in groups]
    a = group(np.repeat(np.arange(len(groups)), sizes_a), len(groups))
    b = group(np.repeat(np.arange(len(groups)), sizes_b), len(groups))
    numbers = np.arange(len(groups))
    pairs = list(zip(*expand((numbers, numbers), (a, b), limit=limit).tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) == sum(x * y if x * y <= limit else max(x, y) for x, y in groups)
    assert {x for x, _ in pairs} == set(range(sum(sizes_a)))
    assert {y for _, y in pairs} == set(range(sum(sizes_b)))


keys = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), max_size=20)


def prints(rows: list[tuple[int, int, int]]) -> ViewPrints:
    columns = np.array(rows, np.uint64).reshape(-1, 3)
    return ViewPrints(columns[:, :2], columns[:, 2].astype(np.int32), np.zeros((len(rows), 4), np.uint32))


@given(a=keys, b=keys)
def test_numbers_are_equal_exactly_where_keys_are(a: list[tuple[int, int, int]], b: list[tuple[int, int, int]]) -> None:
    ids_a, ids_b = joint_ids(prints(a), prints(b))
    for row, number in zip([*a, *b], [*ids_a, *ids_b], strict=True):
        assert (number == NO_TEXT) == (row[2] == 0)
        for other, other_number in zip([*a, *b], [*ids_a, *ids_b], strict=True):
            if row[2] and other[2]:
                assert (number == other_number) == (row[:2] == other[:2])


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=30))
def test_distinct_samples_partition_the_rows(rows: list[tuple[int, int]]) -> None:
    prompt, response = (np.array([row[k] for row in rows], np.int64) for k in (0, 1))
    distinct = distinct_samples(prompt, response)
    assert len(distinct) == len(set(rows))
    assert sorted(distinct.rows.order.tolist()) == list(range(len(rows)))
    for number, (start, stop) in enumerate(zip(distinct.rows.starts[:-1], distinct.rows.starts[1:], strict=True)):
        members = distinct.rows.order[start:stop].tolist()
        assert members == sorted(members)
        assert {rows[member] for member in members} == {(distinct.prompt[number], distinct.response[number])}
