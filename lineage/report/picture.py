"""A small provenance graph as it is shown: who gave what to whom. Plain values; knows nothing of drawing."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["model", "dataset", "benchmark", "unknown"]


@dataclass(frozen=True, slots=True)
class Node:
    """A box: `name` identifies it, `detail` is a second, smaller line."""

    name: str
    kind: Kind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from the origin of writing to what holds it.

    weight: the share of the target that came this way, in [0, 1]. known: whether the direction has evidence (else
    dashed).
    """

    source: str
    target: str
    label: str
    weight: float = 0.0
    known: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes, and edges between them; an edge that would close a circle is drawn against the flow."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    summary: str
