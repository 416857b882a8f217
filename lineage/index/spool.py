"""Samples that are needed for the length of one process: their texts and fingerprints, in memory while they are small.

What is larger lies in files without a name, which are gone when nobody maps them any more, also when the process is
killed. They lie in the folder for temporary files (TMPDIR), which should be on a disk where the data is large.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa

from lineage.errors import StoreError
from lineage.fingerprint.card import CardParams
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS, salted_params
from lineage.fingerprint.salt import Salt
from lineage.index.columns import Array, ColumnType, Mapped, MappedColumns, array_of, bytes_of, map_column
from lineage.index.rows import RowsWriter

# A column of more bytes goes to a file; there are four or five large ones.
_HELD_BYTES = 1 << 25
_FIRST_BYTES = 1 << 12


class HeldColumn:
    """A column kept in memory up to 32 MB, from there on in a file that `open_file` opens."""

    def __init__(self, kind: ColumnType, open_file: Callable[[], BinaryIO]) -> None:
        self.length = 0
        self._kind = kind
        self._open = open_file
        # A large array of NumPy's has large pages, of which fresh ones cost less than those of a growing bytes object.
        self._held = np.empty(_FIRST_BYTES, np.uint8)
        self._file: BinaryIO | None = None

    def append(self, items: Array) -> None:
        """Write the next items; they are converted to the column's type, which must hold them."""
        data = bytes_of(items, self._kind)
        size = self.length * self._kind.item_bytes
        self.length += len(data) // self._kind.item_bytes
        if self._file is None and size + len(data) > _HELD_BYTES:
            self._file = self._open()
            self._file.write(self._held[:size].data)
            self._held = np.empty(0, np.uint8)
        if self._file is not None:
            self._file.write(data)
            return
        if size + len(data) > len(self._held):
            before, self._held = self._held, np.empty(2 * (size + len(data)), np.uint8)
            self._held[:size] = before[:size]
        self._held[size : size + len(data)] = np.frombuffer(data, np.uint8)

    def mapped(self) -> Mapped:
        """Return all that was written."""
        if self._file is None:
            return Mapped(array_of(self._held[: self.length * self._kind.item_bytes].data, self._kind), None)
        self._file.flush()
        return map_column(self._file, self._kind, self.length)


@dataclass(frozen=True, slots=True)
class Spooled:
    """Samples in memory or mapped files: their columns, the digest of their content and how they were fingerprinted."""

    columns: MappedColumns
    digest: str
    rows: int
    params: CardParams


def spool(
    batches: Iterable[pa.RecordBatch], *, salt: Salt | None = None, keep_text: bool = True, threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Spooled:  # fmt: skip
    """Fingerprint batches of the schema SAMPLES and keep them and their texts, large columns on disk and mapped.

    Memory does not grow with the data. progress is called with the number of samples done.
    Raises StoreError when the disk is full.
    """
    params = salted_params(DEFAULT_PARAMS, salt)
    with contextlib.ExitStack() as files, _disk_errors():

        def open_file() -> BinaryIO:
            return cast("BinaryIO", files.enter_context(tempfile.TemporaryFile(prefix="lineage-")))

        def open_column(_: str, kind: ColumnType) -> HeldColumn:
            return HeldColumn(kind, open_file)

        writer = RowsWriter(open_column, params, keep_text=keep_text, salt=salt)
        for batch in batches:
            writer.add(batch, threads=threads)
            if progress is not None:
                progress(writer.rows)
        writer.finish()
        mapped = {name: one.mapped() for name, one in writer.columns.items()}
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
