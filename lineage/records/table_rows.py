"""Rows of tables: CSV, TSV and Parquet.

Yields `(place, value)` as `lineage.records.json_rows` does. A CSV cell is always text: an empty one is empty text, and
so cannot be told from one that was absent.
"""

import contextlib
import csv
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.records.faults import FileFault, RowFault
from lineage.records.json_rows import RawRow
from lineage.records.utf8 import decode

_PARQUET_ROWS = 256


class TableDialect(csv.excel):
    """CSV as spreadsheets write it, strict about quotes."""

    strict = True


class TabDialect(TableDialect):
    """The same with tabs."""

    delimiter = "\t"


class SemicolonDialect(TableDialect):
    """The same with semicolons, as where the comma parts decimals."""

    delimiter = ";"


class LineDialect(csv.excel_tab):
    """Plain text: a line is a row, tabs part its cells, quotes mean nothing."""

    quoting = csv.QUOTE_NONE
    quotechar = None


def read_table(chunks: Iterator[bytes], dialect: type[csv.Dialect], *, header: bool) -> Iterator[RawRow]:
    """Read a table with a header, or name its columns `#0`, `#1` … where it has none; the place is the line."""
    # The module's limit of 128 KiB a cell is there to save memory; a response may be longer.
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(_text_lines(chunks), dialect)
    names: list[str] | None = None
    start = 1
    try:
        for cells in reader:
            if cells and header and names is None:
                names = _checked(cells)
            elif cells:
                yield start, _as_row(cells, names)
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileFault(f"is not a well-formed table: {error} at line {max(start, reader.line_num)}") from error


def parse_row(text: str, dialect: type[csv.Dialect], names: list[str]) -> dict[str, object] | RowFault:
    """Parse one row of a well-formed table whose header has these names."""
    return _as_row(next(csv.reader(_text_lines(iter([text.encode()])), dialect)), names)


def read_parquet(stream: BinaryIO) -> Iterator[RawRow]:
    """Read a Parquet file batch by batch; the place is the row."""
    try:
        row = 0
        for batch in pq.ParquetFile(stream, pre_buffer=False).iter_batches(batch_size=_PARQUET_ROWS, use_threads=False):
            for value in batch.to_pylist():
                yield row, value
                row += 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FileFault(f"is not a readable Parquet file: {error}") from error


@contextlib.contextmanager
def unpack(chunks: Iterable[bytes]) -> Iterator[BinaryIO]:
    """Unpack a compressed Parquet file to a temporary one, since its index is at its end."""
    with tempfile.TemporaryFile() as unpacked:
        for chunk in chunks:
            unpacked.write(chunk)
        unpacked.seek(0)
        yield unpacked


def _text_lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Split text after each line feed alone, so that the other line ends stay inside their cells."""
    started: list[str] = []
    for text in decode(chunks):
        first, newline, rest = text.partition("\n")
        started.append(first + newline)
        if newline:
            yield "".join(started)
            *whole, last = rest.split("\n")
            yield from (line + "\n" for line in whole)
            started = [last]
    if any(started):
        yield "".join(started)


def _checked(names: list[str]) -> list[str]:
    if doubled := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise FileFault(f"has more than one column named {', '.join(map(repr, doubled))} in its first line")
    return names


def _as_row(cells: list[str], names: list[str] | None) -> dict[str, object] | RowFault:
    if names is None:
        return {f"#{position}": cell for position, cell in enumerate(cells)}
    if len(cells) != len(names):
        return RowFault(f"has {len(cells)} cells where the header names {len(names)} columns")
    return dict(zip(names, cells, strict=True))
