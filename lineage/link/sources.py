"""Where the sets of a corpus come from: made from its texts, or from its winnowed hashes, for some rows at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.errors import CardError
from lineage.fingerprint.minhash import ViewPrints, Winnows
from lineage.link.arrays import Ints, read_only
from lineage.link.sets import Sets, fill_shingles, fill_winnows, make_room
from lineage.text.buffers import open_texts
from lineage.text.models import TextModel
from lineage.text.parallel import run_chunks

_CHUNK_TEXTS = 512
# Bytes that a text takes beside its words and shingles.
_PER_TEXT = 64
# So many hashes are worth letting go of the pages they came from: some 10 MB.
_MANY = 1 << 20
# Texts that are read before they are let go of: a page of a file may be of 2 MB, and counts as memory once one is read.
_AT_ONCE = 1 << 9


class SetSource(Protocol):
    """Where the sets of a corpus come from: made for some of its rows when they are needed."""

    @property
    def rows(self) -> int:
        """The rows of the corpus."""

    def costs(self, rows: Ints) -> Ints:
        """Return the bytes that the sets of each of these rows take while they are made and held."""

    def collect(self, rows: Ints, *, threads: int | None) -> Sets:
        """Make the sets of these rows."""


# Called when much of a file may have been read: lets go of the pages, which can be read again.
Release = Callable[[], None]


def keep() -> None:
    """Let go of nothing."""


@dataclass(frozen=True, slots=True)
class ShingleSource:
    """Sets of shingles, made from texts. prints: the fingerprints of the same rows."""

    texts: pa.LargeStringArray
    prints: ViewPrints
    model: TextModel
    release: Release = keep

    @property
    def rows(self) -> int:
        """The rows of the corpus."""
        return len(self.texts)

    def costs(self, rows: Ints) -> Ints:
        """Return what a text takes: as it is taken, again when it is not ASCII, and its shingles."""
        offsets = np.frombuffer(self.texts.buffers()[1] or bytes(8), np.int64)[self.texts.offset :]
        return 2 * (offsets[rows + 1] - offsets[rows]) + 8 * self.prints.counts[rows] + _PER_TEXT

    def collect(self, rows: Ints, *, threads: int | None) -> Sets:
        """Hash the texts; raises CardError when one is longer than its fingerprint says: they are of different data."""
        together = len(rows) > 0 and bool((np.diff(rows) == 1).all())
        texts = self.texts.slice(int(rows[0]), len(rows)) if together else take_texts(self.texts, rows, self.release)
        sets = make_room(self.prints.counts[rows])

        def fill(lo: int, hi: int) -> None:
            if not fill_shingles(open_texts(texts.slice(lo, hi - lo)), lo, self.model.words, sets):
                raise CardError("a text has more shingles than its card says; fingerprint the data again")

        run_chunks(fill, len(rows), threads=threads, chunk=_CHUNK_TEXTS)
        if len(sets.hashes) > _MANY:
            self.release()
        return sets


@dataclass(frozen=True, slots=True)
class WinnowSource:
    """Sets of winnowed hashes, as they stand in a card."""

    winnows: Winnows
    release: Release = keep

    @property
    def rows(self) -> int:
        """The rows of the corpus."""
        return len(self.winnows.offsets) - 1

    def costs(self, rows: Ints) -> Ints:
        """Return the bytes of each row's set."""
        return 8 * (self.winnows.offsets[rows + 1] - self.winnows.offsets[rows]) + _PER_TEXT

    def collect(self, rows: Ints, *, threads: int | None) -> Sets:
        """Leave out what a text repeats."""
        offsets, hashes = read_only(self.winnows.offsets), read_only(self.winnows.hashes)
        sets = make_room(offsets[rows + 1] - offsets[rows])
        run_chunks(
            lambda lo, hi: fill_winnows((offsets, hashes), rows, (lo, hi), sets), len(rows),
            threads=threads, chunk=_CHUNK_TEXTS,
        )  # fmt: skip
        if len(sets.hashes) > _MANY:
            self.release()
        return sets


def take_texts(texts: pa.LargeStringArray, rows: npt.NDArray[np.integer], release: Release) -> pa.LargeStringArray:
    """Copy some texts, letting go of what was read after every 512 of them."""
    if len(rows) <= _AT_ONCE:
        return texts.take(pa.array(rows))
    parts = []
    for low in range(0, len(rows), _AT_ONCE):
        parts.append(texts.take(pa.array(rows[low : low + _AT_ONCE])))
        release()
    return pa.concat_arrays(parts)
