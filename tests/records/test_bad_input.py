"""Input that cannot be read says which file, which line or row, why, and what to do; bad rows can be skipped."""

import bz2
import contextlib
import gzip
import json
import lzma
from pathlib import Path

import pytest
import zstandard

from lineage.errors import LineageError, RecordError, UsageError
from lineage.records.fields import parse_fields
from lineage.records.read import BadRow, open_records

GOOD = [{"instruction": f"Name {n} rivers.", "output": f"Here are {n} of them."} for n in range(50)]
LINES = "".join(json.dumps(row) + "\n" for row in GOOD).encode()


def read(path: Path, **options: str) -> list[str | None]:
    return [row.sample.prompt for row in open_records(path, **options).rows()]  # type: ignore[arg-type]


def fails(path: Path, kind: type[LineageError] = RecordError) -> str:
    with pytest.raises(kind) as caught:
        read(path)
    assert type(caught.value) is kind
    return str(caught.value)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    put(tmp_path / "corpus.jsonl", LINES)

    with pytest.raises(UsageError, match=r"there is no .*corpsu\.jsonl; did you mean .*corpus\.jsonl"):
        open_records(tmp_path / "corpsu.jsonl")


def test_a_missing_folder_a_glob_without_match_and_a_folder_without_data_are_refused_at_once(tmp_path: Path) -> None:
    put(tmp_path / "README.md", b"text")
    with pytest.raises(UsageError, match="there is no folder"):
        open_records(tmp_path / "no" / "x.jsonl")
    for source in (tmp_path / "*.jsonl", tmp_path):
        with pytest.raises(
            UsageError, match=r"holds no record file: \.jsonl, \.ndjson, \.json, \.csv, \.tsv, \.parquet"
        ):
            open_records(source)


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv", "x.parquet", "x.jsonl.gz"])
def test_an_empty_file_is_called_empty(name: str, tmp_path: Path) -> None:
    assert "is empty" in fails(put(tmp_path / name, b""))


@pytest.mark.parametrize(
    ("name", "content"), [("x.json", b"[]"), ("x.csv", b"prompt,response\n"), ("x.jsonl", b"\n \n")]
)
def test_a_file_without_rows_is_called_empty(name: str, content: bytes, tmp_path: Path) -> None:
    assert "empty" in fails(put(tmp_path / name, content))


def test_an_empty_shard_among_others_is_no_fault(tmp_path: Path) -> None:
    put(tmp_path / "a.json", b"[]")
    put(tmp_path / "b.jsonl", LINES)

    assert len(read(tmp_path)) == 50


@pytest.mark.parametrize(
    ("suffix", "packed"),
    [
        (".gz", gzip.compress(LINES)),
        (".xz", lzma.compress(LINES)),
        (".bz2", bz2.compress(LINES)),
        (".zst", zstandard.compress(LINES)),
        (".zst", zstandard.ZstdCompressor(write_checksum=True).compress(LINES) * 2),
    ],
)
def test_a_truncated_compressed_file_is_never_accepted(suffix: str, packed: bytes, tmp_path: Path) -> None:
    path = put(tmp_path / f"x.jsonl{suffix}", packed[: len(packed) * 3 // 4])

    assert "ends early" in fails(path)
    records = open_records(path, on_bad="skip")
    with contextlib.suppress(RecordError):  # when not even one row came out
        list(records.rows())
    assert "ends early" in records.bad[-1].reason


def test_skipping_records_the_lost_rest_of_a_truncated_file(tmp_path: Path) -> None:
    packed = gzip.compress(LINES * 400)
    path = put(tmp_path / "x.jsonl.gz", packed[: len(packed) - 9])

    records = open_records(path, on_bad="skip")
    count = sum(1 for _ in records.rows())

    assert [(one.row, "ends early" in one.reason) for one in records.bad] == [(count, True)]


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".xz", ".bz2"])
def test_a_name_that_promises_compression_is_checked(suffix: str, tmp_path: Path) -> None:
    assert f"is named {suffix} but does not hold" in fails(put(tmp_path / f"x.jsonl{suffix}", LINES))


