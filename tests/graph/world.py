"""Builds small graphs with their row files, the way `lineage add` leaves them."""

import datetime as dt
import itertools

import numpy as np
from sqlalchemy.orm import Session

from lineage.graph.claims import record_claims
from lineage.graph.shares import wilson
from lineage.store import ledger
from lineage.store.database import writing
from lineage.store.facts import Claim, Ingest, NewVersion, Version
from lineage.store.rowfiles import RowLinks, write_labels, write_links
from lineage.store.workspace import Workspace

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class World:
    """Datasets d of n rows; `written` names authors of rows, `shares` links rows, `says` records any claim."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.versions: dict[str, Version] = {}
        self._numbers = itertools.count()

    def dataset(self, name: str, rows: int, written: dict[int, str] | None = None, role: str = "response") -> None:
        with writing(self.workspace) as session:
            content = NewVersion(f"digest-{name}", rows, rows, rows, {})
            version = ledger.add_version(session, name, content, AT)
            self.versions[name] = version
            written = written or {}
            for model in sorted(set(written.values())):
                n = list(written.values()).count(model)
                said = {"role": role, "share": wilson(n, rows), "n": n, "n_of": rows, "unit": "rows"}
                self._claim(session, name, "generated_by", self._model(session, model), said)
        models = list(written.values())
        write_labels(self.workspace.labels(f"digest-{name}"), list(written), [role] * len(models), models)

    def shares(self, a: str, b: str, rows: list[tuple[int, int]], role: str = "response") -> None:
        """Let pairs of rows of a and b hold the same text in one role."""
        first, second = sorted([a, b])
        ordered = rows if first == a else [(y, x) for x, y in rows]
        flags = np.ones(len(rows), np.bool_)
        links = RowLinks(
            np.array([x for x, _ in ordered], np.int64),
            np.array([y for _, y in ordered], np.int64),
            ["identical"] * len(rows),
            flags & (role == "prompt"),
            flags & (role == "response"),
        )
        write_links(self.workspace.links(f"digest-{first}", f"digest-{second}"), links)
        with writing(self.workspace) as session:
            for one, other in ((a, b), (b, a)):
                for said in ("", role):
                    self._claim(session, one, "overlaps", self.versions[other], {"role": said, "family": "overlap"})

    def says(self, name: str, pred: str, target: str, **said: object) -> None:
        """Record a claim from a dataset to another, or to a model of that name."""
        with writing(self.workspace) as session:
            object_ = self.versions.get(target) or self._model(session, target)
            self._claim(session, name, pred, object_, said)

    def _model(self, session: Session, name: str) -> Version:
        return ledger.known_as(session, "model", name, AT)

    def _claim(self, session: Session, name: str, pred: str, target: Version, said: dict[str, object]) -> None:
        usual = {"family": "row_column", "method": "test", "method_version": "1", "collector": "test"}
        claim = Claim(subj=self.versions[name].id, pred=pred, obj=target.id, **(usual | said))
        record_claims(session, [claim], Ingest("test", "1", str(next(self._numbers)), AT, {}))
