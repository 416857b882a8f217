"""Number the distinct texts and samples of two corpora, so that equal numbers mean equal content.

Works on exact keys only. A text without words has no number and equals nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.arrays import Ints as Ints
from lineage.link.arrays import read_only
from lineage.text.jit import kernel

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
NO_TEXT = -1


class Groups(NamedTuple):
    """Items by group: group g holds `order[starts[g]:starts[g + 1]]`, in ascending order."""

    order: Ints
    starts: Ints

    @property
    def sizes(self) -> Ints:
        """Members of each group."""
        return np.diff(self.starts)

    @property
    def first(self) -> Ints:
        """The smallest member of each group; every group must have one."""
        return self.order[self.starts[:-1]]


def group(numbers: Ints, count: int) -> Groups:
    """Collect the positions that hold each number in [0, count); other numbers are left out."""
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(count + 1))
    return Groups(order, starts.astype(np.int64))


def joint_ids(a: ViewPrints, b: ViewPrints) -> tuple[Ints, Ints]:
    """Give the texts of one view of two corpora numbers that are equal exactly where the exact keys are.

    Numbered from 0 in the order in which they first stand in a, then in b. Returns int64 of shape (rows of a,) and
    (rows of b,); NO_TEXT where a row has no words in this view.
    """
    present = int((a.counts > 0).sum() + (b.counts > 0).sum())
    table = np.full(1 << max(4, (2 * present).bit_length()), NO_TEXT, np.int64)
    seen = np.empty((present, 2), np.uint64)
    found: list[Ints] = []
    known = 0
    for one in (a, b):
        ids = np.empty(len(one.counts), np.int64)
        known = _number(read_only(one.keys), read_only(one.counts), (table, seen), known, ids)
        found.append(ids)
    return found[0], found[1]


def own_ids(prints: ViewPrints) -> Ints:
    """Give the texts of one view of one corpus such numbers."""
    return joint_ids(prints, ViewPrints(prints.keys[:0], prints.counts[:0], prints.minima[:0]))[0]


@kernel
def _number(keys: Keys, counts: Counts, known_keys: tuple[Ints, Keys], known: int, ids: Ints) -> int:
    """Write the numbers of the keys of one corpus, going on from `known`; return how many are known then."""
    table, seen = known_keys
    mask = table.shape[0] - 1
    for row in range(keys.shape[0]):
        if counts[row] == 0:
            ids[row] = NO_TEXT
            continue
        first, second = keys[row, 0], keys[row, 1]
        # Keys are hashes, so some of their bits will do for a place.
        place = np.int64(first >> np.uint64(1)) & mask
        while table[place] != NO_TEXT and (seen[table[place], 0] != first or seen[table[place], 1] != second):
            place = (place + 1) & mask
        if table[place] == NO_TEXT:
            table[place] = known
            seen[known, 0] = first
            seen[known, 1] = second
            known += 1
        ids[row] = table[place]
    return known


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct samples of a corpus: samples with the same words in every view are one.

    rows: the rows of each distinct sample. prompt, response: its text numbers, int64, NO_TEXT where it has none.
    """

    rows: Groups
    prompt: Ints
    response: Ints

    def __len__(self) -> int:
        return len(self.prompt)


def distinct_samples(prompt: Ints, response: Ints) -> Distinct:
    """Collapse the rows of a corpus with text numbers `prompt` and `response` to its distinct samples."""
    order = np.lexsort((response, prompt))
    p, r = prompt[order], response[order]
    changed = np.flatnonzero((p[1:] != p[:-1]) | (r[1:] != r[:-1])) + 1
    starts = np.concatenate([[0], changed, [len(order)]]) if len(order) else np.zeros(1, np.int64)
    heads = order[starts[:-1]]
    return Distinct(Groups(order.astype(np.int64), starts.astype(np.int64)), prompt[heads], response[heads])
