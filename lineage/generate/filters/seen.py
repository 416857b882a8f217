"""All texts of a run that were kept, to be asked for duplicates: a few in memory, the rest in indexes on disk.

Memory does not grow with the run. Texts are gathered into immutable segments of `lineage.index`; as soon as there are
eight of a size they become one, so that a million texts lie in some twenty of them and a question takes about half a
millisecond. The files have no name any more once they are open: a killed process leaves none behind that counts.
What is found depends on the texts and the order in which they were added, on nothing else.
"""

import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from math import ceil, sqrt

import numpy as np

from lineage.fingerprint.card import CardMeta
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS
from lineage.fingerprint.permutations import draw_permutations
from lineage.generate.filters.recent import Kept, Match, Recent
from lineage.index.search import SearchRule, Tables, tables_of
from lineage.index.segment import Segment
from lineage.index.sketch import Sketch
from lineage.index.tables import Ints
from lineage.index.texts import text_at
from lineage.index.writer import writing_segment
from lineage.records.read import Row, in_batches
from lineage.records.sample import Message, Sample
from lineage.text.models import PROMPT_MODEL
from lineage.trace.compiled import Compiled

RECENT_ROWS = 2048
_MERGED_AT = 8
_VIEW = "prompt"
_BATCH_ROWS = 8192


class SeenTexts:
    """Texts kept so far. `threshold`: the Jaccard above which another one is a near duplicate; 1 finds equal ones."""

    def __init__(self, threshold: float, *, recent_rows: int = RECENT_ROWS) -> None:
        self._threshold = threshold
        self._engine = Compiled()
        self._permutations = draw_permutations(DEFAULT_PARAMS.num_perm, DEFAULT_PARAMS.seed)
        self._recent = Recent(recent_rows, DEFAULT_PARAMS.num_perm)
        self._levels: list[list[tuple[Segment, Tables]]] = []
        # Four deviations of the estimate below the threshold lose nothing.
        deviation = sqrt(threshold * (1 - threshold) / DEFAULT_PARAMS.num_perm)
        need = max(1, ceil((threshold - 4 * deviation) * DEFAULT_PARAMS.num_perm))
        self._rule = SearchRule(need=need, share=0.4, bucket=4096, posting=1024, most=256)

    def find(self, text: str) -> Match | None:
        """Return the likest text that is equal or a near duplicate, the first of them; None when there is none."""
        sketch = self._sketch(text)
        if not sketch.size:
            return None
        equal, near = [], []
        for one in self._matches(sketch):
            if same(one.kept.text, text):
                equal.append(one)
            elif one.similarity > self._threshold:
                near.append(one)
        return min(equal or near, key=lambda one: (-one.similarity, one.kept.index), default=None)

    def add(self, index: int, text: str) -> None:
        """Remember a text that was kept. Raises StoreError when the disk for temporary files is full."""
        sketch = self._sketch(text)
        if not sketch.size:
            return
        self._recent.add(Kept(index, text), sketch)
        if self._recent.full:
            self._put(0, _segment(self._recent.kept))
            self._recent.clear()

    def _sketch(self, text: str) -> Sketch:
        return self._engine.sketches(text, [PROMPT_MODEL.words], self._permutations)[0]

    def _matches(self, sketch: Sketch) -> Iterator[Match]:
        yield from self._recent.matches(sketch, self._rule.need)
        for level in self._levels:
            for segment, tables in level:
                found = self._engine.search(tables, sketch, self._rule)
                rows = np.concatenate([found.equal[: self._rule.most], found.rows])
                if len(rows):
                    yield from self._compared(segment, rows, sketch)

    def _compared(self, segment: Segment, rows: Ints, sketch: Sketch) -> Iterator[Match]:
        sizes, shared = self._engine.overlaps(segment, _VIEW, rows, sketch, PROMPT_MODEL.words)
        alike = shared / (len(sketch.shingles) + sizes - shared)
        for place in np.flatnonzero(alike > min(self._threshold, 1 - 1e-9)).tolist():
            yield Match(_kept(segment, int(rows[place])), float(alike[place]))

    def _put(self, level: int, segment: Segment) -> None:
        if level == len(self._levels):
            self._levels.append([])
        here = self._levels[level]
        here.append((segment, tables_of(segment, _VIEW, DEFAULT_PARAMS.num_perm)))
        if len(here) == _MERGED_AT:
            merged = _segment(_kept(one, row) for one, _ in here for row in range(len(one)))
            here.clear()
            self._put(level + 1, merged)


def same(one: str, other: str) -> bool:
    """Tell whether two texts differ in case, spacing and width of letters at most.

    >>> same("What is 2+2?", "what is  2+2?"), same("What is 2+2?", "What is 2-2?")
    (True, False)
    """
    return one == other or _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _kept(segment: Segment, row: int) -> Kept:
    return Kept(int(segment.array("row")[row]), text_at(segment, _VIEW, row))


def _segment(kept: Iterable[Kept]) -> Segment:
    """Index texts in a folder that is gone when this returns; what is mapped stays readable."""
    rows = (Row(0, one.index, Sample((Message("user", one.text),))) for one in kept)
    with tempfile.TemporaryDirectory(prefix="lineage-") as folder, writing_segment(folder, DEFAULT_PARAMS) as writer:
        for batch in in_batches(rows, _BATCH_ROWS):
            writer.rows.add(batch, threads=1)
        meta = CardMeta("seen", writer.rows.digest, writer.rows.rows, DEFAULT_PARAMS)
        return writer.finish(meta, threads=1)
