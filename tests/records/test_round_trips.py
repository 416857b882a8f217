"""The same rows in every format have the same names, plain and compressed."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.records.identity import VersionDigest, sample_id
from lineage.records.read import open_records
from lineage.records.sample import Message, Sample
from lineage.records.write import open_writer, row_of

FORMATS = (".jsonl", ".json", ".csv", ".tsv", ".parquet")
COMPRESSIONS = ("", ".gz", ".zst", ".xz", ".bz2")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=8)
here = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with open_writer(path) as out:
        for row in rows:
            out.write(row)
    return path


def digest(path: Path) -> tuple[list[bytes], str]:
    ids = [sample_id(row.sample.messages) for row in open_records(path).rows()]
    version = VersionDigest()
    version.update(ids)
    return ids, version.hexdigest()


@here
@given(pairs)
def test_prompts_and_responses_keep_their_names_in_every_format(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    table: list[dict[str, object]] = [{"prompt": prompt, "response": response} for prompt, response in rows]

    found = [digest(write(tmp_path / f"x{ending}", table)) for ending in FORMATS]

    assert len(found[0][0]) == len(rows)
    assert all(one == found[0] for one in found)


@here
@given(st.lists(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), texts), min_size=1, max_size=3), min_size=1))
def test_messages_keep_their_names_in_every_format(tmp_path: Path, dialogues: list[list[tuple[str, str]]]) -> None:
    samples = [Sample(tuple(Message(*one) for one in messages), {"id": 1}) for messages in dialogues]

    found = [digest(write(tmp_path / f"x{ending}", [row_of(one) for one in samples])) for ending in FORMATS]

    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(("ending", "compression"), list(itertools.product(FORMATS, COMPRESSIONS)))
def test_a_compressed_file_reads_as_the_plain_one(ending: str, compression: str, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"prompt": f"Where is river {n}?", "response": "Über dem Tal.\n" * n, "n": n} for n in range(300)
    ]
    plain = digest(write(tmp_path / "plain.jsonl", rows))

    path = write(tmp_path / f"packed{ending}{compression}", rows)

    assert digest(path) == plain
    assert open_records(path).name == "packed"


def test_other_columns_come_back_as_they_were(tmp_path: Path) -> None:
    row = {
        "instruction": "Name a river.",
        "output": "The Po.",
        "generator": "m-7b",
        "lineage": {"run": "r1", "seeds": [1, 2]},
    }
    for ending in (".jsonl", ".json", ".parquet"):
        [read] = open_records(write(tmp_path / f"x{ending}", [row])).rows()
        assert read.sample.meta == {"generator": "m-7b", "lineage": {"run": "r1", "seeds": [1, 2]}}


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"prompt": "a", "response": "b"}]
    for ending in (".jsonl.gz", ".json.zst", ".csv.xz", ".parquet"):
        one, two = write(tmp_path / f"one{ending}", rows), write(tmp_path / f"two{ending}", rows)
        assert one.read_bytes() == two.read_bytes()


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", [{"prompt": "old"}])
    before = path.read_bytes()

    with pytest.raises(TypeError), open_writer(path) as out:
        out.write({"prompt": object()})

    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.jsonl"]


def test_parquet_of_many_row_groups_keeps_order(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"prompt": str(n), "response": None} for n in range(20_000)]

    path = write(tmp_path / "x.parquet", rows)

    assert [row.sample.prompt for row in open_records(path).rows()] == [str(n) for n in range(20_000)]


def test_lone_surrogates_have_one_name_in_every_format(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"prompt": "a\\ud800b", "response": "c"}\n')
    (tmp_path / "x.json").write_text('[{"prompt": "a\\ud800b", "response": "c"}]')
    expected = [sample_id([Message("user", "a?b"), Message("assistant", "c")])]

    assert digest(tmp_path / "x.jsonl")[0] == digest(tmp_path / "x.json")[0] == expected
    assert [batch.column("prompt").to_pylist() for batch in open_records(tmp_path / "x.jsonl").batches()] == [["a?b"]]


def test_a_url_is_written_and_read_like_a_file() -> None:
    with open_writer("memory://folder/data.jsonl.zst") as out:
        out.write({"prompt": "a", "response": "b"})

    records = open_records("memory://folder/data.jsonl.zst")

    assert records.name == "data"
    assert [row.sample.response for row in records.rows()] == ["b"]
    assert open_records("memory://folder/*.zst").files == ("memory:///folder/data.jsonl.zst",)
    assert open_records("memory://folder").name == "folder"
