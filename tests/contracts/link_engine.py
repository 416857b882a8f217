"""What linking on every engine promises: the links of one process."""

from pathlib import Path

import pytest

from lineage.engine.flow import Engine
from lineage.errors import RecordError, UsageError
from lineage.link.distributed import Job, link_on
from lineage.link.options import LinkOptions
from tests.engine.planted import assert_same_links, ordinary, write_crowded, write_jsonl, write_planted


class LinkContract:
    """Tests of linking on an engine given by the fixture `engine`."""

    def test_planted_links_are_those_of_one_process(self, engine: Engine, tmp_path: Path) -> None:
        sources = write_planted(tmp_path / "data")
        linked = link_on(engine, Job(sources, str(tmp_path / "work"), dates=("2023", None, "2024-05")))
        expected = ordinary(sources)
        assert {pair.relation for pair in expected.pairs} != {"unrelated"}
        assert all(pair.table.num_rows for pair in expected.pairs[:2])
        assert [pair.table for pair in linked.result.pairs] == [pair.table for pair in expected.pairs]
        undated = link_on(engine, Job(sources, str(tmp_path / "undated")))
        assert_same_links(undated.result, expected)

    def test_overfull_buckets_are_cut_alike(self, engine: Engine, tmp_path: Path) -> None:
        sources = write_crowded(tmp_path / "data")
        options = LinkOptions(bucket_limit=150)
        expected = ordinary(sources, options)
        assert expected.pairs[0].cuts.bucket_pairs > 0
        assert_same_links(link_on(engine, Job(sources, str(tmp_path / "work")), options=options).result, expected)

    def test_datasets_with_nothing_in_common_are_unrelated(self, engine: Engine, tmp_path: Path) -> None:
        write_jsonl(tmp_path / "a.jsonl", [("one two three four", "five six seven eight nine")])
        write_jsonl(tmp_path / "b.jsonl", [("uno dos tres cuatro", "cinco seis siete ocho nueve")])
        sources = (str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"))
        linked = link_on(engine, Job(sources, str(tmp_path / "work")))
        assert linked.result.pairs[0].relation == "unrelated"
        assert linked.result.pairs[0].table.num_rows == 0

    def test_bad_rows_stop_the_job_or_are_listed(self, engine: Engine, tmp_path: Path) -> None:
        sources = write_planted(tmp_path / "data")
        with (tmp_path / "data" / "base.jsonl").open("a") as file:
            file.write("{broken\n")
        with pytest.raises(RecordError, match=r"base\.jsonl.*line 259"):
            link_on(engine, Job(sources, str(tmp_path / "work")))
        linked = link_on(engine, Job(sources, str(tmp_path / "skipping"), on_bad="skip"))
        assert [len(dataset.bad) for dataset in linked.datasets] == [1, 0, 0]

    def test_a_finished_folder_is_not_worked_on_again(self, engine: Engine, tmp_path: Path) -> None:
        sources = write_crowded(tmp_path / "data")
        job = Job(sources, str(tmp_path / "work"))
        first = link_on(engine, job)
        before = {file: file.stat().st_mtime_ns for file in (tmp_path / "work").rglob("*")}
        assert_same_links(link_on(engine, job).result, first.result)
        assert {file: file.stat().st_mtime_ns for file in (tmp_path / "work").rglob("*")} == before

    def test_a_folder_of_another_job_is_refused(self, engine: Engine, tmp_path: Path) -> None:
        sources = write_crowded(tmp_path / "data")
        job = Job(sources, str(tmp_path / "work"))
        link_on(engine, job)
        with pytest.raises(UsageError, match="another job"):
            link_on(engine, job, options=LinkOptions(threshold=0.8))
