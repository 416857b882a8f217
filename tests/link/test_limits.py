"""Hot texts and little memory: neither time nor output nor memory blows up, and what was left out is told."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineage.link.corpus import Corpus
from lineage.link.ids import distinct_samples, joint_ids
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
from lineage.link.pairs import SamplePairs, find_pairs
from tests.link.corpora import Row, corpus, edited, own_rows, sentence


def found(a: Corpus, b: Corpus, **how: object) -> SamplePairs:
    prompt = joint_ids(a.card.prompt, b.card.prompt)
    response = joint_ids(a.card.response, b.card.response)
    distinct = tuple(distinct_samples(p, r) for p, r in zip(prompt, response, strict=True))
    views = tuple((a.view(channel), b.view(channel)) for channel in ("prompt", "response"))
    return find_pairs(views, distinct, options=LinkOptions(**how))  # type: ignore[arg-type]


def test_a_prompt_with_thousands_of_answers_is_one_pair_of_groups() -> None:
    rng = random.Random(1)
    prompt = sentence(rng, 12)
    a: list[Row] = [(prompt, sentence(rng, 10)) for _ in range(3000)]
    b: list[Row] = [(prompt, sentence(rng, 10)) for _ in range(2000)]
    pairs = found(corpus("a", a), corpus("b", b))
    groups = pairs.prompt_groups
    assert (len(pairs.a), groups.size_a.tolist(), groups.size_b.tolist()) == (3000, [3000], [2000])
    assert groups.jaccard.tolist() == [1.0]
    assert pairs.cuts.group_pairs == 3000 * 2000 - 3000
    assert pairs.cuts.described() == ["5,997,000 pairs of samples whose texts recur are not listed"]
    assert len(found(corpus("a", a[:20]), corpus("b", b[:20])).prompt_groups.a) == 0


def test_one_template_on_both_sides_neither_floods_nor_hides_the_copies() -> None:
    rng = random.Random(2)
    frame = sentence(rng, 60)
    a: list[Row] = [(None, f"{frame} {n} {n + 1}") for n in range(20_000)]
    copied = own_rows(rng, 50)
    b: list[Row] = [(None, f"{frame} x{n} {n + 7}") for n in range(20_000)]
    pairs = found(corpus("a", a + copied), corpus("b", b + copied), bucket_limit=1 << 14)
    assert pairs.cuts.bucket_pairs > 10**8
    assert len(pairs.a) < 10**6
    same = pairs.response.equal & pairs.prompt.equal
    assert same.sum() == 50


def test_empty_answers_by_the_thousand_link_nothing_and_cost_nothing() -> None:
    rng = random.Random(3)
    a: list[Row] = [(sentence(rng, 12), "") for _ in range(5000)]
    b: list[Row] = [(sentence(rng, 12), None) for _ in range(5000)]
    pairs = found(corpus("a", a), corpus("b", b))
    assert (len(pairs.a), pairs.cuts.total) == (0, 0)


def test_all_that_is_found_is_the_same_for_any_memory_and_threads() -> None:
    rng = random.Random(4)
    parent = own_rows(rng, 100)
    frame = sentence(rng, 30)
    hot: list[Row] = [(f"{frame} {n}", f"{frame} {sentence(rng, 3)} {frame}") for n in range(100)]
    child = [
        *((edited(rng, p or "", 0.1), " ".join((r or "").split()[:40])) for p, r in parent[:50]),
        *((f"{p} {sentence(rng, 20)}", f"{sentence(rng, 30)} {r}") for p, r in parent[50:]),
        *hot[:50],
    ]
    a, b = corpus("a", parent + hot), corpus("b", child)
    limits = {"posting_limit": 32, "winnow_limit": 8, "bucket_limit": 100}
    results = [
        found(a, b, memory=memory, threads=threads, **limits)
        for memory, threads in ((1 << 30, 1), (1 << 30, 3), (100_000, 2), (10_000, 1))
    ]
    first = results[0]
    assert first.cuts.postings > 0
    for other in results[1:]:
        assert np.array_equal(first.a, other.a)
        assert np.array_equal(first.b, other.b)
        assert first.cuts == other.cuts
        for one, two in ((first.prompt, other.prompt), (first.response, other.response)):
            assert all(
                np.array_equal(x, y, equal_nan=True)
                for x, y in zip(one.likeness.parts, two.likeness.parts, strict=True)
            )


@pytest.mark.parametrize("change", ["cut short", "embedded", "wrapped", "edited"])
@pytest.mark.parametrize("texts", [True, False], ids=["texts", "cards"])
def test_derived_answers_to_other_prompts_are_found_by_their_passages(change: str, texts: bool) -> None:
    rng = random.Random(5)
    parent = own_rows(rng, 200, response_words=120)
    changes = {
        "cut short": lambda words: words[:60],
        "embedded": lambda words: [*sentence(rng, 120).split(), *words, *sentence(rng, 120).split()],
        "wrapped": lambda words: ["sure", "here", "you", "are", *words, *sentence(rng, 100).split()],
        "edited": lambda words: edited(rng, " ".join(words), 0.06).split(),
    }
    child = [(sentence(rng, 16), " ".join(changes[change]((r or "").split()))) for _, r in parent]
    a, b = corpus("a", parent, texts=texts), corpus("b", child, texts=texts)
    pairs = found(a, b)
    likeness = pairs.response.likeness
    larger = np.fmax(likeness.containment_ab, likeness.containment_ba)
    assert (larger >= 0.6).all()
    right = {(row, row) for row in range(200)} & set(found_rows(a, b, pairs))
    # An estimate has to be clear of the border by three errors, which half of the edited ones are not.
    assert len(right) >= (196 if texts or change != "edited" else 70)
    if change != "edited":  # whole passages: the smaller text is in the larger
        assert np.median(larger) >= 0.9
    assert (likeness.error_ab > 0).all() != texts


def found_rows(a: Corpus, b: Corpus, pairs: SamplePairs) -> list[tuple[int, int]]:
    prompt = joint_ids(a.card.prompt, b.card.prompt)
    response = joint_ids(a.card.response, b.card.response)
    rows = [distinct_samples(p, r).rows.first for p, r in zip(prompt, response, strict=True)]
    return list(zip(rows[0][pairs.a].tolist(), rows[1][pairs.b].tolist(), strict=True))


def test_the_exact_search_finds_whatever_the_bands_find_and_more() -> None:
    rng = random.Random(6)
    parent = own_rows(rng, 400)
    child = [(edited(rng, p or "", rng.random() * 0.2), edited(rng, r or "", rng.random() * 0.08)) for p, r in parent]
    a, b = corpus("a", parent), corpus("b", child)
    banded, exact = (link_pair(a, b, options=LinkOptions(exact=exact)) for exact in (False, True))
    pairs = [{(one.row_a, one.row_b) for one in pair.links()} for pair in (banded, exact)]
    assert pairs[0] <= pairs[1]
    assert len(pairs[0]) >= 0.99 * len(pairs[1])


LINK = """
import json, resource, sys
from lineage.link.corpus import load_corpus
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
small = [load_corpus(one) for one in sys.argv[1:3]]
link_pair(*small, options=LinkOptions(memory=1 << 24))
corpora = [load_corpus(one) for one in sys.argv[3:5]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pair = link_pair(*corpora, options=LinkOptions(memory=1 << 24))
print(json.dumps([pair.table.num_rows, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


@pytest.mark.slow
def test_memory_is_bounded_by_its_setting_and_not_by_the_text(tmp_path: Path) -> None:
    words = np.array([f"w{n}" for n in range(20_000)])
    rng = np.random.default_rng(1)
    files = []
    for name, rows in (("small", 100), ("large", 30_000)):
        ids = rng.integers(0, len(words), (rows, 400))
        for side in ("a", "b"):
            texts = [" ".join(words[row]) for row in ids]
            target = tmp_path / f"{name}-{side}.parquet"
            pq.write_table(pa.table({"response": texts}), target)
            files.append(str(target))
            ids[:, :8] = rng.integers(0, len(words), (rows, 8))
    run = subprocess.run([sys.executable, "-c", LINK, *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    pairs, before, after = json.loads(run.stdout)
    assert pairs == 30_000
    # 140 MB of text; its shingle sets would take 190 MB more if they were held all at once.
    assert (after - before) * 1024 < 150e6
