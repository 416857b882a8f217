"""Keeps outcomes on disk by index: whatever moment a process is killed at, none is lost, repeated or changed.

An outcome is first appended to `.ahead.jsonl`, in the order in which they end. From there it goes, in the order of
indices, to the rows and to the file of all outcomes; so those two only ever grow, and hold the same bytes whatever the
batch size. What stands ahead is read again when a run goes on.

Knows nothing of models; a row is any JSON object.
"""

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from lineage.errors import GenerationError
from lineage.generate.journal import Journal
from lineage.generate.record import RunFiles
from lineage.generate.run.texts import Outcome

# Seconds between two waits for the disk. A killed process loses nothing of what it handed to the system; a machine
# without power may lose this much of the work, and never a row that already stood in its file.
_SYNC_EVERY_S = 1.0
# Outcomes that have reached their files are dropped from the file ahead when there are this many bytes.
_COMPACT_BYTES = 64 << 20


class Ledger:
    """The files of a run from index `first` on, open for this process alone.

    next_index: all indices before it have reached their files. kept: rows there. ahead: outcomes beyond it.
    Raises GenerationError when another process holds them, they cannot be written, or do not belong together.
    """

    def __init__(self, files: RunFiles, *, first: int = 0, sync_every_s: float = _SYNC_EVERY_S) -> None:
        self._files, self._sync_every_s, self._synced = files, sync_every_s, time.monotonic()
        self.first = self.next_index = first
        self.kept = 0
        self.ahead: dict[int, Outcome] = {}
        with contextlib.ExitStack() as opened:
            self._rows = opened.enter_context(Journal(files.rows))
            self._outcomes = opened.enter_context(Journal(files.prompts))
            self._wal = opened.enter_context(Journal(files.ahead))
            self._take_up()
            opened.pop_all()

    def _take_up(self) -> None:
        """Find out where the run stands, and bring to their files the outcomes whose turn had come."""
        self.next_index = self.first + self._outcomes.count
        self.kept = sum(1 for line in self.lines() if line["verdict"] == "kept")
        self._match_rows()
        for one in self._wal.read():
            if one["line"]["index"] >= self.next_index:
                self.ahead[one["line"]["index"]] = Outcome(one["line"]["index"], one["line"], one["row"])
        self._commit()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read what became of each index that has reached its file, in order; checks that none is missing."""
        for place, line in enumerate(self._outcomes.read()):
            if line.get("index") != self.first + place:
                raise GenerationError(
                    f"{self._outcomes.path}: line {place + 1} is about index {line.get('index')}, not "
                    f"{self.first + place}: it was changed by hand, or begins at another index. Use another name, or "
                    "--overwrite to start over"
                )
            yield line

    def put(self, one: Outcome) -> None:
        """Keep an outcome; of an index that is kept already, the first one stays."""
        if one.index < self.next_index or one.index in self.ahead:
            return
        self._wal.append([{"line": one.line, "row": one.row}], sync=False)
        self.ahead[one.index] = one
        if time.monotonic() - self._synced >= self._sync_every_s:
            self.sync()

    def sync(self) -> None:
        """Wait until everything is on the disk, and bring to their files all outcomes whose turn has come."""
        self._wal.sync()
        self._commit()
        self._synced = time.monotonic()

    def _commit(self) -> None:
        """Write the outcomes that follow the last one: rows first, so that an outcome on disk has its row there."""
        ready = []
        while (one := self.ahead.pop(self.next_index, None)) is not None:
            ready.append(one)
            self.next_index += 1
        if ready:
            rows = [one.row for one in ready if one.row is not None]
            self._rows.append(rows)
            self._outcomes.append([one.line for one in ready])
            self.kept += len(rows)
        if self._wal.size_bytes and (not self.ahead or self._wal.size_bytes > _COMPACT_BYTES):
            self._wal.replace([{"line": one.line, "row": one.row} for one in self.ahead.values()])

    def _match_rows(self) -> None:
        """Cut rows whose outcome did not reach its file: they stand ahead, and are written again as they were."""
        if self._rows.count < self.kept:
            raise GenerationError(
                f"{self._rows.path}: holds {self._rows.count:,} rows where {self.kept:,} were written; lines were "
                "deleted. Restore the file, or use another name, or --overwrite to start over"
            )
        self._rows.cut(self.kept)

    def close(self) -> None:
        """Bring everything to its file and let go of the files; nothing stands ahead of a finished run."""
        self.sync()
        self._outcomes.close()
        self._wal.close()
        if not self.ahead:
            self._files.ahead.unlink(missing_ok=True)
        # Last, because who holds the rows holds all of them.
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
