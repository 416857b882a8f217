"""Each compiled step against plain Python on random input."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.banding import Banding, choose_banding
from lineage.link.bands import Candidates, Signatures, candidates, candidates_within
from lineage.link.ids import NO_TEXT, distinct_samples, group, joint_ids
from lineage.link.members import Limits, expand
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions


def minima(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Signatures of 8 slots over few values, so that bands agree often."""
    return rng.integers(0, 3, (rows, 8)).astype(np.uint32)


def signed(ids: np.ndarray, signatures: np.ndarray) -> Signatures:
    return Signatures(ids, np.arange(len(ids)), signatures)


def met(found: Iterable[Candidates]) -> list[tuple[int, int]]:
    return [pair for one in found for pair in zip(one.a.tolist(), one.b.tolist(), strict=True)]


def share_a_band(a: np.ndarray, b: np.ndarray, bands: np.ndarray) -> bool:
    return any((a[band] == b[band]).all() for band in bands) and bool((a == b).sum() >= 1)


LOOSE = LinkOptions(threshold=0.4, recall=0.9, threads=2)


@given(seed=st.integers(0, 10_000), rows_a=st.integers(0, 40), rows_b=st.integers(0, 40))
def test_candidates_are_the_pairs_that_share_a_band_each_once(seed: int, rows_a: int, rows_b: int) -> None:
    rng = np.random.default_rng(seed)
    a = signed(np.arange(rows_a), minima(rng, rows_a))
    b = signed(np.arange(20, 20 + rows_b), minima(rng, rows_b))
    found = list(candidates(a, b, options=LOOSE))
    bands = choose_banding(8, 0.4, 0.9).slots
    truth = [
        (x, y)
        for x in range(rows_a)
        for y in range(rows_b)
        if a.ids[x] != b.ids[y] and share_a_band(a.minima[x], b.minima[y], bands)
    ]
    assert sorted(met(found)) == truth
    assert sum(one.cut for one in found) == 0


@given(seed=st.integers(0, 10_000), rows=st.integers(0, 40))
def test_candidates_within_a_corpus_come_once_and_smaller_first(seed: int, rows: int) -> None:
    texts = signed(np.arange(rows), minima(np.random.default_rng(seed), rows))
    bands = choose_banding(8, 0.4, 0.9).slots
    truth = [
        (x, y) for x in range(rows) for y in range(x + 1, rows) if share_a_band(texts.minima[x], texts.minima[y], bands)
    ]
    assert sorted(met(candidates_within(texts, options=LOOSE))) == truth


def test_candidates_do_not_depend_on_where_the_signatures_stand_or_how_the_bins_are_cut(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = rng.permutation(200_000)
    signatures = rng.integers(0, 2**32, (200_000, 16), dtype=np.uint32)
    signatures[100_000:] = signatures[:100_000]
    np.save(tmp_path / "minima.npy", signatures)
    mapped = np.load(tmp_path / "minima.npy", mmap_mode="r")
    found = met(candidates_within(Signatures(np.arange(200_000), rows, mapped), options=LinkOptions(threads=3)))
    assert sorted((min(rows[x], rows[y]), max(rows[x], rows[y])) for x, y in found) == [
        (n, n + 100_000) for n in range(100_000)
    ]


def test_candidates_are_the_same_for_any_number_of_threads() -> None:
    texts = signed(np.arange(100_000), np.random.default_rng(4).integers(0, 60, (100_000, 16)).astype(np.uint32))
    one, *more = (met(candidates_within(texts, options=LinkOptions(threads=threads))) for threads in (1, 2, 5))
    assert len(one) > 1000
    assert all(sorted(found) == sorted(one) for found in more)


def test_an_overfull_bucket_is_cut_and_counted() -> None:
    same = np.zeros((100, 8), np.uint32)
    a, b = signed(np.arange(100), same), signed(np.arange(100, 200), same)
    found = next(iter(candidates(a, b, options=LinkOptions(bucket_limit=500))))
    assert len(found.a) + found.cut == 10_000
    assert len(found.a) == 500
    assert set(found.a.tolist()) == set(range(100))
    own = next(iter(candidates_within(a, options=LinkOptions(bucket_limit=1000))))
    assert len(own.a) + own.cut == 100 * 99 // 2
    assert len(own.a) <= 1000
    assert set(own.a.tolist()) | set(own.b.tolist()) == set(range(100))


def test_a_pair_left_out_of_an_overfull_bucket_is_found_in_another() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 2**32, (2000, 64), dtype=np.uint32)
    a[:, :32] = 7  # all agree in half of the bands, the true pairs in all of them
    texts = signed(np.arange(2000), a)
    copies = signed(np.arange(2000, 4000), a[::-1].copy())
    options = LinkOptions(threshold=0.95, bucket_limit=100)
    found = set(met(candidates(texts, copies, options=options)))
    assert {(n, 1999 - n) for n in range(2000)} <= found


