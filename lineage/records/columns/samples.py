"""From what is said in rows to the columns of `SAMPLES`: prompts, responses, and the names of samples.

The same as `Sample.prompt`, `Sample.response` and `sample_id`, for thousands of samples at once.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.records.columns.arrays import new_bytes
from lineage.records.columns.blake import BLOCK_BYTES, hash_texts
from lineage.records.columns.cells import ASSISTANT, CONTINUED, DOCUMENT, SPOKEN, USER
from lineage.records.columns.speech import Speech
from lineage.records.columns.wide import PAD, copy_bytes, copy_marks_64, marks_64
from lineage.records.identity import SAMPLE_ID_BYTES
from lineage.text.intrinsics import count_bits, trailing_zeros
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

# What stands before a text in canonical JSON, by speaker: a comma, then `["user","`; a blank line where it goes on.
_OPENINGS = [f',["{role}","'.encode() for role in SPOKEN]
_BEFORE = np.zeros((CONTINUED + len(SPOKEN), 16), np.uint8)
_BEFORE_SIZE = np.zeros(len(_BEFORE), np.int64)
for _code, _opening in [*enumerate(_OPENINGS), *((CONTINUED + code, rb"\n\n") for code in range(len(SPOKEN)))]:
    _BEFORE[_code, : len(_opening)] = [*_opening]
    _BEFORE_SIZE[_code] = len(_opening)
# How a character is escaped: the letter after the backslash, 0 for \u00XX.
_LETTERS = np.zeros(256, np.uint8)
_LETTERS[[*b'"\\\b\t\n\f\r']] = [*b'"\\btnfr']
_HEX = np.array([*b"0123456789abcdef"], np.uint8)

# Canonical JSON is written for as many samples as fit here, then hashed while it is in the cache.
_GROUP_BYTES = 1 << 17
_GROUP_SAMPLES = 512
_LONGEST_ESCAPE = 6
_ASIDE = 16  # brackets, quotes, opening: what a text has about it


class Said(NamedTuple):
    """What is said in n samples: sample i says the texts `[first[i], last[i])` of `speech`, in the bytes of `data`."""

    data: Bytes
    speech: Speech
    first: Ints
    last: Ints

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.first)


def sample_columns(said: Said) -> tuple[pa.FixedSizeBinaryArray, pa.LargeStringArray, pa.LargeStringArray]:
    """Return the names of samples, what the user says, and what the assistant says (or a document's text)."""
    ids = np.empty((said.n, 2), np.uint64)
    prompts, responses = _View(said, USER), _View(said, ASSISTANT, DOCUMENT)

    def fill(lo: int, hi: int) -> None:
        prompts.fill(lo, hi)
        responses.fill(lo, hi)
        _name(*said, ids, lo, hi)

    run_chunks(fill, said.n)
    names = pa.Array.from_buffers(pa.binary(SAMPLE_ID_BYTES), said.n, [None, pa.py_buffer(ids)])
    return names, prompts.texts(), responses.texts()


class _View:
    """What some roles say in each sample, joined by blank lines; null where they say nothing."""

    def __init__(self, said: Said, *roles: int) -> None:
        self._said = said
        self._wanted = np.zeros(2 * CONTINUED, np.bool_)
        self._wanted[[*roles]] = self._wanted[[role + CONTINUED for role in roles]] = True
        self._offsets, self._there = np.zeros(said.n + 1, np.int64), np.zeros(said.n, np.bool_)
        _measure(said.speech, said.first, said.last, self._wanted, self._offsets, self._there)
        self._out = new_bytes(int(self._offsets[-1]))

    def fill(self, lo: int, hi: int) -> None:
        said = self._said
        _join(said.data, said.speech, said.first, said.last, self._wanted, self._offsets, self._out, lo, hi)

    def texts(self) -> pa.LargeStringArray:
        valid = None if self._there.all() else pa.py_buffer(np.packbits(self._there, bitorder="little"))
        buffers = [valid, pa.py_buffer(self._offsets), pa.py_buffer(self._out)]
        return pa.Array.from_buffers(pa.large_string(), self._said.n, buffers)


@kernel
def _measure(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    speech: Speech, first: Ints, last: Ints, wanted: npt.NDArray[np.bool_], offsets: Ints, there: npt.NDArray[np.bool_]
) -> None:
    for row in range(len(first)):
        size = 0
        for one in range(first[row], last[row]):
            if wanted[speech.speaker[one]]:
                size += speech.end[one] - speech.start[one] + (2 if there[row] else 0)
                there[row] = True
        offsets[row + 1] = offsets[row] + size


@kernel
def _join(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: Bytes, speech: Speech, first: Ints, last: Ints, wanted: npt.NDArray[np.bool_], offsets: Ints, out: Bytes,
    lo: int, hi: int,
) -> None:  # fmt: skip
    for row in range(lo, hi):
        at = offsets[row]
        begun = False
        for one in range(first[row], last[row]):
            if wanted[speech.speaker[one]]:
                if begun:
                    out[at] = out[at + 1] = ord("\n")
                    at += 2
                begun = True
                size = speech.end[one] - speech.start[one]
                copy_bytes(data, speech.start[one], out, at, size)
                at += size


@part
def _bound(data: Bytes, speech: Speech, first: int, last: int, room: int) -> int:
    """Return how many bytes the canonical JSON of a sample takes at most, up to the end of its last block.

    Characters to escape are counted only where `room` would not do if all were.
    """
    texts = 0
    for one in range(first, last):
        texts += speech.end[one] - speech.start[one]
    size = BLOCK_BYTES + PAD + texts + _ASIDE * (last - first)
    if size + (_LONGEST_ESCAPE - 1) * texts <= room:
        return room
    for one in range(first, last):
        for at in range(speech.start[one], speech.end[one], 64):
            size += (_LONGEST_ESCAPE - 1) * count_bits(marks_64(data, at))
    return size


@part
def _put_text(data: Bytes, at: int, end: int, out: Bytes, place: int) -> int:
    """Write a text with the escapes that JSON demands; return the place after it."""
    while at < end:
        clean = min(trailing_zeros(copy_marks_64(data, at, out, place)), end - at)
        at += clean
        place += clean
        if clean < 64 and at < end:
            byte = data[at]
            out[place] = ord("\\")
            letter = _LETTERS[byte]
            if letter:
                out[place + 1] = letter
                place += 2
            else:
                out[place + 1] = ord("u")
                out[place + 2] = out[place + 3] = ord("0")
                out[place + 4], out[place + 5] = _HEX[byte >> 4], _HEX[byte & 15]
                place += 6
            at += 1
    return place


@part
def _put_sample(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: Bytes, speech: Speech, first: int, last: int, out: Bytes, place: int
) -> int:
    """Write the canonical JSON of a sample; return the place after it."""
    begin = place
    for one in range(first, last):
        speaker = speech.speaker[one]
        if one > first and speaker < CONTINUED:
            out[place], out[place + 1] = ord('"'), ord("]")
            place += 2
        for byte in range(_BEFORE_SIZE[speaker]):
            out[place + byte] = _BEFORE[speaker, byte]
        place += _BEFORE_SIZE[speaker]
        place = _put_text(data, speech.start[one], speech.end[one], out, place)
    out[begin] = ord("[")  # in place of the first comma
    out[place], out[place + 1], out[place + 2] = ord('"'), ord("]"), ord("]")
    return place + 3


@kernel
def _name(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: Bytes, speech: Speech, first: Ints, last: Ints, ids: npt.NDArray[np.uint64], lo: int, hi: int
) -> None:
    starts, lengths = np.empty(_GROUP_SAMPLES, np.int64), np.empty(_GROUP_SAMPLES, np.int64)
    text = np.empty(2 * _GROUP_BYTES, np.uint8)
    row = lo
    while row < hi:
        begin = row
        place = 0
        while row < hi and row - begin < _GROUP_SAMPLES and place < _GROUP_BYTES:
            needed = place + _bound(data, speech, first[row], last[row], len(text) - place)
            if needed > len(text):
                if row > begin:
                    break
                text = np.empty(needed, np.uint8)
            starts[row - begin] = place
            end = _put_sample(data, speech, first[row], last[row], text, place)
            lengths[row - begin] = end - place
            place += -(-(end - place) // BLOCK_BYTES) * BLOCK_BYTES
            text[end:place] = 0
            row += 1
        hash_texts(text, starts, lengths, row - begin, ids[begin:row])
