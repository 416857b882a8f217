"""Reading in blocks yields what reading row by row yields: the same samples, names, bad rows and messages."""

import csv
import io
import json
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.errors import LineageError
from lineage.records import streams
from lineage.records.columns import json_blocks, table_blocks
from lineage.records.fields import parse_fields
from lineage.records.read import OnBad, Records, in_batches, open_records
from lineage.records.schema import SAMPLES
from lineage.records.sources import ENDINGS, ending_of

Outcome = tuple[list[dict[str, object]], str, list[object], dict[str, str]]
here = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(path: Path, on_bad: OnBad, fields: str | None, *, rows: int | None) -> Outcome:
    """Read a file in blocks of at most `rows` rows, or row by row: its samples or its message, bad rows, shapes."""
    records = open_records(path, on_bad=on_bad, fields=parse_fields(fields) if fields else None)
    try:
        batches = list(in_batches(records.rows(), 100) if rows is None else records.batches(rows))
    except LineageError as error:
        return [], f"{type(error).__name__}: {error}", [*records.bad], records.shapes
    assert all(batch.schema.equals(SAMPLES, check_metadata=True) for batch in batches)
    assert rows is None or all(0 < batch.num_rows <= rows for batch in batches)
    return pa.Table.from_batches(batches).to_pylist(), "", [*records.bad], records.shapes


