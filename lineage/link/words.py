"""The words of texts in their order, as hashes.

Sets of shingles say how alike two texts are; where the order matters, or which words are shared, these are read.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.text.buffers import TextBuffers, open_texts
from lineage.text.jit import kernel
from lineage.text.kernels import hash_shingles, longest_text, make_scratch, most_words
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
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    out = np.empty(most_words(texts), np.uint64)
    end = 0
    for text in range(starts.size):
        # Shingles of one word cost little, and leave the hashes of the words behind.
        count, _, _ = hash_shingles(data, spelled, starts[text], ends[text], 1, lowered, edges, words, shingles)
        out[end : end + count] = words[:count]
        end += count
        counts[text] = count
    return out[:end].copy()
