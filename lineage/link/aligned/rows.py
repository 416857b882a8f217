"""The texts of the rows that are looked at: all of a corpus, or blocks of it where it is too large."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lineage.link.aligned.common import Floats, Ids
from lineage.link.aligned.marks import MAX_MARKS, Marks, marks_of
from lineage.link.sources import Release, keep, take_texts

# What a row costs while it is looked at: about a mark for 6 bytes of text, five times over while they are compared.
# Measured: 3.8 times the text (Latin letters, 400 bytes a row) to 6.3 times (Chinese; 2,000 bytes a row).
_BYTES_PER_BYTE = 6.5
_BYTES_PER_ROW = 512
# Neighbours are read together, so that their order can be seen.
_BLOCK = 64

Texts = tuple[pa.LargeStringArray | None, pa.LargeStringArray | None]


class Read(NamedTuple):
    """Rows of a corpus that are looked at, ascending: their numbers and marks, and logarithms of lengths.

    channel_lengths: of each channel; lengths: of the whole row.
    """

    rows: Ids
    marks: Marks
    lengths: Floats
    channel_lengths: tuple[Floats, ...]


def most_rows(texts: Texts, memory: int) -> int:
    """Return how many rows can be looked at in that many bytes, by the mean length of their texts."""
    size = sum(_mean_size(one) for one in texts if one is not None)
    return max(_BLOCK, int(memory / (_BYTES_PER_ROW + min(_BYTES_PER_BYTE * size, 48 * MAX_MARKS))))


def _mean_size(texts: pa.LargeStringArray) -> float:
    offsets = np.frombuffer(texts.buffers()[1] or bytes(8), np.int64)
    return float(offsets[texts.offset + len(texts)] - offsets[texts.offset]) / max(1, len(texts))


def read_rows(texts: Texts, rows: Ids, *, release: Release = keep, threads: int | None = None) -> Read:
    """Read some rows; lengths are in bytes of UTF-8, plus 8 so that short answers do not weigh too much.

    release: lets go of the memory that mapped texts take once they were read.
    """
    marks = marks_of(tuple(None if one is None else take_texts(one, rows, release) for one in texts), threads=threads)
    sizes = [_sizes(one, rows) for one in texts]
    return Read(rows, marks, np.log(8.0 + sum(sizes)), tuple(np.log(8.0 + size) for size in sizes))


def log_lengths(texts: Texts, rows: Ids) -> tuple[Floats, ...]:
    """Return the logarithms of the lengths of some rows, by channel, as in `read_rows`."""
    return tuple(np.log(8.0 + _sizes(one, rows)) for one in texts)


def _sizes(texts: pa.LargeStringArray | None, rows: Ids) -> Floats:
    if texts is None:
        return np.zeros(len(rows))
    return np.asarray(pc.fill_null(pc.binary_length(texts), 0).to_numpy(), np.float64)[rows]


def choose_rows(count: int, most: int) -> Ids:
    """Return all rows, or at most `most` of them in evenly spaced blocks of neighbours."""
    if count <= most:
        return np.arange(count, dtype=np.int32)
    starts = np.linspace(0, count - _BLOCK, max(1, most // _BLOCK)).astype(np.int64)
    rows: Sequence[Ids] = [np.arange(start, start + _BLOCK, dtype=np.int32) for start in starts]
    return np.unique(np.concatenate(rows))
