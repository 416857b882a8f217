"""What the benches of engines share: made-up datasets in many files, and an engine that counts what it moves."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage.engine.flow import Flow, Stage
from lineage.engine.local import LocalEngine

sys.path.insert(0, str(Path(__file__).parent))

from bench_scale import CHUNK, Writer


def write_files(folder: Path, samples: int) -> tuple[str, ...]:
    """Write two datasets, half of the samples each, as folders of files of 10,000 rows; half of the second derived."""
    writer = Writer()
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(max(1, samples // 2 // CHUNK)):
            table = writer.chunk(number, derived=name == "b").slice(0, samples // 2)
            pq.write_table(table, folder / name / f"{number:05}.parquet", compression="zstd")
    return str(folder / "a"), str(folder / "b")


def text_bytes(sources: Sequence[str]) -> int:
    """Count the bytes of all texts."""
    files = [file for source in sources for file in sorted(Path(source).glob("*.parquet"))]
    tables = (pq.read_table(file) for file in files)
    return sum(pc.sum(pc.binary_length(column)).as_py() for table in tables for column in table.columns)


@dataclass(slots=True)
class Tally:
    """Bytes of Arrow rows that were moved between stages, by the columns they were moved for."""

    moved: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.moved.values())


@dataclass(frozen=True, slots=True)
class MeteredEngine:
    """The local engine, counting the bytes that go into its groups and joins: what a cluster sends over its network."""

    tally: Tally
    engine: LocalEngine = field(default_factory=LocalEngine)
    name: str = "metered"

    def table(self, table: pa.Table, *, split: int | None = None) -> Flow:
        return MeteredFlow(self.engine.table(table, split=split), self.tally)

    def read(self, files: Sequence[str], schema: pa.Schema) -> Flow:
        return MeteredFlow(self.engine.read(files, schema), self.tally)


@dataclass(frozen=True, slots=True)
class MeteredFlow:
    flow: Flow
    tally: Tally

    @property
    def schema(self) -> pa.Schema:
        return self.flow.schema

    def map(self, stage: Stage, schema: pa.Schema, *, rows: int | None = None) -> Flow:
        return MeteredFlow(self.flow.map(stage, schema, rows=rows), self.tally)

    def group(self, by: Sequence[str], stage: Stage, schema: pa.Schema) -> Flow:
        return MeteredFlow(self._weighed(by).group(by, stage, schema), self.tally)

    def join(self, other: Flow, on: Sequence[str]) -> Flow:
        right = other._weighed(on) if isinstance(other, MeteredFlow) else other
        return MeteredFlow(self._weighed(on).join(right, on), self.tally)

    def batches(self) -> Iterator[pa.RecordBatch]:
        return self.flow.batches()

    def write(self, folder: str) -> None:
        self.flow.write(folder)

    def _weighed(self, by: Sequence[str]) -> Flow:
        return self.flow.map(partial(weigh, tally=self.tally, name="+".join(by)), self.flow.schema)


def weigh(batch: pa.RecordBatch, tally: Tally, name: str) -> pa.RecordBatch:
    tally.moved[name] = tally.moved.get(name, 0) + batch.nbytes
    return batch
