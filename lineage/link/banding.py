"""Which slots of a signature form a band, chosen for recall; and the curve that says how likely a pair meets.

A pair is a candidate when all slots of one band agree. The slots are laid out in squares of r x r. The rows of the
squares are the usual disjoint bands; their columns, and then their diagonals, are further bands, so that a signature of
64 slots has more than 16 bands of 4.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Slots = npt.NDArray[np.int64]

# Every band costs a sort of all texts; more bands, or slots to make them of, are not worth it.
_MOST_BANDS = 96
_MOST_SLOTS = 128
# A square of 5 x 5 slots has too many states to count, and two slots fewer leave chance meetings by the million.
_LENGTHS = (4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Banding:
    """The bands of the first `width` slots of a signature: `length` slots each, in so many directions of a square.

    slots: int64, shape (bands, length); no slot is twice in a band, two bands of one square share at most one.
    """

    width: int
    length: int
    directions: int

    @property
    def slots(self) -> Slots:
        """Return which slots each band takes."""
        squares = self.width // self.length**2
        lines = _lines(self.length, self.directions)
        inside = (np.arange(squares)[:, None, None] * self.length**2 + lines).reshape(-1, self.length)
        rest = np.arange(squares * self.length**2, self.width // self.length * self.length)
        return np.concatenate([inside, rest.reshape(-1, self.length)])

    def recall(self, jaccard: float) -> float:
        """Return the probability that a pair of that Jaccard meets in some band.

        The squares are independent. Of one, all of the 2^(r*r) sets of agreeing slots are counted that fill no line.
        Source: every slot agrees with probability J (Broder 1997), independently of the others.

        >>> round(Banding(64, 4, 1).recall(0.7), 5), round(Banding(64, 4, 2).recall(0.7), 5)
        (0.98764, 0.99901)
        """
        squares = self.width // self.length**2
        rest = (self.width - squares * self.length**2) // self.length
        area = self.length**2
        agreeing = np.arange(area + 1)
        ways = _without_line(self.length, self.directions)
        missed = float((ways * jaccard**agreeing * (1 - jaccard) ** (area - agreeing)).sum())
        return 1.0 - missed**squares * (1.0 - jaccard**self.length) ** rest


@functools.cache
def choose_banding(width: int, threshold: float, recall: float) -> Banding:
    """Choose bands that find a pair just at the threshold with that probability, and as few other pairs as possible.

    The longest bands that reach it, because chance meetings fall with every slot; of those the fewest. Where none does,
    those that come nearest.

    >>> choose_banding(64, 0.7, 0.998), choose_banding(128, 0.7, 0.998)
    (Banding(width=64, length=4, directions=2), Banding(width=128, length=4, directions=1))
    """
    used = min(width, _MOST_SLOTS)
    possible = [
        Banding(used, length, directions)
        for length in _LENGTHS
        if length <= used
        for directions in range(1, length + 2 if length**2 <= used else 2)
    ]
    usable = [one for one in possible if one.directions == 1 or len(one.slots) <= _MOST_BANDS]
    enough = (one for one in usable if one.recall(threshold) >= recall)
    return next(enough, max(usable, key=lambda one: one.recall(threshold)))


def s_curve(
    width: int, threshold: float, recall: float, at: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
) -> dict[float, float]:
    """Return the probability of meeting for pairs of some Jaccard similarities, with the bands that would be chosen.

    >>> {jaccard: round(found, 3) for jaccard, found in s_curve(64, 0.7, 0.998, at=(0.3, 0.5, 0.7)).items()}
    {0.3: 0.222, 0.5: 0.839, 0.7: 0.999}
    """
    banding = choose_banding(width, threshold, recall)
    return {jaccard: banding.recall(jaccard) for jaccard in at}


@functools.cache
def _lines(length: int, directions: int) -> Slots:
    """Return the lines of a square of length x length slots in some directions, shape (directions * length, length).

    The first direction is its rows, the second its columns; the others are y = m*x + c over the field of `length`
    elements, where two lines of different directions meet in exactly one point.
    """
    points = np.arange(length)
    rows = points[:, None] * length + points
    found = [rows, rows.T]
    for slope in range(1, length):
        steps = np.array([_product(slope, int(x), length) for x in points])
        across = [[_sum(int(step), int(start), length) for step in steps] for start in points]
        found.append(points * length + np.array(across))
    return np.concatenate(found[:directions])


def _product(a: int, b: int, order: int) -> int:
    if order != 4:
        return a * b % order
    # The field of 4 elements is not the integers mod 4: polynomials over two elements, modulo x*x + x + 1.
    product = (a if b & 1 else 0) ^ (a << 1 if b & 2 else 0)
    return product ^ 0b111 if product & 4 else product


def _sum(a: int, b: int, order: int) -> int:
    return a ^ b if order == 4 else (a + b) % order


@functools.cache
def _without_line(length: int, directions: int) -> npt.NDArray[np.float64]:
    """Count the sets of k slots of a square that hold no whole line, for every k."""
    sets = np.arange(1 << length**2, dtype=np.int64)
    free = np.ones(len(sets), np.bool_)
    for line in _lines(length, directions):
        mask = int(sum(1 << int(slot) for slot in line))
        free &= (sets & mask) != mask
    members = np.bitwise_count(sets[free])
    return np.bincount(members, minlength=length**2 + 1).astype(np.float64)