def same_both_ways(path: Path, fields: str | None = None, rows: int = 7) -> Outcome:
    for on_bad in ("stop", "skip"):
        by_row = outcome(path, on_bad, fields, rows=None)
        in_blocks = outcome(path, on_bad, fields, rows=rows)
        assert in_blocks == by_row
    return in_blocks


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows, characters and escapes lie across the ends of blocks."""
    monkeypatch.setattr(streams, "CHUNK_BYTES", 97)
    monkeypatch.setattr(json_blocks, "BLOCK_BYTES", 300)
    monkeypatch.setattr(table_blocks, "BLOCK_BYTES", 300)


# Words that matter to what a text is taken for, among others that do not.
WORDS = (
    "", " ", "a", "Größe", "東京", "😀", "\n", "\t", '"', "\\", "\x01", "\x1f", "\x7f", "\u2028", "\u3000", "\u0085",
    "no", "No input", "<noinput>", "N/A", "### Instruction:\n", "\n### Response:", "Human: ", "\n\nAssistant: ",
    "USER: ", "Question: why\nAnswer: so", "[INST] hi [/INST] ho", "<|im_start|>user\nhi<|im_end|>\n", "<s>", "<b>",
    "ASSISTANT:", "Below is an instruction that describes a task. ", ",", ";", "'", "{", "]", ":", "1", "\r\n", "\r",
    "a long run of words that goes on for more than sixty-four bytes, so that it spans two loads of a vector",
)  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=5).map("".join)
scalars = st.one_of(texts, st.none(), st.integers(-(10**20), 10**20), st.booleans(), st.floats())
speakers = st.sampled_from(["user", "assistant", "Human", "gpt", "system", "tool", "nobody", "K\u212a"])
turns = st.one_of(
    st.fixed_dictionaries({"role": speakers, "content": texts}),
    st.fixed_dictionaries({"from": speakers, "value": scalars}, optional={"weight": scalars, "text": texts}),
    st.fixed_dictionaries({"input": texts, "output": texts}),
    texts,
)
cells = st.one_of(
    texts, texts, texts, scalars, st.lists(turns, max_size=3), st.dictionaries(texts, scalars, max_size=2)
)
SETS = (
    ("instruction", "input", "output"),
    ("prompt", "response", "system"),
    ("Question", "Best Answer"),
    ("text",),
    ("prompt", "chosen", "rejected"),
    ("chosen", "rejected"),
    ("messages", "system"),
    ("conversations", "id"),
    ("question", "choices", "answer"),
    ("output",),
    ("instruction", "instances"),
)


@st.composite
def tables(draw: st.DrawFn, values: st.SearchStrategy[object]) -> list[dict[str, object]]:
    columns = draw(st.sampled_from(SETS))
    plain = st.fixed_dictionaries({column: draw(st.sampled_from([texts, values])) for column in columns})
    other = st.fixed_dictionaries({}, optional=dict.fromkeys((*columns, "id", "extra", "Prompt", "é", "a\nb"), values))
    return draw(st.lists(st.one_of(plain, plain, plain, other), min_size=1, max_size=12))


def write_json(path: Path, rows: list[dict[str, object]], layout: str, *, ascii_only: bool) -> Path:
    listed = [json.dumps(row, ensure_ascii=ascii_only, indent=1 if layout == "pretty" else None) for row in rows]
    joined = "\n".join(listed) if layout == "lines" else f"[{', '.join(listed)}]\n"
    path.write_bytes(joined.encode("utf-8", "surrogatepass"))
    return path


@here
@given(tables(cells), st.sampled_from(["lines", "array", "pretty"]), st.booleans())
def test_json_of_any_shape(tmp_path: Path, rows: list[dict[str, object]], layout: str, ascii_only: bool) -> None:
    same_both_ways(
        write_json(tmp_path / ("x.jsonl" if layout == "lines" else "x.json"), rows, layout, ascii_only=ascii_only)
    )


@here
@given(tables(st.one_of(cells, scalars)), st.data())
def test_json_with_wrong_bytes(tmp_path: Path, rows: list[dict[str, object]], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["x.jsonl", "x.json"]))
    path = write_json(tmp_path / name, rows, "lines" if name == "x.jsonl" else "array", ascii_only=False)
    content = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        put = data.draw(
            st.one_of(st.binary(max_size=2), st.sampled_from([b"\n", b'"', b"\\", b"\\ud800", b"{", b"]", b" 1"]))
        )
        content = content[:at] + put + content[at + data.draw(st.integers(0, 2)) :]
    path.write_bytes(content)

    same_both_ways(path)


def table_text(rows: list[dict[str, object]], **form: object) -> str:
    text = io.StringIO()
    writer = csv.writer(text, **form)  # type: ignore[arg-type]
    for row in [list(rows[0]), *(list(row.values()) for row in rows)]:
        writer.writerow(row)
    return text.getvalue()


@here
@given(tables(texts), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]), st.data())
def test_tables_well_formed_or_not(
    tmp_path: Path, rows: list[dict[str, object]], quoting: int, end: str, data: st.DataObject
) -> None:
    name, delimiter = data.draw(st.sampled_from([("x.csv", ","), ("x.tsv", "\t"), ("x.csv", ";")]))
    content = table_text(rows, delimiter=delimiter, quoting=quoting, lineterminator=end)
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(st.sampled_from(['"', "\n", ",", "\r", "\0", "\n\n"])) + content[at:]
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogatepass"))

    same_both_ways(tmp_path / name)


TYPES = {
    "text": (pa.string(), texts.map(lambda text: text.encode("utf-8", "replace").decode())),
    "large": (pa.large_string(), texts.map(lambda text: text.encode("utf-8", "replace").decode())),
    "coded": (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["a", "b\n", ""])),
    "whole": (pa.int64(), st.integers(-(2**62), 2**62)),
    "flag": (pa.bool_(), st.booleans()),
    "float": (pa.float64(), st.floats(allow_nan=False)),
    "turns": (
        pa.list_(pa.struct([("role", pa.string()), ("content", pa.string()), ("n", pa.int32())])),
        st.lists(
            st.one_of(
                st.none(),
                st.fixed_dictionaries(
                    {
                        "role": st.one_of(st.none(), speakers),
                        "content": st.one_of(
                            st.none(), texts.map(lambda text: text.encode("utf-8", "replace").decode())
                        ),
                        "n": st.just(1),
                    }
                ),
            ),
            max_size=4,
        ),
    ),
    "parts": (pa.list_(pa.string()), st.lists(st.sampled_from(["a", "b"]), max_size=2)),
}


@here
@given(st.data())
def test_parquet_of_any_type(tmp_path: Path, data: st.DataObject) -> None:
    columns = data.draw(st.sampled_from(SETS))
    n = data.draw(st.integers(1, 20))
    arrays = {}
    for column in columns:
        usual = "turns" if column in {"messages", "conversations"} else "text"
        kind, values = TYPES[data.draw(st.sampled_from([usual, usual, usual, *TYPES]))]
        drawn = data.draw(st.lists(st.one_of(values, values, values, st.none()), min_size=n, max_size=n))
        arrays[column] = pa.array(drawn, kind)
    pq.write_table(pa.table(arrays), tmp_path / "x.parquet", row_group_size=5)

    same_both_ways(tmp_path / "x.parquet")


@pytest.mark.parametrize("column", ["response", "messages"])
def test_parquet_whose_texts_are_cut_inside_a_character(tmp_path: Path, column: str) -> None:
    offsets, halves = pa.py_buffer(np.array([0, 2, 4], np.int32)), pa.py_buffer("aéb".encode())
    texts = pa.Array.from_buffers(pa.string(), 2, [None, offsets, halves])
    turns = pa.StructArray.from_arrays([pa.array(["user", "user"]), texts], ["role", "content"])
    values = texts if column == "response" else pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), turns)
    pq.write_table(pa.table({"prompt": ["p", "q"], column: values}), tmp_path / "x.parquet")

    assert not same_both_ways(tmp_path / "x.parquet")[0]


@here
@given(
    tables(cells),
    st.sampled_from(
        ["prompt=prompt", "prompt=instruction+input,response=output", "messages=messages,system=system", "text=text",
         "prompt=prompt,response=prompt", "prompt=prompt.a,response=response", "messages=chosen", "prompt=#0"]
    ),
)  # fmt: skip
def test_named_fields(tmp_path: Path, rows: list[dict[str, object]], fields: str) -> None:
    same_both_ways(write_json(tmp_path / "x.jsonl", rows, "lines", ascii_only=False), fields)


def test_plain_files_are_read_in_blocks_and_other_rows_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fast path is taken: a row by itself is asked for only where it is not plain."""
    rows: list[dict[str, object]] = [{"instruction": f"Add {n}.", "input": "", "output": f"{n}\n"} for n in range(500)]
    rows[7] = {"instruction": "### Instruction:\nName a river.\n\n### Response:", "output": "Po"}
    rows[8]["output"] = 1.5
    rows[100]["extra"] = [{"deep": [None]}]
    rows[400]["extra"] = 1
    write_json(tmp_path / "x.jsonl", rows, "lines", ascii_only=True)
    write_json(tmp_path / "x.json", rows, "array", ascii_only=True)
    asked: list[int] = []
    samples = Records._samples
    monkeypatch.setattr(
        Records,
        "_samples",
        lambda self, file, number, *rest: (asked.append(number), samples(self, file, number, *rest))[1],
    )

    for name in ("x.jsonl", "x.json"):
        asked.clear()
        assert sum(batch.num_rows for batch in open_records(tmp_path / name).batches()) == 500
        assert asked == [7, 8, 100]


def test_a_file_that_stops_being_plain_is_read_on_by_rows(tmp_path: Path) -> None:
    rows = [json.dumps({"prompt": f"Add {n}."}) for n in range(300)]
    (tmp_path / "x.json").write_text(f"[{', '.join(rows)} {', '.join(rows)}, {{]")

    read, _, bad, _ = same_both_ways(tmp_path / "x.json")

    assert len(read) == 600
    assert len(bad) == 1


def test_closing_early_ends_the_thread_and_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"prompt": "a"}\n' * 5000)
    before = threading.active_count()

    batches = open_records(path).batches(rows=10)
    next(batches)
    batches.close()

    assert threading.active_count() == before


def test_an_error_in_the_thread_is_raised_where_batches_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"prompt": "a"}\n' * 500 + "{oops\n")
    batches = open_records(path).batches(rows=100)

    with pytest.raises(LineageError, match="line 501 is not valid JSON"):
        list(batches)
    assert not [one for one in threading.enumerate() if one.name.startswith("read-ahead")]


@pytest.mark.slow
def test_real_files(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for path in sorted(shared_data.rglob("*")):
        if path.is_file() and ending_of(path.name) in ENDINGS:
            same_both_ways(path, rows=8192)
