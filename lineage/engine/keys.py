"""Rows that are equal in some integer columns: brought together in one table, or matched across two."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.engine.flow import columns_after_join, columns_of_groups

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
# Rows of one batch that goes on to a stage.
BATCH_ROWS = 16_384


def key_columns(batch: pa.RecordBatch | pa.Table, by: Sequence[str]) -> list[Keys]:
    """Return the columns `by` as uint64; TypeError for a column that is not of integers."""
    columns = []
    for name in by:
        column = batch.column(name)
        if not pa.types.is_integer(column.type):
            raise TypeError(f"rows are brought together by integer columns, and {name} is {column.type}")
        columns.append(
            column.to_numpy(zero_copy_only=False).astype(np.uint64) if len(column) else np.empty(0, np.uint64)
        )
    return columns


def hash_keys(columns: Sequence[Keys]) -> Keys:
    """Mix the columns of each row to one number."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column) * _MIX
        mixed ^= mixed >> _HALF
    return mixed


def grouped(table: pa.Table, by: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Bring equal rows together: batches with a row a group, the other columns as lists; each group in one batch."""
    if not table.num_rows:
        return
    order, starts = _runs(key_columns(table, by))
    schema = columns_of_groups(table.schema, by)
    ends = np.append(starts[1:], len(order))
    # Batches end where a group does; a group beyond the usual size is a batch of its own.
    cuts = np.searchsorted(ends, np.arange(0, len(order), BATCH_ROWS), side="left")
    bounds = np.unique(np.append(cuts, len(starts)))
    for low, high in itertools.pairwise(bounds):
        first = starts[low]
        rows = table.take(pa.array(order[first : ends[high - 1]])).combine_chunks()
        offsets = pa.array(np.append(starts[low:high], ends[high - 1]) - first)
        heads = pa.array(starts[low:high] - first)
        columns = [_only_chunk(rows, name).take(heads) for name in by]
        lists = [
            pa.LargeListArray.from_arrays(offsets, _only_chunk(rows, name))
            for name in table.column_names
            if name not in by
        ]
        yield pa.RecordBatch.from_arrays([*columns, *lists], schema=schema)


def joined(left: pa.Table, right: pa.Table, on: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Match equal rows of two tables, each pair of rows once."""
    schema = columns_after_join(left.schema, right.schema, on)
    if not (left.num_rows and right.num_rows):
        return
    ids_left, ids_right = number_keys(key_columns(left, on), key_columns(right, on))
    order = np.argsort(ids_right, kind="stable")
    begins = np.searchsorted(ids_right[order], ids_left, side="left")
    counts = np.searchsorted(ids_right[order], ids_left, side="right") - begins
    ends = np.cumsum(counts)
    added = right.select([name for name in right.column_names if name not in on])
    for low in range(0, int(ends[-1]), BATCH_ROWS):
        places = np.arange(low, min(low + BATCH_ROWS, int(ends[-1])))
        rows_left = np.searchsorted(ends, places, side="right")
        rows_right = order[begins[rows_left] + places - (ends - counts)[rows_left]]
        parts = (left.take(pa.array(rows_left)), added.take(pa.array(rows_right)))
        columns = [_only_chunk(part, name) for part in parts for name in part.column_names]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def number_keys(left: Sequence[Keys], right: Sequence[Keys]) -> tuple[Ints, Ints]:
    """Give the rows of both sides numbers that are equal where their keys are."""
    order, starts = _runs([np.concatenate(both) for both in zip(left, right, strict=True)])
    ids = np.empty(len(order), np.int64)
    ids[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(order))))
    return ids[: len(left[0])], ids[len(left[0]) :]


def _runs(columns: Sequence[Keys]) -> tuple[Ints, Ints]:
    """Sort rows by their keys, and say where in that order each run of equal rows starts."""
    order = np.lexsort(tuple(reversed(columns)))
    changed = np.zeros(len(order), np.bool_)
    changed[:1] = True
    for column in columns:
        in_order = column[order]
        changed[1:] |= in_order[1:] != in_order[:-1]
    return order, np.flatnonzero(changed)


def _only_chunk(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
