import datetime as dt
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.errors import StoreError, UsageError
from lineage.fingerprint.card import write_card
from lineage.graph.claims import check_graph
from lineage.graph.walk import walk
from lineage.graph.who import who_wrote
from lineage.link.add import Added, AddOptions, add
from lineage.link.corpus import load_corpus
from lineage.link.link import link_pair
from lineage.link.registered import Reading
from lineage.store import queries
from lineage.store.database import reading
from lineage.store.facts import Edge
from lineage.store.workspace import Workspace
from tests.link_add.data import rows, write

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def register(workspace: Workspace, path: Path, **options: object) -> Added:
    return add(path, workspace, at=AT, options=AddOptions(**options))


def edges_between(workspace: Workspace, src: str, dst: str) -> dict[tuple[str, str], Edge]:
    with reading(workspace) as session:
        ends = [queries.resolve(session, name).id for name in (src, dst)]
        return {(e.type, e.role): e for e in queries.edges(session) if [e.src, e.dst] == ends}


def middles(workspace: Workspace, name: str, role: str) -> dict[str | None, float | None]:
    with reading(workspace) as session:
        answer = who_wrote(session, workspace, name)
    return {one.model: one.share.mid for one in answer.shares if one.role == role}


def dump(workspace: Workspace) -> list[tuple[object, ...]]:
    tables = ("meta", "entity", "entity_version", "claim", "edge", "ingest")
    with reading(workspace) as session:
        return [tuple(row) for table in tables for row in session.execute(sa.text(f"SELECT * FROM {table}"))]


def test_a_subset_is_linked_to_its_source_with_direction_and_counts(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "whole.jsonl", rows(0, 60)))
    added = register(workspace, write(tmp_path / "part.jsonl", rows(20, 40)), licence="MIT", date="2024-05")
    (linked,) = added.linked
    assert (added.status, added.dataset.title, linked.pair.relation, linked.exact) == ("added", "part", "subset", True)
    edges = edges_between(workspace, "part", "whole")
    assert set(edges) == {("derived_from", ""), ("overlaps", ""), ("overlaps", "prompt"), ("overlaps", "response")}
    assert (edges["derived_from", ""].how, edges["derived_from", ""].n, edges["derived_from", ""].n_of) == (
        "subset", 20, 20,
    )  # fmt: skip
    back = edges_between(workspace, "whole", "part")
    assert {(e.n, e.n_of, e.how) for e in back.values()} == {(20, 60, "superset")}
    with reading(workspace) as session:
        part = queries.resolve(session, "part")
    assert (part.licence, part.date, part.n_rows) == ("MIT", "2024-05", 20)
    assert check_graph(workspace) == "sound: 2 datasets, 7 claims, 7 edges"


def test_the_source_may_come_second(local_workspace: Workspace, tmp_path: Path) -> None:
    register(local_workspace, write(tmp_path / "part.jsonl", rows(20, 40)))
    register(local_workspace, write(tmp_path / "whole.jsonl", rows(0, 60)))
    assert edges_between(local_workspace, "part", "whole")["derived_from", ""].how == "subset"
    assert ("derived_from", "") not in edges_between(local_workspace, "whole", "part")


def test_the_same_content_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "one.jsonl", rows(0, 20)))
    path = write(tmp_path / "two.jsonl", rows(10, 30, model="m"))
    register(workspace, path)
    before = dump(workspace)
    again = register(workspace, path)
    assert (again.status, again.dataset.title) == ("unchanged", "two")
    assert dump(workspace) == before


def test_other_content_under_the_same_name_is_a_new_version(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "d.jsonl", rows(0, 20)))
    added = register(workspace, write(tmp_path / "d.jsonl", rows(5, 30)))
    assert (added.status, added.replaces, added.dataset.title) == ("new version", "d", "d@2")
    edges = edges_between(workspace, "d@2", "d@1")
    assert (edges["version_of", ""].n, edges["version_of", ""].n_of) == (15, 25)
    assert ("derived_from", "") not in edges
    third = register(workspace, write(tmp_path / "other.jsonl", rows(0, 30)))
    assert [one.other.title for one in third.linked] == ["d@2"]


def test_a_copy_has_no_direction_until_dates_tell(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "a.jsonl", rows(0, 20)), date="2023-03")
    path = write(tmp_path / "b.jsonl", rows(0, 20))
    register(workspace, path)
    assert ("derived_from", "") not in edges_between(workspace, "b", "a")
    again = register(workspace, path, date="2023-05-02", licence="MIT")
    assert again.status == "described anew"
    edge = edges_between(workspace, "b", "a")["derived_from", ""]
    assert (edge.how, edge.share.mid, edge.n_claims) == ("copy", 1.0, 1)
    assert register(workspace, path, date="2022-01").status == "described anew"
    assert ("derived_from", "") not in edges_between(workspace, "b", "a")
    assert edges_between(workspace, "a", "b")["derived_from", ""].how == "copy"
    assert register(workspace, path).status == "unchanged"
    assert check_graph(workspace).startswith("sound")


