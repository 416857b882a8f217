"""Texts as the kernels read them: two buffers of bytes, and where each text lies in them.

ASCII texts are read where Arrow has them, without a copy, whatever stands beside them; the others are rewritten first
(see `respell`). Knows nothing of words or hashes.
"""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from lineage.errors import UsageError
from lineage.text.entries import Bytes, Positions
from lineage.text.normal import normal_form
from lineage.text.parallel import CHUNK_ROWS
from lineage.text.respell import Respelled, respell
from lineage.text.spelling import PAGES, speller

# Word positions are kept in 32 bits.
_LONGEST_BYTES = 2**32 - 2**10
_CHUNK_BYTES = 2**20


_Texts = tuple[Bytes, Positions, Positions]


class TextBuffers(NamedTuple):
    """n texts in UTF-8: text i lies from starts[i] to ends[i] in `data`, or in `spelled` from data.size on.

    So positions are those in `data` followed by `spelled`. Read-only; it keeps Arrow's memory alive.
    """

    data: Bytes
    spelled: Bytes
    starts: Positions
    ends: Positions


def open_texts(texts: pa.LargeStringArray) -> TextBuffers:
    """Make texts ready for the kernels; a null becomes the empty text, and bytes that are not UTF-8 separate words.

    Takes memory for the texts that are not ASCII only; callers pass a chunk at a time, in as many threads as they like.
    Raises TypeError for another kind of array, UsageError for a text of 4 GiB or more.
    """
    if texts.type != pa.large_string():
        raise TypeError(f"texts must be a large_string array, not {texts.type}")
    return open_slices(*_view(texts))


def open_slices(data: Bytes, starts: Positions, ends: Positions) -> TextBuffers:
    """Make texts ready that lie from starts[i] to ends[i] in a buffer of UTF-8, in any order; as `open_texts`."""
    data = data.view()  # what is marked read-only here is not the caller's own
    _read_only(data, starts, ends)
    spelled, starts, ends = _respell((data, starts, ends), _composed)
    if len(starts) and int((ends - starts).max()) > _LONGEST_BYTES:
        raise UsageError("a text of 4 GiB or more cannot be fingerprinted; split it into smaller ones")
    return TextBuffers(data, *_read_only(spelled, starts, ends))


def rows_at_once(texts: pa.LargeStringArray) -> int:
    """Return how many of the texts make a chunk that stays in the processor's cache, going by their mean length."""
    buffers = texts.buffers()
    offsets = np.frombuffer(buffers[1] or bytes(8), np.int64)
    size = int(offsets[texts.offset + len(texts)] - offsets[texts.offset]) if len(texts) else 0
    return max(1, min(CHUNK_ROWS, len(texts) * _CHUNK_BYTES // max(size, 1)))


def _view(texts: pa.LargeStringArray) -> _Texts:
    _, offset_buffer, data_buffer = texts.buffers()
    data = np.frombuffer(data_buffer or b"", np.uint8)
    offsets = np.frombuffer(offset_buffer or bytes(8), np.int64)[texts.offset : texts.offset + len(texts) + 1]
    starts, ends = offsets[:-1], offsets[1:]
    if texts.null_count:
        ends = np.where(np.asarray(texts.is_null()), starts, ends)
    return _read_only(data, starts, ends)


def _read_only(data: Bytes, starts: Positions, ends: Positions) -> _Texts:
    # Arrow may hand out memory that can be written to; kernels are compiled for the other kind only.
    for array in (data, starts, ends):
        array.flags.writeable = False
    return data, starts, ends


def _respell(texts: _Texts, rewrite: Callable[[list[str]], _Texts]) -> _Texts:
    """Rewrite the texts that are not ASCII, by tables or, where those do not do, by `rewrite`.

    Returns what TextBuffers has beside `data`.
    """
    data, starts, ends = texts
    done = _by_tables(texts)
    if not done.left:
        return done.spelled, done.starts, done.ends
    rows = np.flatnonzero(done.starts < 0)
    more, more_starts, more_ends = rewrite(
        [data[starts[row] : ends[row]].tobytes().decode(errors="replace") for row in rows]
    )
    place = data.size + done.used
    done.starts[rows], done.ends[rows] = place + more_starts, place + more_ends
    return np.concatenate([done.spelled[: done.used], more]), done.starts, done.ends


def _by_tables(texts: _Texts) -> Respelled:
    tables, wanted = speller().tables, np.zeros(PAGES, np.uint64)
    done = respell(*texts, tables, wanted)
    while wanted.any():
        tables = speller().extend(np.flatnonzero(wanted).tolist())
        wanted[:] = 0
        done = respell(*texts, tables, wanted)
    return done


def _composed(texts: list[str]) -> _Texts:
    """Rewrite texts by way of NFC, which has the same words; mostly the tables do then."""
    data, starts, ends = _joined([unicodedata.normalize("NFC", text) for text in texts])
    spelled, starts, ends = _respell(_read_only(data, starts, ends), _in_normal_form)
    return np.concatenate([data, spelled]), starts, ends


def _in_normal_form(texts: list[str]) -> _Texts:
    return _joined([normal_form(text) for text in texts])


def _joined(texts: list[str]) -> _Texts:
    written = [text.encode() for text in texts]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in written], out=bounds[1:])
    return np.frombuffer(b"".join(written), np.uint8), bounds[:-1], bounds[1:]
