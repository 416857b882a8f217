"""Daft as an engine: the same flows in its own threads on one machine, or on the workers of a Ray cluster.

Everything that is Daft's or Ray's own is in this file. Needs the extra `cluster`.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from lineage.engine.flow import Flow, Stage, columns_after_join, columns_of_groups
from lineage.errors import UsageError

if TYPE_CHECKING:
    import daft


@dataclass(frozen=True, slots=True)
class DaftEngine:
    """Runs flows with Daft, on whichever of its runners this process has been given; made by `open_daft`."""

    name: str

    def table(self, table: pa.Table, *, split: int | None = None) -> Flow:
        """Start from rows at hand."""
        size = split or max(1, table.num_rows)
        slices = [table.slice(low, size) for low in range(0, max(1, table.num_rows), size)]
        return DaftFlow(table.schema, _daft().from_arrow(slices))

    def read(self, files: Sequence[str], schema: pa.Schema) -> Flow:
        """Start from Parquet files."""
        if not files:
            return self.table(schema.empty_table())
        return DaftFlow(schema, _daft().read_parquet(list(files)).select(*schema.names))


def open_daft(runner: str, *, address: str | None = None) -> DaftEngine:
    """Make Daft run in this process's threads (`daft`) or on a Ray cluster (`ray`), for the life of this process.

    address: of the cluster's head as Ray writes it, None for the one that RAY_ADDRESS names or, without it, one started
    on this machine. UsageError when Daft is not installed, or has been given the other runner before.
    """
    daft = _daft()
    wanted = "ray" if runner == "ray" else "native"
    try:
        if wanted == "ray":
            _join_cluster(address)
            daft.set_runner_ray(address, noop_if_initialized=True)
        else:
            daft.set_runner_native()
    except daft.exceptions.DaftCoreException as error:  # it has a runner already
        now = daft.runners.get_or_infer_runner_type()
        if now != wanted:
            advice = "; use a process for each"
            raise UsageError(f"Daft runs {now} in this process and cannot change to {wanted}{advice}") from error
    return DaftEngine(runner)


@dataclass(frozen=True, slots=True)
class DaftFlow:
    """Rows that a Daft query computes.

    schema is what stages are given: Daft has fewer types than Arrow, so batches are cast to it.
    """

    schema: pa.Schema
    frame: "daft.DataFrame"

    def map(self, stage: Stage, schema: pa.Schema, *, rows: int | None = None) -> Flow:
        """Send every row through the stage."""
        return DaftFlow(schema, _mapped(self.frame, self.schema, stage, schema, rows))

    def group(self, by: Sequence[str], stage: Stage, schema: pa.Schema) -> Flow:
        """Bring equal rows together and send the groups through the stage."""
        daft = _daft()
        lists = [daft.col(name).list_agg() for name in self.schema.names if name not in by]
        groups = columns_of_groups(self.schema, by)
        gathered = self.frame.groupby(*by).agg(*lists) if lists else self.frame.select(*by).distinct()
        return DaftFlow(schema, _mapped(gathered.select(*groups.names), groups, stage, schema, None))

    def join(self, other: Flow, on: Sequence[str]) -> Flow:
        """Pair equal rows of two flows."""
        schema = columns_after_join(self.schema, other.schema, on)
        both = self.frame.join(cast("DaftFlow", other).frame, on=list(on), how="inner")
        return DaftFlow(schema, both.select(*schema.names))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Compute the rows and bring them here."""
        for batch in self.frame.to_arrow_iter():
            yield _cast(batch, self.schema)

    def write(self, folder: str) -> None:
        """Compute the rows and write them as Parquet files."""
        self.frame.write_parquet(folder)


def _mapped(
    frame: "daft.DataFrame", schema: pa.Schema, stage: Stage, result: pa.Schema, rows: int | None
) -> "daft.DataFrame":
    """Run a stage as a batch function.

    Daft's functions return a value for each row; a stage returns any number of rows. So its result travels as one list
    of structs in the first row, empty lists in the others, and is unfolded again.
    """
    daft = _daft()
    kind = daft.DataType.from_arrow_type(pa.large_list(pa.struct(list(result))))

    def run(*columns: Any) -> pa.Array:
        batch = _cast(pa.RecordBatch.from_arrays([_array(one) for one in columns], names=schema.names), schema)
        return _folded(stage(batch), batch.num_rows)

    call = daft.func.batch(return_dtype=kind, batch_size=rows, use_process=False)(run)
    columns = [daft.col(name) for name in schema.names]
    folded = frame.select(call(*columns).alias("rows"))
    return folded.explode("rows").where(daft.col("rows").not_null()).select(daft.col("rows").unnest())


def _folded(batch: pa.RecordBatch, rows: int) -> pa.Array:
    offsets = pa.array([0, *[batch.num_rows] * rows], pa.int64())
    return pa.LargeListArray.from_arrays(offsets, pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema)))


def _array(series: Any) -> pa.Array:
    array = series.to_arrow()
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [batch.column(field.name).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _join_cluster(address: str | None) -> None:
    import ray  # noqa: PLC0415 (an optional dependency)

    if not ray.is_initialized():
        # Left to itself Ray would look for the cluster started last on this machine, and wait for one that is gone.
        chosen = address or os.environ.get("RAY_ADDRESS") or "local"
        # What workers print would come out among our results.
        ray.init(chosen, log_to_driver=False, logging_level="ERROR")


def _daft() -> Any:
    # Daft would draw bars whether or not anyone looks.
    os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
    try:
        import daft  # noqa: PLC0415 (an optional dependency)
    except ImportError as error:
        raise UsageError("this engine needs Daft; install it with: pip install 'lineage-tracer[cluster]'") from error
    return daft
