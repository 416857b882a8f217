"""Datasets that no instruction may be a copy of: benchmarks, and whatever is registered."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import StoreError, UsageError
from lineage.fingerprint.card import CardMeta
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS
from lineage.generate.filters.options import FilterOptions
from lineage.index.segment import Segment, open_segment
from lineage.index.writer import writing_segment
from lineage.records.read import open_records
from lineage.store import queries
from lineage.store.connect import reading
from lineage.store.workspace import find_workspace
from lineage.trace.compiled import Compiled
from lineage.trace.result import Explained, Hit
from lineage.trace.tracer import Indexed, TraceOptions, Tracer, fits

# A text inside another is a copy when what they share is this surprising among the samples searched; fewer bits are
# what everybody asks ("why the sky is blue"). Near copies of the whole need none. Measured: docs/howto/filters.md.
LEAST_BITS = 15.0
_SHOWN_HITS = 8


@dataclass(frozen=True, slots=True)
class ReferenceCopy:
    """The sample that an instruction copies: of which dataset, in which way (kinds as in `lineage.trace`), how much."""

    dataset: str
    row: int
    view: str
    kind: str
    similarity: float
    bits: float

    def to_dict(self) -> dict[str, object]:
        """Return the evidence as it goes into the record of a rejected instruction."""
        return {
            "dataset": self.dataset, "row": self.row, "view": self.view, "kind": self.kind,
            "similarity": round(self.similarity, 3), "bits": round(self.bits, 1),
        }  # fmt: skip


class References:
    """Datasets to be searched for each instruction."""

    def __init__(self, datasets: list[Indexed], *, threshold: float) -> None:
        self._tracer = Tracer(datasets, Compiled(), TraceOptions(threshold=threshold, most=64))
        self._names = [(one.name, one.segment) for one in datasets]

    def facts(self) -> list[dict[str, object]]:
        """Name the datasets by content, for the record of a run."""
        return [
            {"dataset": name, "digest": segment.meta.digest, "samples": len(segment)} for name, segment in self._names
        ]

    def find(self, text: str) -> ReferenceCopy | None:
        """Return the likest sample of which a text is a copy, or which it holds; None when there is none."""
        for hit in self._tracer.trace(text).hits[:_SHOWN_HITS]:
            shown = self._tracer.explain(text, hit)
            if hit.kind in {"identical", "near"} or shown.bits >= LEAST_BITS:
                return _copy(hit, shown)
        return None


def open_references(options: FilterOptions) -> References | None:
    """Open what no instruction may copy; None when nothing was asked for.

    Files are indexed in the folder for temporary files, so memory does not grow with them. Raises UsageError for a name
    that is neither a file nor a registered dataset, StoreError for one that cannot be searched.
    """
    datasets = [*_named(options), *(_registered(options, None) if options.against_registered else ())]
    once = {one.segment.meta.digest: one for one in reversed(datasets)}
    return References(list(reversed(once.values())), threshold=options.max_similarity) if datasets else None


def _named(options: FilterOptions) -> Iterator[Indexed]:
    for name in options.against:
        if _is_source(name):
            yield Indexed(name, _index_of(name))
        else:
            yield from _registered(options, name)


def _is_source(name: str) -> bool:
    return Path(name).exists() or any(sign in name for sign in "*?[") or name.startswith(("hf:", "package:", "http"))


def _index_of(name: str) -> Segment:
    records = open_records(name)
    with tempfile.TemporaryDirectory(prefix="lineage-") as folder, writing_segment(folder, DEFAULT_PARAMS) as writer:
        for batch in records.batches():
            writer.rows.add(batch, threads=1)
        meta = CardMeta(records.name, writer.rows.digest, writer.rows.rows, DEFAULT_PARAMS, sources=records.files)
        return writer.finish(meta, threads=1)


def _registered(options: FilterOptions, name: str | None) -> Iterator[Indexed]:
    """Open the index of a registered dataset, or of all."""
    workspace = find_workspace(options.home)
    try:
        with reading(workspace) as session:
            versions = (
                queries.current_datasets(session) if name is None else [queries.resolve(session, name, ["dataset"])]
            )
    except (StoreError, UsageError) as error:
        if name is None:
            raise
        raise UsageError(f"{name!r} is neither a file nor a registered dataset ({error})") from error
    for version in versions:
        segment = open_segment(workspace.index / (version.digest or ""))
        if not fits(segment):
            raise StoreError(f"{version.title} cannot be searched: its fingerprints are salted or made otherwise")
        yield Indexed(version.title, segment)


def _copy(hit: Hit, shown: Explained) -> ReferenceCopy:
    return ReferenceCopy(shown.dataset, hit.row, hit.view, hit.kind, hit.jaccard, shown.bits)
