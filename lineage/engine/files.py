"""Files that every worker can reach: named by a path, or by any URL that fsspec opens (`s3://`, `gs://`, `abfs://` …).

A file is there when it is complete: object stores show nothing before, and on disks it is written under another name.
"""

import contextlib
from collections.abc import Iterator
from typing import BinaryIO, cast
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from lineage.engine.keys import BATCH_ROWS


def make_folder(folder: str) -> None:
    """Make a folder and those it lies in, where there are folders."""
    files, path = _open(folder)
    if isinstance(files, LocalFileSystem):
        files.makedirs(path, exist_ok=True)


def remove_folder(folder: str) -> None:
    """Remove a folder with all that is in it, if there is one."""
    files, path = _open(folder)
    with contextlib.suppress(FileNotFoundError):
        files.rm(path, recursive=True)


def list_files(folder: str, suffix: str = ".parquet") -> list[str]:
    """Return the files of a folder in the order of their names, each as `folder/name`; none where it is missing."""
    files, path = _open(folder)
    try:
        found = files.ls(path, detail=True)
    except FileNotFoundError:
        return []
    names = [one["name"].rsplit("/", 1)[-1] for one in found if one["type"] == "file"]
    return [f"{folder.rstrip('/')}/{name}" for name in sorted(names) if name.endswith(suffix)]


def exists(place: str) -> bool:
    """Tell whether there is a file at this place."""
    files, path = _open(place)
    return bool(files.isfile(path))


def write_bytes(place: str, content: bytes) -> None:
    """Write a small file."""
    with _written(place) as file:
        file.write(content)


def read_bytes(place: str) -> bytes:
    """Read a small file whole."""
    files, path = _open(place)
    return bytes(files.cat_file(path))


@contextlib.contextmanager
def write_parquet(place: str, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Write a Parquet file."""
    with _written(place) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        yield writer


def read_parquet(place: str, schema: pa.Schema, *, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Read the columns of a schema from a Parquet file, cast to it, at most `rows` a batch.

    Holds one row group at a time: read ahead over the whole file, its bytes would all stay until the end.
    """
    with _opened(place) as parquet:
        for number in range(parquet.num_row_groups):
            for batch in parquet.iter_batches(rows, row_groups=[number], columns=schema.names):
                columns = [batch.column(field.name).cast(field.type) for field in schema]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


@contextlib.contextmanager
def _opened(place: str) -> Iterator[pq.ParquetFile]:
    files, path = _open(place)
    if isinstance(files, LocalFileSystem):
        with pq.ParquetFile(path) as parquet:
            yield parquet
        return
    # What a row group's columns need comes in few requests.
    with files.open(path, "rb") as file, pq.ParquetFile(file, pre_buffer=True) as parquet:
        yield parquet


@contextlib.contextmanager
def _written(place: str) -> Iterator[BinaryIO]:
    files, path = _open(place)
    if not isinstance(files, LocalFileSystem):
        with files.open(path, "wb") as file:
            yield cast("BinaryIO", file)
        return
    part = f"{path}.{uuid4().hex}.part"
    try:
        with files.open(part, "wb") as file:
            yield cast("BinaryIO", file)
        files.mv(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            files.rm(part)


def _open(place: str) -> tuple[fsspec.AbstractFileSystem, str]:
    files, path = fsspec.core.url_to_fs(place)
    # Other machines write here, too.
    files.invalidate_cache()
    return files, path
