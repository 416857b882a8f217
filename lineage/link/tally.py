"""Tables that count phrases by their hashes, and sets of the phrases of one text, as parts of kernels.

An entry of a tally is the upper 52 bits of a hash above a count of 12 bits: one visit to memory a phrase. Two phrases
are taken for one when these bits agree, which of a million happens with a probability of 1 in 10,000.
"""

import numpy as np

from lineage.link.arrays import Hashes, Ints
from lineage.text.jit import part

MOST_COUNTED = (1 << 12) - 1
_COUNT = np.uint64(MOST_COUNTED)
_SHIFT = np.uint64(12)
_ONE = np.uint64(1)
_FREE = np.uint64(0)


def new_tally(entries: int) -> Hashes:
    """Return an empty tally with room for so many different phrases, at most two thirds full then."""
    return np.zeros(1 << max(4, (3 * entries // 2).bit_length()), np.uint64)


@part
def count_up(tally: Hashes, phrase: np.uint64) -> None:
    """Count a phrase once more, up to MOST_COUNTED times."""
    mask = np.uint64(tally.shape[0] - 1)
    place = (phrase >> _SHIFT) & mask
    while tally[place] != _FREE and (tally[place] ^ phrase) > _COUNT:
        place = (place + _ONE) & mask
    if tally[place] == _FREE:
        tally[place] = phrase & ~_COUNT
    if tally[place] & _COUNT != _COUNT:
        tally[place] += _ONE


@part
def counted(tally: Hashes, phrase: np.uint64) -> int:
    """Return how often a phrase was counted."""
    mask = np.uint64(tally.shape[0] - 1)
    place = (phrase >> _SHIFT) & mask
    while tally[place] != _FREE and (tally[place] ^ phrase) > _COUNT:
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
