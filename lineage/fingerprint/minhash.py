"""Signs texts: an exact key, the number of shingles, K MinHash minima and winnowed hashes for each.

The minima are those of `datasketch.MinHash(num_perm=K, seed=seed, scheme="affine32")` fed with our 32-bit shingle
hashes (the upper halves of the 64-bit ones), bit for bit. Knows nothing of samples, cards or files.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.fingerprint import kernels
from lineage.fingerprint.permutations import Permutations, draw_permutations
from lineage.fingerprint.salt import Salt
from lineage.text.buffers import open_texts, rows_at_once
from lineage.text.kernels import most_words
from lineage.text.models import TextModel
from lineage.text.parallel import run_chunks
from lineage.text.pieces import Pieces


@dataclass(frozen=True, slots=True)
class ViewPrints:
    """The fingerprints of one view (prompts, or responses) of n samples.

    keys: uint64, shape (n, 2), equal for equal word sequences. counts: int32, shape (n,), the number of shingles,
    repeats counted. minima: uint32, shape (n, K).
    A count of 0 means that there was nothing to compare (no message, or no word in it): its key is (0, 0), its minima
    are all 0xFFFFFFFF, and by definition it matches nothing, not even another such row.
    """

    keys: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    minima: npt.NDArray[np.uint32]

    def take(self, rows: npt.NDArray[np.int64]) -> "ViewPrints":
        """Return the fingerprints of some of the samples."""
        return ViewPrints(self.keys[rows], self.counts[rows], self.minima[rows])


class Winnows(NamedTuple):
    """Winnowed 64-bit shingle hashes of n texts, in text order; text i owns `hashes[offsets[i]:offsets[i + 1]]`.

    They are the smallest hash of each window of 8 consecutive shingles (of the whole text when it has fewer), written
    once for consecutive windows that share it. A hash may occur twice where a text repeats itself. Two texts that have
    8 consecutive shingles in common share at least one; about 2/9 of all hashes are kept.
    Source: Schleimer, Wilkerson, Aiken 2003 (winnowing: the guarantee, and the density 2/(w+1)).
    """

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]

    def take(self, rows: npt.NDArray[np.int64]) -> "Winnows":
        """Return the hashes of some of the texts."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        places = np.repeat(self.offsets[rows] - ends[:-1], sizes) + np.arange(ends[-1])
        return Winnows(ends, self.hashes[places])


def sign(
    texts: pa.LargeStringArray, model: TextModel, *, num_perm: int = 64, seed: int = 1, threads: int | None = None
) -> ViewPrints:
    """Sign every text; row i of the result belongs to text i.

    The result depends only on each text's sequence of words, never on the number of threads or the rows around it.
    Raises UsageError for a K or a seed out of range.
    """
    return sign_and_winnow(texts, model, draw_permutations(num_perm, seed), threads=threads)[0]


def sign_and_winnow(
    texts: pa.LargeStringArray, model: TextModel, permutations: Permutations, *, salt: Salt | None = None,
    threads: int | None = None,
) -> tuple[ViewPrints, Winnows]:  # fmt: skip
    """Sign every text and winnow its shingle hashes, in one pass over its bytes.

    With a salt every hash is keyed with it: a shingle's before minima are taken and hashes winnowed, and the exact key.
    """
    keys = kernels.NO_KEYS if salt is None else salt.keys(model.name, 3)
    n = len(texts)
    room = kernels.SignRoom(
        keys=np.empty((n, 2), np.uint64),
        counts=np.empty(n, np.int32),
        minima=np.empty((n, len(permutations.a)), np.uint32),
        winnowed=np.empty(n, np.int64),
        kept=np.empty(0, np.uint64),
    )
    hashes = Pieces(n)

    def sign_rows(lo: int, hi: int) -> None:
        opened = open_texts(texts.slice(lo, hi - lo))
        kept = hashes.lend(most_words(opened))
        part = kernels.SignRoom(room.keys[lo:hi], room.counts[lo:hi], room.minima[lo:hi], room.winnowed[lo:hi], kept)
        hashes.put(lo, hi, kept, kernels.sign_rows(opened, model.words, permutations, keys, part))

    run_chunks(sign_rows, n, threads=threads, chunk=rows_at_once(texts))
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(room.winnowed, out=offsets[1:])
    return ViewPrints(room.keys, room.counts, room.minima), Winnows(offsets, hashes.joined())
