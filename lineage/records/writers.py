"""One writer for each format: rows in, bytes out.

Knows formats only; names, temporary files and compression are in `lineage.records.write`.
"""

import csv
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from lineage.errors import RecordError
from lineage.records.utf8 import clean

_GROUP_ROWS = 8192


class Writer(Protocol):
    """Takes rows, one mapping of column to value each."""

    def write(self, row: Mapping[str, object]) -> None:
        """Add one row."""

    def close(self) -> None:
        """Write what is still held back; the file itself is closed by its opener."""


class _Lines:
    """One JSON object a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: Mapping[str, object]) -> None:
        self._stream.write(_json(row) + b"\n")

    def close(self) -> None:
        pass


class _Array:
    """One JSON array."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._before = b"[\n"

    def write(self, row: Mapping[str, object]) -> None:
        self._stream.write(self._before + _json(row))
        self._before = b",\n"

    def close(self) -> None:
        self._stream.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")


class _Table:
    """A header, which the first row decides, and a line a row."""

    def __init__(self, stream: BinaryIO, delimiter: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="", write_through=True)
        self._writer = csv.writer(self._text, delimiter=delimiter)
        self._columns: list[str] | None = None

    def write(self, row: Mapping[str, object]) -> None:
        if self._columns is None:
            self._columns = list(row)
            self._writer.writerow(self._columns)
        if unknown := [column for column in row if column not in self._columns]:
            raise RecordError(f"a table cannot take a new column in a later row: {', '.join(unknown)}; write .jsonl")
        self._writer.writerow([_cell(row.get(column)) for column in self._columns])

    def close(self) -> None:
        self._text.detach()


class _Parquet:
    """Row groups of 8,192 rows; the first group decides the types."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held: list[Mapping[str, object]] = []
        self._writer: Any = None

    def write(self, row: Mapping[str, object]) -> None:
        self._held.append(row)
        if len(self._held) == _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        if self._held or self._writer is None:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        schema = self._writer.schema if self._writer else None
        table = _arrow(self._held, schema)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._held.clear()


def _arrow(rows: list[Mapping[str, object]], schema: pa.Schema | None) -> pa.Table:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if schema and (unknown := [column for column in columns if column not in schema.names]):
        raise RecordError(f"Parquet cannot take a new column in a later row: {', '.join(unknown)}; write .jsonl")
    arrays = {}
    for column in schema.names if schema else columns:
        values = [_scrubbed(row.get(column)) for row in rows]
        try:
            array = pa.array(values, schema.field(column).type if schema else None)
        except pa.ArrowException as error:
            raise RecordError(
                f"column {column!r} does not hold one type, as Parquet asks: {error}; write .jsonl"
            ) from error
        arrays[column] = array.cast(pa.string()) if pa.types.is_null(array.type) else array
    return pa.table(arrays)


def _json(row: Mapping[str, object]) -> bytes:
    try:
        return orjson.dumps(row)
    except orjson.JSONEncodeError:
        return orjson.dumps(_scrubbed(row), default=_decimal)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _json_text(value)


def _json_text(value: object) -> str:
    return orjson.dumps(_scrubbed(value), default=_decimal).decode()


def _decimal(value: object) -> str:
    """Write the one type that Parquet has and JSON has not; anything else is refused."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _scrubbed(value: object) -> object:
    """Replace what UTF-8 cannot hold, at any depth."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _scrubbed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(one) for one in value]
    return value


WRITERS: dict[str, Callable[[BinaryIO], Writer]] = {
    ".jsonl": _Lines,
    ".ndjson": _Lines,
    ".json": _Array,
    ".csv": lambda stream: _Table(stream, ","),
    ".tsv": lambda stream: _Table(stream, "\t"),
    ".parquet": _Parquet,
}
