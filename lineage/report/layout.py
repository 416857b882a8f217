"""Where the nodes of a picture go: columns from origin to destination, few crossings. Pure geometry without sizes.

A node's rank is its longest way from a node without origin; an edge over several ranks passes through one empty place
in each rank between, so that it never runs behind a node. Order within a rank: repeated sweeps of the mean place of
neighbours. Source: Sugiyama, Tagawa and Toda 1981 (layers, dummy nodes, barycentre ordering).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from lineage.report.picture import Picture

_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of nodes and the ways of edges.

    ranks: names by rank and place, empty places named by `(edge number, rank)`.
    routes: for each edge the places it passes, from source to target.
    """

    ranks: tuple[tuple[object, ...], ...]
    routes: tuple[tuple[object, ...], ...]


def lay_out(picture: Picture) -> Layout:
    """Place the nodes of a picture in ranks; the same picture always gives the same places."""
    rank = _ranks(picture)
    places: list[list[object]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in picture.nodes:
        places[rank[node.name]].append(node.name)
    routes = []
    for number, edge in enumerate(picture.edges):
        low, high = sorted((rank[edge.source], rank[edge.target]))
        between: list[object] = [(number, level) for level in range(low + 1, high)]
        for level, place in zip(range(low + 1, high), between, strict=True):
            places[level].append(place)
        backwards = rank[edge.source] > rank[edge.target]
        routes.append((edge.source, *(reversed(between) if backwards else between), edge.target))
    return Layout(_ordered(places, routes), tuple(routes))


def _ranks(picture: Picture) -> dict[str, int]:
    graph = nx.DiGraph()
    graph.add_nodes_from(node.name for node in picture.nodes)
    for edge in picture.edges:
        if edge.source != edge.target and not nx.has_path(graph, edge.target, edge.source):
            graph.add_edge(edge.source, edge.target)
    rank: dict[str, int] = {}
    for name in nx.topological_sort(graph):
        rank[name] = 1 + max((rank[origin] for origin in graph.predecessors(name)), default=-1)
    # An origin stands right before the first it gave to, not in the first column.
    for name in reversed(list(nx.topological_sort(graph))):
        targets = [rank[target] for target in graph.successors(name)]
        if targets:
            rank[name] = min(targets) - 1
    return rank


def _ordered(places: Sequence[list[object]], routes: Sequence[tuple[object, ...]]) -> tuple[tuple[object, ...], ...]:
    neighbours: dict[object, list[object]] = {}
    for route in routes:
        for one, other in pairwise(route):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    ranks = [list(rank) for rank in places]
    for sweep in range(_SWEEPS):
        position = {place: _relative(rank, number) for rank in ranks for number, place in enumerate(rank)}
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            rank.sort(key=lambda place: _mean(place, neighbours, position))
            position.update({place: _relative(rank, number) for number, place in enumerate(rank)})
    return tuple(tuple(rank) for rank in ranks)


def _relative(rank: Sequence[object], number: int) -> float:
    return (number + 0.5) / len(rank)


def _mean(place: object, neighbours: Mapping[object, list[object]], position: Mapping[object, float]) -> float:
    near = [position[other] for other in neighbours.get(place, [])]
    return sum(near) / len(near) if near else position[place]
