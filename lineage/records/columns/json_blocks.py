"""Blocks of rows from JSON lines and from JSON arrays."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from lineage.records.columns.arrays import is_utf8, padded
from lineage.records.columns.block import BLOCK_BYTES, Block, NotPlain, speak
from lineage.records.columns.cells import SPEAKER_NAMES, TURN_NAMES, cells_of_tape, new_cells, new_turns
from lineage.records.columns.known import Known
from lineage.records.columns.plan import Plan
from lineage.records.columns.tape import CLOSED, CUT, STUCK, Rows, new_rows, new_tape, tape_array, tape_lines
from lineage.records.json_rows import RawRow, parse_element, parse_line

_TAPE_ENTRIES = 1 << 17
_SPACE = b" \t\r\n"


class _Reader:
    """Room for one block after another; the rows of a block are no longer there when the next one is read."""

    def __init__(self, plan: Plan, known: Known, rows: int) -> None:
        self.tape = new_tape(_TAPE_ENTRIES)
        self.rows = new_rows(rows)
        self._turns = new_turns(_TAPE_ENTRIES // 2)
        self._plan = plan
        self._known = known

    def block(self, data: npt.NDArray[np.uint8], n: int, parse: Callable[[int], RawRow]) -> Block:
        """Make a block of the first n rows on the tape; `parse` reads one that is odd."""
        cells = new_cells(n, len(self._plan.columns))
        count = cells_of_tape(
            data, self.tape, self.rows, n, self._known.names, cells, self._turns, TURN_NAMES, SPEAKER_NAMES
        )
        turns = self._turns.first(count)
        raw = partial(self._learn, parse)
        return speak(self._plan, data=data, cells=cells, turns=turns, odd=self.rows.odd[:n], raw=raw)

    def _learn(self, parse: Callable[[int], RawRow], row: int) -> RawRow:
        place, value = parse(row)
        if isinstance(value, dict):
            self._known.learn(value)
        return place, value


def blocks_of_lines(chunks: Iterator[bytes], plan: Plan, known: Known, rows: int) -> Iterator[Block]:
    """Read rows that stand one a line, in blocks of at most `rows`."""
    reader = _Reader(plan, known, rows)
    offset, line = 0, 1
    for text in _whole_lines(chunks):
        data = padded([text], len(text))
        plain = is_utf8(data, 0, len(text))  # else some line is not, and each is read by itself
        at = 0
        while at < len(text):
            n, at, line = tape_lines(data, at, line, reader.rows, reader.tape)
            if not plain:
                reader.rows.odd[:n] = True
            if n:
                yield reader.block(data, n, partial(_line, text, offset, reader.rows))
        offset += len(text)


def _line(text: bytes, offset: int, rows: Rows, row: int) -> RawRow:
    start, end = int(rows.start[row]), int(rows.end[row])
    return int(rows.line[row]), parse_line(text[start:end], offset + start)


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut a stream into blocks that end where a line ends; linear also when a line is longer than many blocks."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= BLOCK_BYTES and (last := chunk.rfind(b"\n") + 1):
            held[-1] = chunk[:last]
            yield b"".join(held)
            held = [chunk[last:]]
            size = len(held[0])
    if size:
        yield b"".join(held)


def blocks_of_array(chunks: Iterator[bytes], plan: Plan, known: Known, rows: int) -> Iterator[Block]:
    """Read rows that are the objects of one JSON array, in blocks of at most `rows`; NotPlain where they are not."""
    reader = _Reader(plan, known, rows)
    text = _more(b"", chunks)
    at = text.index(b"[") + 1
    begun, row, ended = False, 0, CUT
    while ended != CLOSED:
        data = padded([text], len(text))
        while True:
            first = at
            n, at, ended = tape_array(data, at, begun, reader.rows, reader.tape)
            if not is_utf8(data, first, at):
                raise NotPlain
            if n:
                yield reader.block(data, n, partial(_element, text, row, reader.rows))
            begun = begun or n > 0
            row += n
            if ended == STUCK:
                raise NotPlain
            if ended in {CUT, CLOSED}:
                break
        if ended == CUT:
            text = _more(text[at:], chunks)
            at = 0
    if any(rest.strip(_SPACE) for rest in itertools.chain([text[at:]], chunks)):
        raise NotPlain


def _element(text: bytes, before: int, rows: Rows, row: int) -> RawRow:
    value = parse_element(text[int(rows.start[row]) : int(rows.end[row])])
    if value is None:
        raise NotPlain
    return before + row, value


def _more(text: bytes, chunks: Iterator[bytes]) -> bytes:
    """Add a block to what is left of the last one, at least as much as is left; NotPlain when there is no more."""
    held = [text]
    wanted = max(BLOCK_BYTES, len(text))
    while wanted > 0 and (chunk := next(chunks, b"")):
        held.append(chunk)
        wanted -= len(chunk)
    if len(held) == 1:
        raise NotPlain
    return b"".join(held)
