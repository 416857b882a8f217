"""What an engine offers: rows on their way through stages, and the three verbs map, group and join.

    engine.read(files, schema).map(sketch, BANDS).group(["band", "tag"], pair, PAIRS).batches()

A stage that runs on a cluster is sent there by its name, so it is a top-level function, or a `functools.partial` of one
with arguments that pickle. It is called with any part of the rows, in any order, on any machine: what it returns for a
row (for a group) must not depend on which others are in the batch. Then the rows that come out are the same for every
engine and any number of workers; their order is not, and whoever needs one sorts.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import pyarrow as pa

Stage = Callable[[pa.RecordBatch], pa.RecordBatch]


class Flow(Protocol):
    """Rows of one schema, computed when they are asked for, and anew each time."""

    @property
    def schema(self) -> pa.Schema:
        """The columns of the rows."""
        ...

    def map(self, stage: Stage, schema: pa.Schema, *, rows: int | None = None) -> "Flow":
        """Send every row through the stage, which returns any number of rows of the schema.

        rows: how many the stage is given at most, where one row stands for much work; None for what suits the engine.
        """
        ...

    def group(self, by: Sequence[str], stage: Stage, schema: pa.Schema) -> "Flow":
        """Bring the rows together that are equal in the integer columns `by`, and send the groups through the stage.

        The stage gets a row a group: the columns `by`, then each other column as a large_list, the lists of one group
        in one order, which is not fixed. A group must fit in memory.
        """
        ...

    def join(self, other: "Flow", on: Sequence[str]) -> "Flow":
        """Pair each row with each row of `other` that is equal in the integer columns `on`.

        The columns are those of this flow, then those of `other` without `on`; no other name may be in both.
        """
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Compute the rows and bring them here, in no fixed order."""
        ...

    def write(self, folder: str) -> None:
        """Compute the rows and write them as Parquet files into a folder, a path or URL that every worker can reach."""
        ...


class Engine(Protocol):
    """A place where flows are computed."""

    @property
    def name(self) -> str:
        """What a report calls it."""
        ...

    def table(self, table: pa.Table, *, split: int | None = None) -> Flow:
        """Start from rows at hand; split: how many rows go to one worker at most, None to leave them together."""
        ...

    def read(self, files: Sequence[str], schema: pa.Schema) -> Flow:
        """Start from Parquet files (paths or URLs), reading the columns of the schema only."""
        ...


def columns_after_join(left: pa.Schema, right: pa.Schema, on: Sequence[str]) -> pa.Schema:
    """Return the schema of a join; ValueError when the two sides share a name they are not joined on."""
    added = [field for field in right if field.name not in on]
    shared = {field.name for field in added}.intersection(left.names)
    if shared:
        raise ValueError(f"both sides of the join have the columns {', '.join(sorted(shared))}")
    return pa.schema([*left, *added])


def columns_of_groups(schema: pa.Schema, by: Sequence[str]) -> pa.Schema:
    """Return the schema of the groups that a stage gets."""
    lists = [pa.field(field.name, pa.large_list(field.type)) for field in schema if field.name not in by]
    return pa.schema([*(schema.field(name) for name in by), *lists])