def test_several_frames_and_members_are_all_read(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzip.compress), (".zst", zstandard.compress), (".xz", lzma.compress)):
        assert len(read(put(tmp_path / f"x.jsonl{suffix}", pack(LINES) + pack(LINES)))) == 100


def test_damaged_gzip_data_is_not_accepted(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LINES * 100))
    packed[len(packed) // 2] ^= 0xFF

    assert "damaged" in fails(put(tmp_path / "x.jsonl.gz", bytes(packed)))


def test_invalid_json_on_a_line_says_which_and_how_to_go_on(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", LINES.replace(b'{"instruction": "Name 6', b'{"instruction: "Name 6'))

    message = fails(path)

    assert f"{path}: line 7 is not valid JSON" in message
    assert message.endswith("pass --skip-bad to go on without it")


def test_skipped_rows_are_counted_and_listed_and_leave_the_row_numbers_alone(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", LINES.replace(b"\n", b"\n{oops\n", 1) + b'{"instruction": "no output"}\n')

    records = open_records(path, on_bad="skip")
    rows = list(records.rows())

    assert [one.row for one in rows] == [0, *range(2, 51)]
    assert [(one.file, one.row) for one in records.bad] == [(str(path), 1), (str(path), 51)]
    assert "line 2" in records.bad[0].reason
    assert "has no column 'output'" in records.bad[1].reason
    list(records.rows())
    assert len(records.bad) == 2


def test_a_file_in_which_every_row_is_bad_is_not_an_empty_success(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", b"{oops\n{oops\n")

    with pytest.raises(RecordError, match=r"no row can be read; the first one: line 1"):
        read(path, on_bad="skip")


def test_many_bad_rows_at_the_start_do_not_hide_the_good_ones(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", b"{oops\n" * 200 + LINES)

    assert len(read(path, on_bad="skip")) == 50


def test_blank_lines_count_as_lines_and_not_as_rows(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", b'\n\n{"prompt": "a"}\n\n{oops\n{"prompt": "b"}')

    records = open_records(path, on_bad="skip")

    assert [one.row for one in records.rows()] == [0, 2]
    assert records.bad[0] == BadRow(str(path), 1, records.bad[0].reason)
    assert "line 5" in records.bad[0].reason


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv"])
def test_text_that_is_not_utf8_names_the_byte_and_the_cure(name: str, tmp_path: Path) -> None:
    rows = {"x.jsonl": '{"prompt": "café"}\n', "x.json": '[{"prompt": "café"}]', "x.csv": "prompt\ncafé\n"}
    content = rows[name].encode("latin-1")

    message = fails(put(tmp_path / name, content))

    assert f"is not UTF-8 at byte {content.index(0xE9)}" in message
    assert "iconv" in message


def test_rows_before_a_wrong_byte_are_still_read_when_skipping(tmp_path: Path) -> None:
    path = put(tmp_path / "x.json", b'[{"prompt": "a"},\n{"prompt": "b"},\n{"prompt": "caf\xe9"}]')

    records = open_records(path, on_bad="skip")

    assert [one.sample.prompt for one in records.rows()] == ["a", "b"]
    assert [(one.row, f"byte {path.read_bytes().index(0xE9)}:" in one.reason) for one in records.bad] == [(2, True)]


def test_utf16_is_named(tmp_path: Path) -> None:
    assert "UTF-16" in fails(put(tmp_path / "x.csv", "prompt\na\n".encode("utf-16")))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"prompt": "a"},\n{"prompt": "b"', "ends inside a record that starts at line 2"),
        (b'[{"prompt": "a"},\n{"prompt": "b"}', "cut off"),
        (b'[{"prompt": "a"},\n{prompt: "b"}]', "at line 2"),
        (b'[{"prompt": "a"}]\n]', "after the end at line 2"),
        (b'[{"prompt": "a"},\n' + b"[" * 100_000 + b"]", "line 2"),
    ],
)
def test_a_broken_array_says_the_line(content: bytes, reason: str, tmp_path: Path) -> None:
    message = fails(put(tmp_path / "x.json", content))

    assert reason in message
    assert "--skip-bad" not in message


def test_invalid_json_early_in_a_large_array_does_not_read_the_rest(tmp_path: Path) -> None:
    path = put(tmp_path / "x.json", b'[{"prompt": x},' + b'{"prompt": "a"},' * 400_000 + b"]")

    assert "at line 1" in fails(path)


def test_a_table_with_a_short_row_or_an_open_quote_says_the_line(tmp_path: Path) -> None:
    assert "line 3 has 1 cells where the header names 2" in fails(put(tmp_path / "x.csv", b"prompt,response\na,b\nc\n"))
    assert "line" in fails(put(tmp_path / "y.csv", b'prompt,response\na,"b\nc,d\n'))
    assert "more than one column named 'prompt'" in fails(put(tmp_path / "z.csv", b"prompt,prompt\na,b\n"))


def test_a_broken_parquet_file_is_named(tmp_path: Path) -> None:
    assert "x.parquet: is not a readable Parquet file" in fails(put(tmp_path / "x.parquet", b"PAR1 and then nothing"))


def test_a_zip_archive_says_how_to_read_it(tmp_path: Path) -> None:
    assert "zip://**/*.csv::" in fails(put(tmp_path / "x.zip", b"PK\x03\x04rest"), UsageError)


def test_bytes_of_no_known_format_are_shown(tmp_path: Path) -> None:
    assert "none of the known formats" in fails(put(tmp_path / "x.json", b"%PDF-1.7"))


def test_plain_text_says_what_to_pass(tmp_path: Path) -> None:
    path = put(tmp_path / "x.txt", b'One "line.\nTwo.\n')

    assert "--fields text=#0" in fails(path, UsageError)
    assert [row.sample.response for row in open_records(path, fields=parse_fields("text=#0")).rows()] == [
        'One "line.',
        "Two.",
    ]


def test_a_table_without_a_header_says_what_to_pass(tmp_path: Path) -> None:
    path = put(
        tmp_path / "x.csv", b"What is the longest river of Italy?,The Adige,The Po,B\nAnd of France?,Loire,Rhine,A\n"
    )

    assert "--fields prompt=#0,response=#3" in fails(path, UsageError)
    rows = open_records(path, fields=parse_fields("prompt=#0+#1+#2,response=#3")).rows()
    assert [row.sample.response for row in rows] == ["B", "A"]


def test_metrics_are_not_taken_for_records(tmp_path: Path) -> None:
    assert "none holds text" in fails(put(tmp_path / "x.json", b'{"accuracy": 0.5, "n": 100}'), UsageError)


def test_two_lists_in_one_object_are_not_guessed_between(tmp_path: Path) -> None:
    path = put(tmp_path / "x.json", b'{"train": [{"prompt": "a"}], "test": [{"prompt": "b"}]}')

    assert "several lists of objects (train, test)" in fails(path)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").symlink_to(tmp_path)

    with pytest.raises(LineageError):
        read(tmp_path / "x.jsonl")


@pytest.mark.parametrize("name", ["x.jsonl", "x.json"])
def test_a_number_of_thousands_of_digits_is_a_bad_row(name: str, tmp_path: Path) -> None:
    row = b'{"instruction": "Count.", "output": ' + b"9" * 5000 + b"}"
    content = (
        LINES + row + b"\n" if name == "x.jsonl" else b"[" + LINES.strip().replace(b"\n", b",") + b"," + row + b"]"
    )

    assert "thousands of digits" in fails(put(tmp_path / name, content))
