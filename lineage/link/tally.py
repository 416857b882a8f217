"""Tables that count phrases by their hashes, and sets of the phrases of one text, as parts of kernels.

An entry of a tally is 20 bits of a hash above a count of 12 bits, at a place that the other bits choose: half of what a
hash alone would take, so that a tally of 300,000 phrases stays in the processor's cache. A phrase that was not counted
is taken for one that was with a probability of about 1 in 500,000.
"""

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Hashes, Ints
from lineage.text.jit import part

Tally = npt.NDArray[np.uint32]

MOST_COUNTED = (1 << 12) - 1
_COUNT = np.uint32(MOST_COUNTED)
_TAG = np.uint64(44)
_TAG_PLACE = np.uint32(12)
_STEP = np.uint32(1)
_ONE = np.uint64(1)
_FREE = np.uint32(0)


def new_tally(entries: int) -> Tally:
    """Return an empty tally with room for so many different phrases, at most two thirds full then."""
    return np.zeros(1 << max(4, (3 * entries // 2).bit_length()), np.uint32)


@part
def count_up(tally: Tally, phrase: np.uint64) -> None:
    """Count a phrase once more, up to MOST_COUNTED times."""
    mask = np.uint64(tally.shape[0] - 1)
    place = phrase & mask
    tag = np.uint32(phrase >> _TAG) << _TAG_PLACE
    while tally[place] != _FREE and (tally[place] ^ tag) > _COUNT:
        place = (place + _ONE) & mask
    if tally[place] == _FREE:
        tally[place] = tag | _STEP
    elif tally[place] & _COUNT != _COUNT:
        tally[place] += _STEP


@part
def counted(tally: Tally, phrase: np.uint64) -> int:
    """Return how often a phrase was counted."""
    mask = np.uint64(tally.shape[0] - 1)
    place = phrase & mask
    tag = np.uint32(phrase >> _TAG) << _TAG_PLACE
    while tally[place] != _FREE and (tally[place] ^ tag) > _COUNT:
        place = (place + _ONE) & mask
    return int(np.int64(tally[place] & _COUNT))  # signed: callers take from it


@part
def find_place(phrase: np.uint64, keys: Hashes, stamps: Ints, since: int, mask: np.uint64) -> np.uint64:
    """Return the place of a phrase in a set of which all entries are stamped `since` or later, or a free one for it.

    Sets follow each other in the same arrays, each with a later stamp, so that none has to be emptied.
    """
    place = phrase & mask
    while stamps[place] >= since and keys[place] != phrase:
        place = (place + _ONE) & mask
    return place


@part
def mask_for(entries: int) -> np.uint64:
    """Return the mask of the places of a set of so many entries, at most half full."""
    places = 16
    while places < 2 * entries:
        places *= 2
    return np.uint64(places - 1)
