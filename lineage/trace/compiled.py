"""Tracing with compiled kernels: for many texts in one process."""

from collections.abc import Sequence

import numpy as np

from lineage.fingerprint.kernels import NO_KEYS, SignRoom, sign_rows
from lineage.fingerprint.permutations import Permutations
from lineage.index.lookup import count_shared, search_view
from lineage.index.search import Candidates, SearchRule, Tables
from lineage.index.segment import Segment
from lineage.index.sketch import FEW_SHINGLES, Sketch
from lineage.index.tables import Ints
from lineage.text.buffers import TextBuffers, open_slices
from lineage.text.kernels import collect_sets


class Compiled:
    """The engine for question after question; kernels are loaded by the first one."""

    def sketches(self, text: str, sizes: Sequence[int], permutations: Permutations) -> list[Sketch]:
        """Sketch a text with shingles of each of some numbers of words."""
        data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
        opened = open_slices(data, np.zeros(1, np.int64), np.full(1, len(data)))
        return [_sketch(opened, size, permutations) for size in sizes]

    def search(self, tables: Tables, sketch: Sketch, rule: SearchRule) -> Candidates:
        """Find the rows of one view that may match."""
        return Candidates(*search_view(tables, sketch, rule))

    def overlaps(self, segment: Segment, view: str, rows: Ints, sketch: Sketch, words_each: int) -> tuple[Ints, Ints]:
        """Return for each row how many distinct shingles its text has, and how many of them the sketch has."""
        offsets = segment.array(f"{view}_text_offsets")
        texts = open_slices(segment.array(f"{view}_text"), offsets[rows], offsets[rows + 1])
        sizes, shared = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        count_shared(texts, words_each, sketch.shingles, sizes, shared)
        return sizes, shared


def _sketch(opened: TextBuffers, words_each: int, permutations: Permutations) -> Sketch:
    room = SignRoom(
        np.empty((1, 2), np.uint64), np.empty(1, np.int32), np.empty((1, len(permutations.a)), np.uint32),
        np.empty(1, np.int64),
    )  # fmt: skip
    winnowed = np.unique(sign_rows(opened, words_each, permutations, NO_KEYS, room))
    shingles = collect_sets(opened, words_each, np.empty(1, np.int64))
    probes = shingles if len(shingles) <= FEW_SHINGLES else winnowed
    return Sketch(int(room.counts[0]), room.keys[0], room.minima[0], shingles, len(winnowed), probes)
