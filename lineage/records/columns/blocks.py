"""What each format offers to be read in blocks: its rows from the first one on, or NotPlain where it has others."""

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from lineage.records.chunks import Chunks
from lineage.records.columns.block import Block
from lineage.records.columns.json_blocks import blocks_of_array, blocks_of_lines
from lineage.records.columns.known import Known
from lineage.records.columns.parquet_blocks import blocks_of_parquet
from lineage.records.columns.plan import Plan
from lineage.records.columns.table_blocks import blocks_of_table
from lineage.records.fields import Named
from lineage.records.shapes import Match


class Blocks(Protocol):
    """A file that can be read in blocks."""

    def read(self, plan: Plan, found: Match | Named, columns: Sequence[str], rows: int) -> Iterator[Block]:
        """Read blocks of at most `rows` rows; columns: those of the first rows. May be called once."""

    def forget(self) -> None:
        """Say that `read` will not be called."""


class _Chunked:
    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks

    def forget(self) -> None:
        """Say that the chunks are not wanted again."""
        self._chunks.forget()


class LineBlocks(_Chunked):
    """JSON, a row a line."""

    def read(self, plan: Plan, found: Match | Named, columns: Sequence[str], rows: int) -> Iterator[Block]:
        """Read the rows in blocks."""
        return blocks_of_lines(self._chunks.again(), plan, Known(plan, found, columns), rows)


class ArrayBlocks(_Chunked):
    """A JSON array of rows."""

    def read(self, plan: Plan, found: Match | Named, columns: Sequence[str], rows: int) -> Iterator[Block]:
        """Read the rows in blocks."""
        return blocks_of_array(self._chunks.again(), plan, Known(plan, found, columns), rows)


class TableBlocks(_Chunked):
    """A table with a header."""

    def __init__(self, chunks: Chunks, dialect: type[csv.Dialect]) -> None:
        super().__init__(chunks)
        self._dialect = dialect

    def read(self, plan: Plan, found: Match | Named, columns: Sequence[str], rows: int) -> Iterator[Block]:
        """Read the rows in blocks."""
        del found
        return blocks_of_table(self._chunks.again(), plan, self._dialect, columns, rows)


class ParquetBlocks:
    """A Parquet file."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def forget(self) -> None:
        """Nothing is remembered."""

    def read(self, plan: Plan, found: Match | Named, columns: Sequence[str], rows: int) -> Iterator[Block]:
        """Read the rows in blocks."""
        del found, columns
        return blocks_of_parquet(self._stream, plan, rows)
