"""Adding public datasets, where they are at hand."""

import json
from pathlib import Path

import pytest

from lineage.store.workspace import Workspace
from tests.link_add.test_add import edges_between, middles, register

pytestmark = pytest.mark.slow


def test_a_published_selection_is_derived_from_the_set_it_was_selected_from(
    local_workspace: Workspace, shared_data: Path
) -> None:
    register(local_workspace, shared_data / "alpagasus" / "random_9k.json", name="selection")
    register(local_workspace, shared_data / "stanford_alpaca" / "alpaca_data.json", name="alpaca")
    edge = edges_between(local_workspace, "selection", "alpaca")["derived_from", ""]
    assert (edge.how, edge.n, edge.n_of) == ("subset", 9229, 9229)


def test_published_seeds_that_are_byte_copies_have_no_direction_without_dates(
    local_workspace: Workspace, shared_data: Path
) -> None:
    register(
        local_workspace, shared_data / "self_instruct" / "seed_tasks.jsonl", name="self-instruct", date="2022-12-20"
    )
    register(local_workspace, shared_data / "stanford_alpaca" / "seed_tasks.jsonl", name="stanford")
    assert ("derived_from", "") not in edges_between(local_workspace, "stanford", "self-instruct")
    register(local_workspace, shared_data / "stanford_alpaca" / "seed_tasks.jsonl", name="stanford", date="2023-03-13")
    assert edges_between(local_workspace, "stanford", "self-instruct")["derived_from", ""].how == "copy"


def test_a_translation_of_a_registered_set_is_derived_from_it(local_workspace: Workspace, shared_data: Path) -> None:
    register(local_workspace, shared_data / "self_instruct" / "seed_tasks.jsonl", name="seeds")
    register(local_workspace, shared_data / "vigogne" / "seed_tasks_vigogne.jsonl", name="french")
    edge = edges_between(local_workspace, "french", "seeds")["derived_from", ""]
    assert edge.how == "translated_from"
    assert edge.n is not None
    assert edge.n >= 150


def test_answers_shared_with_a_labelled_set_are_given_its_author(
    local_workspace: Workspace, shared_data: Path, tmp_path: Path
) -> None:
    """The two sets share 379 answers of 60 characters or more, word for word; short and nearly equal ones add to it."""
    outputs = shared_data / "alpaca_eval_outputs"
    unlabelled = json.loads((outputs / "Samba-CoE-v0.1.json").read_text())
    for row in unlabelled:
        row.pop("generator")
    (tmp_path / "unlabelled.json").write_text(json.dumps(unlabelled))
    register(local_workspace, outputs / "Samba-CoE-v0.2.json")
    register(local_workspace, outputs / "gpt4.json")
    register(local_workspace, tmp_path / "unlabelled.json")
    found = middles(local_workspace, "unlabelled", "response")
    assert 379 / 805 <= (found["Samba-CoE-v0.2"] or 0) < 0.65
    assert (found.get("gpt4") or 0) < 0.02
    assert middles(local_workspace, "unlabelled", "prompt") == {None: 1.0}
