"""What every engine promises, with stages that show batches cut anywhere and rows in any order."""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lineage.engine.flow import Engine, Flow

NUMBERS = pa.schema([pa.field("key", pa.int32()), pa.field("value", pa.int64()), pa.field("text", pa.large_string())])
TEXTS = pa.schema([pa.field("key", pa.int32()), pa.field("name", pa.large_string()), pa.field("raw", pa.binary(4))])
TALLY = pa.schema([pa.field("key", pa.int32()), pa.field("members", pa.int64()), pa.field("text", pa.large_string())])
COPIES = pa.schema([pa.field("high", pa.uint64()), pa.field("raw", pa.binary(4))])


def copies(batch: pa.RecordBatch, times: int) -> pa.RecordBatch:
    """Turn a row of value v into v % times rows, none where that is 0."""
    values = batch.column("value").to_numpy()
    repeated = np.repeat(values, values % times).astype(np.uint64) << np.uint64(50)
    raw = pa.array([int(value).to_bytes(8, "big")[:4] for value in repeated], pa.binary(4))
    return pa.RecordBatch.from_arrays([pa.array(repeated), raw], schema=COPIES)


def tally(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Count each group of more than one row, and join its texts."""
    texts = ["".join(sorted(text or "-" for text in group)) for group in batch.column("text").to_pylist()]
    members = pc.list_value_length(batch.column("value"))
    rows = pa.RecordBatch.from_arrays([batch.column("key"), members, pa.array(texts, pa.large_string())], schema=TALLY)
    return rows.filter(pc.greater(members, 1))


def heads(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Tell in which batch size the rows came."""
    return pa.RecordBatch.from_arrays([pa.array([batch.num_rows] * batch.num_rows, pa.int64())], names=["rows"])


def faulty(batch: pa.RecordBatch) -> pa.RecordBatch:
    raise ValueError(f"row {batch.column('value')[0]} is bad")


def numbers(rows: int) -> pa.Table:
    values = np.arange(rows)
    texts = [None if value % 7 == 0 else f"é{value}" for value in values]
    columns = [pa.array(values * 7919 % 101, pa.int32()), pa.array(values), pa.array(texts, pa.large_string())]
    return pa.Table.from_arrays(columns, schema=NUMBERS)


def rows_of(flow: Flow) -> list[tuple[object, ...]]:
    """Compute a flow; its rows in ascending order."""
    batches = list(flow.batches())
    assert all(batch.schema.equals(flow.schema) for batch in batches)
    rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    return sorted(rows, key=repr)


class EngineContract:
    """Tests of an engine given by the fixture `engine`."""

    def test_map_may_return_any_number_of_rows(self, engine: Engine) -> None:
        flow = engine.table(numbers(1000)).map(partial(copies, times=3), COPIES)
        expected = [v << 50 for v in range(1000) for _ in range(v % 3)]
        assert [row[0] for row in rows_of(flow)] == sorted(expected, key=lambda v: repr((v,)))

    def test_map_gives_a_stage_no_more_rows_than_asked(self, engine: Engine) -> None:
        schema = pa.schema([pa.field("rows", pa.int64())])
        flow = engine.table(numbers(10), split=4).map(heads, schema, rows=2)
        assert all(row[0] <= 2 for row in rows_of(flow))
        assert len(rows_of(flow)) == 10

    def test_group_brings_every_row_of_a_key_together(self, engine: Engine) -> None:
        table = numbers(1000)
        expected: dict[int, list[str]] = {}
        for row in table.to_pylist():
            expected.setdefault(row["key"], []).append(row["text"] or "-")
        flow = engine.table(table, split=130).group(["key"], tally, TALLY)
        wanted = [(key, len(texts), "".join(sorted(texts))) for key, texts in expected.items() if len(texts) > 1]
        assert rows_of(flow) == sorted(wanted, key=repr)

    def test_group_by_all_columns_leaves_distinct_rows(self, engine: Engine) -> None:
        keys = engine.table(numbers(1000).select(["key"]))
        assert len(rows_of(keys.group(["key"], _same, keys.schema))) == 101

    def test_join_pairs_every_two_equal_rows(self, engine: Engine) -> None:
        others = [(3, "a", b"0001"), (3, "b", b"\xff\xff\xff\xff"), (500, "c", b"0003"), (100, None, b"0004")]
        right = pa.Table.from_pylist([dict(zip(TEXTS.names, row, strict=True)) for row in others], TEXTS)
        flow = engine.table(numbers(400), split=90).join(engine.table(right), ["key"])
        expected = [
            (row["key"], row["value"], row["text"], name, raw)
            for row in numbers(400).to_pylist()
            for key, name, raw in others
            if key == row["key"]
        ]
        assert expected
        assert rows_of(flow) == sorted(expected, key=repr)

    def test_nothing_comes_of_nothing(self, engine: Engine) -> None:
        empty = engine.table(numbers(0))
        assert rows_of(empty.map(partial(copies, times=3), COPIES)) == []
        assert rows_of(empty.group(["key"], tally, TALLY)) == []
        assert rows_of(empty.join(engine.table(numbers(5).select(["key"])), ["key"])) == []

    def test_rows_written_are_read_again(self, engine: Engine, tmp_path: Path) -> None:
        flow = engine.table(numbers(300), split=70).map(partial(copies, times=3), COPIES)
        flow.write(str(tmp_path / "out"))
        files = sorted(str(file) for file in (tmp_path / "out").glob("*.parquet"))
        assert rows_of(engine.read(files, COPIES)) == rows_of(flow)

    def test_only_the_columns_asked_for_are_read(self, engine: Engine, tmp_path: Path) -> None:
        pq.write_table(numbers(50), tmp_path / "rows.parquet", row_group_size=20)
        schema = pa.schema([NUMBERS.field("text"), NUMBERS.field("key")])
        flow = engine.read([str(tmp_path / "rows.parquet")], schema)
        assert rows_of(flow) == sorted(((r["text"], r["key"]) for r in numbers(50).to_pylist()), key=repr)

    def test_a_stage_that_fails_is_heard(self, engine: Engine) -> None:
        with pytest.raises(Exception, match="is bad"):
            rows_of(engine.table(numbers(10)).map(faulty, COPIES))

    def test_columns_of_one_name_are_refused(self, engine: Engine) -> None:
        both = engine.table(numbers(5))
        with pytest.raises(ValueError, match="value"):
            both.join(both, ["key"])


def _same(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch
