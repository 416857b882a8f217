"""Which format a file is in, by its content before its name, and its raw rows.

Knows formats, not shapes: what the columns of a row mean is decided by `lineage.records.shapes`.
"""

import contextlib
import csv
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from lineage.errors import UsageError
from lineage.records.chunks import Chunks
from lineage.records.columns.blocks import ArrayBlocks, Blocks, LineBlocks, ParquetBlocks, TableBlocks
from lineage.records.faults import Broken, FileFault
from lineage.records.json_rows import RawRow, read_array, read_lines, read_objects
from lineage.records.sources import ending_of
from lineage.records.streams import open_bytes, open_chunks
from lineage.records.table_rows import (
    LineDialect,
    SemicolonDialect,
    TabDialect,
    TableDialect,
    read_parquet,
    read_table,
    unpack,
)

_HEAD_BYTES = 1 << 16
_TABLES = {".csv": TableDialect, ".tsv": TabDialect, ".txt": LineDialect}
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class Raw:
    """The raw rows of a file, and how their places are counted (`line` or `row`).

    `blocks`, where the format has them, reads the same rows from the first one on, many at a time; the first of `rows`
    may have been taken before, none after.
    """

    unit: str
    rows: Iterator[RawRow]
    blocks: Blocks | None = None


@contextlib.contextmanager
def open_raw(path: str, *, positional: bool, is_record: Callable[[dict[str, object]], bool]) -> Iterator[Raw]:
    """Open a file's rows; `positional`: its columns are asked for by position, so a table has no header.

    Raises FileFault, here or from the rows, when the file is not what any reader can read.
    """
    with contextlib.ExitStack() as stack:
        chunks = stack.enter_context(open_chunks(path))
        head, chunks = _with_head(chunks)
        if head.startswith(_PARQUET):
            yield _parquet(path, chunks, stack)
            return
        yield _text(path, head, chunks, positional=positional, is_record=is_record)


def _parquet(path: str, chunks: Iterator[bytes], stack: contextlib.ExitStack) -> Raw:
    stored = stack.enter_context(open_bytes(path))
    if stored.peek(4).startswith(_PARQUET) and stored.seekable():
        return Raw("row", read_parquet(stored), ParquetBlocks(stored))
    unpacked = stack.enter_context(unpack(chunks))
    return Raw("row", read_parquet(unpacked), ParquetBlocks(unpacked))


def _text(
    path: str, head: bytes, chunks: Iterator[bytes], *, positional: bool, is_record: Callable[[dict[str, object]], bool]
) -> Raw:
    start = head.lstrip()
    ending = ending_of(path)
    if not start and len(head) < _HEAD_BYTES:
        raise FileFault("is empty" if not head else "is empty but for white space")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFault("is UTF-16, not UTF-8: convert it first, for example with iconv -f UTF-16 -t UTF-8")
    if start.startswith(b"[") and not _first_line_is_array(start):
        kept = Chunks(chunks)
        return Raw("row", read_array(kept), ArrayBlocks(kept))
    if start[:1] in {b"[", b"{"} and (_holds_json_lines(head) or _must_be_lines(head, ending)):
        return _lines(chunks)
    if start.startswith(b"{") and ending not in _TABLES:
        return Raw("row", read_objects(chunks, is_record=is_record))
    if ending == ".txt" and not positional:
        raise UsageError(f"{path} is plain text: pass --fields text=#0 to read each line as a document, or prompt=#0")
    if ending in _TABLES:
        return _table(chunks, _dialect(ending, start), header=not positional)
    if ending in {".jsonl", ".ndjson"}:
        return _lines(chunks)
    raise FileFault(
        f"is none of the known formats (JSON, JSON lines, CSV, TSV, Parquet): it starts with {start[:20]!r}"
    )


def _lines(chunks: Iterator[bytes]) -> Raw:
    kept = Chunks(chunks)
    return Raw("line", read_lines(kept), LineBlocks(kept))


def _table(chunks: Iterator[bytes], dialect: type[csv.Dialect], *, header: bool) -> Raw:
    kept = Chunks(chunks)
    blocks = TableBlocks(kept, dialect) if header and dialect.quotechar else None
    return Raw("line", read_table(kept, dialect, header=header), blocks)


def _dialect(ending: str, start: bytes) -> type[csv.Dialect]:
    """Choose how cells are parted: a `.csv` whose first line has no comma may use semicolons or tabs."""
    first = start.partition(b"\n")[0]
    if ending == ".csv" and b"," not in first:
        return SemicolonDialect if b";" in first else TabDialect if b"\t" in first else TableDialect
    return _TABLES[ending]


def _with_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Read at least the first 64 KiB where there are as many, and put them back."""
    held: list[bytes] = []
    size = 0
    fault: FileFault | None = None
    try:
        for chunk in chunks:
            held.append(chunk)
            size += len(chunk)
            if size >= _HEAD_BYTES:
                break
    except FileFault as error:
        if not held:
            raise
        fault = error
    return b"".join(held)[:_HEAD_BYTES], itertools.chain(held, chunks if fault is None else Broken(fault))


def _holds_json_lines(head: bytes) -> bool:
    """Tell whether there are several lines and one of the first is, from its first column, an object or array."""
    lines = [line for line in head.split(b"\n") if line and not line.isspace()]
    if len(lines) < 2:
        return False
    whole = lines if len(head) < _HEAD_BYTES else lines[:-1]
    return any(_parses(line) for line in whole[:50] if line[:1] in {b"{", b"["})


def _first_line_is_array(start: bytes) -> bool:
    """Tell rows that are arrays, one a line, from one array of rows."""
    first, newline, rest = start.partition(b"\n")
    return bool(newline) and rest.lstrip().startswith(b"[") and _parses(first)


def _must_be_lines(head: bytes, ending: str) -> bool:
    """Tell whether the name promises lines and the first ones, too long or broken to tell, do not look indented."""
    if ending not in {".jsonl", ".ndjson"}:
        return False
    first, _, rest = head.strip().partition(b"\n")
    return rest.lstrip().startswith(b"{") or (not rest and not _parses(first))


def _parses(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
