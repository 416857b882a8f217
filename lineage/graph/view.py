"""The graph as a networkx object, for everything networkx can do with it."""

from pathlib import Path

import networkx as nx
from sqlalchemy.orm import Session

from lineage.store import queries
from lineage.store.database import reading
from lineage.store.workspace import find_workspace


def to_networkx(source: Session | str | Path | None = None) -> "nx.MultiDiGraph[str]":
    """Give the whole graph as a MultiDiGraph, from a session or from a workspace (default: the one found here).

    Nodes are `kind:name` (`dataset:alpaca`, `dataset:alpaca@2`, `model:gpt-4`) with kind, name, version, rows, digest,
    date and licence; edges run from what was made to what it was made from, keyed `type/role/stage`, with type, role,
    how, share (low, mid, high) or None, unit, n, n_of, basis, conf and conflict. `overlaps` edges say nothing of the
    origin of either side and run both ways; leave them out before asking for ancestors.
    Cost: the whole graph in memory, about 3 s for half a million edges.
    """
    if isinstance(source, Session):
        return _build(source)
    with reading(find_workspace(source)) as session:
        return _build(session)


def _build(session: Session) -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(revision=queries.graph_revision(session))
    versions = queries.versions(session)
    for one in versions.values():
        graph.add_node(
            one.node, kind=one.kind, name=one.name, version=one.label, rows=one.n_rows, digest=one.digest,
            date=one.date, licence=one.licence,
        )  # fmt: skip
    for edge in queries.edges(session):
        share = (edge.share.low, edge.share.mid, edge.share.high) if edge.share else None
        graph.add_edge(
            versions[edge.src].node, versions[edge.dst].node, key=f"{edge.type}/{edge.role}/{edge.stage}",
            type=edge.type, role=edge.role, how=edge.how, share=share, unit=edge.unit, n=edge.n, n_of=edge.n_of,
            basis=edge.basis, conf=edge.conf, conflict=edge.conflict,
        )  # fmt: skip
    return graph
