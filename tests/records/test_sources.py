"""A dataset is found wherever it lies, and its content decides how it is read."""

import gzip
import http.server
import json
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lineage.errors import UsageError
from lineage.records.fields import parse_fields
from lineage.records.json_rows import split_lines
from lineage.records.json_text import JsonText
from lineage.records.read import open_records
from lineage.records.schema import SAMPLES

ROWS = [{"prompt": f"What is {n}?", "response": f"{n}, of course."} for n in range(20)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def prompts(source: str | Path, **options: object) -> list[str | None]:
    return [row.sample.prompt for row in open_records(source, **options).rows()]  # type: ignore[arg-type]


EXPECTED = [row["prompt"] for row in ROWS]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lines.json", LINES),
        ("lines.csv", LINES),
        ("lines_without_name", LINES),
        ("array.jsonl", json.dumps(ROWS).encode()),
        ("bom.json", b"\xef\xbb\xbf" + json.dumps(ROWS, indent=4).encode()),
        ("bom.jsonl", b"\xef\xbb\xbf" + LINES),
        ("windows.jsonl", LINES.replace(b"\n", b"\r\n")),
        ("bom.csv", b"\xef\xbb\xbfprompt,response\r\n" + b"".join(f'"{p}",x\r\n'.encode() for p in EXPECTED)),
        ("semicolons.csv", b"prompt;response\n" + b"".join(f"{p};x, y\n".encode() for p in EXPECTED)),
        ("pretty.json", "\n".join(json.dumps(row, indent=2) for row in ROWS).encode()),
        ("pretty.jsonl", "\n".join(json.dumps(row, indent=2) for row in ROWS).encode()),
        ("glued.json", "".join(json.dumps(row) for row in ROWS).encode()),
        ("holder.json", json.dumps({"canary": "x", "version": [1, 2], "examples": ROWS}).encode()),
        ("holder_indented.json", json.dumps({"examples": ROWS, "canary": "x"}, indent=1).encode()),
        ("packed_without_name.jsonl", gzip.compress(LINES)),
    ],
)
def test_the_content_decides_over_the_name(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    assert prompts(tmp_path / name) == EXPECTED


def test_a_single_record_is_not_taken_for_a_holder(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"messages": [{"role": "user", "content": "Hi"}]}))

    assert prompts(tmp_path / "x.json") == ["Hi"]


def test_a_holder_too_large_to_hold_is_walked(tmp_path: Path) -> None:
    rows = [{"prompt": str(n), "response": "y" * 4000} for n in range(3000)]
    (tmp_path / "x.json").write_text(
        json.dumps({"canary": {"a": ["[{"]}, "tags": [], "examples": rows, "end": [1, {"a": 2}]})
    )

    assert prompts(tmp_path / "x.json") == [row["prompt"] for row in rows]


