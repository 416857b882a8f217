"""Blocks of rows from Parquet: the columns that are read are decoded, and no others."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage.records.ahead import read_ahead
from lineage.records.columns.arrays import is_utf8, padded
from lineage.records.columns.block import BLOCK_BYTES, Block, NotPlain, speak
from lineage.records.columns.cells import SPOKEN, Cells, Turns, new_cells, new_turns
from lineage.records.columns.plan import Plan
from lineage.records.columns.tokens import BROKEN, LITERAL, NULL, TEXT, TURNS
from lineage.records.json_rows import RawRow
from lineage.records.values import CONTENT_KEYS, SPEAKER_KEYS, SPEAKERS

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_FEWEST_ROWS = 64
_READ_BYTES = 1 << 18
_NOBODY = 255


def blocks_of_parquet(stream: BinaryIO, plan: Plan, rows: int) -> Iterator[Block]:
    """Read rows in blocks of at most `rows`; NotPlain when a column is of a kind that only Python reads."""
    before = 0
    try:
        # Read a little at a time: a whole column of a row group, or what is buffered ahead of it, would stay.
        file = pq.ParquetFile(_native(stream), pre_buffer=False, buffer_size=_READ_BYTES)
        columns = [one for one in plan.columns if "." not in one]
        if len(columns) != len(plan.columns):
            raise NotPlain  # a name with a dot also names a path
        # Unpacked in a thread of its own, while the last block is made.
        batches = file.iter_batches(batch_size=_block_rows(file, rows), columns=columns, use_threads=False)
        for batch in read_ahead(batches):
            if batch.num_rows:
                yield _block(batch.select(columns), plan, before)
            before += batch.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise NotPlain from error


def _native(stream: BinaryIO) -> BinaryIO | pa.NativeFile:
    """Open a file of this machine once more for Arrow itself, which needs neither the GIL nor a bytes object a read."""
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO) and isinstance(stream.name, str):
        return pa.OSFile(stream.name)
    return stream


def _block_rows(file: pq.ParquetFile, rows: int) -> int:
    total = sum(file.metadata.row_group(group).total_byte_size for group in range(file.num_row_groups))
    fitting: int = BLOCK_BYTES * file.metadata.num_rows // max(total, 1)
    return max(1, min(rows, max(fitting, _FEWEST_ROWS)))


class _Buffer:
    """Gathers the texts of columns in one buffer."""

    def __init__(self) -> None:
        self.parts: list[Bytes] = []
        self.size = 0

    def add(self, column: pa.Array) -> tuple[Bytes, Ints]:
        """Take in the texts of a column; return their kinds, and where they start and end: text i up to place i + 1."""
        kind = TEXT
        if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type) or pa.types.is_null(column.type):
            kind = LITERAL
        elif pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if kind == TEXT and not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise NotPlain
        texts = column.cast(pa.large_string())
        _, places, data = texts.buffers()
        offsets = np.frombuffer(places or bytes(8), np.int64)[texts.offset : texts.offset + len(texts) + 1]
        part = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]
        shifted = offsets - offsets[0] + self.size
        self.parts.append(part)
        self.size += len(part)
        return np.where(_is_null(texts), NULL, kind).astype(np.uint8), shifted


def _is_null(column: pa.Array) -> npt.NDArray[np.bool_]:
    nulls: npt.NDArray[np.bool_] = column.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _block(batch: pa.RecordBatch, plan: Plan, before: int) -> Block:
    n = batch.num_rows
    cells, buffer, dialogues = new_cells(n, len(plan.columns)), _Buffer(), [new_turns(0)]
    odd = np.zeros(n, np.bool_)
    for number, column in enumerate(batch.columns):
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            turns, first = _turns(column, buffer)
            base = sum(len(one.kind) for one in dialogues)
            dialogues.append(turns)
            cells.kind[:, number] = np.where(_is_null(column), NULL, TURNS)
            cells.start[:, number], cells.end[:, number] = first[:-1] + base, first[1:] + base
            odd |= (cells.kind[:, number] == TURNS) & _holds_odd(turns, first)
        else:
            kinds, places = buffer.add(column)
            cells.kind[:, number], cells.start[:, number], cells.end[:, number] = kinds, places[:-1], places[1:]
    turns = Turns(*(np.concatenate(parts) for parts in zip(*dialogues, strict=True)))

    def raw(row: int) -> RawRow:
        return before + row, batch.slice(row, 1).to_pylist()[0]

    data = padded(buffer.parts, buffer.size)
    if not _are_utf8(data, buffer.size, cells.start[cells.kind == TEXT]) or not _are_utf8(data, 0, turns.start):
        raise NotPlain
    return speak(plan, data=data, cells=Cells(*cells), turns=turns, odd=odd, raw=raw)


def _are_utf8(data: Bytes, size: int, starts: Ints) -> bool:
    """Tell whether the bytes are UTF-8, and no text starts inside a character."""
    return is_utf8(data, 0, size) and not ((data[starts] & 0xC0) == 0x80).any()


def _turns(column: pa.Array, buffer: _Buffer) -> tuple[Turns, Ints]:
    """Read a column of lists of messages; return all turns, and which are those of each row."""
    if not pa.types.is_struct(column.type.value_type):
        raise NotPlain
    offsets = column.offsets.to_numpy().astype(np.int64)
    messages = column.values.slice(offsets[0], offsets[-1] - offsets[0])
    names = [field.name for field in messages.type]
    who = next((name for name in SPEAKER_KEYS if name in names), None)
    what = next((name for name in CONTENT_KEYS if name in names), None)
    if who is None or what is None or len({*names}) != len(names):
        raise NotPlain
    fields = dict(zip(names, messages.flatten(), strict=True))
    kinds, places = buffer.add(fields[what])
    speakers = _speakers(fields[who])
    kinds[speakers == _NOBODY] = BROKEN
    return Turns(speakers, kinds, places[:-1], places[1:]), offsets - offsets[0]


def _speakers(column: pa.Array) -> Bytes:
    """Return who speaks in each turn, or _NOBODY."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise NotPlain
    coded = pc.dictionary_encode(column)
    roles = [SPEAKERS.get(name.lower()) for name in coded.dictionary.to_pylist()]
    codes: Bytes = np.array([_NOBODY if role is None else SPOKEN.index(role) for role in roles] + [_NOBODY], np.uint8)
    speakers: Bytes = codes[coded.indices.fill_null(len(roles)).to_numpy()]
    return speakers


def _holds_odd(turns: Turns, first: Ints) -> npt.NDArray[np.bool_]:
    """Tell which rows hold no turn, or one that only Python reads."""
    broken = np.concatenate([[0], np.cumsum(turns.kind == BROKEN)])
    odd: npt.NDArray[np.bool_] = (broken[first[1:]] > broken[first[:-1]]) | (first[1:] == first[:-1])
    return odd
