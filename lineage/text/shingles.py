"""The exact set of shingle hashes of every text."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.text import kernels
from lineage.text.buffers import open_texts, rows_at_once
from lineage.text.models import TextModel
from lineage.text.parallel import run_chunks
from lineage.text.pieces import Pieces


class ShingleSets(NamedTuple):
    """Sorted distinct shingle hashes of n texts; text i owns `hashes[offsets[i]:offsets[i + 1]]`."""

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]


def shingle_sets(texts: pa.LargeStringArray, model: TextModel, *, threads: int | None = None) -> ShingleSets:
    """Return the shingle set of every text; a null or wordless text has the empty set.

    The 64-bit hashes are those whose upper halves are signed; 8 bytes a shingle, so about 1.5 times the text in memory.
    """
    offsets = np.zeros(len(texts) + 1, np.int64)
    pieces = Pieces(len(texts))

    def collect(lo: int, hi: int) -> None:
        opened = open_texts(texts.slice(lo, hi - lo))
        room = pieces.lend(kernels.most_words(opened))
        pieces.put(lo, hi, room, kernels.collect_sets(opened, model.words, offsets[lo + 1 : hi + 1], room))

    run_chunks(collect, len(texts), threads=threads, chunk=rows_at_once(texts))
    np.cumsum(offsets, out=offsets)
    return ShingleSets(offsets, pieces.joined())
