"""Where something came from, and what came from it: walks along the relations that mean origin; cycles do no harm."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from lineage.graph.vocabulary import ORIGINS
from lineage.store import queries
from lineage.store.facts import Edge, Version

Direction = Literal["up", "down"]
_Ask = Callable[[Session, Iterable[int], Sequence[str]], list[Edge]]


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything above or below a node: versions by id, and the edges between them in the order they were met.

    undirected: datasets that share text with the start although nothing says which came first, most rows first.
    """

    start: Version
    direction: Direction
    versions: dict[int, Version]
    edges: tuple[Edge, ...]
    undirected: tuple[Edge, ...]

    def children(self, version_id: int) -> list[tuple[Edge, Version]]:
        """List the next nodes away from the start, with the edges that lead there."""
        near, far = _ends(self.direction)
        edges = [edge for edge in self.edges if getattr(edge, near) == version_id]
        return [(edge, self.versions[getattr(edge, far)]) for edge in edges]

    def to_dict(self) -> dict[str, object]:
        """Return the walk as the JSON contract `lineage.graph.up/1` or `lineage.graph.down/1`."""
        return {
            "schema": f"lineage.graph.{self.direction}/1",
            "of": self.start.node,
            "nodes": [_node(self.versions[number]) for number in sorted(self.versions)],
            "edges": [self._edge(edge) for edge in self.edges],
            "shares_text_with": [self._edge(edge) for edge in self.undirected],
            "complete": True,
        }

    def _edge(self, edge: Edge) -> dict[str, object]:
        share = edge.share and {"low": edge.share.low, "mid": edge.share.mid, "high": edge.share.high}
        return {
            "from": self.versions[edge.src].node, "to": self.versions[edge.dst].node, "type": edge.type,
            "how": edge.how, "role": edge.role, "share": share, "unit": edge.unit, "n": edge.n, "n_of": edge.n_of,
            "basis": edge.basis, "conf": edge.conf, "conflict": edge.conflict,
        }  # fmt: skip


def walk(session: Session, reference: str, direction: Direction) -> Walk:
    """Collect the ancestors (`up`) or descendants (`down`) of a dataset, model or run.

    One query per generation, whatever its size. UsageError when the graph does not know the name.
    """
    start = queries.resolve(session, reference)
    ask: _Ask = queries.edges_from if direction == "up" else queries.edges_to
    _, far = _ends(direction)
    met, frontier, edges = {start.id}, {start.id}, []
    while frontier:
        found = ask(session, frontier, ORIGINS)
        edges += found
        frontier = {getattr(edge, far) for edge in found} - met
        met |= frontier
    undirected = _undirected(session, start, edges)
    versions = queries.versions(session, met | {edge.dst for edge in undirected})
    return Walk(start, direction, versions, tuple(edges), tuple(undirected))


def _node(version: Version) -> dict[str, object]:
    return {
        "id": version.node, "kind": version.kind, "name": version.name, "version": version.label,
        "rows": version.n_rows, "date": version.date, "licence": version.licence,
    }  # fmt: skip


def _undirected(session: Session, start: Version, edges: list[Edge]) -> list[Edge]:
    directed = {end for edge in edges for end in (edge.src, edge.dst)} | {
        edge.src for edge in queries.edges_to(session, [start.id], ORIGINS)
    } | {edge.dst for edge in queries.edges_from(session, [start.id], ORIGINS)}  # fmt: skip
    shared = queries.edges_from(session, [start.id], ["overlaps"])
    kept = [edge for edge in shared if edge.role == "" and edge.how != "incidental" and edge.dst not in directed]
    return sorted(kept, key=lambda edge: (-(edge.n or 0), edge.dst))


def _ends(direction: Direction) -> tuple[str, str]:
    return ("src", "dst") if direction == "up" else ("dst", "src")
