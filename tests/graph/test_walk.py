import networkx as nx
import pytest

from lineage.errors import StoreError, UsageError
from lineage.graph import to_networkx
from lineage.graph.claims import check_graph
from lineage.graph.walk import Walk, walk
from lineage.store.database import reading, writing
from lineage.store.facts import Share
from lineage.store.workspace import Workspace
from tests.graph.world import World


@pytest.fixture
def world(workspace: Workspace) -> World:
    """A seed set, two sets made from it, and a model that wrote one and was trained on the other."""
    world = World(workspace)
    world.dataset("seed", 4)
    world.dataset("child", 10, dict.fromkeys(range(10), "m"))
    world.dataset("grandchild", 5)
    overlap = {"family": "overlap", "how": "subset", "share": Share(0.4, 0.5, 0.6), "n": 2, "n_of": 4, "unit": "rows"}
    world.says("child", "derived_from", "seed", **overlap)
    world.says("grandchild", "derived_from", "child", **overlap)
    world.shares("grandchild", "seed", [(0, 0)])
    return world


def go(world: World, name: str, direction: str) -> Walk:
    with reading(world.workspace) as session:
        return walk(session, name, direction)


def names(found: Walk) -> set[str]:
    return {version.node for version in found.versions.values()} - {found.start.node}


def test_up_finds_every_ancestor_and_down_every_descendant(world: World) -> None:
    assert names(go(world, "grandchild", "up")) == {"dataset:child", "dataset:seed", "model:m"}
    assert names(go(world, "seed", "down")) == {"dataset:child", "dataset:grandchild"}
    assert names(go(world, "m", "down")) == {"dataset:child", "dataset:grandchild"}
    assert go(world, "m", "up").edges == ()


def test_every_step_carries_its_amount(world: World) -> None:
    document = go(world, "child", "up").to_dict()
    assert document["schema"] == "lineage.graph.up/1"
    (made,) = [edge for edge in document["edges"] if edge["type"] == "derived_from"]
    assert (made["from"], made["to"], made["how"]) == ("dataset:child", "dataset:seed", "subset")
    assert made["share"] == {"low": 0.4, "mid": 0.5, "high": 0.6}


def test_a_cycle_ends(world: World) -> None:
    world.says("seed", "derived_from", "grandchild", family="overlap", how="copy")
    found = go(world, "seed", "up")
    assert names(found) == {"dataset:child", "dataset:grandchild", "model:m"}
    assert len(found.edges) == 4


def test_shared_text_without_direction_is_told_beside_the_tree(world: World) -> None:
    world.dataset("lone", 4)
    world.shares("lone", "seed", [(1, 1)])
    found = go(world, "lone", "up")
    assert found.edges == ()
    assert [found.versions[edge.dst].name for edge in found.undirected] == ["seed"]


def test_an_unknown_name_is_a_usage_error(world: World) -> None:
    with pytest.raises(UsageError, match="did you mean child"):
        go(world, "chidl", "up")


def test_networkx_sees_kinds_names_and_shares(world: World) -> None:
    with reading(world.workspace) as session:
        graph = to_networkx(session)
    origins = nx.subgraph_view(graph, filter_edge=lambda src, dst, key: not key.startswith("overlaps"))
    assert nx.ancestors(origins, "model:m") == {"dataset:child", "dataset:grandchild"}
    assert graph.nodes["dataset:seed"] | {"digest": ""} == {
        "kind": "dataset", "name": "seed", "version": "1", "rows": 4, "digest": "", "date": None, "licence": None,
    }  # fmt: skip
    edge = graph.edges["dataset:child", "dataset:seed", "derived_from//"]
    assert (edge["share"], edge["how"], edge["basis"]) == ((0.4, 0.5, 0.6), "subset", "overlap")


def test_networkx_opens_a_workspace_by_its_folder(local_workspace: Workspace) -> None:
    World(local_workspace).dataset("d", 1)
    assert list(to_networkx(local_workspace.root)) == ["dataset:d"]


def test_a_sound_graph_passes_its_check(world: World) -> None:
    assert check_graph(world.workspace).startswith("sound: 3 datasets, ")


def test_an_edge_that_no_claim_bears_out_is_found(world: World) -> None:
    import sqlalchemy as sa

    with writing(world.workspace) as session:
        session.execute(sa.text("UPDATE edge SET share_mid = 0.55 WHERE how = 'subset'"))
    with pytest.raises(StoreError, match=r"damaged.*edge that the claims do not bear out"):
        check_graph(world.workspace)
