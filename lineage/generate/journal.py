"""An append-only JSONL file that a killed process leaves whole: every line counts or is cut away.

Knows nothing of what the lines mean.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
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
        try:
            self._file = path.open("a+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise GenerationError(f"{path}: another process is writing this file; wait for it or stop it") from error
        except OSError as error:
            raise GenerationError(f"{path}: cannot be written: {error.strerror}") from error
        self.count = self._cut_torn_line()

    def read(self) -> Iterator[dict[str, Any]]:
        """Read the lines written so far. Raises GenerationError at a line that is not JSON."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise GenerationError(
                        f"{self.path}: line {number} is not JSON ({error}); it was changed by hand or the disk failed. "
                        "Use another name, or --overwrite to start over"
                    ) from error

    def append(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Write rows and wait until they are on the disk."""
        self._file.write(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.count += len(rows)

    def _cut_torn_line(self) -> int:
        lines, end, place = 0, 0, 0
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            lines += chunk.count(b"\n")
            if (last := chunk.rfind(b"\n")) >= 0:
                end = place + last + 1
            place += len(chunk)
        self._file.truncate(end)
        self._file.seek(0, os.SEEK_END)
        return lines

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