def test_columns_that_name_models_become_claims_by_role(workspace: Workspace, tmp_path: Path) -> None:
    configs = {
        "gen_input_configs": {"input_generator": "asker"},
        "gen_response_configs": {"output_generator": "answerer"},
    }
    magpie = [row | configs for row in rows(0, 6)]
    register(workspace, write(tmp_path / "m.jsonl", magpie, rows(6, 9, generator="k"), rows(9, 10)))
    assert middles(workspace, "m", "prompt") == {"asker": 0.6, None: pytest.approx(0.4)}
    assert middles(workspace, "m", "response") == {"answerer": 0.6, "k": 0.3, None: pytest.approx(0.1)}
    edge = edges_between(workspace, "m", "answerer")["generated_by", "response"]
    assert (edge.n, edge.n_of, edge.basis) == (6, 10, "row_column")
    assert 0.3 < edge.share.low < 0.6 < edge.share.high < 0.85


def test_who_answers_for_rows_taken_from_a_labelled_set(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, write(tmp_path / "corpus.jsonl", rows(0, 10, model="m"), rows(10, 20, model="k")))
    reanswered = [row | {"output": "an answer of our own " * 5} for row in rows(20, 24)]
    register(workspace, write(tmp_path / "ours.jsonl", rows(0, 8), rows(10, 14), rows(100, 104), reanswered))
    assert middles(workspace, "ours", "response") == {"m": 0.4, "k": 0.2, None: pytest.approx(0.4)}
    assert middles(workspace, "ours", "prompt") == {None: 1.0}


def test_rows_of_our_generator_bring_their_run_and_the_authors_of_both_roles(
    workspace: Workspace, tmp_path: Path
) -> None:
    record = {"run": "run-1", "model": "m", "instruction": {"seed": 1}}
    register(workspace, write(tmp_path / "d.jsonl", [row | {"lineage": record} for row in rows(0, 4)], rows(4, 5)))
    with reading(workspace) as session:
        found = walk(session, "d", "up")
    assert {version.node for version in found.versions.values()} == {"dataset:d", "run:run-1", "model:m"}
    produced = edges_between(workspace, "d", "run-1")["produced_by", ""]
    assert (produced.n, produced.n_of) == (4, 5)
    assert edges_between(workspace, "run-1", "m")["ran", ""].share is None
    assert (
        middles(workspace, "d", "prompt") == middles(workspace, "d", "response") == {"m": 0.8, None: pytest.approx(0.2)}
    )


def test_a_prompt_that_was_given_to_our_generator_is_not_the_models(local_workspace: Workspace, tmp_path: Path) -> None:
    record = {"run": "run-1", "model": "m", "prompt_model": None, "prompt_source": {"dataset": "seeds", "row": 0}}
    register(local_workspace, write(tmp_path / "d.jsonl", [row | {"lineage": record} for row in rows(0, 4)]))
    assert middles(local_workspace, "d", "prompt") == {None: 1.0}
    assert middles(local_workspace, "d", "response") == {"m": 1.0}


