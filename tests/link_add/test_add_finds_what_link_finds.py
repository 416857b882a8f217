"""Adding looks rows up in an index instead of comparing all with all; it finds the relations that linking finds."""

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.link.add import add
from lineage.link.corpus import load_corpus
from lineage.link.link import link_pair
from lineage.store.workspace import Workspace
from tests.link.cipher import LANGUAGES, source_rows, translated
from tests.link.corpora import Row, edited, sentence

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PARENT = source_rows(random.Random(1), 400)


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps({"prompt": prompt, "response": response}) + "\n" for prompt, response in rows))
    return path


def extended(rng: random.Random) -> list[Row]:
    return [(f"{prompt} {sentence(rng, 14)}", sentence(rng, 40)) for prompt, _ in PARENT]


def evolved(rng: random.Random) -> list[Row]:
    rows: list[Row] = []
    for prompt, _ in PARENT:
        words = (prompt or "").split()
        place = rng.randrange(1, len(words))
        begun = [*words[:place], sentence(rng, 2), *words[place:]]
        rows.append((" ".join([*begun, sentence(rng, 15)]), sentence(rng, 40)))
    return rows


def wrapped(rng: random.Random) -> list[Row]:
    before, after = sentence(rng, 9), sentence(rng, 5)
    return [(f"{before} {prompt} {after}", sentence(rng, 40)) for prompt, _ in PARENT]


def answers_embedded(rng: random.Random) -> list[Row]:
    return [(prompt, f"{sentence(rng, 40)} {response} {sentence(rng, 40)}") for prompt, response in PARENT]


def both_edited(rng: random.Random) -> list[Row]:
    return [(edited(rng, prompt or "", 0.08), edited(rng, response or "", 0.08)) for prompt, response in PARENT]


def translation(rng: random.Random) -> list[Row]:
    return translated(PARENT, LANGUAGES["cyrillic"], rng, list(range(len(PARENT))))


@pytest.mark.parametrize("derive", [extended, evolved, wrapped, answers_embedded, both_edited, translation])
def test_a_derived_set_is_found_however_it_was_derived(
    local_workspace: Workspace, tmp_path: Path, derive: Callable[[random.Random], list[Row]]
) -> None:
    rng = random.Random(derive.__name__)
    others: list[Row] = [(sentence(rng, 12), sentence(rng, 40)) for _ in range(2000)]
    parent = write(tmp_path / "parent.jsonl", [*others, *PARENT])
    child = write(tmp_path / "child.jsonl", derive(rng)[:200])
    expected = link_pair(load_corpus(child), load_corpus(parent))
    assert expected.relation != "unrelated"
    add(parent, local_workspace, at=AT)
    (found,) = add(child, local_workspace, at=AT).linked
    assert (found.pair.relation, found.exact) == (expected.relation, True)
    for own, whole in ((found.pair.taken_a, expected.taken_a), (found.pair.taken_b, expected.taken_b)):
        assert 0.95 * whole.linked <= own.linked <= whole.linked


def test_groups_name_rows_of_the_registered_dataset(local_workspace: Workspace, tmp_path: Path) -> None:
    rng = random.Random(2)
    others: list[Row] = [(sentence(rng, 12), sentence(rng, 40)) for _ in range(300)]
    copied: Row = (sentence(rng, 12), sentence(rng, 40))
    add(write(tmp_path / "a.jsonl", [*others, *[copied] * 20]), local_workspace, at=AT)
    (found,) = add(write(tmp_path / "b.jsonl", [copied] * 7), local_workspace, at=AT).linked
    (group,) = found.pair.groups.largest
    assert (group.row_a, group.rows_a, group.row_b, group.rows_b) == (0, 7, 300, 20)
