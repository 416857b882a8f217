"""Tracing in Python and NumPy: slower for many texts, but nothing has to be loaded for the first one."""

from collections.abc import Sequence

import numpy as np

from lineage.fingerprint.permutations import Permutations
from lineage.index.search import Candidates, SearchRule, Tables, search
from lineage.index.segment import Segment
from lineage.index.sketch import Sketch, sketch_text
from lineage.index.tables import Ints
from lineage.index.texts import text_at
from lineage.text.plain import shingles_of, words_of


class Plain:
    """The engine for one question in a process of its own."""

    def sketches(self, text: str, sizes: Sequence[int], permutations: Permutations) -> list[Sketch]:
        """Sketch a text with shingles of each of some numbers of words."""
        return [sketch_text(text, size, permutations) for size in sizes]

    def search(self, tables: Tables, sketch: Sketch, rule: SearchRule) -> Candidates:
        """Find the rows of one view that may match."""
        return search(tables, sketch, rule)

    def overlaps(self, segment: Segment, view: str, rows: Ints, sketch: Sketch, words_each: int) -> tuple[Ints, Ints]:
        """Return for each row how many distinct shingles its text has, and how many of them the sketch has."""
        sizes, shared = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        for place, row in enumerate(rows.tolist()):
            found = np.unique(shingles_of(words_of(text_at(segment, view, row)), words_each))
            sizes[place] = len(found)
            shared[place] = np.count_nonzero(np.isin(found, sketch.shingles, assume_unique=True))
        return sizes, shared
