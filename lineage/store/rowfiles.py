"""Rows beside the database: who wrote each row as the rows themselves say, and which rows of two versions are linked.

One Parquet file per version or pair, named by digests, so that the same content always has the same file. The database
never holds one record per row. Knows nothing of how labels or links are found.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lineage.errors import StoreError
from lineage.store.workspace import written_whole

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LABELS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("role", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("model", pa.dictionary(pa.int32(), pa.string()), nullable=False),
    ],
    metadata={"lineage.labels": "1"},
)
_LINKS = pa.schema(
    [
        pa.field("row_a", pa.int64(), nullable=False),
        pa.field("row_b", pa.int64(), nullable=False),
        pa.field("relation", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("prompt", pa.bool_(), nullable=False),
        pa.field("response", pa.bool_(), nullable=False),
    ],
    metadata={"lineage.links": "1"},
)


@dataclass(frozen=True, slots=True)
class RowLinks:
    """Linked rows of two versions: row numbers (n,), the relation of each pair, and in which roles they share text."""

    row_a: Rows
    row_b: Rows
    relation: list[str]
    prompt: Flags
    response: Flags


def write_labels(path: Path, rows: list[int], roles: list[str], models: list[str]) -> None:
    """Write who wrote which row in which role; the three lists run in parallel."""
    _write(path, {"row": rows, "role": roles, "model": models}, _LABELS)


def read_labels(path: Path, role: str) -> tuple[Rows, list[str]]:
    """Read the rows of one role that name their author, in row order, and those authors; empty without a file."""
    if not path.exists():
        return np.empty(0, np.int64), []
    table = _read(path, _LABELS).filter(pa.compute.field("role") == role).sort_by("row")
    return table["row"].to_numpy(), table["model"].to_pylist()


def author_of_row(path: Path, row: int, role: str) -> str | None:
    """Say who a row says wrote it in a role; None where it does not, or without a file."""
    if not path.exists():
        return None
    table = _read(path, _LABELS)
    named = [table.slice(place, 1).to_pylist()[0] for place in np.flatnonzero(_numbers(table, "row") == row)]
    return next((one["model"] for one in named if one["role"] == role), None)


def rows_linked_to(path: Path, row: int, side: Literal["a", "b"], role: str) -> list[int]:
    """List the rows of the other version that share a row's text in a role; `side` is the row's own."""
    table = _read(path, _LINKS)
    shared = _numbers(table, role) != 0
    here, there = _numbers(table, f"row_{side}"), _numbers(table, "row_b" if side == "a" else "row_a")
    return sorted(there[shared & (here == row)].tolist())


def _numbers(table: pa.Table, name: str) -> Rows:
    """Return a column as integers, by a way that does not load pandas: that takes as long as all else together."""
    column = table[name].combine_chunks()
    return np.asarray(np.from_dlpack(column.cast(pa.int64())), np.int64)


def write_links(path: Path, links: RowLinks) -> None:
    """Write the linked rows of a pair of versions."""
    columns = {name: getattr(links, name) for name in _LINKS.names}
    _write(path, columns, _LINKS)


def read_links(path: Path) -> RowLinks:
    """Read the linked rows of a pair of versions."""
    table = _read(path, _LINKS)
    a, b, prompt, response = (table[name].to_numpy() for name in ("row_a", "row_b", "prompt", "response"))
    return RowLinks(a, b, table["relation"].to_pylist(), prompt, response)


def _write(path: Path, columns: dict[str, object], schema: pa.Schema) -> None:
    with written_whole(path) as temporary:
        pq.write_table(pa.table(columns, schema=schema), temporary, compression="zstd")


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"cannot read {path}: {error}; add the dataset again to write it anew") from error
    ((name, version),) = schema.metadata.items()
    if (table.schema.metadata or {}).get(name) != version:
        raise StoreError(f"{path} has another format than {name.decode()} {version.decode()}; upgrade lineage")
    return table.cast(schema)
