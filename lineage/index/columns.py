"""Columns of numbers in files: written as they stream, read through memory maps.

Knows bytes and shapes; what the columns mean stands in `layout`. Needs NumPy only, so that a question to the index does
not wait for anything else to load.
"""

import mmap
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class ColumnType(NamedTuple):
    """What one item of a column is: NumPy's name of a little-endian number, and how many stand in a row (0: just one).

    >>> ColumnType("<u4", 64).item_bytes
    256
    """

    dtype: str
    width: int = 0

    @property
    def item_bytes(self) -> int:
        """Bytes of one item."""
        return np.dtype(self.dtype).itemsize * max(self.width, 1)


class Column(Protocol):
    """A column that is being written."""

    length: int

    def append(self, items: Array) -> None:
        """Write the next items; they are converted to the column's type, which must hold them."""


class ColumnFile:
    """A column on its way into a file that is kept: a checksum of what was written goes with it."""

    def __init__(self, file: BinaryIO, kind: ColumnType) -> None:
        self.file = file
        self.kind = kind
        self.length = 0
        self.crc = 0

    def append(self, items: Array) -> None:
        """Write the next items; they are converted to the column's type, which must hold them."""
        data = bytes_of(items, self.kind)
        self.file.write(data)
        self.crc = zlib.crc32(data, self.crc)
        self.length += len(data) // self.kind.item_bytes

    def mapped(self) -> "Mapped":
        """Map what was written so far."""
        self.file.flush()
        return map_column(self.file, self.kind, self.length)


def bytes_of(items: Array, kind: ColumnType) -> memoryview:
    """Return the bytes of items as a column of this type has them."""
    if not len(items):
        return memoryview(b"")
    return np.ascontiguousarray(items, kind.dtype).data.cast("B")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column in a file, seen as an array: the pages that are touched are read, and can be let go of again."""

    array: Array
    pages: mmap.mmap | None

    def release(self) -> None:
        """Let go of the pages read so far; whatever is touched again is read again. Arrays stay valid."""
        if self.pages is not None:
            self.pages.madvise(mmap.MADV_DONTNEED)


def map_column(file: BinaryIO, kind: ColumnType, length: int) -> Mapped:
    """Map a column of `length` items; the file may be closed or deleted afterwards.

    The mapping is private: compiled kernels take memory that can be written to and memory that cannot for two types,
    and would be compiled twice. What is written to such an array never reaches the file.
    """
    if not length:
        return Mapped(array_of(bytearray(), kind), None)
    pages = mmap.mmap(file.fileno(), length * kind.item_bytes, access=mmap.ACCESS_COPY)
    return Mapped(array_of(pages, kind), pages)


def array_of(data: bytearray | memoryview | mmap.mmap, kind: ColumnType) -> Array:
    """See the bytes of a column as an array."""
    array = np.frombuffer(data, kind.dtype)
    return array.reshape(-1, kind.width) if kind.width else array


class Columns(Protocol):
    """Named columns, wherever they are."""

    def array(self, name: str) -> Array:
        """Return a column; KeyError when there is none of that name."""

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""

    def release(self) -> None:
        """Let go of the memory that columns read so far take."""


class MappedColumns:
    """Columns that are all mapped already."""

    def __init__(self, columns: Mapping[str, Mapped]) -> None:
        self._columns = columns

    def array(self, name: str) -> Array:
        """Return a column; KeyError when there is none of that name."""
        return self._columns[name].array

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""
        return name in self._columns

    def release(self) -> None:
        """Let go of the memory that columns read so far take."""
        release_all(self._columns.values())


def release_all(columns: Iterable[Mapped]) -> None:
    """Let go of the pages of these columns."""
    for column in columns:
        column.release()
