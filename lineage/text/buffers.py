"""Texts as the kernels read them: one buffer of bytes and where each text starts in it.

ASCII texts are read where Arrow has them, without a copy; others are rewritten first (see `normal`).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lineage.errors import UsageError
from lineage.text.normal import spread

# Word positions are kept in 32 bits.
_LONGEST_BYTES = 2**32 - 2**10


class TextBuffers(NamedTuple):
    """n texts; text i is `data[offsets[i]:offsets[i + 1]]`, read-only UTF-8. It keeps Arrow's memory alive."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


def open_texts(texts: pa.LargeStringArray) -> TextBuffers:
    """Make texts ready for the kernels; a null becomes the empty text.

    Raises TypeError for another kind of array, UsageError for a text of 4 GiB or more.
    """
    if texts.type != pa.large_string():
        raise TypeError(f"texts must be a large_string array, not {texts.type}")
    if texts.null_count:
        texts = pc.fill_null(texts, "")
    opened = _view(texts)
    if _is_ascii(opened):
        return opened
    other = pc.invert(pc.string_is_ascii(texts))
    rewritten = pa.array([spread(text) for text in texts.filter(other).to_pylist()], pa.large_string())
    return _view(pc.replace_with_mask(texts, other, rewritten))


def _view(texts: pa.LargeStringArray) -> TextBuffers:
    _, offset_buffer, data_buffer = texts.buffers()
    data = np.frombuffer(data_buffer or b"", np.uint8)
    offsets = np.frombuffer(offset_buffer or bytes(8), np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if len(texts) and int(np.diff(offsets).max()) > _LONGEST_BYTES:
        raise UsageError("a text of 4 GiB or more cannot be fingerprinted; split it into smaller ones")
    # Arrow may hand out memory that can be written to; kernels are compiled for the other kind only.
    data.flags.writeable = False
    offsets.flags.writeable = False
    return TextBuffers(data, offsets)


def _is_ascii(texts: TextBuffers) -> bool:
    # The maximum of all bytes is found 8 times faster than Arrow tells text by text.
    used = texts.data[texts.offsets[0] : texts.offsets[-1]]
    return int(used.max(initial=0)) < 0x80
