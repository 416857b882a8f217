"""Saying on registering what a dataset was made from: a claim, and the direction where nothing measured tells one."""

import datetime as dt
from pathlib import Path

import pytest

from lineage.errors import UsageError
from lineage.graph.claims import check_graph
from lineage.link.add import Added, AddOptions, add
from lineage.store import queries
from lineage.store.database import reading
from lineage.store.facts import RecordedClaim
from lineage.store.workspace import Workspace
from tests.link_add.data import rows, write

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def register(workspace: Workspace, path: Path, **options: object) -> Added:
    return add(path, workspace, at=AT, options=AddOptions(**options))


def derived(workspace: Workspace) -> list[RecordedClaim]:
    with reading(workspace) as session:
        return queries.claims_of_relation(session, "derived_from")


def test_what_is_said_decides_between_copies_and_is_claimed_with_the_counts(
    workspace: Workspace, tmp_path: Path
) -> None:
    old = register(workspace, write(tmp_path / "old.jsonl", rows(0, 40))).dataset
    added = register(workspace, write(tmp_path / "new.jsonl", rows(0, 40)[::-1]), made_from=("old",))
    (linked,) = added.linked
    assert (linked.pair.relation, linked.pair.direction, linked.pair.ground) == ("copy", "a_from_b", "declared")
    said, counted = derived(workspace)
    assert {(one.claim.subj, one.claim.obj) for one in (said, counted)} == {(added.dataset.id, old.id)}
    methods = {one.claim.family: one.claim.method for one in (said, counted)}
    assert methods == {
        "human_review": "said on registering",
        "overlap": "links counted from texts, direction as declared",
    }
    assert check_graph(workspace).startswith("sound")


def test_what_is_said_later_of_the_same_content_is_added_once(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "old.jsonl", rows(0, 40)))
    new = write(tmp_path / "new.jsonl", rows(0, 40)[::-1])
    assert register(workspace, new).linked[0].pair.direction == "unknown"
    again = register(workspace, new, made_from=("old",))
    assert (again.status, again.linked[0].pair.direction) == ("described anew", "a_from_b")
    assert register(workspace, new, made_from=("old",)).status == "unchanged"
    assert len(derived(workspace)) == 2


def test_what_texts_contradict_is_claimed_beside_them(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "part.jsonl", rows(10, 30)))
    added = register(workspace, write(tmp_path / "whole.jsonl", rows(0, 60)), made_from=("part",))
    pair = added.linked[0].pair
    assert (pair.direction, pair.ground) == ("b_from_a", "containment")
    assert "But whole is declared to come from part (as given" in pair.why
    assert len(derived(workspace)) == 2


def test_a_parent_that_is_not_registered_is_named_before_anything_is_read(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "old.jsonl", rows(0, 10)))
    with pytest.raises(UsageError, match="no dataset named 'odl' in the graph; did you mean old"):
        register(workspace, tmp_path / "absent.jsonl", made_from=("odl",))
