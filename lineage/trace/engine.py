"""What tracing has computed for it, in one of two ways with the same results: `plain` and `compiled`."""

from collections.abc import Sequence
from typing import Protocol

from lineage.fingerprint.permutations import Permutations
from lineage.index.search import Candidates, SearchRule, Tables
from lineage.index.segment import Segment
from lineage.index.sketch import Sketch
from lineage.index.tables import Ints


class Engine(Protocol):
    """Sketches a text, looks it up, and counts what it shares with stored texts."""

    def sketches(self, text: str, sizes: Sequence[int], permutations: Permutations) -> list[Sketch]:
        """Sketch a text with shingles of each of some numbers of words."""

    def search(self, tables: Tables, sketch: Sketch, rule: SearchRule) -> Candidates:
        """Find the rows of one view that may match."""

    def overlaps(self, segment: Segment, view: str, rows: Ints, sketch: Sketch, words_each: int) -> tuple[Ints, Ints]:
        """Return for each row how many distinct shingles its text has, and how many of them the sketch has."""
