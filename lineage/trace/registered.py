"""The registered datasets as something to search."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lineage.errors import StoreError
from lineage.index.segment import open_segment
from lineage.store import queries
from lineage.store.facts import Version
from lineage.store.workspace import Workspace
from lineage.trace.engine import Engine
from lineage.trace.tracer import DEFAULT_OPTIONS, Indexed, TraceOptions, Tracer, fits


@dataclass(frozen=True, slots=True)
class Searchable:
    """The registered datasets: the newest version of each that can be searched, and why the others cannot.

    versions: in the order of `tracer.datasets`.
    """

    tracer: Tracer
    versions: tuple[Version, ...]
    left_out: tuple[tuple[str, str], ...]

    def place_of(self, version: Version) -> int:
        """Say which of the datasets searched a version is; StoreError when it is not among them."""
        for place, one in enumerate(self.versions):
            if one.id == version.id:
                return place
        reason = dict(self.left_out).get(version.title, "it is not the newest version of its dataset")
        raise StoreError(f"{version.title} is not searched: {reason}")


def open_tracer(
    session: Session, workspace: Workspace, engine: Engine, options: TraceOptions = DEFAULT_OPTIONS
) -> Searchable:
    """Open the indexes of all registered datasets for searching."""
    datasets, versions, left_out = [], [], []
    for version in queries.current_datasets(session):
        try:
            segment = open_segment(workspace.index / (version.digest or ""))
        except StoreError as error:
            left_out.append((version.title, str(error)))
            continue
        if fits(segment):
            datasets.append(Indexed(version.title, segment))
            versions.append(version)
        else:
            left_out.append((version.title, "its fingerprints are salted, or made with other parameters"))
    return Searchable(Tracer(datasets, engine, options), tuple(versions), tuple(left_out))
