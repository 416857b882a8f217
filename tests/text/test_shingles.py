import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import UsageError
from lineage.text.buffers import open_texts
from lineage.text.kernels import sort_distinct
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL, TextModel, text_model
from lineage.text.shingles import ShingleSets, shingle_sets
from tests.text.alphabets import texts
from tests.text.twin import shingle_hashes, words_of

MODELS = st.sampled_from([PROMPT_MODEL, text_model("w3/1"), RESPONSE_MODEL])


def large(values: list[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def as_lists(sets: ShingleSets) -> list[list[int]]:
    return [sets.hashes[lo:hi].tolist() for lo, hi in zip(sets.offsets, sets.offsets[1:], strict=False)]


@settings(max_examples=300)
@given(st.lists(st.none() | texts, max_size=8), MODELS)
def test_kernel_equals_its_plain_twin(values: list[str | None], model: TextModel) -> None:
    expected = [sorted(set(shingle_hashes(words_of(value or ""), model.words))) for value in values]

    assert as_lists(shingle_sets(large(values), model, threads=1)) == expected


@settings(max_examples=100)
@given(st.lists(texts, min_size=1, max_size=6), st.integers(0, 5), st.integers(0, 6), MODELS)
def test_a_slice_of_an_array_is_read_as_its_own_texts(values: list[str], lo: int, size: int, model: TextModel) -> None:
    whole = as_lists(shingle_sets(large(values), model))

    assert as_lists(shingle_sets(large(values).slice(lo, size), model)) == whole[lo : lo + size]


def test_hashes_do_not_depend_on_threads_or_neighbours() -> None:
    values = [f"text {i} of many, with number {i * 7919} in it {'é' * (i % 3)}" * (i % 5) for i in range(5000)]

    one, four = (shingle_sets(large(values), RESPONSE_MODEL, threads=threads) for threads in (1, 4))
    alone = [as_lists(shingle_sets(large([value]), RESPONSE_MODEL))[0] for value in values[1000:1050]]

    assert np.array_equal(one.offsets, four.offsets)
    assert np.array_equal(one.hashes, four.hashes)
    assert as_lists(one)[1000:1050] == alone


@pytest.mark.parametrize("size", [1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000])
def test_bytes_beyond_the_end_of_the_buffer_are_never_part_of_a_text(size: int) -> None:
    # The text ends where its memory ends; whatever the allocator put behind it must not matter.
    text = ("ab cd " * 200)[:size].encode()
    noise = b"zzzz" * 40
    results = []
    for after in (b"", noise):
        buffers = [None, pa.py_buffer(np.array([0, size], np.int64)), pa.py_buffer(text + after)]
        results.append(
            as_lists(shingle_sets(pa.LargeStringArray.from_buffers(1, buffers[1], buffers[2]), PROMPT_MODEL))
        )

    assert results[0] == results[1]


FULL = 2**64 - 1
CLUSTERED = st.integers(0, 40) | st.integers(FULL - 40, FULL) | st.integers(2**63 - 20, 2**63 + 20)


@settings(max_examples=300)
@given(st.lists(CLUSTERED | st.integers(0, FULL), max_size=300), st.integers(0, 3))
def test_hashes_are_sorted_and_repeats_left_out_however_they_spread(hashes: list[int], at: int) -> None:
    count = len(hashes)
    out = np.full(at + count + 1, 7, np.uint64)

    end = sort_distinct(np.array(hashes, np.uint64), count, np.empty(5 * count + 1, np.uint64), out, at)

    assert out[:at].tolist() == [7] * at
    assert out[at:end].tolist() == sorted(set(hashes))


def test_word_order_and_repeats_make_different_shingles() -> None:
    # A plain xor of word hashes would make all of these alike, or zero.
    orders = [
        "a b c d e",
        "e d c b a",
        "b a c d e",
        "a a b b c",
        "b b a a c",
        "a a a a a",
        "b b b b b",
        "a b a b a",
        "b a b a b",
    ]

    sets = shingle_sets(large(orders), RESPONSE_MODEL)

    assert len(set(sets.hashes.tolist())) == len(orders)


def test_ascii_texts_are_read_without_a_copy() -> None:
    array = large(["plain", "text"])

    assert open_texts(array).data.ctypes.data == array.buffers()[2].address


def test_texts_of_another_arrow_type_are_refused() -> None:
    with pytest.raises(TypeError, match="large_string"):
        open_texts(pa.array(["a"], pa.string()))


def test_an_unknown_text_model_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"w9/9.*w2/1, w3/1, w5/1"):
        text_model("w9/9")
