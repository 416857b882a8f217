import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import UsageError
from lineage.fingerprint.minhash import sign, sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL
from lineage.text.shingles import shingle_sets
from tests.text import twin
from tests.text.alphabets import texts

SEEDS = st.integers(0, 2**32 - 1)


def large(values: list[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def identity(value: int) -> int:
    return value


@settings(max_examples=150)
@given(texts, st.integers(1, 256), SEEDS)
def test_minima_are_those_of_datasketch(text: str, num_perm: int, seed: int) -> None:
    oracle = MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=identity)
    for shingle in shingle_sets(large([text]), RESPONSE_MODEL).hashes.tolist():
        oracle.update(shingle >> 32)

    signed = sign(large([text]), RESPONSE_MODEL, num_perm=num_perm, seed=seed)

    assert signed.minima[0].tolist() == oracle.hashvalues.tolist()


@settings(max_examples=200)
@given(st.lists(st.none() | texts, max_size=6), st.sampled_from([1, 3, 8, 64]), SEEDS)
def test_signing_equals_its_plain_twin(values: list[str | None], num_perm: int, seed: int) -> None:
    permutations = draw_permutations(num_perm, seed)
    prints, winnows = sign_and_winnow(large(values), PROMPT_MODEL, permutations)
    for i, value in enumerate(values):
        words = twin.words_of(value or "")
        shingles = twin.shingle_hashes(words, PROMPT_MODEL.words)
        a, b = (array.tolist() for array in permutations)
        assert tuple(prints.keys[i].tolist()) == twin.key(words)
        assert prints.counts[i] == len(shingles)
        assert prints.minima[i].tolist() == twin.minima(shingles, a, b)
        assert winnows.hashes[winnows.offsets[i] : winnows.offsets[i + 1]].tolist() == twin.winnow(shingles)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=50, max_size=300))
def test_long_texts_are_winnowed_like_short_ones(words: list[int]) -> None:
    text = " ".join(map(str, words))

    _, winnows = sign_and_winnow(large([text]), PROMPT_MODEL, draw_permutations(1, 1))

    assert winnows.hashes.tolist() == twin.winnow(twin.shingle_hashes(twin.words_of(text), PROMPT_MODEL.words))


@settings(max_examples=100)
@given(texts)
def test_a_signature_depends_only_on_the_words(text: str) -> None:
    plain = " ".join(twin.words_of(text))
    shouted = "".join(f" {word}\t\u2014" for word in twin.words_of(text))

    signed = sign(large([text, plain, shouted]), RESPONSE_MODEL)

    for array in (signed.keys, signed.counts, signed.minima):
        assert np.array_equal(array[0], array[1])
        assert np.array_equal(array[0], array[2])


def test_nothing_to_compare_is_count_zero_key_zero_and_full_minima() -> None:
    signed = sign(large([None, "", " \n", "?!", "a"]), RESPONSE_MODEL)

    assert signed.counts.tolist() == [0, 0, 0, 0, 1]
    assert not signed.keys[:4].any()
    assert (signed.minima[:4] == 0xFFFFFFFF).all()
    assert signed.keys[4].all()


def test_signatures_are_the_same_for_any_number_of_threads() -> None:
    values = [f"row {i} says {i * i} things, déjà vu {i % 7}" * (i % 9) for i in range(6000)]

    one, many = (
        sign_and_winnow(large(values), RESPONSE_MODEL, draw_permutations(64, 1), threads=threads) for threads in (1, 5)
    )

    for ours, theirs in zip(
        (one[0].keys, one[0].counts, one[0].minima, *one[1]), (many[0].keys, many[0].counts, many[0].minima, *many[1]),
        strict=True,
    ):  # fmt: skip
        assert np.array_equal(ours, theirs)


def test_no_texts_give_no_rows() -> None:
    signed = sign(large([]), RESPONSE_MODEL, num_perm=16)

    assert (signed.keys.shape, signed.counts.shape, signed.minima.shape) == ((0, 2), (0,), (0, 16))


def test_agreement_of_minima_estimates_jaccard() -> None:
    rng = np.random.default_rng(5)
    words = [f"w{i}" for i in range(3000)]
    a, b = words[:2000], words[1000:]
    rng.shuffle(words)

    signed = sign(large([" ".join(a), " ".join(b)]), RESPONSE_MODEL, num_perm=1024)

    # 996 of 2,996 shingles are shared; four standard errors of a binomial share at K = 1024.
    true = (1000 - 4) / (2 * (2000 - 4) - (1000 - 4))
    estimate = float((signed.minima[0] == signed.minima[1]).mean())
    assert abs(estimate - true) < 4 * (true * (1 - true) / 1024) ** 0.5


@settings(max_examples=50)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(12, 60))
def test_texts_with_twelve_words_in_a_row_in_common_share_a_winnowed_hash(before: int, after: int, run: int) -> None:
    shared = [f"s{i}" for i in range(run)]
    left = " ".join([f"l{i}" for i in range(before)] + shared)
    right = " ".join(shared + [f"r{i}" for i in range(after)])

    _, (offsets, hashes) = sign_and_winnow(large([left, right]), RESPONSE_MODEL, draw_permutations(1, 1))

    assert set(hashes[: offsets[1]].tolist()) & set(hashes[offsets[1] :].tolist())


@pytest.mark.parametrize(("num_perm", "seed"), [(0, 1), (-1, 1), (1025, 1), (64, -1), (64, 2**32)])
def test_parameters_out_of_range_are_refused(num_perm: int, seed: int) -> None:
    with pytest.raises(UsageError, match="choose"):
        sign(large(["a"]), RESPONSE_MODEL, num_perm=num_perm, seed=seed)
