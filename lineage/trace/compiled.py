"""Tracing with compiled kernels: for many texts in one process."""

import numpy as np
import pyarrow as pa

from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import Permutations
from lineage.index.cards import texts_of
from lineage.index.lookup import count_shared, search_view
from lineage.index.search import Candidates, SearchRule, Tables
from lineage.index.segment import Segment
from lineage.index.sketch import FEW_SHINGLES, Sketch
from lineage.index.tables import Ints
from lineage.text.models import TextModel
from lineage.text.shingles import shingle_sets


class Compiled:
    """The engine for question after question; kernels are loaded by the first one."""

    def __init__(self) -> None:
        self._texts: dict[tuple[int, str], pa.LargeStringArray] = {}

    def sketch(self, text: str, words_each: int, permutations: Permutations) -> Sketch:
        """Sketch a text with shingles of `words_each` words."""
        model = TextModel("", words_each)
        texts = pa.array([text.encode("utf-8", "replace").decode()], pa.large_string())
        prints, winnows = sign_and_winnow(texts, model, permutations, threads=1)
        shingles, winnowed = shingle_sets(texts, model, threads=1).hashes, np.unique(winnows.hashes)
        probes = shingles if len(shingles) <= FEW_SHINGLES else winnowed
        return Sketch(int(prints.counts[0]), prints.keys[0], prints.minima[0], shingles, len(winnowed), probes)

    def search(self, tables: Tables, sketch: Sketch, rule: SearchRule) -> Candidates:
        """Find the rows of one view that may match."""
        return Candidates(*search_view(tables, sketch, rule))

    def overlaps(self, segment: Segment, view: str, rows: Ints, sketch: Sketch, words_each: int) -> tuple[Ints, Ints]:
        """Return for each row how many distinct shingles its text has, and how many of them the sketch has."""
        texts = self._texts.setdefault((id(segment), view), texts_of(segment, view))
        sets = shingle_sets(texts.take(pa.array(rows)), TextModel("", words_each), threads=1)
        return np.diff(sets.offsets), count_shared(sets.offsets, sets.hashes, sketch.shingles)
