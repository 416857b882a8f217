"""Rows kept apart by a hash of their keys, in memory as long as they fit and in files beyond that."""

import itertools
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa

from lineage.engine.keys import hash_keys, key_columns

# Each partition has to fit in memory on its way to a stage: 64 of them make 64 times the memory the limit of a group or
# join, and few enough files to keep open.
PARTITIONS = 64


class Partitions:
    """Rows of one schema in PARTITIONS parts; rows with equal keys are in one part.

    Holds at most `memory` bytes; what goes beyond is appended to a file for each part in a temporary folder, which is
    removed on leaving the context.
    """

    def __init__(self, schema: pa.Schema, by: Sequence[str], *, memory: int) -> None:
        self._schema = schema
        self._by = by
        self._memory = memory
        self._held: list[list[pa.RecordBatch]] = [[] for _ in range(PARTITIONS)]
        self._size = 0
        self._folder: Path | None = None
        self._files: list[pa.RecordBatchFileWriter | None] = [None] * PARTITIONS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def spilled(self) -> bool:
        """Whether rows had to be written to files."""
        return self._folder is not None

    def fill(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Sort all rows into their parts."""
        for batch in batches:
            if batch.num_rows:
                self._add(batch)
        self._close()

    def part(self, number: int) -> pa.Table:
        """Return the rows of one part."""
        held = pa.Table.from_batches(self._held[number], self._schema)
        path = self._path(number)
        if path is None or not path.exists():
            return held.combine_chunks()
        with pa.memory_map(str(path)) as source:
            return pa.concat_tables([pa.ipc.open_stream(source).read_all(), held]).combine_chunks()

    def _add(self, batch: pa.RecordBatch) -> None:
        parts = (hash_keys(key_columns(batch, self._by)) >> np.uint64(58)).astype(np.int64)
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(PARTITIONS + 1))
        rows = batch.take(pa.array(order))
        self._size += rows.nbytes
        for number, (low, high) in enumerate(itertools.pairwise(bounds)):
            if low < high:
                self._held[number].append(rows.slice(low, high - low))
        if self._size > self._memory:
            self._spill()

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="lineage-"))
        for number, held in enumerate(self._held):
            if held:
                self._writer(number).write_table(pa.Table.from_batches(held, self._schema).combine_chunks())
            held.clear()
        self._size = 0

    def _writer(self, number: int) -> pa.RecordBatchStreamWriter:
        writer = self._files[number]
        if writer is None:
            writer = self._files[number] = pa.ipc.new_stream(str(self._path(number)), self._schema)
        return writer

    def _path(self, number: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{number}.arrow"

    def _close(self) -> None:
        for number, writer in enumerate(self._files):
            if writer is not None:
                writer.close()
                self._files[number] = None
