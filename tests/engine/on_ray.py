"""Checks that run on a Ray cluster of two nodes; `test_ray` runs this file in a process of its own.

Daft has one runner for the life of a process, and Ray leaves threads and signal handlers behind.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.engine.daft import open_daft
from lineage.engine.flow import Engine
from lineage.link.distributed import Job, link_on
from tests.contracts.engine import EngineContract
from tests.contracts.link_engine import LinkContract
from tests.engine.planted import assert_same_links, ordinary
from tests.engine.real import real_sources

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[cluster]'")


@pytest.fixture(scope="module")
def on_two_nodes() -> Iterator[Engine]:
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    try:
        yield open_daft("ray", address=cluster.address)
    finally:
        ray.shutdown()
        cluster.shutdown()


class TestRay(EngineContract):
    @pytest.fixture
    def engine(self, on_two_nodes: Engine) -> Engine:
        return on_two_nodes


class TestRayLinks(LinkContract):
    @pytest.fixture
    def engine(self, on_two_nodes: Engine) -> Engine:
        return on_two_nodes


def test_the_cluster_has_two_nodes(on_two_nodes: Engine) -> None:
    assert len([node for node in ray.nodes() if node["Alive"]]) == 2


def test_real_links_are_those_of_one_process(on_two_nodes: Engine, shared_data: Path, tmp_path: Path) -> None:
    sources = real_sources(shared_data)
    linked = link_on(on_two_nodes, Job(sources, str(tmp_path / "work")))
    assert linked.result.pairs[0].relation == "copy"
    assert_same_links(linked.result, ordinary(sources))
