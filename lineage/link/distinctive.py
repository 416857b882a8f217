"""Whether two texts share what sets them apart from others, or only a template that many texts are made from.

"Classify the sentiment of the following tweet: ..." with two different tweets has a high Jaccard and no common origin.
Shingles are weighted by how few of the texts at hand hold them. Works on shingle sets, so the texts have to be at hand.
"""

import numpy as np

from lineage.link.ids import Ints
from lineage.link.measure import Floats, View, sets_of
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks
from lineage.text.shingles import ShingleSets

_PAIRS_PER_CHUNK = 4096


def distinctive_shares(
    a: View, b: View, rows: tuple[Ints, Ints], *, threads: int | None = None
) -> tuple[Floats, Floats] | None:
    """Weigh what the pairs (rows[0][i] of a, rows[1][i] of b) share: weighted Jaccard, and weighted containment.

    The containment is of the lighter text in the other. A shingle held by m of the n texts in these pairs weighs
    log(1 + n / m). None when a side has no texts.
    """
    if a.texts is None or b.texts is None:
        return None
    sets_a, places_a = sets_of(a.texts, a.model, rows[0], threads=threads)
    sets_b, places_b = sets_of(b.texts, b.model, rows[1], threads=threads)
    weights = _weights(sets_a, sets_b)
    jaccard, containment = np.empty(len(rows[0])), np.empty(len(rows[0]))

    def weigh(low: int, high: int) -> None:
        _weigh((sets_a, sets_b), weights, (places_a, places_b), (low, high), (jaccard, containment))

    run_chunks(weigh, len(jaccard), threads=threads, chunk=_PAIRS_PER_CHUNK)
    return jaccard, containment


def _weights(a: ShingleSets, b: ShingleSets) -> tuple[Floats, Floats]:
    """Return the weight of every shingle of both."""
    texts = len(a.offsets) + len(b.offsets) - 2
    _, places, holders = np.unique(np.concatenate([a.hashes, b.hashes]), return_inverse=True, return_counts=True)
    weights = np.log1p(texts / holders)[places]
    return weights[: len(a.hashes)], weights[len(a.hashes) :]


@kernel
def _weigh(
    sets: tuple[ShingleSets, ShingleSets],
    weights: tuple[Floats, Floats],
    rows: tuple[Ints, Ints],
    span: tuple[int, int],
    out: tuple[Floats, Floats],
) -> None:
    a, b = sets
    for pair in range(span[0], span[1]):
        i = a.offsets[rows[0][pair]]
        j = b.offsets[rows[1][pair]]
        end_i = a.offsets[rows[0][pair] + 1]
        end_j = b.offsets[rows[1][pair] + 1]
        weight_a = weights[0][i:end_i].sum()
        weight_b = weights[1][j:end_j].sum()
        shared = 0.0
        while i < end_i and j < end_j:
            x = a.hashes[i]
            y = b.hashes[j]
            if x == y:
                shared += weights[0][i]
            i += x <= y
            j += y <= x
        out[0][pair] = shared / (weight_a + weight_b - shared)
        out[1][pair] = shared / min(weight_a, weight_b)
