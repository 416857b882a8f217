"""Number the distinct texts and samples of two corpora, so that equal numbers mean equal content.

Works on exact keys only. A text without words has no number and equals nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.fingerprint.minhash import ViewPrints

Ints = npt.NDArray[np.int64]
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

    Returns int64 of shape (rows of a,) and (rows of b,); NO_TEXT where a row has no words in this view.
    """
    keys = np.concatenate([a.keys, b.keys])
    present = np.concatenate([a.counts, b.counts]) > 0
    where = np.flatnonzero(present)
    order = where[np.lexsort((keys[where, 1], keys[where, 0]))]
    changed = np.any(keys[order][1:] != keys[order][:-1], axis=1)
    ids = np.full(len(keys), NO_TEXT, np.int64)
    ids[order] = np.concatenate([[0], np.cumsum(changed)]) if len(order) else 0
    return ids[: len(a.keys)], ids[len(a.keys) :]


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