def test_folders_are_read_in_order_and_pass_over_what_is_no_data(tmp_path: Path) -> None:
    for name in ("b/2.jsonl", "a/1.json.gz", ".git/x.jsonl", "README.md", "notes.txt", "card.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(LINES) if name.endswith(".gz") else LINES)

    records = open_records(tmp_path)

    assert records.name == tmp_path.name
    assert records.files == (str(tmp_path / "a/1.json.gz"), str(tmp_path / "b/2.jsonl"))
    assert [(one.source, one.row) for one in records.rows()] == [(s, n) for s in (0, 1) for n in range(20)]
    assert open_records(tmp_path / "*" / "*.json*").files == records.files


@pytest.mark.parametrize(
    ("source", "name"), [("d/alpaca_data.json", "alpaca_data"), ("d/x.jsonl.gz", "x"), ("d", "d"), ("d/*.json*", "d")]
)
def test_a_source_has_a_short_name(source: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d").mkdir()
    for file in ("alpaca_data.json", "x.jsonl.gz"):
        (tmp_path / "d" / file).write_bytes(LINES)
    monkeypatch.chdir(tmp_path)

    assert open_records(source).name == name


def test_files_inside_a_zip_archive_are_read_in_place(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("data/one.csv", "Why?,So.\n")
        archive.writestr("data/two.csv", "How?,Thus.\n")

    found = prompts(f"zip://**/*.csv::{tmp_path / 'x.zip'}", fields=parse_fields("prompt=#0,response=#1"))

    assert found == ["Why?", "How?"]


def test_a_file_of_an_installed_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some_benchmark" / "data").mkdir(parents=True)
    (tmp_path / "some_benchmark" / "__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "some_benchmark" / "data" / "test.jsonl").write_bytes(LINES)
    monkeypatch.syspath_prepend(tmp_path)

    records = open_records("package:some_benchmark/data/test.jsonl")

    assert records.name == "test"
    assert len(list(records.rows())) == 20
    assert "some_benchmark" not in sys.modules
    with pytest.raises(UsageError, match="pip install no-such-benchmark"):
        open_records("package:no_such_benchmark/data/x.jsonl")
    with pytest.raises(UsageError, match=r"did you mean .*test\.jsonl"):
        open_records("package:some_benchmark/data/tset.jsonl")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_web_address_is_read_like_a_file(server: str, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl.gz").write_bytes(gzip.compress(LINES))

    records = open_records(f"{server}/data.jsonl.gz")

    assert records.name == "data"
    assert [row.sample.prompt for row in records.rows()] == EXPECTED
    with pytest.raises(UsageError, match="there is no http"):
        open_records(f"{server}/other.jsonl")


def test_an_unknown_kind_of_address_is_refused() -> None:
    with pytest.raises(UsageError, match="nosuch://x cannot be opened"):
        open_records("nosuch://x")


def test_split_is_for_hugging_face_datasets_only(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(LINES)

    with pytest.raises(UsageError, match="--split is for Hugging Face datasets"):
        open_records(tmp_path / "x.jsonl", split="train")


def test_batches_have_the_schema_and_the_rows_in_order(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(LINES)

    batches = list(open_records(tmp_path / "x.jsonl").batches(rows=8))

    assert [batch.num_rows for batch in batches] == [8, 8, 4]
    assert all(batch.schema.equals(SAMPLES, check_metadata=True) for batch in batches)
    assert [prompt for batch in batches for prompt in batch.column("prompt").to_pylist()] == EXPECTED


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_json_is_read_alike_however_the_bytes_arrive(size: int) -> None:
    content = json.dumps(
        [{"a": "\\u00e9é\U0001f600", "n": [1.5, -12e3, 12345678901234567890, None, True]}, {"b": "\ud83d\ude00"}]
    )
    data = content.encode() + b" [1]"
    text = JsonText(data[at : at + size] for at in range(0, len(data), size))

    assert text.value() == json.loads(content)
    assert text.next_item() == "["


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_lines_are_split_alike_however_the_bytes_arrive(size: int) -> None:
    data = b"a\nbb\n\nccc\r\nd"

    assert list(split_lines(data[at : at + size] for at in range(0, len(data), size))) == [
        b"a",
        b"bb",
        b"",
        b"ccc\r",
        b"d",
    ]


@pytest.mark.slow
def test_records_of_100_megabytes_are_read_in_every_json_layout(tmp_path: Path) -> None:
    long = {"prompt": "p", "response": "river \\ and \n stone " * (100 * 2**20 // 20)}
    for name, content in (
        ("x.jsonl", json.dumps(long) + "\n" + json.dumps(ROWS[0])),
        ("y.json", json.dumps([long, ROWS[0]])),
        ("z.json", json.dumps({"examples": [long, ROWS[0]]})),
        ("glued.json", json.dumps(long) + json.dumps(ROWS[0])),
        (
            "dialogue.json",
            json.dumps(
                {
                    "id": [1],
                    "messages": [{"role": "user", "content": "p"}, {"role": "assistant", "content": long["response"]}],
                }
            ),
        ),
    ):
        (tmp_path / name).write_text(content)
        assert prompts(tmp_path / name) == ["p", EXPECTED[0]][: 1 if name == "dialogue.json" else 2]
