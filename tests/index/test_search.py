"""Looking one text up: the NumPy way and the compiled way agree, and both find what is there."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.index.layout import VIEWS, directory_bits
from lineage.index.lookup import search_view, tag_range
from lineage.index.search import SearchRule, search, tables_of
from lineage.index.segment import Segment
from lineage.index.sketch import sketch_text
from lineage.index.sketch_kernel import sketch_first
from lineage.index.tables import Table, band_tags, directory, find
from lineage.text.buffers import open_texts
from lineage.text.kernels import Hashes
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL
from lineage.text.shingles import shingle_sets
from tests.index.test_segment import write

WORDS = ["alpha", "beta", "gamma", "delta", "straße", "東京", "epsilon", "zeta", "eta", "antidisestablishmentarianism"]
RULE = SearchRule(need=20, share=0.25, bucket=4096, posting=1024, most=100)
MAPS = draw_permutations(64, 1)


def text_of(rng: np.random.Generator, words: int) -> str:
    return " ".join(rng.choice(WORDS, words))


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    rng = np.random.default_rng(7)
    rows: list[tuple[str | None, str | None]] = []
    for _ in range(400):
        prompt = text_of(rng, int(rng.integers(0, 30)))
        rows.append((prompt, text_of(rng, int(rng.integers(0, 120)))))
        if rng.random() < 0.3:
            rows.append((prompt + " " + text_of(rng, 2), rows[-1][1]))
    return write(tmp_path_factory.mktemp("index"), rows, size=64)


@settings(max_examples=60)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join))
def test_a_sketch_holds_what_the_fingerprint_of_the_text_holds(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    for model in (PROMPT_MODEL, RESPONSE_MODEL):
        array = pa.array([text], pa.large_string())
        prints, winnows = sign_and_winnow(array, model, MAPS)
        sketch = sketch_text(text, model.words, MAPS)
        assert sketch.size == prints.counts[0]
        np.testing.assert_array_equal(sketch.key, prints.keys[0])
        np.testing.assert_array_equal(sketch.minima, prints.minima[0])
        np.testing.assert_array_equal(sketch.shingles, shingle_sets(array, model).hashes)
        assert sketch.winnowed == len(np.unique(winnows.hashes))
        for ours, theirs in zip(sketch, sketch_first(open_texts(array), model.words, MAPS), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("most", [3, 100])
@pytest.mark.parametrize("limits", [(4096, 1024), (2, 3)])
def test_both_ways_find_the_same_candidates_in_the_same_order(
    segment: Segment, most: int, limits: tuple[int, int]
) -> None:
    rng = np.random.default_rng(11)
    rule = RULE._replace(most=most, bucket=limits[0], posting=limits[1])
    responses = segment.array("response_text").tobytes()
    ends = segment.array("response_text_offsets")
    stored = [responses[ends[row] : ends[row + 1]].decode() for row in range(0, len(segment), 9)]
    found = 0
    for text in [*stored, *(text_of(rng, words) for words in range(0, 100, 7))]:
        for view, model in zip(VIEWS, (PROMPT_MODEL, RESPONSE_MODEL), strict=True):
            tables, sketch = tables_of(segment, view, 64), sketch_text(text, model.words, MAPS)
            if not sketch.size:
                continue
            plain, compiled = search(tables, sketch, rule), search_view(tables, sketch, rule)
            for ours, theirs in zip(plain, compiled, strict=True):
                np.testing.assert_array_equal(ours, theirs)
            found += len(plain.equal) + len(plain.rows)
    assert found > 100


@settings(max_examples=100)
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 2**34), max_size=80), st.integers(0, 2**32 - 1))
def test_a_directory_leads_to_what_a_plain_search_finds(values: list[int], tag: int) -> None:
    entries: Hashes = np.unique(np.array(values, np.uint64))
    table = Table(entries, directory(entries), directory_bits(len(entries)))
    for wanted in (tag, *(value >> 32 for value in values[:9]), 0, 2**32 - 1):
        (low,), (high,) = find(entries, np.array([wanted], np.uint64))
        begin, end = tag_range(table, np.uint64(wanted))
        assert end - begin == high - low
        assert begin in {low, end}


def test_tags_of_bands_are_golden_numbers() -> None:
    """They lie in segments on disk: another number here is another format of segments."""
    minima = np.arange(64, dtype=np.uint32)[None] * np.uint32(2654435761)
    assert [int(band_tags(minima, band)[0]) for band in (0, 1, 15)] == [3374934986, 194942241, 1675933333]
