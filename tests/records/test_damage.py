"""Whatever happens to the bytes of a file, reading it ends with rows or with a message, never with a crash."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.errors import LineageError
from lineage.records.read import OnBad, open_records
from lineage.records.write import open_writer

NAMES = ("x.jsonl", "x.json", "x.csv", "x.parquet", "x.jsonl.gz", "x.json.zst", "x.csv.xz", "x.jsonl.bz2")
damage = st.tuples(st.floats(0, 0.999), st.integers(0, 3), st.binary(min_size=1, max_size=3))


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("intact")
    for name in NAMES:
        with open_writer(folder / name) as out:
            for n in range(40):
                out.write({"prompt": f'Wie heißt "{n}"?', "response": "So,\n\u2028 wie es heißt. " * (n % 4), "n": n})
    return {name: (folder / name).read_bytes() for name in NAMES}


@pytest.mark.parametrize("on_bad", ["stop", "skip"])
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(damage, min_size=1, max_size=4))
def test_damaged_bytes_end_in_rows_or_a_message(
    name: str, on_bad: OnBad, intact: dict[str, bytes], tmp_path: Path, hits: list[tuple[float, int, bytes]]
) -> None:
    content = intact[name]
    for where, cut, put in hits:
        at = int(where * len(content))
        content = content[:at] + put + content[at + cut :]
    (tmp_path / name).write_bytes(content)

    with contextlib.suppress(LineageError):
        for row in open_records(tmp_path / name, on_bad=on_bad).rows():
            assert row.sample.messages


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"x.jsonl", "x.csv"}])
def test_a_cut_anywhere_in_a_file_that_has_an_end_is_noticed(
    name: str, intact: dict[str, bytes], tmp_path: Path
) -> None:
    content = intact[name]
    for length in range(8, len(content) - 2, max(1, len(content) // 60)):
        (tmp_path / name).write_bytes(content[:length])
        with pytest.raises(LineageError):
            list(open_records(tmp_path / name).rows())
