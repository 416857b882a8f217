"""Puts together an array whose pieces are made by several threads, in the order of the rows they belong to.

Made in memory that is used again and taken over at once, pieces cost no fresh pages but those of the result: those of a
piece would cost as much as hashing what is written to them, and pieces joined at the end would be in memory twice.
"""

import threading

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]


class Pieces:
    """The pieces of an array of hashes that belong to `rows` rows."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._lock = threading.Lock()
        self._free: list[Hashes] = []
        self._waiting: dict[int, tuple[int, Hashes]] = {}
        self._row = 0
        self._used = 0
        self._room: Hashes = np.empty(0, np.uint64)

    def lend(self, size: int) -> Hashes:
        """Lend room for a piece of up to `size` hashes, until it is put."""
        with self._lock:
            room = self._free.pop() if self._free else self._room[:0]
        return room if len(room) >= size else np.empty(size + size // 4, np.uint64)

    def put(self, lo: int, hi: int, room: Hashes, used: int) -> None:
        """Take the piece of the rows from lo up to, not including, hi from lent room; each row once, in any order."""
        with self._lock:
            if lo == self._row:
                self._append(hi, room[:used])
            else:
                self._waiting[lo] = hi, room[:used].copy()
            self._free.append(room)
            while self._row in self._waiting:
                self._append(*self._waiting.pop(self._row))

    def joined(self) -> Hashes:
        """Return the array, once every row has been put."""
        return self._room[: self._used]

    def _append(self, row: int, piece: Hashes) -> None:
        """Append what belongs to the rows up to `row`."""
        self._row = row
        end = self._used + len(piece)
        if end > len(self._room):
            # Enough if the rows to come are like those so far; what is not used takes no memory.
            expected = end * self._rows // row
            wider = np.empty(expected + expected // 8, np.uint64)
            wider[: self._used] = self._room[: self._used]
            self._room = wider
        self._room[self._used : end] = piece
        self._used = end
