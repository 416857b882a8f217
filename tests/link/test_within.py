"""One dataset linked with itself: planted repeats and copies come back, families are not chained in silence."""

import random
from pathlib import Path

import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lineage.cli.link import link
from lineage.link.clusters import clusters
from lineage.link.corpus import Corpus
from lineage.link.options import LinkOptions
from lineage.link.within import Within, link_within
from lineage.link.write import write_within
from tests.link.corpora import Row, all_pairs, corpus, edited, own_rows, sentence

ROWS = own_rows(random.Random(1), 200)


def within(rows: list[Row], **options: object) -> Within:
    return link_within(corpus("own", rows), options=LinkOptions(**options))  # type: ignore[arg-type]


def pairs(found: Within, view: str) -> set[tuple[int, int]]:
    table = found.table()
    picked = [one == view for one in table["view"].to_pylist()]
    rows = zip(table["row_a"].to_pylist(), table["row_b"].to_pylist(), strict=True)
    return {pair for pair, mine in zip(rows, picked, strict=True) if mine}


def near(rng: random.Random) -> list[Row]:
    return ROWS + [(p, edited(rng, r, rng.random() * 0.08)) for p, r in ROWS if r]


def test_rows_that_repeat_are_counted_with_their_first_row() -> None:
    found = within(ROWS + ROWS[:30] + [ROWS[0]] * 5)
    document = found.to_dict()
    assert (document["repeated_samples"], document["rows_repeating_another"]) == (30, 35)
    assert found.prompts.to_dict()["largest_repeated"][0] == {"row": 0, "rows": 7}  # type: ignore[index]
    assert found.prompts.to_dict()["near_pairs"] == 0
    assert (0, 200) in pairs(found, "response")


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_every_pair_reported_is_alike_and_nearly_all_are_reported(threshold: float, exact: bool) -> None:
    rows = near(random.Random(2))
    texts = [r for _, r in rows]
    truth = {pair for pair, value in all_pairs(texts, texts, 5).items() if value >= threshold and pair[0] < pair[1]}
    found = pairs(within(rows, threshold=threshold, exact=exact), "response")
    assert found <= truth
    assert len(found) == len(truth) if exact else len(found) >= 0.98 * len(truth)


def test_the_numbers_do_not_depend_on_memory_or_threads() -> None:
    rows = near(random.Random(3))
    whole, piecewise = (within(rows, memory=memory, threads=threads) for memory, threads in ((1 << 30, 1), (50_000, 4)))
    assert whole.table().equals(piecewise.table())
    assert whole.to_dict() == piecewise.to_dict()


def test_a_chain_of_small_edits_is_a_family_with_its_length_told() -> None:
    rng = random.Random(4)
    chain = [sentence(rng, 100)]
    for _ in range(6):
        chain.append(edited(rng, chain[-1], 0.02))
    found = within([(None, text) for text in chain] + [(None, sentence(rng, 100)) for _ in range(20)], threshold=0.75)
    assert len(found.responses.clusters) == 1
    family = found.responses.clusters
    assert (family.texts[0], family.samples[0], family.representative[0]) == (7, 7, 0)
    assert family.diameter[0] >= 3
    assert family.least_jaccard[0] >= 0.75


def test_the_diameter_of_a_path_is_its_length_and_of_a_clique_one() -> None:
    length = 300  # beyond what is followed from every member
    path = clusters((np.arange(length - 1), np.arange(1, length)), np.full(length - 1, 0.8), np.ones(length, np.int64))
    assert (len(path), path.diameter[0], path.followed[0]) == (1, length - 1, False)
    a, b = np.triu_indices(10, 1)
    clique = clusters((a, b), np.linspace(0.7, 1, len(a)), np.full(12, 3))
    assert (len(clique), clique.diameter[0], clique.texts[0], clique.samples[0]) == (1, 1, 10, 30)
    assert clique.least_jaccard[0] == pytest.approx(0.7)


def test_cards_alone_give_estimates_with_their_error() -> None:
    rows = near(random.Random(5))
    bare: Corpus = corpus("own", rows, texts=False)
    found = link_within(bare)
    assert not found.responses.exact
    assert (found.responses.likeness.standard_error > 0).all()
    assert len(found.responses.a) == pytest.approx(len(within(rows).responses.a), rel=0.3)


def test_nothing_in_nothing_out() -> None:
    for rows in ([], [(None, None), ("", "")]):
        document = within(rows).to_dict()
        assert document["prompt"]["texts"] == 0  # type: ignore[index]


def test_a_hundred_thousand_equal_rows_and_as_many_of_one_template_stay_linear() -> None:
    rng = random.Random(6)
    frame = sentence(rng, 40)
    rows: list[Row] = [(None, ROWS[0][1])] * 100_000 + [(None, f"{frame} {n} {n + 1}") for n in range(20_000)]
    found = within(rows, bucket_limit=1 << 14)
    assert found.responses.to_dict()["largest_repeated"] == [{"row": 0, "rows": 100_000}]
    assert found.responses.cuts.bucket_pairs > 10**8
    assert len(found.responses.a) < 10**6
    assert found.responses.clusters.texts[0] > 10_000


@pytest.mark.parametrize("name", ["pairs.parquet", "pairs.jsonl", "pairs.csv"])
def test_pairs_are_written_as_the_name_says(tmp_path: Path, name: str) -> None:
    found = within(near(random.Random(7)) + ROWS[:3])
    target = tmp_path / name
    assert write_within(found, target) == found.table().num_rows > 200
    lines = pq.read_table(target).num_rows if name.endswith("parquet") else len(target.read_text().splitlines())
    assert lines == found.table().num_rows + name.endswith("csv")


def test_the_command_reports_one_dataset(tmp_path: Path) -> None:
    data = tmp_path / "own.jsonl"
    rows = [*ROWS[:20], ROWS[0], (ROWS[1][0], edited(random.Random(8), ROWS[1][1] or "", 0.02))]
    data.write_bytes(b"".join(orjson.dumps({"prompt": p, "response": r}) + b"\n" for p, r in rows))
    run = CliRunner().invoke(link, [str(data), "--json", "--exact"])
    assert run.exit_code == 0, run.output
    document = orjson.loads(run.stdout)
    assert document["schema"] == "lineage.within/1"
    assert (document["dataset"]["rows"], document["rows_repeating_another"]) == (22, 1)
    assert (document["response"]["near_pairs"], document["recall_at"]) == (1, None)
    run = CliRunner().invoke(link, [str(data), "--show", "1", "-o", str(tmp_path / "pairs.csv")])
    assert "22 rows, 1 of them with the same words as an earlier one" in run.stdout
    assert "responses of rows 1 and 21" in run.stdout
