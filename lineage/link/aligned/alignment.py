"""What matching the rows of two corpora that share few or no words returns.

Made by `find_alignment` of lineage.link.aligned.find, or by `find_translation` and `find_rewrites` of
lineage.link.translate; they return None where nothing beyond chance was found.
"""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from lineage.link.coverage import Coverage

Kind = Literal["translated", "revised"]
AlignedDirection = Literal["a_from_b", "b_from_a", "unknown"]
AlignedGround = Literal["edit marks", "unknown"]

# What a pair of rows rests on: rare marks that both hold, words learned from such pairs, its place between two pairs.
BASES = ("marks", "words", "order")

# score, in nats: the weight of the marks and learned words that both rows hold, less what only one of them holds. For
# "order" instead of all that speaks for the pair beside its place: what lengths and shared marks say; may be negative.
ALIGNED_PAIRS = pa.schema(
    [
        pa.field("row_a", pa.int64(), nullable=False),
        pa.field("row_b", pa.int64(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("basis", pa.dictionary(pa.int8(), pa.string()), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Chance:
    """What the same search finds in the same two corpora where there is nothing to find.

    found: rows that matched in the way that counts (`how` says which), of rows that share anything. expected: so many
    would have by chance. probability: a bound on the chance of so many.
    """

    how: str
    found: int
    expected: int
    probability: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows of corpus a matched one to one with rows of corpus b.

    aligned_a, aligned_b: rows matched, of the rows looked at (all, unless `sampled`), with their Wilson interval.
    pairs: schema ALIGNED_PAIRS, ordered by row_a; no row is in two. order: (in order − out of order) / all neighbouring
    pairs, 1 when both sets have the rows in one order, about 0 when one was shuffled. chance: what chance would find.
    direction, ground: which was made from which, and what says so. numbers_only: pairs with the same text but for its
    numbers. sampled: a side was too large to be looked at whole. why: all of it in a sentence.
    """

    a: str
    b: str
    kind: Kind
    aligned_a: Coverage
    aligned_b: Coverage
    pairs: pa.Table
    order: float
    chance: Chance
    direction: AlignedDirection
    ground: AlignedGround
    numbers_only: int
    sampled: bool
    why: str