@given(
    width=st.sampled_from([8, 16, 64, 100, 128, 256]),
    threshold=st.floats(0.05, 0.99),
    recall=st.sampled_from([0.9, 0.99, 0.998]),
)
def test_bands_hold_no_slot_twice_and_cross_in_one(width: int, threshold: float, recall: float) -> None:
    banding = choose_banding(width, threshold, recall)
    assert banding.slots.max() < width
    bands = [set(band) for band in banding.slots.tolist()]
    assert all(len(band) == banding.length for band in bands)
    assert all(len(one & other) <= 1 for n, one in enumerate(bands) for other in bands[:n])


@pytest.mark.parametrize("jaccard", [0.3, 0.6, 0.7, 0.8])
@pytest.mark.parametrize("banding", [Banding(64, 4, 1), Banding(64, 4, 2), Banding(64, 3, 3), Banding(50, 4, 5)])
def test_the_curve_is_how_often_pairs_meet(banding: Banding, jaccard: float) -> None:
    agree = np.random.default_rng(3).random((40_000, banding.width)) < jaccard
    met_in_some = agree[:, banding.slots].all(axis=2).any(axis=1).mean()
    assert banding.recall(jaccard) == pytest.approx(met_in_some, abs=0.01)


def test_the_default_bands_find_998_of_1000_pairs_at_the_threshold() -> None:
    assert choose_banding(64, 0.7, DEFAULT_OPTIONS.recall).recall(0.7) >= 0.998
    assert choose_banding(128, 0.7, DEFAULT_OPTIONS.recall).recall(0.7) >= 0.998


@given(
    groups=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=8), limit=st.sampled_from([0, 6, 1000])
)
def test_expansion_gives_the_product_or_one_partner_each(groups: list[tuple[int, int]], limit: int) -> None:
    sizes_a, sizes_b = [a for a, _ in groups], [b for _, b in groups]
    a = group(np.repeat(np.arange(len(groups)), sizes_a), len(groups))
    b = group(np.repeat(np.arange(len(groups)), sizes_b), len(groups))
    numbers = np.arange(len(groups))
    made, counts = expand((numbers, numbers), (a, b), np.zeros(len(groups)), Limits(limit, 1000))
    pairs = list(zip(*made.tolist(), strict=True))
    assert counts.sum() == len(pairs)
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) == sum(x * y if x * y <= limit else max(x, y) for x, y in groups)
    assert {x for x, _ in pairs} == set(range(sum(sizes_a)))
    assert {y for _, y in pairs} == set(range(sum(sizes_b)))


def test_a_group_of_many_with_many_partners_is_written_out_for_the_best_of_them_only() -> None:
    one, many = group(np.zeros(5000, np.int64), 1), group(np.arange(3000), 3000)
    pairs = np.zeros(3000, np.int64), np.arange(3000)
    rank = np.where(np.arange(3000) == 7, 0.0, 1.0)
    made, counts = expand(pairs, (one, many), rank, Limits(1000, 1000))
    assert counts.tolist() == [5000 if n == 7 else 1 for n in range(3000)]
    assert set(made[0].tolist()) == set(range(5000))
    assert set(made[1].tolist()) == set(range(3000))
    turned, _ = expand(pairs[::-1], (many, one), rank, Limits(1000, 1000))
    assert np.array_equal(turned, made[::-1])


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
