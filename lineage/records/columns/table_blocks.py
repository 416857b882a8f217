"""Blocks of rows from CSV and TSV with a header."""

import csv
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from lineage.records.columns.arrays import is_utf8, padded
from lineage.records.columns.block import BLOCK_BYTES, Block, NotPlain, speak
from lineage.records.columns.cells import new_cells, new_turns
from lineage.records.columns.plan import Plan
from lineage.records.columns.table import cells_of_table
from lineage.records.columns.tape import FULL, STUCK, Rows, new_rows
from lineage.records.json_rows import RawRow
from lineage.records.table_rows import parse_row


def blocks_of_table(
    chunks: Iterator[bytes], plan: Plan, dialect: type[csv.Dialect], columns: Sequence[str], rows: int
) -> Iterator[Block]:
    """Read the rows under the header, in blocks of at most `rows`; NotPlain where the table is not well formed.

    columns: the names in the header, in order.
    """
    codes = np.array([plan.columns.index(one) if one in plan.columns else -1 for one in columns], np.int64)
    places, turns = new_rows(rows + 1), new_turns(0)
    text, line, header = b"", 1, 1
    last = False
    while not last:
        text, last = _more(text, chunks)
        data = padded([text], len(text))
        at, counted, ended = 0, 0, FULL
        while ended == FULL:
            first = at
            cells = new_cells(rows + 1, len(plan.columns))
            room = places.rows(0, rows + header)
            n, at, ended = cells_of_table(data, at, last, ord(dialect.delimiter), codes, room, cells)
            if not is_utf8(data, first, at):
                raise NotPlain
            if n > header:
                kept = places.rows(header, n)
                yield speak(
                    plan, data=data, cells=cells.rows(header, n), turns=turns, odd=kept.odd,
                    raw=partial(_row, text, line, kept, dialect, list(columns)),
                )  # fmt: skip
            header = 0 if n else header
            counted = at
        if ended == STUCK:
            raise NotPlain
        line += text.count(b"\n", 0, counted)
        text = text[counted:]


def _row(text: bytes, line: int, places: Rows, dialect: type[csv.Dialect], names: list[str], row: int) -> RawRow:  # noqa: PLR0913, PLR0917
    start, end = int(places.start[row]), int(places.end[row])
    return line + text.count(b"\n", 0, start), parse_row(text[start:end].decode(), dialect, names)


def _more(text: bytes, chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """Add a block to what is left of the last one, at least as much as is left, and say whether it was the last."""
    held = [text]
    wanted = max(BLOCK_BYTES, len(text))
    for chunk in chunks:
        held.append(chunk)
        wanted -= len(chunk)
        if wanted <= 0:
            break
    return b"".join(held), wanted > 0
