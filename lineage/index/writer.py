"""Writes segments: rows stream into files, sorted tables follow, and the whole folder appears at once.

A process that is killed leaves nothing but a folder with a temporary name, which the next writer removes. Several may
write at the same time. Memory does not grow with the texts.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from lineage.errors import StoreError
from lineage.fingerprint.card import Card, CardMeta, CardParams
from lineage.index.columns import ColumnFile, ColumnType, MappedColumns
from lineage.index.layout import META, VIEWS, table_columns
from lineage.index.rows import RowsWriter
from lineage.index.segment import Segment, SegmentMeta, open_segment
from lineage.index.tables import MOST_ROWS, Starts, band_tables, directory, exact_table, winnow_tables

DEFAULT_MEMORY = 1 << 28
_LOCK = ".lock"
_TEMPORARY = ".tmp"


class SegmentWriter:
    """A segment being written in a folder of its own; made by `writing_segment`.

    Give it batches (`rows.add`) or a card (`rows.add_card`), then `finish` it, then `publish` it.
    """

    def __init__(self, index: Path, folder: Path, params: CardParams, *, keep_text: bool) -> None:
        self._index = index
        self._folder = folder
        self._params = params
        self._keep_text = keep_text
        self._files = contextlib.ExitStack()
        self.rows = RowsWriter(self._open, params, keep_text=keep_text)

    def finish(self, meta: CardMeta, *, memory: int = DEFAULT_MEMORY, threads: int | None = None) -> Segment:
        """Build the sorted tables in about `memory` bytes and open the segment, which nobody else sees yet.

        meta: what a card says; its digest and number of rows are those of what was written.
        """
        if self.rows.rows > MOST_ROWS:
            raise StoreError(f"{self.rows.rows} rows are more than one index holds ({MOST_ROWS}); split the dataset")
        self.rows.finish()
        written = dict(self.rows.columns)
        columns = MappedColumns({name: one.mapped() for name, one in self.rows.columns.items()})
        tables = {name: self._open(name, kind) for name, kind in table_columns().items()}
        for view in VIEWS:
            for table in band_tables(columns, view, threads):
                tables[f"{view}_bands"].append(table)
                tables[f"{view}_bands_starts"].append(directory(table))
            exact = exact_table(columns, view)
            tables[f"{view}_exact"].append(exact)
            tables[f"{view}_exact_starts"].append(directory(exact))
            for table in winnow_tables(columns, view, memory):
                tables[f"{view}_winnows"].append(table)
            tables[f"{view}_winnows_starts"].append(_directory_of(tables[f"{view}_winnows"]))
            columns.release()
        written |= tables
        _sync(written.values())
        self.close()
        said = asdict(meta) | {"digest": self.rows.digest, "rows": self.rows.rows}
        files = {name: (one.length, one.crc) for name, one in written.items()}
        self._describe(SegmentMeta(self.rows.digest, self.rows.rows, self._keep_text, said, files))
        return open_segment(self._folder)

    def publish(self) -> Path:
        """Put the finished segment in its place, `INDEX/DIGEST`.

        One that is there already stays, unless it is damaged or lacks the texts that this one has.
        """
        place = self._index / self.rows.digest
        while not _serves(place, self._keep_text):
            try:
                self._folder.rename(place)
                break
            except OSError:
                if not place.exists():
                    raise
                # Whoever reads the old one goes on reading it: what is open stays.
                with contextlib.suppress(FileNotFoundError):
                    place.rename(self._index / f".{secrets.token_hex(8)}{_TEMPORARY}")
        _sync_folder(self._index)
        return place

    def close(self) -> None:
        """Close all files."""
        self._files.close()

    def _open(self, name: str, kind: ColumnType) -> ColumnFile:
        return ColumnFile(self._files.enter_context((self._folder / name).open("w+b")), kind)

    def _describe(self, meta: SegmentMeta) -> None:
        with (self._folder / META).open("w", encoding="utf-8") as file:
            file.write(meta.to_json())
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._folder)


@contextlib.contextmanager
def writing_segment(index: str | Path, params: CardParams, *, keep_text: bool = True) -> Iterator[SegmentWriter]:
    """Open a new segment for writing in the folder `index`; what was not published is removed when the block ends.

    Leftovers of killed writers are removed first, unless another writer is at work.
    StoreError when the folder cannot be written to, or the disk is full.
    """
    index = Path(index)
    try:
        index.mkdir(parents=True, exist_ok=True)
        with (index / _LOCK).open("ab") as lock:
            _remove_leftovers(index, lock)
            fcntl.flock(lock, fcntl.LOCK_SH)
            folder = index / f".{secrets.token_hex(8)}{_TEMPORARY}"
            folder.mkdir()
            try:
                with contextlib.closing(SegmentWriter(index, folder, params, keep_text=keep_text)) as writer:
                    yield writer
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StoreError(f"the index cannot be written to {index}: {reason}") from error


def index_card(index: str | Path, card: Card) -> Segment:
    """Write the segment of a card, without texts, and open it."""
    with writing_segment(index, card.meta.params, keep_text=False) as writer:
        writer.rows.add_card(card)
        writer.finish(card.meta)
        return open_segment(writer.publish())


def _serves(place: Path, keep_text: bool) -> bool:
    try:
        return open_segment(place).meta.texts or not keep_text
    except StoreError:
        return False


def _remove_leftovers(index: Path, lock: BinaryIO) -> None:
    """Remove unfinished folders; only a writer that is alone may, since each holds the lock while it works."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    for folder in index.glob(f".*{_TEMPORARY}"):
        shutil.rmtree(folder, ignore_errors=True)


def _directory_of(table: ColumnFile) -> Starts:
    """Build the directory of a table that was written in parts."""
    mapped = table.mapped()
    starts = directory(mapped.array)
    mapped.release()
    return starts


def _sync(columns: Iterable[ColumnFile]) -> None:
    for column in columns:
        column.file.flush()
        os.fsync(column.file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
