"""Texts that go round in circles: the share of runs of five words that occurred before, and how well bytes compress.

Limits were set between text that people or good models wrote and loops of models; both are in docs/howto/filters.md.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from lineage.text.plain import shingles_of, words_of

_RUN_WORDS = 5
# Below, a run of words that comes twice says nothing; a chorus or a table of a few lines does it, too.
_LEAST_WORDS = 20
_LEAST_BYTES = 256


@dataclass(frozen=True, slots=True)
class RepetitionLimits:
    """Largest share of runs of words that occurred before, and largest ratio of bytes to packed bytes."""

    repeated: float
    compression: float


# People's instructions reach .33 and 3.1 in 20,000; an instruction has few tables.
INSTRUCTION_LIMITS = RepetitionLimits(repeated=0.4, compression=6.0)
# Songs and tables in good answers reach .5, blanks that align a table compress to a fifteenth.
RESPONSE_LIMITS = RepetitionLimits(repeated=0.6, compression=24.0)


def repetition(text: str, limits: RepetitionLimits) -> dict[str, float] | None:
    """Return by how much a text repeats itself where that is above the limits, else None.

    >>> repetition("again and again " * 20, INSTRUCTION_LIMITS)
    {'repeated': 0.946}
    """
    words = words_of(text)
    if len(words) >= _LEAST_WORDS:
        runs = shingles_of(words, _RUN_WORDS)
        repeated = 1 - len(np.unique(runs)) / len(runs)
        if repeated > limits.repeated:
            return {"repeated": round(repeated, 3)}
    data = text.encode("utf-8", "replace")
    if len(data) >= _LEAST_BYTES:
        ratio = len(data) / len(zlib.compress(data, 6))
        if ratio > limits.compression:
            return {"compression": round(ratio, 1)}
    return None
