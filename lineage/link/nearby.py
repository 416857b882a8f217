"""The pairs of texts of all datasets that are alike, found and counted on an engine; no text comes back here."""

from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from lineage.engine.files import make_folder
from lineage.engine.flow import Engine, Flow, Stage
from lineage.engine.keep import keep
from lineage.link import counting, stages
from lineage.link.ingest import KEPT, Intake, Part, rows_of_places
from lineage.link.known import KnownPairs
from lineage.link.options import LinkOptions
from lineage.text.models import text_model

Cuts = dict[tuple[int, int], int]


def find_near(engine: Engine, parts: Sequence[Part], view: str, *, intake: Intake, options: LinkOptions) -> Cuts:
    """Find the pairs of one view that share a band, count those that agree, and keep them for `near_of`.

    Returns what was left out of overfull buckets, for two datasets by their numbers.
    What is moved between workers: a text's key and half a byte a slot, once for each band; the candidate pairs; and
    each text of a candidate that is not clearly unlike, once for each such pair.
    """
    work = intake.folder
    names = ["dataset", "place", *(f"{view}_{name}" for name in ("high", "low", "count", "minima"))]
    met = (
        engine.read([part.kept for part in parts], pa.schema([KEPT.field(name) for name in names]))
        .map(partial(stages.sketch, view=view, options=options), stages.TEXTS)
        .group(["dataset", "high", "low"], stages.once_a_dataset, stages.TEXTS)
        .map(stages.spread, stages.BANDED)
        .group(["band", "tag"], partial(stages.meet, options=options, width=intake.params.num_perm), stages.CANDIDATES)
        .group(["place_a", "place_b"], stages.once_a_pair, stages.CANDIDATES)
    )
    met = keep(engine, met, f"{work}/{view}-candidates")
    pairs = met.map(stages.only_pairs, stages.PAIRS)
    both = _both_texts(engine, pairs, f"{work}/{view}-texts", partial(counting.fetch, folder=work, view=view))
    verify = partial(
        counting.verify,
        model=text_model(intake.model(view)),
        options=options,
        datasets=tuple(part.dataset for part in parts),
    )
    folder = _near_folder(work, view)
    make_folder(folder)
    near = both.map(verify, counting.COUNTED).group(
        ["a", "b"], partial(counting.write_near, folder=folder), counting.WRITTEN
    )
    keep(engine, near, f"{work}/{view}-counted")
    notes = met.map(stages.only_notes, stages.CANDIDATES).batches()
    return {(-1 - r["place_a"], -1 - r["place_b"]): r["cut"] for batch in notes for r in batch.to_pylist()}


def near_of(work: str, view: str, parts: tuple[Sequence[Part], Sequence[Part]], cut: int) -> KnownPairs:
    """Read the pairs of two datasets, given by their parts, that `find_near` has kept."""
    a, b = parts
    table = counting.read_near(_near_folder(work, view), a[0].dataset, b[0].dataset)
    place_a, place_b, both, size_a, size_b = (table[name].to_numpy() for name in table.column_names)
    return KnownPairs(rows_of_places(a, place_a), rows_of_places(b, place_b), both, size_a, size_b, cut)


def _near_folder(work: str, view: str) -> str:
    return f"{work}/{view}-near"


def _both_texts(engine: Engine, pairs: Flow, place: str, fetch: Stage) -> Flow:
    """Join each pair with the texts of both sides, which are read from where they are kept."""
    texts = pairs.map(counting.wanted, counting.WANTED).group(["part"], counting.gather, counting.PARTS)
    fetched = keep(engine, texts.map(fetch, counting.FETCHED, rows=1), place)
    for side in ("a", "b"):
        named = fetched.map(partial(counting.as_side, side=side), counting.side_columns(side))
        pairs = pairs.join(named, [f"place_{side}"])
    return pairs
