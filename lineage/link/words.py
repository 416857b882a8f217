"""The words of texts in their order, as hashes.

Sets of shingles say how alike two texts are; where the order matters, or which words are shared, these are read.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.text.buffers import TextBuffers, open_texts
from lineage.text.intrinsics import fold_product
from lineage.text.jit import kernel, part
from lineage.text.kernels import (
    ROTATION,
    SALT_A,
    SALT_B,
    Bytes,
    Lanes,
    hash_words,
    longest_text,
    make_scratch,
    most_words,
)
from lineage.text.parallel import run_chunks

Hashes = npt.NDArray[np.uint64]
Offsets = npt.NDArray[np.int64]


class Words(NamedTuple):
    """The word hashes of n texts; text i is `hashes[starts[i]:starts[i + 1]]`."""

    starts: Offsets
    hashes: Hashes


def words_of(texts: pa.LargeStringArray, *, threads: int | None = None) -> Words:
    """Hash the words of every text, 8 bytes a word in memory: callers pass a chunk of a corpus at a time."""
    counts = np.zeros(len(texts) + 1, np.int64)
    pieces: dict[int, Hashes] = {}

    def collect(low: int, high: int) -> None:
        pieces[low] = _collect(open_texts(texts[low:high]), counts[low + 1 : high + 1])

    run_chunks(collect, len(texts), threads=threads)
    hashes = [np.empty(0, np.uint64), *(pieces[low] for low in sorted(pieces))]
    return Words(np.cumsum(counts), np.concatenate(hashes))


@kernel
def _collect(texts: TextBuffers, counts: Offsets) -> Hashes:
    """Return the word hashes of the texts, one text after the other, and write how many each has to `counts`."""
    data, spelled, starts, ends = texts
    lowered, edges, words, _ = make_scratch(longest_text(texts))
    out = np.empty(most_words(texts), np.uint64)
    end = 0
    for text in range(starts.size):
        count = read_words(data, spelled, starts[text], ends[text], lowered, edges, words)
        out[end : end + count] = words[:count]
        end += count
        counts[text] = count
    return out[:end].copy()


@part
def read_words(  # noqa: PLR0913, PLR0917 (arrays taken out of a tuple cost a reference count each)
    data: Bytes, spelled: Bytes, lo: int, hi: int, lowered: Bytes, edges: Lanes, words: Hashes
) -> int:
    """Write the hash of each word of a text to `words`; lo, hi: where it lies, as TextBuffers has it."""
    if lo < data.size:
        return hash_words(data, lo, hi, lowered, edges, words)
    return hash_words(spelled, lo - data.size, hi - data.size, lowered, edges, words)


@part
def roll_phrases(words: Hashes, count: int, size: int, out: Hashes) -> int:
    """Write the hash of each phrase of `size` words to `out`; return their number. Fewer words are one phrase."""
    if count == 0:
        return 0
    up, down = np.uint64(ROTATION), np.uint64(64 - ROTATION)
    leaving_up = np.uint64((ROTATION * size) % 64)
    leaving_down = np.uint64((64 - (ROTATION * size) % 64) % 64)
    rolling = np.uint64(0)
    for k in range(min(size, count)):
        rolling = ((rolling << up) | (rolling >> down)) ^ words[k]
    out[0] = fold_product(rolling ^ SALT_A, SALT_B)
    for k in range(size, count):
        leaving = words[k - size]
        rolling = ((rolling << up) | (rolling >> down)) ^ words[k]
        rolling ^= (leaving << leaving_up) | (leaving >> leaving_down)
        out[k - size + 1] = fold_product(rolling ^ SALT_A, SALT_B)
    return max(count - size + 1, 1)
