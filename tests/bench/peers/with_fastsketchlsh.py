"""FastSketchLSH: Fast Similarity Sketching in C++ over token sets, unverified."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import BANDS, NUM_PERM, Pairs, phase, shingled, threads


def sketch() -> Callable[[Path], Pairs]:
    """All cores, bands for recall."""
    from FastSketchLSH import LSH, FastSimilaritySketch

    def link(corpus: Path) -> Pairs:
        sketcher = FastSimilaritySketch(size=NUM_PERM, seed=42)
        parts = []
        for lists in shingled(corpus):
            with phase("sign"):
                parts.append(np.asarray(sketcher.batch([one or [""] for one in lists], num_threads=threads())))
        sketches = np.concatenate(parts)
        index = LSH(num_perm=NUM_PERM, num_bands=BANDS)
        with phase("link"):
            index.insert(sketches)
            found, starts = (np.asarray(part, np.int64) for part in index.query(sketches, "csr"))
            rows = np.repeat(np.arange(len(sketches)), np.diff(starts))
            return found[found < rows], rows[found < rows]

    return link
