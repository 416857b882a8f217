"""Linking on the local engine: its contract, what it refuses, and what is left of a run that was cut off."""

from pathlib import Path

import pytest

from lineage.engine.flow import Engine
from lineage.engine.local import LocalEngine
from lineage.errors import UsageError
from lineage.link.distributed import Job, link_on
from lineage.link.options import LinkOptions
from tests.contracts.link_engine import LinkContract
from tests.engine.planted import assert_same_links, ordinary, write_crowded
from tests.engine.real import real_sources


class TestLocalLinks(LinkContract):
    @pytest.fixture(params=[{"threads": 1}, {"threads": 3, "memory": 20_000}])
    def engine(self, request: pytest.FixtureRequest) -> Engine:
        return LocalEngine(**request.param)


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    sources = write_crowded(tmp_path / "data")
    job = Job(sources, str(tmp_path / "work"))
    whole = link_on(LocalEngine(), job).result
    # As if killed while the second file was read and before anything was compared.
    for path in sorted((tmp_path / "work").rglob("*"), reverse=True):
        if path.is_file() and path.name not in {"job", "000000.parquet", "000000.parquet.json"}:
            path.write_bytes(b"half") if path.name == "000001.parquet" else path.unlink()
    kept = (tmp_path / "work" / "rows" / "000000.parquet").stat().st_mtime_ns
    assert_same_links(link_on(LocalEngine(), job).result, whole)
    assert (tmp_path / "work" / "rows" / "000000.parquet").stat().st_mtime_ns == kept


def test_what_no_engine_can_do_is_refused(tmp_path: Path) -> None:
    one, two = write_crowded(tmp_path / "data")
    (tmp_path / "x.card").write_bytes(b"")
    for sources, options, message in (
        ((one,), LinkOptions(), "two datasets"),
        ((one, str(tmp_path / "x.card")), LinkOptions(), "is a card"),
        ((one, two), LinkOptions(exact=True), "exact"),
    ):
        with pytest.raises(UsageError, match=message):
            link_on(LocalEngine(), Job(sources, str(tmp_path / "work")), options=options)


@pytest.mark.slow
def test_real_links_are_those_of_one_process(shared_data: Path, tmp_path: Path) -> None:
    sources = real_sources(shared_data)
    linked = link_on(LocalEngine(threads=2, memory=1 << 20), Job(sources, str(tmp_path / "work")))
    assert linked.result.pairs[0].relation == "copy"
    assert_same_links(linked.result, ordinary(sources))
