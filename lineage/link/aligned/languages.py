"""Whether two corpora are written in one language, told by how often they use the same words.

Names no language. The words of two languages overlap in names, code and borrowings, which are rare in most texts.
"""

import numpy as np

from lineage.link.aligned.common import Floats
from lineage.link.aligned.marks import LETTERS, WORD, Hashes, Marks

# Cosine of the shares of rows that hold each word. Measured: below .12 for pairs of languages (French and English .11,
# Chinese and English under .1), above .5 within one (.78 for questions against bare code).
ONE_LANGUAGE = 0.4


def word_likeness(a: Marks, b: Marks) -> float:
    """Return the cosine between the two corpora's shares of rows per word, 0 to 1."""
    (words_a, share_a), (words_b, share_b) = word_shares(a), word_shares(b)
    _, in_a, in_b = np.intersect1d(words_a, words_b, assume_unique=True, return_indices=True)
    norm = float(np.sqrt((share_a @ share_a) * (share_b @ share_b)))
    return float(share_a[in_a] @ share_b[in_b]) / norm if norm else 0.0


def word_shares(marks: Marks) -> tuple[Hashes, Floats]:
    """Return the words, ascending, and the share of rows that hold each."""
    kinds = marks.hashes & np.uint64(3)
    words, counts = np.unique(marks.hashes[(kinds == WORD) | (kinds == LETTERS)], return_counts=True)
    return words, counts / max(1, len(marks.offsets) - 1)
