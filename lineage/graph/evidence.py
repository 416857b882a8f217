"""What is known about single rows: the authors they name, and the rows of other versions that hold the same text.

Reads the files beside the database; decides nothing about who wrote what.
"""

from collections.abc import Iterable

import numpy as np
from sqlalchemy.orm import Session

from lineage.store import queries
from lineage.store.facts import Edge, Share, Version
from lineage.store.rowfiles import Rows, read_labels, read_links
from lineage.store.workspace import Workspace

Joined = tuple[Rows, Rows]
_AUTHORS = ("generated_by",)


class RowEvidence:
    """Row-level evidence for one role (`prompt` or `response`), read when first asked for and kept while this lives."""

    def __init__(self, session: Session, workspace: Workspace, role: str) -> None:
        self._session = session
        self._workspace = workspace
        self._role = role
        self._versions: dict[int, Version] = {}
        self._labels: dict[int, tuple[Rows, Rows]] = {}
        self._links: dict[int, list[tuple[int, Joined]]] = {}
        self.models: list[str] = []

    def authors(self, version: Version) -> tuple[Rows, Rows]:
        """Name the rows whose author is known without any link, ascending, and the author of each (index in `models`).

        Known means that the row says so, or that one model is claimed to have written all of this role.
        """
        if version.id not in self._labels:
            self._labels[version.id] = self._read_authors(version)
        return self._labels[version.id]

    def same_text(self, version: Version) -> list[tuple[Version, Joined]]:
        """For every version that shares text with this one: the row numbers here, ascending, and there, in pairs."""
        if version.id not in self._links:
            self._links[version.id] = list(self._read_links(version))
        return [(self._versions[other], joined) for other, joined in self._links[version.id]]

    def within_reach(self, version: Version) -> bool:
        """Tell whether this version, or any that shares text with it over whatever many links, has a known author."""
        met, frontier = {version.id}, {version.id}
        while frontier:
            if any(edge.role in ("", self._role) for edge in queries.edges_from(self._session, frontier, _AUTHORS)):
                return True
            frontier = {edge.dst for edge in self._overlaps(frontier)} - met
            met |= frontier
        return False

    def declared(self, version: Version) -> dict[str, tuple[Share | None, str]]:
        """Give, by model, the share that is claimed of the version as a whole (None: present), and who says so."""
        edges = queries.edges_from(self._session, [version.id], _AUTHORS)
        found = {edge.dst: edge for edge in edges if edge.role in ("", self._role) and edge.basis != "row_column"}
        models = queries.versions(self._session, found)
        return {models[dst].name: (edge.share, edge.basis) for dst, edge in found.items()}

    def _read_authors(self, version: Version) -> tuple[Rows, Rows]:
        rows, names = read_labels(self._workspace.labels(version.digest or ""), self._role)
        if not names:
            sole = [name for name, (share, _) in self.declared(version).items() if share and share.low == 1.0]
            if len(sole) == 1:
                rows, names = np.arange(version.n_rows or 0, dtype=np.int64), sole
                return rows, np.full(len(rows), self._number(names[0]), np.int64)
        return rows, np.array([self._number(name) for name in names], np.int64)

    def _overlaps(self, ids: Iterable[int]) -> list[Edge]:
        return [edge for edge in queries.edges_from(self._session, ids, ["overlaps"]) if edge.role == self._role]

    def _number(self, model: str) -> int:
        if model not in self.models:
            self.models.append(model)
        return self.models.index(model)

    def _read_links(self, version: Version) -> Iterable[tuple[int, Joined]]:
        others = queries.versions(self._session, {edge.dst for edge in self._overlaps([version.id])})
        self._versions |= others
        for other in sorted(others.values(), key=lambda one: one.id):
            here, there = self._read_pair(version, other)
            order = np.argsort(here, kind="stable")
            yield other.id, (here[order], there[order])

    def _read_pair(self, version: Version, other: Version) -> Joined:
        first, second = sorted([version.digest or "", other.digest or ""])
        links = read_links(self._workspace.links(first, second))
        shared = links.prompt if self._role == "prompt" else links.response
        a, b = links.row_a[shared], links.row_b[shared]
        return (a, b) if version.digest == first else (b, a)
