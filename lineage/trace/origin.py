"""From a sample to the models that wrote it: by what rows say and text they share, else by the graph of datasets."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lineage.graph.vocabulary import RELATIONS
from lineage.graph.walk import Walk, walk
from lineage.store import queries
from lineage.store.facts import Version
from lineage.store.rowfiles import author_of_row, rows_linked_to
from lineage.store.workspace import Workspace

# Rows looked at on the way to one that names its author; text is seldom copied more often.
_MOST_ROWS = 200
_MOST_MODELS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: from a node to a node of the graph (with a row where the step is between rows), and how."""

    source: str
    target: str
    relation: str

    def to_dict(self) -> dict[str, str]:
        """Return the step as it appears in the JSON contract."""
        return {"from": self.source, "to": self.target, "relation": self.relation}


@dataclass(frozen=True, slots=True)
class Origin:
    """A model that wrote, or may have written, a sample, and the path to it.

    basis: `row` when a row says so, that one or one with the same text; `dataset` when it is only known of the dataset.
    """

    model: str
    basis: str
    path: tuple[Step, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the origin as it appears in the JSON contract."""
        return {"model": self.model, "basis": self.basis, "path": [step.to_dict() for step in self.path]}


class Origins:
    """Answers who wrote samples, for one state of the graph; what it has read of the graph is kept."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session = session
        self._workspace = workspace
        self._walks: dict[int, tuple[Origin, ...]] = {}
        self._near: dict[tuple[int, str], list[Version]] = {}

    def of(self, version: Version, row: int, role: str) -> tuple[Origin, ...]:
        """Name the model that wrote a row in a role, or else the models known to have written for its dataset."""
        found = self._by_rows(version, row, role)
        if found is not None:
            return (found,)
        if version.id not in self._walks:
            reference = f"dataset:{version.name}@{version.label}"
            self._walks[version.id] = tuple(_by_datasets(walk(self._session, reference, "up")))
        return self._walks[version.id]

    def _by_rows(self, version: Version, row: int, role: str) -> Origin | None:
        """Follow equal text from row to row, nearest first, until one names its author."""
        waiting: deque[tuple[Version, int, tuple[Step, ...]]] = deque([(version, row, ())])
        met = {(version.id, row)}
        while waiting:
            here, at, path = waiting.popleft()
            model = author_of_row(self._workspace.labels(here.digest or ""), at, role)
            if model is not None:
                said = Step(f"{here.node}#{at}", f"model:{model}", "says it was written by")
                return Origin(model, "row", (*path, said))
            for other, there in self._linked(here, at, role):
                if (other.id, there) not in met and len(met) < _MOST_ROWS:
                    met.add((other.id, there))
                    step = Step(f"{here.node}#{at}", f"{other.node}#{there}", f"has the {role} of")
                    waiting.append((other, there, (*path, step)))
        return None

    def _linked(self, version: Version, row: int, role: str) -> Iterator[tuple[Version, int]]:
        for other in self._neighbours(version, role):
            first, second = sorted([version.digest or "", other.digest or ""])
            side = rows_linked_to(
                self._workspace.links(first, second), row, "a" if version.digest == first else "b", role
            )
            yield from ((other, there) for there in side)

    def _neighbours(self, version: Version, role: str) -> list[Version]:
        if (version.id, role) not in self._near:
            edges = queries.edges_from(self._session, [version.id], ["overlaps"])
            others = queries.versions(self._session, {edge.dst for edge in edges if edge.role == role})
            self._near[version.id, role] = sorted(others.values(), key=lambda one: one.id)
        return self._near[version.id, role]


def _by_datasets(found: Walk) -> Iterator[Origin]:
    """Give the shortest path to each of the nearest models above a dataset."""
    waiting: deque[tuple[int, tuple[Step, ...]]] = deque([(found.start.id, ())])
    met = {found.start.id}
    models = 0
    while waiting and models < _MOST_MODELS:
        here, path = waiting.popleft()
        node = found.versions[here]
        if node.kind == "model":
            models += 1
            yield Origin(node.name, "dataset", path)
            continue
        for edge, above in found.children(here):
            if above.id not in met:
                met.add(above.id)
                waiting.append((above.id, (*path, Step(node.node, above.node, RELATIONS[edge.type].reads))))
