"""The engine of one machine: stages in threads, as their kernels release the GIL; rows beyond the memory in files."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from lineage.engine.files import make_folder, read_parquet, write_parquet
from lineage.engine.flow import Flow, Stage, columns_after_join
from lineage.engine.keys import BATCH_ROWS, grouped, joined
from lineage.engine.spill import PARTITIONS, Partitions
from lineage.text.parallel import usable_threads

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Runs flows in threads of this process.

    threads: None means one for each processor. memory: bytes that rows waiting in one group or join may take before
    they go to files in the folder for temporary files.
    """

    threads: int | None = None
    memory: int = 1 << 30
    name: str = "local"

    def table(self, table: pa.Table, *, split: int | None = None) -> Flow:
        """Start from rows at hand."""
        return LocalFlow(self, table.schema, lambda: iter(table.to_batches(max_chunksize=split or BATCH_ROWS)))

    def read(self, files: Sequence[str], schema: pa.Schema) -> Flow:
        """Start from Parquet files."""
        return LocalFlow(
            self, schema, lambda: itertools.chain.from_iterable(read_parquet(one, schema) for one in files)
        )


@dataclass(frozen=True, slots=True)
class LocalFlow:
    """Rows that `make` computes; batches keep their order, so that the same rows come in the same order each time."""

    engine: LocalEngine
    schema: pa.Schema
    make: Callable[[], Batches]

    def map(self, stage: Stage, schema: pa.Schema, *, rows: int | None = None) -> Flow:
        """Send every row through the stage."""
        return self._then(schema, lambda: self._through(_at_most(self.make(), rows or BATCH_ROWS), stage, schema))

    def group(self, by: Sequence[str], stage: Stage, schema: pa.Schema) -> Flow:
        """Bring equal rows together and send the groups through the stage."""

        def make() -> Batches:
            with Partitions(self.schema, by, memory=self.engine.memory) as parts:
                parts.fill(self.make())
                groups = (grouped(parts.part(number), by) for number in range(PARTITIONS))
                yield from self._through(itertools.chain.from_iterable(groups), stage, schema)

        return self._then(schema, make)

    def join(self, other: Flow, on: Sequence[str]) -> Flow:
        """Pair equal rows of two flows."""

        def make() -> Batches:
            with (
                Partitions(self.schema, on, memory=self.engine.memory // 2) as left,
                Partitions(other.schema, on, memory=self.engine.memory // 2) as right,
            ):
                left.fill(self.make())
                right.fill(other.batches())
                for number in range(PARTITIONS):
                    yield from joined(left.part(number), right.part(number), on)

        return self._then(columns_after_join(self.schema, other.schema, on), make)

    def batches(self) -> Batches:
        """Compute the rows."""
        return self.make()

    def write(self, folder: str) -> None:
        """Compute the rows and write them as one Parquet file."""
        make_folder(folder)
        with write_parquet(f"{folder}/rows.parquet", self.schema) as writer:
            for batch in self.make():
                writer.write_batch(batch)

    def _then(self, schema: pa.Schema, make: Callable[[], Batches]) -> "LocalFlow":
        return LocalFlow(self.engine, schema, make)

    def _through(self, batches: Iterable[pa.RecordBatch], stage: Stage, schema: pa.Schema) -> Batches:
        """Run a stage in threads and yield its results in order, with few more batches under way than threads."""
        threads = self.engine.threads or usable_threads()
        with ThreadPoolExecutor(threads) as pool:
            running: deque[Future[pa.RecordBatch]] = deque()
            try:
                for batch in batches:
                    running.append(pool.submit(stage, batch))
                    if len(running) > threads:
                        yield _checked(running.popleft().result(), schema)
                while running:
                    yield _checked(running.popleft().result(), schema)
            finally:
                for future in running:
                    future.cancel()


def _at_most(batches: Batches, rows: int) -> Batches:
    for batch in batches:
        for low in range(0, batch.num_rows, rows):
            yield batch.slice(low, rows)


def _checked(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if not batch.schema.equals(schema):
        raise TypeError(f"a stage that promised {schema} returned {batch.schema}")
    return batch


def _read(files: Sequence[str], schema: pa.Schema) -> Batches:
    for file in files:
        yield from read_parquet(file, schema)
