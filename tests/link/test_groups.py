"""Rows that hang together come as groups with a representative and sizes; however many they are, output stays small."""

import random
from pathlib import Path

from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.link.groups import LinkGroup
from lineage.link.link import link_pair
from tests.link.corpora import Row, corpus, edited, own_rows, sentence


def test_copies_of_one_row_are_one_group() -> None:
    rng = random.Random(1)
    one, other = own_rows(rng, 2)
    pair = link_pair(corpus("a", [other, *[one] * 3000]), corpus("b", [*[one] * 2000, other]))
    assert pair.groups.count == 1
    assert pair.groups.largest == (LinkGroup(1, 0, 3000, 2000, "identical"),)
    assert (pair.table.num_rows, pair.cut) == (3001, 0)


def test_all_answers_to_one_prompt_are_one_group() -> None:
    rng = random.Random(2)
    prompt = sentence(rng, 12)
    a, b = ([(prompt, sentence(rng, 20)) for _ in range(count)] for count in (2000, 1500))
    pair = link_pair(corpus("a", a), corpus("b", b))
    assert pair.groups.largest == (LinkGroup(0, 0, 2000, 1500, "same_prompt"),)
    assert pair.table.num_rows == 2000
    assert pair.cuts.group_pairs == 2000 * 1500 - 2000


def test_copies_of_one_row_and_its_near_copies_do_not_flood_the_table() -> None:
    rng = random.Random(3)
    frame = own_rows(rng, 1, response_words=60)[0]
    near: list[Row] = [(frame[0], edited(rng, frame[1] or "", 0.02)) for _ in range(300)]
    rows_a, rows_b = [frame] * 4000, [*near, *own_rows(rng, 300)]
    pair = link_pair(corpus("a", rows_a), corpus("b", rows_b))
    (group,) = pair.groups.largest
    assert (group.row_a, group.rows_a) == (0, 4000)
    assert group.rows_b > 250
    assert pair.rows_linked_a == 4000
    assert pair.table.num_rows < 4000 + 300 + 1
    assert pair.cuts.group_pairs > 10**6
    turned = link_pair(corpus("b", rows_b), corpus("a", rows_a))
    assert (turned.table.num_rows, turned.cuts.group_pairs) == (pair.table.num_rows, pair.cuts.group_pairs)


def test_rows_linked_one_to_one_are_no_groups() -> None:
    rows = own_rows(random.Random(4), 40)
    pair = link_pair(corpus("a", rows), corpus("b", rows[:30]))
    assert (pair.groups.count, pair.groups.largest) == (0, ())
    assert pair.to_dict()["groups"] == {"count": 0, "largest": []}


def test_a_large_group_is_told_with_its_representatives(tmp_path: Path) -> None:
    answer = "Nile, Yangtze, Yenisei, Ob and Amur, as far as anybody knows " * 3
    line = f'{{"prompt": "Name the five longest rivers of the old world", "response": "{answer}"}}\n'
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text(line * 120)
    paths = [str(tmp_path / f"{name}.jsonl") for name in "ab"]
    result = CliRunner().invoke(cli, ["link", *paths], catch_exceptions=False)
    assert "120 rows of a hang together with 120 of b, such as rows 0 and 0 (by identical or more)" in result.stdout
