"""Whether two texts share what sets them apart from others, or only a template that many texts are made from.

"Classify the sentiment of the following tweet: ..." with two different tweets has a high Jaccard and no common origin.
Shingles are weighted by how few of the texts at hand hold them: all of them where the texts are there, of a card those
that its signatures tell.
"""

import numpy as np

from lineage.link.arrays import Floats, Ints
from lineage.link.chunks import renumbered
from lineage.link.frequency import count_holders
from lineage.link.options import LinkOptions
from lineage.link.sets import weigh_shared, weights_of_sets
from lineage.link.told import told_shares
from lineage.link.verify import held_sets
from lineage.link.view import View, shingled


def distinctive_shares(
    a: View, b: View, rows: tuple[Ints, Ints], *, options: LinkOptions
) -> tuple[Floats, Floats] | None:
    """Weigh what the pairs (rows[0][i] of a, rows[1][i] of b) share: weighted Jaccard, and weighted containment.

    The containment is of the lighter text in the other. A shingle held by m of the n texts in these pairs weighs
    log(1 + n / m). Estimated from signatures when a side has no texts.
    """
    sides = shingled(a, b)
    if sides is None:
        return told_shares(a, b, rows, options=options)
    held = [renumbered(some, side.rows)[0] for some, side in zip(rows, sides, strict=True)]
    shingles = sum(int(view.prints.counts[some].sum()) for view, some in zip((a, b), held, strict=True))
    frequencies = count_holders(list(zip(sides, held, strict=True)), shingles, options=options)
    jaccard, containment = np.empty(len(rows[0])), np.empty(len(rows[0]))
    for part, sets in held_sets(sides, rows, options=options):
        weights = tuple(frequencies.weights(side.hashes, threads=options.threads) for side in sets)
        shared = weigh_shared(sets, (weights[0], weights[1]), part.places, threads=options.threads)
        in_a = weights_of_sets(sets[0], weights[0])[part.places[0]]
        in_b = weights_of_sets(sets[1], weights[1])[part.places[1]]
        jaccard[part.pairs] = shared / (in_a + in_b - shared)
        containment[part.pairs] = shared / np.minimum(in_a, in_b)
    return jaccard, containment
