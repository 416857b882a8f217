"""An append-only JSONL file that a killed process leaves whole: every line counts or is cut away.

Knows nothing of what the lines mean.
"""

import fcntl
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from lineage.errors import GenerationError

_CHUNK_BYTES = 1 << 20


class Journal:
    """A file of JSON lines, open for appending by this process alone.

    `count` is the number of lines. Raises GenerationError when another process holds it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = self._locked()
        self.count = self._cut_torn_line()

    def read(self) -> Iterator[dict[str, Any]]:
        """Read the lines written so far. Raises GenerationError at a line that is not JSON."""
        return read_lines(self.path)

    def append(self, rows: Iterable[Mapping[str, object]], *, sync: bool = True) -> None:
        """Write rows; with `sync` wait until they are on the disk. Without, a killed process loses none either."""
        lines = [_line(row) for row in rows]
        self._file.write(b"".join(lines))
        self._file.flush()
        self.count += len(lines)
        if sync:
            self.sync()

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        os.fsync(self._file.fileno())

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return self._file.tell()

    def cut(self, count: int) -> None:
        """Drop all lines after the first `count`."""
        if count < self.count:
            with self.path.open("rb") as file:
                end = sum(len(line) for line in itertools.islice(file, count))
            self._truncate(end)
            self.count = count

    def replace(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Put these rows in place of all that are there; a killed process leaves the old ones or the new ones."""
        lines = [_line(row) for row in rows]
        if lines:
            part = self.path.with_name(self.path.name + ".part")
            with part.open("wb") as file:
                file.write(b"".join(lines))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
            self._file.close()
            self._file = self._locked()
            self._file.seek(0, os.SEEK_END)
        else:
            self._truncate(0)
        self.count = len(lines)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _locked(self) -> BufferedRandom:
        try:
            file = self.path.open("a+b")
        except OSError as error:
            raise GenerationError(f"{self.path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise GenerationError(
                f"{self.path}: another process is writing this file; wait for it or stop it"
            ) from error
        return file

    def _cut_torn_line(self) -> int:
        lines, end, place = 0, 0, 0
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            lines += chunk.count(b"\n")
            if (last := chunk.rfind(b"\n")) >= 0:
                end = place + last + 1
            place += len(chunk)
        self._truncate(end)
        return lines

    def _truncate(self, end: int) -> None:
        self._file.truncate(end)
        self._file.seek(0, os.SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a journal, also of one that another process writes. Raises GenerationError as `read` does."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise GenerationError(
                    f"{path}: line {number} is not JSON ({error}); it was changed by hand or the disk failed. "
                    "Use another name, or --overwrite to start over"
                ) from error


def _line(row: Mapping[str, object]) -> bytes:
    return orjson.dumps(row) + b"\n"
