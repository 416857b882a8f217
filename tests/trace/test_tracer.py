"""Planted copies, edits and parts are found and measured exactly; what was never there is not."""

import random
from pathlib import Path

import pytest

from lineage.fingerprint.fingerprint import fingerprint
from lineage.index.segment import Segment
from lineage.index.writer import index_card
from lineage.trace.compiled import Compiled
from lineage.trace.engine import Engine
from lineage.trace.plain import Plain
from lineage.trace.result import Hit, Trace
from lineage.trace.tracer import Indexed, TraceOptions, Tracer
from tests.index.test_segment import batches, write
from tests.link_add.data import WORDS
from tests.text import twin

Rows = list[tuple[str | None, str | None]]
ENGINES = [Plain(), Compiled()]


def made_up(seed: int, words: int) -> str:
    # Few words in many orders: texts share words by chance, as real ones do, but no long runs of them.
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def rows() -> Rows:
    return [(made_up(n, 12 + n % 20), made_up(10_000 + n, 30 + n % 100)) for n in range(300)]


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    return write(tmp_path_factory.mktemp("index"), rows(), size=64)


@pytest.fixture(params=ENGINES, ids=["plain", "compiled"])
def tracer(request: pytest.FixtureRequest, segment: Segment) -> Tracer:
    engine: Engine = request.param
    return Tracer([Indexed("made up", segment)], engine)


def only(trace: Trace, view: str) -> Hit:
    (hit,) = [one for one in trace.hits if one.view == view]
    return hit


def exact(query: str, sample: str, size: int) -> tuple[float, float, float]:
    a, b = (set(twin.shingle_hashes(twin.words_of(text), size)) for text in (query, sample))
    return len(a & b) / len(a | b), len(a & b) / len(a), len(a & b) / len(b)


@pytest.mark.parametrize("row", [0, 7, 123, 299])
def test_every_copy_is_found_whatever_its_spelling(tracer: Tracer, row: int) -> None:
    prompt, response = rows()[row]
    assert prompt is not None
    assert response is not None
    for view, text in (("prompt", prompt), ("response", response)):
        hit = only(tracer.trace(text.upper().replace(" ", " - ")), view)
        assert (hit.row, hit.kind, hit.jaccard, hit.in_sample, hit.in_query, hit.exact) == (
            row, "identical", 1, 1, 1, True,
        )  # fmt: skip


@pytest.mark.parametrize("row", range(100, 130))
def test_an_edited_copy_is_found_with_its_exact_likeness(tracer: Tracer, row: int) -> None:
    response = rows()[row][1] or ""
    words = response.split()
    words[len(words) // 2] = "changed"
    query = " ".join(words)
    hit = only(tracer.trace(query), "response")
    assert (hit.row, hit.jaccard, hit.in_sample, hit.in_query) == (row, *exact(query, response, 5))
    assert hit.kind == ("near" if hit.jaccard >= 0.7 else "query_in_sample")


@pytest.mark.parametrize("row", range(40, 60))
def test_a_part_of_a_sample_leads_to_it(tracer: Tracer, row: int) -> None:
    response = rows()[row][1] or ""
    query = " ".join(response.split()[5:25])
    hit = only(tracer.trace(query), "response")
    assert (hit.row, hit.kind, hit.in_sample) == (row, "query_in_sample", 1.0)
    assert (hit.jaccard, hit.in_query) == exact(query, response, 5)[::2]


@pytest.mark.parametrize("row", range(60, 80))
def test_a_sample_inside_a_longer_text_is_found(tracer: Tracer, row: int) -> None:
    prompt = rows()[row][0] or ""
    query = f"{made_up(9000 + row, 40)} {prompt} {made_up(8000 + row, 40)}"
    hit = only(tracer.trace(query), "prompt")
    assert (hit.row, hit.kind, hit.in_query) == (row, "sample_in_query", 1.0)


def test_both_ways_of_computing_give_the_same(segment: Segment) -> None:
    plain, compiled = (Tracer([Indexed("made up", segment)], engine) for engine in ENGINES)
    for prompt, response in rows()[:40]:
        for text in (prompt, response, f"{prompt} {response}", (response or "")[20:200], "", "東京 ½ straße"):
            ours, theirs = plain.trace(text or ""), compiled.trace(text or "")
            assert ours == theirs
            assert [plain.explain(ours.text, hit) for hit in ours.hits] == [
                compiled.explain(theirs.text, hit) for hit in theirs.hits
            ]


def test_what_was_never_there_is_not_found_and_the_limits_are_said(tracer: Tracer) -> None:
    for seed in range(50):
        assert tracer.trace(made_up(100_000 + seed, 60)).hits == ()
    nothing = tracer.trace("two words")
    assert (nothing.hits, nothing.samples) == ((), 300)
    assert any("2 words are too few" in one for one in nothing.cannot_find)


def test_texts_without_words_match_nothing(tracer: Tracer) -> None:
    assert tracer.trace("").hits == tracer.trace(" … !").hits == ()


def test_the_row_that_a_text_was_taken_from_is_left_out(tracer: Tracer) -> None:
    assert tracer.trace(rows()[3][1] or "", skip=(0, 3)).hits == ()


def test_likeness_is_estimated_where_only_fingerprints_are_kept(tmp_path: Path, tracer: Tracer) -> None:
    card = fingerprint(batches(rows(), 300), name="bare")
    bare = Tracer([Indexed("bare", index_card(tmp_path, card))], Plain())
    response = rows()[110][1] or ""
    assert only(bare.trace(response), "response").kind == "identical"
    query = " ".join([*response.split()[:-1], "changed"])
    found, counted = only(bare.trace(query), "response"), only(tracer.trace(query), "response")
    assert (found.row, found.kind, found.exact) == (110, "near", False)
    assert abs(found.jaccard - counted.jaccard) < 4 * found.standard_error
    shown = bare.explain(query, found)
    assert (shown.text, shown.spans) == (None, None)
    assert any("whose texts were not kept (bare)" in one for one in bare.trace(query).cannot_find)


def test_many_equal_samples_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    same: Rows = [("Say hello to everybody in the room", "Hello to everybody in this room.")] * 500
    tracer = Tracer([Indexed("same", write(tmp_path, same, size=500))], Compiled(), TraceOptions(most=10))
    found = tracer.trace("say hello to everybody in the room")
    assert [hit.row for hit in found.hits] == list(range(10))
    assert found.equal_left == 490


def test_a_rare_text_weighs_more_than_one_that_many_samples_share(tmp_path: Path) -> None:
    common = "Below you find an instruction that describes a task in some detail please read it with care"
    data: Rows = [(f"{common} {made_up(n, 12)}", None) for n in range(200)]
    tracer = Tracer([Indexed("templates", write(tmp_path, data, size=100))], Plain())
    rare = tracer.trace(made_up(5, 12))
    boilerplate = tracer.trace(common)
    weights = [tracer.explain(one.text, one.hits[0]).bits for one in (rare, boilerplate)]
    assert weights[0] > 6
    assert weights[1] < 1


def test_a_near_copy_is_not_lost_among_short_texts_that_share_all_they_have(tmp_path: Path) -> None:
    words = made_up(77, 20).split()
    crowd: Rows = [(" ".join(words[n % 18 : n % 18 + 2 + n % 2]), None) for n in range(500)]
    tracer = Tracer([Indexed("crowd", write(tmp_path, [*crowd, (" ".join(words), None)], size=100))], Compiled())
    words[19] = "changed"
    found = tracer.trace(" ".join(words))
    assert (found.hits[0].row, found.hits[0].kind) == (500, "near")
    assert found.not_examined
