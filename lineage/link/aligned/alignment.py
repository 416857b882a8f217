"""What matching the rows of two corpora that share few or no words returns.

Made by `find_translation(a, b, options)` of lineage.link.translate and `find_rewrites(a, b, options)` of
lineage.link.rewrites, both `Alignment | None`; None means that nothing beyond chance was found.
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

# score: natural logarithm of how much likelier the match is than a chance one, as far as the basis tells; > 0.
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
    """What the same search finds where there is nothing to find, in the same two corpora.

    aligned: rows it aligned of `rows` looked at. how: one clause that says how the null was made.
    """

    aligned: int
    rows: int
    how: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows of corpus a matched one to one with rows of corpus b.

    aligned_a, aligned_b: rows matched, of the rows looked at (all, unless `sampled`), with their Wilson interval.
    pairs: schema ALIGNED_PAIRS, ordered by row_a and row_b. order: (in-order − out-of-order) / all neighbouring pairs,
    1 when both sets have the rows in one order, about 0 when one was shuffled. chance: what shuffled data give.
    false_alarm: bound on how often datasets that have nothing to do with each other look as aligned as these.
    direction, ground: which was made from which, and what says so. sampled: a side was too large to be read whole.
    why: all of it in a sentence.
    """

    a: str
    b: str
    kind: Kind
    aligned_a: Coverage
    aligned_b: Coverage
    pairs: pa.Table
    order: float
    chance: Chance
    false_alarm: float
    direction: AlignedDirection
    ground: AlignedGround
    sampled: bool
    why: str
