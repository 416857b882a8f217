"""Files on storage that all workers reach."""

import subprocess
import sys
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineage.engine.files import read_parquet

SCHEMA = pa.schema([pa.field("b", pa.large_string()), pa.field("a", pa.int64())])

READ = """
import pathlib, sys
from lineage.engine import files
def resident(): return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
files.LocalFileSystem = type("NoLocal", (), {})  # so that the file is read as from a store
before, most = None, 0
import pyarrow as pa
for batch in files.read_parquet(sys.argv[1], pa.schema([pa.field("x", pa.int64())])):
    before = before or resident()
    most = max(most, resident())
print(most - before)
"""


@pytest.mark.parametrize("place", ["{}", "memory://{}"])
def test_rows_come_in_order_in_the_schema_asked_for(tmp_path: Path, place: str) -> None:
    file = place.format(tmp_path / "rows.parquet")
    table = pa.table({"a": pa.array(range(1000), pa.int32()), "b": [str(n) for n in range(1000)], "c": [0] * 1000})
    with fsspec.open(file, "wb") as out:
        pq.write_table(table, out, row_group_size=300)
    batches = list(read_parquet(file, SCHEMA, rows=128))
    assert all(batch.schema.equals(SCHEMA) and batch.num_rows <= 128 for batch in batches)
    assert pa.Table.from_batches(batches)["a"].to_pylist() == list(range(1000))
    assert pa.Table.from_batches(batches)["b"].to_pylist() == table["b"].to_pylist()


def test_reading_a_large_file_from_a_store_does_not_keep_it(tmp_path: Path) -> None:
    file = tmp_path / "large.parquet"
    random = np.random.default_rng(1)
    with pq.ParquetWriter(file, pa.schema([pa.field("x", pa.int64())])) as writer:
        for _ in range(60):
            writer.write_table(pa.table({"x": random.integers(0, 2**60, 200_000)}))
    assert file.stat().st_size > 90 << 20
    done = subprocess.run([sys.executable, "-c", READ, str(file)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40 << 20
