"""The random maps of a MinHash signature. Needs NumPy only."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.errors import UsageError

MAX_NUM_PERM = 1024


class Permutations(NamedTuple):
    """The K maps h -> a*h + b mod 2^32 of a signature; both arrays uint32, shape (K,), every `a` odd."""

    a: npt.NDArray[np.uint32]
    b: npt.NDArray[np.uint32]


def draw_permutations(num_perm: int, seed: int) -> Permutations:
    """Draw the K permutations of a seed, the same as datasketch 2.x does for its scheme `affine32`.

    Raises UsageError for a K outside 1 to 1024 or a seed outside 32 bits.
    """
    if not 1 <= num_perm <= MAX_NUM_PERM:
        raise UsageError(f"{num_perm} permutations asked for; choose between 1 and {MAX_NUM_PERM} (64 is the default)")
    if not 0 <= seed < 2**32:
        raise UsageError(f"seed {seed} does not fit in 32 bits; choose one between 0 and {2**32 - 1}")
    # numpy's legacy generator, because its stream is frozen and datasketch draws from it.
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 2**31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return Permutations(a, draw.randint(0, 2**32, num_perm, dtype=np.uint32))
