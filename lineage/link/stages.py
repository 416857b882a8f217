"""The stages that find which texts may be alike: signatures to bands, bands to candidate pairs.

Each is a top-level function from record batch to record batch. They see one view (prompts, or responses) at a time, and
name a text by its place (see `ingest`). The rules are those of `bands`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.link.arrays import Ints, Minima
from lineage.link.banding import choose_banding
from lineage.link.bands import least_matches
from lineage.link.bins import Signatures, tag_bands
from lineage.link.buckets import Members, Rule, pair_members
from lineage.link.options import LinkOptions

# A row for each dataset and text: its key, the first place that holds it, four bits of each slot, a tag for each band.
TEXTS = pa.schema(
    [
        pa.field("dataset", pa.int32()),
        pa.field("high", pa.uint64()),
        pa.field("low", pa.uint64()),
        pa.field("place", pa.int64()),
        pa.field("sketch", pa.large_binary()),
        pa.field("tags", pa.large_binary()),
    ]
)
BANDED = pa.schema([pa.field("band", pa.int16()), pa.field("tag", pa.uint32()), *list(TEXTS)[:-1]])
# Two places; or, where `cut` is not 0, -1 - the numbers of two datasets, and what was left out of a bucket of theirs.
CANDIDATES = pa.schema([pa.field(name, pa.int64()) for name in ("place_a", "place_b", "cut")])
PAIRS = pa.schema(list(CANDIDATES)[:2])


def sketch(batch: pa.RecordBatch, view: str, options: LinkOptions) -> pa.RecordBatch:
    """Cut the signatures of kept rows into bands: a row for each row with words."""
    batch = batch.filter(pa.array(batch.column(f"{view}_count").to_numpy() > 0))
    minima: Minima = rows_of_bytes(batch.column(f"{view}_minima"), np.uint32)
    rows = np.arange(batch.num_rows)
    slots = choose_banding(minima.shape[1], options.threshold, options.recall).slots
    tags = tag_bands(Signatures(rows, rows, minima), slots, 1)
    keys = (batch.column(f"{view}_{half}") for half in ("high", "low"))
    columns = [batch.column("dataset"), *keys, batch.column("place"), bytes_of_rows(_four_bits(minima))]
    return pa.RecordBatch.from_arrays([*columns, bytes_of_rows(tags.T)], schema=TEXTS)


def once_a_dataset(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep the first of the places that hold one text in one dataset; their signatures are equal."""
    starts = _starts(batch.column("place"))
    places = np.minimum.reduceat(batch.column("place").flatten().to_numpy(), starts) if len(batch) else starts
    signed = [batch.column(name).flatten().take(pa.array(starts)) for name in ("sketch", "tags")]
    keys = [batch.column(name) for name in ("dataset", "high", "low")]
    return pa.RecordBatch.from_arrays([*keys, pa.array(places), *signed], schema=TEXTS)


def spread(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Send each text to the bucket it falls into in every band."""
    tags = rows_of_bytes(batch.column("tags"), np.uint32)
    texts, bands = tags.shape
    repeated = batch.drop_columns(["tags"]).take(pa.array(np.repeat(np.arange(texts), bands)))
    numbers = (np.tile(np.arange(bands, dtype=np.int16), texts), tags.ravel())
    return pa.RecordBatch.from_arrays([*(pa.array(one) for one in numbers), *repeated.columns], schema=BANDED)


def meet(batch: pa.RecordBatch, options: LinkOptions, width: int) -> pa.RecordBatch:
    """Pair the texts of each bucket across datasets that may be alike; width: slots of a signature."""
    starts = np.append(_starts(batch.column("place")), len(batch.column("place").flatten()))
    dataset, place, high, low = (
        batch.column(name).flatten().to_numpy() for name in ("dataset", "place", "high", "low")
    )
    order = np.lexsort((place, dataset, np.repeat(np.arange(len(batch)), np.diff(starts))))
    sketches = rows_of_bytes(batch.column("sketch").flatten(), np.uint8)[order]
    dataset, place = dataset[order].astype(np.int64), place[order]
    # An odd last slot has no four bits; it may agree.
    rule = Rule(least_matches(width, options.threshold) - width % 2, options.bucket_limit)
    x, y, cut = pair_members(Members(starts, dataset, high[order], low[order], sketches), rule)
    sides = [np.where(cut > 0, -1 - dataset[one], place[one]) for one in (x, y)]
    return pa.RecordBatch.from_arrays([pa.array(one) for one in (*sides, cut)], schema=CANDIDATES)


def once_a_pair(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep each pair once, and add up what was left out."""
    starts = _starts(batch.column("cut"))
    cut = np.add.reduceat(batch.column("cut").flatten().to_numpy(), starts) if len(batch) else starts
    columns = [batch.column("place_a"), batch.column("place_b"), pa.array(cut)]
    return pa.RecordBatch.from_arrays(columns, schema=CANDIDATES)


def only_pairs(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Drop the notes of what was left out."""
    return batch.filter(pa.array(batch.column("cut").to_numpy() == 0)).drop_columns(["cut"])


def only_notes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Drop the pairs and keep the notes of what was left out."""
    return batch.filter(pa.array(batch.column("cut").to_numpy() > 0))


def rows_of_bytes(column: pa.Array, kind: type) -> npt.NDArray[Any]:
    """Return byte strings of one length as the rows of an array of numbers."""
    if not len(column):
        return np.empty((0, 2), kind)
    column = column.cast(pa.large_binary())
    _, offset_buffer, data = column.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[column.offset : column.offset + len(column) + 1]
    # A copy, as Arrow may hand out memory that is not aligned to the numbers.
    numbers: npt.NDArray[Any] = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]].copy().view(kind)
    return numbers.reshape(len(column), -1)


def bytes_of_rows(rows: npt.NDArray[Any]) -> pa.Array:
    """Return the rows of an array of numbers as byte strings."""
    plain = np.ascontiguousarray(rows)
    offsets = np.arange(len(plain) + 1, dtype=np.int64) * plain.shape[1] * plain.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(plain)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(plain), buffers)


def _four_bits(minima: Minima) -> npt.NDArray[np.uint8]:
    """Keep four bits of each slot, two slots a byte; an odd last slot is left out."""
    low = (minima & np.uint32(15)).astype(np.uint8)
    even = minima.shape[1] - minima.shape[1] % 2
    packed: npt.NDArray[np.uint8] = low[:, 0:even:2] | (low[:, 1:even:2] << np.uint8(4))
    return packed


def _starts(lists: pa.Array) -> Ints:
    """Return where each list starts among all items."""
    offsets = lists.offsets.to_numpy().astype(np.int64)
    starts: Ints = offsets[:-1] - offsets[0]
    return starts
