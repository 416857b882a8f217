"""Records of a dataset, from wherever it lies, as samples.

    records = open_records("alpaca_data.json")
    for row in records.rows(): ...

One row is held at a time. What a bad row does is decided here: stop with a `RecordError` that says where, or go on
and keep a list.
"""

import contextlib
import itertools
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

from lineage.errors import RecordError, UsageError
from lineage.records import hub
from lineage.records.ahead import read_ahead
from lineage.records.columns.batch import batch_of
from lineage.records.columns.block import Block, NotPlain
from lineage.records.columns.plan import plan_for
from lineage.records.detect import RowReader, choose_reader, is_record
from lineage.records.faults import Broken, FileFault, RowFault
from lineage.records.fields import Fields
from lineage.records.formats import Raw, open_raw
from lineage.records.identity import sample_id
from lineage.records.json_rows import RawRow
from lineage.records.sample import Sample
from lineage.records.schema import SAMPLES
from lineage.records.sources import find_source

OnBad = Literal["stop", "skip"]

# The columns of this many rows decide a file's shape: one row may lack a column that is null in it.
_SEEN_ROWS = 64
# How many bad rows may come before and between them.
_SEEN_BAD_ROWS = 10_000


class Row(NamedTuple):
    """One sample and where it stood: `source` counts the files, `row` the rows of a file, both from zero.

    Several samples may have stood in one row.
    """

    source: int
    row: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped; `row` counts from zero, the reason says the line where there are lines."""

    file: str
    row: int
    reason: str


def open_records(
    source: str | Path, *, fields: Fields | None = None, split: str | None = None, on_bad: OnBad = "stop"
) -> "Records":
    """Find a dataset: a file, a glob, a folder, a URL, `hf:name[:config][@revision]` or `package:NAME/path`.

    Raises UsageError when there is no such source; nothing is read yet.
    """
    if split is not None and not str(source).startswith(hub.PREFIX):
        raise UsageError(f"--split is for Hugging Face datasets (hf:…), and {source} is none: name the file to read")
    found = find_source(source)
    return Records(found.name, found.files, fields=fields, split=split, on_bad=on_bad)


class Records:
    """The samples of a dataset, read as they are asked for, from the start each time.

    `name`: short name of the source. `files`: what is read, in order. `bad`: rows skipped by the last reading.
    `shapes`: for each file read so far, the name of the shape it was read as.
    """

    def __init__(
        self, name: str, files: tuple[str, ...], *, fields: Fields | None, split: str | None, on_bad: OnBad
    ) -> None:
        self.name = name
        self.files = files
        self.bad: list[BadRow] = []
        self.shapes: dict[str, str] = {}
        self._fields = fields
        self._split = split
        self._on_bad = on_bad

    def rows(self) -> Iterator[Row]:
        """Read every sample in order.

        Raises RecordError at the first bad row (or lists it in `bad`), and when there is no row at all;
        UsageError when the columns of a file are of no known shape.
        """
        self.bad.clear()
        count = 0
        for source, file in enumerate(self.files):
            with self._open(file) as raw:
                for row in self._file_rows(source, file, raw):
                    count += 1
                    yield row
        if not count:
            raise RecordError(self._nothing())

    def batches(self, rows: int = 8192) -> Generator[pa.RecordBatch]:
        """Read every sample in order as tables of the schema `SAMPLES`, at most `rows` rows each.

        The same samples and the same errors as `rows`, many times faster where a file is plain, and read ahead in a
        thread: `bad` may already hold rows behind those of the last table.
        """
        return read_ahead(self._batches(rows))

    def _batches(self, rows: int) -> Generator[pa.RecordBatch]:
        self.bad.clear()
        count = 0
        for source, file in enumerate(self.files):
            for batch in self._file_batches(source, file, rows):
                count += batch.num_rows
                yield batch
        if not count:
            raise RecordError(self._nothing())

    def _file_batches(self, source: int, file: str, rows: int) -> Iterator[pa.RecordBatch]:
        done = 0
        with self._open(file) as raw:
            try:
                for block, reader in self._blocks(file, raw, rows):
                    _check_plain(block)
                    odd = {int(row): block.raw(int(row)) for row in np.flatnonzero(block.odd)}
                    samples = {row: self._samples(file, done + row, one, raw.unit, reader) for row, one in odd.items()}
                    batch = batch_of(block, samples, source=source, row=done)
                    done += len(block.odd)
                    if batch.num_rows:
                        yield batch
            except (NotPlain, FileFault):
                pass  # reading by rows reads on, or says what is wrong
            else:
                return
        with self._open(file) as raw:
            yield from in_batches(self._file_rows(source, file, raw, skip=done), rows)

    def _blocks(self, file: str, raw: Raw, rows: int) -> Iterator[tuple[Block, RowReader]]:
        seen, _ = _peek(raw.rows)
        reader = self._reader(file, seen)
        plan = plan_for(reader.found, reader.columns)
        if raw.blocks is None or plan is None:
            raise NotPlain
        return ((block, reader) for block in raw.blocks.read(plan, reader.found, reader.columns, rows))

    @contextlib.contextmanager
    def _open(self, file: str) -> Iterator[Raw]:
        if file.startswith(hub.PREFIX):
            yield Raw("row", hub.read_hub(file, self._split))
            return
        fields = self._fields
        opening = open_raw(
            file, positional=fields is not None and fields.positional, is_record=lambda row: is_record(row, fields)
        )
        with contextlib.ExitStack() as stack:
            try:
                raw = stack.enter_context(opening)
            except FileFault as fault:
                raw = Raw("row", Broken(fault))
            except OSError as error:
                raise RecordError(f"{file} cannot be opened: {error}") from error
            yield raw

    def _file_rows(self, source: int, file: str, raw: Raw, skip: int = 0) -> Iterator[Row]:
        """Read the samples of a file, but for those of the first `skip` rows."""
        number = -1
        try:
            seen, rest = _peek(raw.rows)
            if raw.blocks is not None:
                raw.blocks.forget()
            reader = self._reader(file, seen)
            for number, row in enumerate(rest):
                if number >= skip:
                    for sample in self._samples(file, number, row, raw.unit, reader):
                        yield Row(source, number, sample)
        except FileFault as fault:
            self._note(file, number + 1, str(fault), advice="")

    def _samples(self, file: str, number: int, row: RawRow, unit: str, reader: RowReader) -> list[Sample]:
        place, value = row
        try:
            if isinstance(value, RowFault):
                raise value
            return reader.samples(value)
        except RowFault as fault:
            where = f"line {place}" if unit == "line" else f"row {place}"
            self._note(file, number, f"{where} {fault}", advice="; pass --skip-bad to go on without it")
            return []

    def _reader(self, file: str, seen: list[RawRow]) -> RowReader:
        rows = [value for _, value in seen if isinstance(value, dict)]
        try:
            reader = choose_reader(rows, self._fields)
        except UsageError as error:
            raise UsageError(f"{file}: {error}") from error
        self.shapes[file] = reader.shape
        return reader

    def _note(self, file: str, row: int, reason: str, *, advice: str) -> None:
        if self._on_bad == "stop":
            raise RecordError(f"{file}: {reason}{advice}")
        self.bad.append(BadRow(file, row, reason))

    def _nothing(self) -> str:
        if self.bad:
            return f"{self.bad[0].file}: no row can be read; the first one: {self.bad[0].reason}"
        return f"{', '.join(self.files[:3])}: no rows, the data is empty"


def in_batches(found: Iterable[Row], rows: int) -> Iterator[pa.RecordBatch]:
    """Gather samples to tables of the schema `SAMPLES`, `rows` rows each but for the last."""
    columns: list[list[object]] = [[] for _ in SAMPLES]
    # Cells are gathered one by one: to hold the samples of a batch would double the time, in the garbage collector.
    add_source, add_row, add_id, add_prompt, add_response = (column.append for column in columns)
    for source, row, sample in found:
        add_source(source)
        add_row(row)
        add_id(sample_id(sample.messages))
        add_prompt(sample.prompt)
        add_response(sample.response)
        if len(columns[0]) == rows:
            yield _batch(columns)
            for column in columns:
                column.clear()
    if columns[0]:
        yield _batch(columns)


def _batch(columns: list[list[object]]) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SAMPLES, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SAMPLES)


def _peek(rows: Iterator[RawRow]) -> tuple[list[RawRow], Iterator[RawRow]]:
    """Look at the first rows and put them back, with the fault that ended them where one did."""
    seen: list[RawRow] = []
    good = 0
    try:
        for row in itertools.islice(rows, _SEEN_BAD_ROWS):
            seen.append(row)
            good += isinstance(row[1], dict)
            if good == _SEEN_ROWS:
                break
    except FileFault as fault:
        rows = Broken(fault)
    return seen, itertools.chain(seen, rows)


def _check_plain(block: Block) -> None:
    """Raise NotPlain where most rows are odd: one by one they are read faster than picked out of blocks."""
    if 2 * np.count_nonzero(block.odd) > len(block.odd):
        raise NotPlain
