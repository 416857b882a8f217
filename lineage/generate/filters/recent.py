"""The texts kept last, compared with each question one by one: few enough that no index is worth building."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lineage.index.sketch import Hashes, Minima, Sketch


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that was kept, under the index of its instruction."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A kept text that a question is like. similarity: Jaccard of their pairs of words, counted."""

    kept: Kept
    similarity: float


class Recent:
    """Room for `rows` texts with their sketches; 256 bytes a row and the text."""

    def __init__(self, rows: int, num_perm: int) -> None:
        self._minima: Minima = np.empty((rows, num_perm), np.uint32)
        self._shingles: list[Hashes] = []
        self.kept: list[Kept] = []

    @property
    def full(self) -> bool:
        """Whether there is no room for another text."""
        return len(self.kept) == len(self._minima)

    def add(self, kept: Kept, sketch: Sketch) -> None:
        """Remember a text."""
        self._minima[len(self.kept)] = sketch.minima
        self._shingles.append(sketch.shingles)
        self.kept.append(kept)

    def clear(self) -> None:
        """Forget all texts."""
        self._shingles.clear()
        self.kept.clear()

    def matches(self, sketch: Sketch, need: int) -> Iterator[Match]:
        """Compare with every text of which at least `need` minima agree."""
        agree = np.count_nonzero(self._minima[: len(self.kept)] == sketch.minima, axis=1)
        for row in np.flatnonzero(agree >= need).tolist():
            other = self._shingles[row]
            both = len(np.intersect1d(sketch.shingles, other, assume_unique=True))
            yield Match(self.kept[row], both / (len(sketch.shingles) + len(other) - both))
