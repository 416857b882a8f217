"""Samples that are needed for the length of one process: their texts and fingerprints in files without a name.

Such a file is gone when nobody maps it any more, also when the process is killed. It lies in the folder for temporary
files (TMPDIR), which should be on a disk where the data is large.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import pyarrow as pa

from lineage.errors import StoreError
from lineage.fingerprint.card import CardParams
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS, salted_params
from lineage.fingerprint.salt import Salt
from lineage.index.columns import MappedColumns, map_column
from lineage.index.rows import RowsWriter


@dataclass(frozen=True, slots=True)
class Spooled:
    """Samples in mapped files: their columns, the digest of their content and how they were fingerprinted."""

    columns: MappedColumns
    digest: str
    rows: int
    params: CardParams


def spool(
    batches: Iterable[pa.RecordBatch], *, salt: Salt | None = None, keep_text: bool = True, threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Spooled:  # fmt: skip
    """Fingerprint batches of the schema SAMPLES and keep them and their texts on disk, mapped.

    Memory does not grow with the data. progress is called with the number of samples done.
    Raises StoreError when the disk is full.
    """
    params = salted_params(DEFAULT_PARAMS, salt)
    with contextlib.ExitStack() as files, _disk_errors():

        def open_file(name: str) -> BinaryIO:
            del name
            return cast("BinaryIO", files.enter_context(tempfile.TemporaryFile(prefix="lineage-")))

        writer = RowsWriter(open_file, params, keep_text=keep_text, salt=salt)
        for batch in batches:
            writer.add(batch, threads=threads)
            if progress is not None:
                progress(writer.rows)
        writer.finish()
        mapped = {name: map_column(one.file, one.kind, one.length) for name, one in writer.columns.items()}
    return Spooled(MappedColumns(mapped), writer.digest, writer.rows, params)


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise  # the source's trouble, not that of our files, which have no names
        raise StoreError(
            f"temporary files in {tempfile.gettempdir()} cannot be written: {os.strerror(error.errno)};"
            " name a folder with more room in TMPDIR"
        ) from error
