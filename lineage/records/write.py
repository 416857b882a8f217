"""Rows to a file: JSON lines, a JSON array, CSV, TSV or Parquet, plain or compressed, by the file's name.

Written beside its place under a temporary name and renamed when all is well, so a killed process leaves the old file
or none. CSV and TSV hold text: lists and objects in a cell are written as JSON, null as an empty cell.
"""

import bz2
import contextlib
import gzip
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
import zstandard

from lineage.errors import UsageError
from lineage.records.sample import Sample
from lineage.records.sources import ending_of
from lineage.records.streams import compression_of
from lineage.records.writers import WRITERS, Writer


def row_of(sample: Sample) -> dict[str, object]:
    """Return the row that reads back as this sample: its messages, then its other columns.

    >>> from lineage.records.sample import Message
    >>> row_of(Sample((Message("user", "Hi"),), {"id": 7}))
    {'messages': [{'role': 'user', 'content': 'Hi'}], 'id': 7}
    """
    messages = [{"role": one.role, "content": one.content} for one in sample.messages]
    return {"messages": messages, **{key: value for key, value in sample.meta.items() if key != "messages"}}


@contextlib.contextmanager
def open_writer(path: str | Path) -> Iterator[Writer]:
    """Open a file for rows; format and compression follow from its name (`.jsonl`, `.csv.gz`, `.parquet` …).

    Raises UsageError for a name that says no format, or a place that cannot be written.
    """
    text = str(path)
    make = WRITERS.get(ending_of(text))
    if make is None:
        raise UsageError(f"{text}: the name must end in {', '.join(WRITERS)}, then .gz, .zst, .xz or .bz2 if wanted")
    with _replacing(text) as raw, _packing(raw, compression_of(text)) as packed:
        writer = make(packed)
        yield writer
        writer.close()


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[BinaryIO]:
    """Open a temporary neighbour, and give it the name when the block ends well."""
    system, final = fsspec.core.url_to_fs(path)
    folder, slash, name = final.rpartition("/")
    temporary = f"{folder}{slash}.{name}.{os.getpid()}.tmp"
    try:
        stream = system.open(temporary, "wb")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        with stream:
            yield stream
        system.mv(temporary, final)
    except BaseException:
        with contextlib.suppress(OSError):
            system.rm_file(temporary)
        raise


@contextlib.contextmanager
def _packing(raw: BinaryIO, compression: str) -> Iterator[BinaryIO]:
    with contextlib.ExitStack() as stack:
        if compression == ".gz":  # no time and no name inside, so that the same rows are the same bytes
            yield cast("BinaryIO", stack.enter_context(gzip.GzipFile("", "wb", 6, raw, 0)))
        elif compression == ".zst":
            packer = zstandard.ZstdCompressor(write_checksum=True).stream_writer(raw, closefd=False)
            yield cast("BinaryIO", stack.enter_context(packer))
        elif compression == ".xz":
            yield cast("BinaryIO", stack.enter_context(lzma.LZMAFile(raw, "wb")))
        elif compression == ".bz2":
            yield cast("BinaryIO", stack.enter_context(bz2.BZ2File(raw, "wb")))
        else:
            yield raw
