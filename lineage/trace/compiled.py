"""Tracing with compiled kernels: for many texts in one process."""

from collections.abc import Sequence

import numpy as np

from lineage.fingerprint.permutations import Permutations
from lineage.index.lookup import count_shared, search_view
from lineage.index.search import Candidates, SearchRule, Tables
from lineage.index.segment import Segment
from lineage.index.sketch import Sketch
from lineage.index.sketch_kernel import sketch_first
from lineage.index.tables import Ints
from lineage.text.buffers import open_slices


class Compiled:
    """The engine for question after question; kernels are loaded by the first one."""

    def sketches(self, text: str, sizes: Sequence[int], permutations: Permutations) -> list[Sketch]:
        """Sketch a text with shingles of each of some numbers of words."""
        data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
        opened = open_slices(data, np.zeros(1, np.int64), np.full(1, len(data)))
        return [Sketch(*sketch_first(opened, size, permutations)) for size in sizes]

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