def test_texts_are_taken_from_the_index_whatever_became_of_the_files(
    local_workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.jsonl", rows(0, 20))
    register(local_workspace, path)
    path.unlink()
    (linked,) = register(local_workspace, write(tmp_path / "b.jsonl", rows(0, 20))).linked
    assert (linked.exact, linked.pair.relation, linked.pair.rows_linked_a) == (True, "copy", 20)


def test_a_lost_index_is_made_again_from_the_files_or_without_texts_from_the_card(
    local_workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.jsonl", rows(0, 20))
    digest = register(local_workspace, path).dataset.digest or ""
    shutil.rmtree(local_workspace.index)
    (linked,) = register(local_workspace, write(tmp_path / "b.jsonl", rows(0, 15))).linked
    assert (linked.exact, linked.pair.rows_linked_a) == (True, 15)
    path.write_text(path.read_text().replace("river", "rival"))
    shutil.rmtree(local_workspace.index / digest)
    added = register(local_workspace, write(tmp_path / "c.jsonl", rows(5, 25)))
    exact = {one.other.title: (one.exact, one.pair.rows_linked_a) for one in added.linked}
    assert exact == {"a": (False, 15), "b": (True, 10)}


def test_a_dataset_can_be_registered_without_keeping_its_texts(local_workspace: Workspace, tmp_path: Path) -> None:
    register(local_workspace, write(tmp_path / "a.jsonl", rows(0, 20)))
    secret = write(tmp_path / "secret.jsonl", rows(0, 15))
    (linked,) = register(local_workspace, secret, reading=Reading(keep_text=False)).linked
    assert (linked.exact, linked.pair.relation) == (True, "subset")
    text = rows(0, 1)[0]["output"].encode()
    kept = [path for path in local_workspace.root.rglob("*") if path.is_file() and text in path.read_bytes()]
    assert {path.name for path in kept} == {"response_text"}
    assert len(kept) == 1
    added = register(local_workspace, write(tmp_path / "b.jsonl", rows(0, 10)))
    assert {one.other.title: one.exact for one in added.linked} == {"a": True, "secret": False}


def test_a_card_can_be_registered_in_place_of_the_data(local_workspace: Workspace, tmp_path: Path) -> None:
    write_card(load_corpus(write(tmp_path / "a.jsonl", rows(0, 20))).card, tmp_path / "a.card")
    register(local_workspace, tmp_path / "a.card", name="theirs")
    added = register(local_workspace, write(tmp_path / "b.jsonl", rows(10, 20)))
    assert [(one.other.title, one.pair.relation, one.exact) for one in added.linked] == [("theirs", "subset", False)]


def test_fields_are_kept_for_reading_again(local_workspace: Workspace, tmp_path: Path) -> None:
    from lineage.records.fields import parse_fields

    odd = [{"alpha": row["instruction"], "beta": row["output"]} for row in rows(0, 20)]
    options = Reading(fields=parse_fields("prompt=alpha,response=beta"))
    register(local_workspace, write(tmp_path / "odd.jsonl", odd), reading=options)
    (linked,) = register(local_workspace, write(tmp_path / "b.jsonl", rows(0, 20))).linked
    assert (linked.exact, linked.pair.relation) == (True, "copy")


def test_bad_rows_can_be_skipped_and_are_listed(local_workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", rows(0, 3))
    path.write_text(path.read_text() + "{oops\n")
    added = register(local_workspace, path, reading=Reading(on_bad="skip"))
    assert (added.dataset.n_rows, len(added.skipped)) == (3, 1)


@pytest.mark.parametrize("options", [{"date": "soon"}, {"name": " "}, {"name": "a\nb"}])
def test_what_cannot_be_is_refused_and_nothing_is_made(
    local_workspace: Workspace, tmp_path: Path, options: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        register(local_workspace, write(tmp_path / "d.jsonl", rows(0, 3)), **options)
    assert not local_workspace.root.exists()


def test_a_lost_index_and_card_are_named_and_adding_again_restores_them(
    local_workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.jsonl", rows(0, 20))
    added = register(local_workspace, path)
    local_workspace.card(added.dataset.digest or "").unlink()
    shutil.rmtree(local_workspace.index)
    other = write(tmp_path / "b.jsonl", rows(0, 10))
    text = path.read_text()
    path.unlink()
    with pytest.raises(StoreError, match=r"the card of a cannot be read: .*add that dataset again first"):
        register(local_workspace, other)
    path.write_text(text)
    register(local_workspace, path)
    assert register(local_workspace, other).linked[0].pair.relation == "subset"


def test_lost_links_are_restored_by_adding_again(local_workspace: Workspace, tmp_path: Path) -> None:
    register(local_workspace, write(tmp_path / "a.jsonl", rows(0, 20, model="m")))
    path = write(tmp_path / "b.jsonl", rows(0, 10))
    register(local_workspace, path)
    for links in (local_workspace.root / "links").iterdir():
        links.unlink()
    with pytest.raises(StoreError, match="add the dataset again"):
        middles(local_workspace, "b", "response")
    register(local_workspace, path)
    assert middles(local_workspace, "b", "response") == {"m": 1.0}


def test_what_links_are_worth_is_measured_against_whole_datasets(workspace: Workspace, tmp_path: Path) -> None:
    # Of the registered rows only those with something in common are compared; here all of these have a phrase that the
    # rest of theirs has not, and that a tenth of the whole has.
    stock = " ".join(f"stock{n}" for n in range(20))
    old = [row | {"output": f"{stock} {row['output']}"} if n < 90 else row for n, row in enumerate(rows(0, 900))]
    new = [row | {"output": f"{stock} thing"} for row in rows(1000, 1003)]
    register(workspace, write(tmp_path / "old.jsonl", old))
    added = register(workspace, write(tmp_path / "new.jsonl", new + old[100:110]))
    pair = link_pair(*(load_corpus(tmp_path / name) for name in ("new.jsonl", "old.jsonl")))
    (linked,) = added.linked
    assert linked.pair.chance == pytest.approx(pair.chance)
    assert (linked.pair.firm_a, linked.pair.firm_b) == (pair.firm_a, pair.firm_b) == (10, 10)
