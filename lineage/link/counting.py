"""The stages that count what candidate pairs share: their texts are read where they are kept, joined, and compared.

Each is a top-level function from record batch to record batch. The rules are those of `bands` and `measure`.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.engine.files import exists, read_parquet, write_parquet
from lineage.fingerprint.minhash import ViewPrints
from lineage.link.arrays import Ints, Minima
from lineage.link.banding import choose_banding
from lineage.link.bands import least_matches
from lineage.link.ingest import PLACE_BITS, kept_file
from lineage.link.options import LinkOptions
from lineage.link.sets import count_shared, need_jaccard
from lineage.link.sources import ShingleSource
from lineage.link.stages import rows_of_bytes
from lineage.text.jit import kernel
from lineage.text.models import TextModel

WANTED = pa.schema([pa.field("part", pa.int32()), pa.field("place", pa.int64())])
PARTS = pa.schema([pa.field("part", pa.int32()), pa.field("place", pa.large_list(pa.int64()))])
FETCHED = pa.schema(
    [
        pa.field("place", pa.int64()),
        pa.field("count", pa.int32()),
        pa.field("text", pa.large_string()),
        pa.field("minima", pa.large_binary()),
    ]
)
_COUNTS = ("place_a", "place_b", "both", "size_a", "size_b")
COUNTED = pa.schema(
    [*(pa.field(name, pa.int32()) for name in ("a", "b")), *(pa.field(name, pa.int64()) for name in _COUNTS)]
)
WRITTEN = pa.schema([pa.field("a", pa.int32()), pa.field("b", pa.int32()), pa.field("pairs", pa.int64())])
_NEAR = pa.schema(list(COUNTED)[2:])


def wanted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Name the texts of each pair, with the part they are kept in."""
    places = np.unique(np.concatenate([batch.column(side).to_numpy() for side in ("place_a", "place_b")]))
    part = (places >> PLACE_BITS).astype(np.int32)
    return pa.RecordBatch.from_arrays([pa.array(part), pa.array(places)], schema=WANTED)


def gather(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Pass groups on as they are."""
    return batch


def fetch(batch: pa.RecordBatch, folder: str, view: str) -> pa.RecordBatch:
    """Read the texts at some places of each part, with their signatures."""
    found = [FETCHED.empty_table()]
    for part, places in zip(batch.column("part").to_pylist(), batch.column("place"), strict=True):
        found.append(_read_places(kept_file(folder, part), np.unique(places.values.to_numpy()), view))
    table = pa.concat_tables(found).combine_chunks()
    return table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], FETCHED)


def _read_places(file: str, places: Ints, view: str) -> pa.Table:
    names = ["place", f"{view}_count", view, f"{view}_minima"]
    found = [FETCHED.empty_table()]
    schema = pa.schema([field.with_name(name) for name, field in zip(names, FETCHED, strict=True)])
    for rows in read_parquet(file, schema):
        here = np.isin(rows.column("place").to_numpy(), places, assume_unique=True)
        if here.any():
            found.append(pa.Table.from_arrays(rows.filter(pa.array(here)).columns, schema=FETCHED))
    return pa.concat_tables(found)


def as_side(batch: pa.RecordBatch, side: str) -> pa.RecordBatch:
    """Name the columns of fetched texts after the side of a pair."""
    return pa.RecordBatch.from_arrays(batch.columns, schema=side_columns(side))


def side_columns(side: str) -> pa.Schema:
    """Return the columns of `as_side`."""
    return pa.schema([pa.field(f"{field.name}_{side}", field.type) for field in FETCHED])


def verify(batch: pa.RecordBatch, model: TextModel, options: LinkOptions, datasets: tuple[int, ...]) -> pa.RecordBatch:
    """Count what the shingle sets of each pair share; keep the pairs at or above the threshold.

    First their signatures are compared as `bands` does it, so that the same pairs are left. datasets: the number of
    the dataset that each part is of.
    """
    batch = batch.filter(pa.array(_candidates(batch, options)))
    rows = np.arange(batch.num_rows)
    a, b = (_source(batch, side, model).collect(rows, threads=1) for side in ("a", "b"))
    both = count_shared((a, b), (rows, rows), need_jaccard(options.threshold), threads=1)
    kept = (both >= 0) & (both / (a.sizes + b.sizes - both) >= options.threshold)
    places = [batch.column(f"place_{side}").to_numpy() for side in ("a", "b")]
    owners = [np.array(datasets, np.int32)[one >> PLACE_BITS] for one in places]
    columns = [pa.array(one[kept]) for one in (*owners, *places, both, a.sizes, b.sizes)]
    return pa.RecordBatch.from_arrays(columns, schema=COUNTED)


def write_near(batch: pa.RecordBatch, folder: str) -> pa.RecordBatch:
    """Keep the pairs of each two datasets in a file of their own."""
    for row in range(batch.num_rows):
        a, b = (batch.column(name)[row].as_py() for name in ("a", "b"))
        table = pa.Table.from_arrays([batch.column(name)[row].values for name in _NEAR.names], schema=_NEAR)
        with write_parquet(_near_file(folder, a, b), _NEAR) as writer:
            writer.write_table(table.sort_by([("place_a", "ascending"), ("place_b", "ascending")]))
    pairs = np.diff(batch.column("both").offsets.to_numpy())
    return pa.RecordBatch.from_arrays([batch.column("a"), batch.column("b"), pa.array(pairs)], schema=WRITTEN)


def read_near(folder: str, a: int, b: int) -> pa.Table:
    """Read the pairs of two datasets as `write_near` has kept them; none where nothing was."""
    file = _near_file(folder, a, b)
    if not exists(file):
        return _NEAR.empty_table()
    return pa.Table.from_batches(read_parquet(file, _NEAR), _NEAR)


def _near_file(folder: str, a: int, b: int) -> str:
    return f"{folder}/{a:06}-{b:06}.parquet"


def _candidates(batch: pa.RecordBatch, options: LinkOptions) -> npt.NDArray[np.bool_]:
    a, b = (rows_of_bytes(batch.column(f"minima_{side}"), np.uint32) for side in ("a", "b"))
    slots = choose_banding(a.shape[1], options.threshold, options.recall).slots
    agree = np.zeros(batch.num_rows, np.bool_)
    _share_band((a, b), slots, least_matches(a.shape[1], options.threshold), agree)
    return agree


def _source(batch: pa.RecordBatch, side: str, model: TextModel) -> ShingleSource:
    counts = batch.column(f"count_{side}").to_numpy()
    prints = ViewPrints(np.empty((len(counts), 0), np.uint64), counts, np.empty((len(counts), 0), np.uint32))
    return ShingleSource(batch.column(f"text_{side}"), prints, model)


@kernel
def _share_band(minima: tuple[Minima, Minima], slots: Ints, need: int, agree: npt.NDArray[np.bool_]) -> None:
    """Mark the pairs of signatures that agree in a whole band, and in `need` slots at least."""
    for pair in range(agree.shape[0]):
        one, other = minima[0][pair], minima[1][pair]
        equal = 0
        for slot in range(one.shape[0]):
            equal += one[slot] == other[slot]
        for band in range(slots.shape[0]):
            same = 0
            for place in range(slots.shape[1]):
                same += one[slots[band, place]] == other[slots[band, place]]
            agree[pair] = agree[pair] or (same == slots.shape[1] and equal >= need)
