"""The local engine keeps the contract, with its rows in memory and in files."""

import pyarrow as pa
import pytest

from lineage.engine.flow import Engine
from lineage.engine.local import LocalEngine
from lineage.engine.spill import PARTITIONS, Partitions
from tests.contracts.engine import NUMBERS, TALLY, EngineContract, numbers, rows_of, tally


class TestLocal(EngineContract):
    @pytest.fixture(params=[1, 3])
    def engine(self, request: pytest.FixtureRequest) -> Engine:
        return LocalEngine(threads=request.param)


class TestSpilling(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return LocalEngine(memory=1000)


def test_rows_beyond_the_memory_go_to_files_and_come_back() -> None:
    table = numbers(5000)
    with Partitions(NUMBERS, ["key"], memory=10_000) as parts:
        parts.fill(table.to_batches(max_chunksize=100))
        assert parts.spilled
        found = pa.concat_tables([parts.part(number) for number in range(PARTITIONS)])
    assert sorted(found["value"].to_pylist()) == list(range(5000))


def test_order_is_the_same_whatever_the_threads() -> None:
    one, four = (LocalEngine(threads=n).table(numbers(3000), split=50).group(["key"], tally, TALLY) for n in (1, 4))
    assert list(one.batches()) == list(four.batches())


def test_rows_are_brought_together_by_integers_only() -> None:
    with pytest.raises(TypeError, match="text"):
        rows_of(LocalEngine().table(numbers(5)).group(["text"], tally, TALLY))
