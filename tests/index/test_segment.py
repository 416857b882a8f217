"""Segments: written as a stream, opened in an instant, refused when they are not whole."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lineage.errors import StoreError
from lineage.fingerprint.card import Card, CardParams
from lineage.fingerprint.fingerprint import fingerprint
from lineage.index import tables
from lineage.index.cards import card_meta, card_of, texts_of
from lineage.index.layout import VIEWS, band_count
from lineage.index.segment import Segment, open_segment, verify_segment
from lineage.index.writer import index_card, writing_segment
from lineage.records.identity import sample_id
from lineage.records.sample import Message
from lineage.records.schema import SAMPLES

ROWS = [
    ("Name three primary colours and say why", "Red, yellow and blue, because no others mix to them in paint."),
    ("", "An answer to nothing at all, and yet it has more than five words."),
    (None, "Nobody asked for this."),
    ("A question that nobody answered", None),
    ("東京はどこですか", "日本の関東地方にあります。" * 9),
    ("Name three primary colours and say why", "…"),
    ("x " * 500, "y z " * 900),
]


def batches(rows: list[tuple[str | None, str | None]], size: int = 3) -> list[pa.RecordBatch]:
    found = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        ids = [sample_id([Message("user", p or ""), Message("assistant", r or "")]) for p, r in part]
        columns = [[0] * len(part), list(range(start, start + len(part))), ids, *map(list, zip(*part, strict=True))]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SAMPLES, strict=True)]
        found.append(pa.RecordBatch.from_arrays(arrays, schema=SAMPLES))
    return found


def card_from(rows: list[tuple[str | None, str | None]]) -> Card:
    return fingerprint(batches(rows), name="few", sources=("few.jsonl",))


def write(index: Path, rows: list[tuple[str | None, str | None]], *, keep_text: bool = True, size: int = 3) -> Segment:
    with writing_segment(index, CardParams(), keep_text=keep_text) as writer:
        for batch in batches(rows, size):
            writer.rows.add(batch)
        writer.finish(card_from(rows).meta, memory=200)
        return open_segment(writer.publish())


def assert_same_card(one: Card, other: Card) -> None:
    assert one.meta == other.meta
    for name in ("source", "row", "sample_id"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for view in VIEWS:
        for name in ("keys", "counts", "minima"):
            np.testing.assert_array_equal(getattr(getattr(one, view), name), getattr(getattr(other, view), name))
        for ours, theirs in zip(getattr(one, f"{view}_winnows"), getattr(other, f"{view}_winnows"), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_segment_gives_back_the_card_and_the_texts_however_they_were_cut(tmp_path: Path, size: int) -> None:
    segment = write(tmp_path, ROWS, size=size)
    verify_segment(segment)
    assert len(segment) == len(ROWS)
    assert segment.path.name == card_from(ROWS).meta.digest
    assert_same_card(card_of(segment, card_meta(segment)), card_from(ROWS))
    assert texts_of(segment, "prompt").to_pylist() == [prompt for prompt, _ in ROWS]
    assert texts_of(segment, "response").to_pylist() == [response for _, response in ROWS]
    texts_of(segment, "response").validate(full=True)


def test_a_slice_of_a_batch_is_written_as_itself(tmp_path: Path) -> None:
    (whole,) = batches(ROWS, len(ROWS))
    with writing_segment(tmp_path, CardParams()) as writer:
        for start in range(len(ROWS)):
            writer.rows.add(whole.slice(start, 1))
        segment = writer.finish(card_from(ROWS).meta)
        assert texts_of(segment, "response").to_pylist() == [response for _, response in ROWS]
        assert_same_card(card_of(segment, card_meta(segment)), card_from(ROWS))


def test_a_card_alone_makes_a_segment_without_texts(tmp_path: Path) -> None:
    card = card_from(ROWS)
    segment = index_card(tmp_path, card)
    assert_same_card(card_of(segment, card_meta(segment)), card)
    assert not segment.meta.texts
    with pytest.raises(KeyError):
        texts_of(segment, "prompt")


def test_every_tag_is_found_in_its_table_and_nothing_else(tmp_path: Path) -> None:
    segment = write(tmp_path, ROWS)
    for view in VIEWS:
        counts, minima = segment.array(f"{view}_counts"), segment.array(f"{view}_minima")
        bands = segment.array(f"{view}_bands").reshape(band_count(64), -1)
        assert (bands[:, 1:] > bands[:, :-1]).all()
        for band, table in enumerate(bands):
            tags = tables.band_tags(minima, band)
            for row in np.flatnonzero(counts > 0):
                low, high = tables.find(table, tags[[row]])
                same = np.flatnonzero((tags == tags[row]) & (counts > 0))
                np.testing.assert_array_equal(tables.rows_of(table[low[0] : high[0]]), same)


def test_the_winnowed_hashes_of_every_row_lead_to_it_once(tmp_path: Path) -> None:
    segment = write(tmp_path, ROWS)
    for view in VIEWS:
        offsets, hashes = segment.array(f"{view}_winnow_offsets"), segment.array(f"{view}_winnow_hashes")
        table = segment.array(f"{view}_winnows")
        expected = {
            (int(one) >> 32, row) for row in range(len(ROWS)) for one in hashes[offsets[row] : offsets[row + 1]]
        }
        assert [(int(one) >> 32, int(one) & 0xFFFFFFFF) for one in table] == sorted(expected)


def test_an_empty_dataset_has_a_segment(tmp_path: Path) -> None:
    segment = write(tmp_path, [])
    assert (len(segment), len(segment.array("prompt_bands")), len(texts_of(segment, "prompt"))) == (0, 0, 0)


def test_nothing_but_the_segment_is_left(tmp_path: Path) -> None:
    segment = write(tmp_path, ROWS)
    assert {one.name for one in tmp_path.iterdir()} == {".lock", segment.path.name}


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with writing_segment(tmp_path, CardParams()) as writer:
            writer.rows.add(batches(ROWS)[0])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert [one.name for one in tmp_path.iterdir()] == [".lock"]


def test_leftovers_of_a_killed_writer_are_removed_but_not_the_folder_of_one_at_work(tmp_path: Path) -> None:
    (tmp_path / ".0123456789abcdef.tmp").mkdir()
    with writing_segment(tmp_path, CardParams()) as first:
        assert not (tmp_path / ".0123456789abcdef.tmp").exists()
        with writing_segment(tmp_path, CardParams()) as second:
            for writer in (first, second):
                writer.rows.add(batches(ROWS)[0])
                writer.finish(card_from(ROWS[:3]).meta)
            assert first.publish() == second.publish()
    assert len(open_segment(tmp_path / first.rows.digest)) == 3


def test_texts_come_to_a_segment_that_lacked_them_and_never_go(tmp_path: Path) -> None:
    before = write(tmp_path, ROWS, keep_text=False)
    assert not before.meta.texts
    assert write(tmp_path, ROWS).meta.texts
    assert write(tmp_path, ROWS, keep_text=False).meta.texts
    assert before.array("prompt_keys").shape == (len(ROWS), 2)  # still readable though another is in its place


def test_a_damaged_segment_is_refused_with_advice(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS).path
    (path / "prompt_text").write_bytes(b"short")
    with pytest.raises(StoreError, match=r"prompt_text has 5 bytes.*add that dataset again"):
        open_segment(path)
    (path / "prompt_text").unlink()
    with pytest.raises(StoreError, match="prompt_text: No such file"):
        open_segment(path)
    assert len(write(tmp_path, ROWS)) == len(ROWS)
    with (path / "response_minima").open("r+b") as file:
        file.seek(100)
        file.write(b"xxx")
    with pytest.raises(StoreError, match="response_minima has another checksum"):
        verify_segment(open_segment(path))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "digest": 0, "files": []}'])
def test_a_description_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, ROWS).path
    (path / "meta.json").write_text(text)
    with pytest.raises(StoreError, match="damaged"):
        open_segment(path)


def test_a_newer_format_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS).path
    document = json.loads((path / "meta.json").read_text())
    (path / "meta.json").write_text(json.dumps(document | {"format": 99}))
    with pytest.raises(StoreError, match="upgrade lineage"):
        open_segment(path)
    with pytest.raises(StoreError, match="there is no index"):
        open_segment(tmp_path / "nothing")


def test_letting_go_of_pages_loses_nothing(tmp_path: Path) -> None:
    segment = write(tmp_path, ROWS)
    before = segment.array("prompt_minima").copy()
    segment.release()
    np.testing.assert_array_equal(segment.array("prompt_minima"), before)
    assert texts_of(segment, "prompt")[0].as_py() == ROWS[0][0]
