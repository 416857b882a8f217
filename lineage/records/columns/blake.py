"""BLAKE2b of many short texts at once, several side by side in the lanes of one vector."""

import numpy as np
import numpy.typing as npt

from lineage.records.columns.wide import IV, LANES, blake2b_lanes
from lineage.text.jit import kernel

BLOCK_BYTES = 128
_DIGEST_BYTES = 16
_START = np.array(IV, np.uint64)
# The parameter block of RFC 7693, section 2.5: digest length, no key, fanout and depth 1.
_START[0] ^= np.uint64(0x01010000 ^ _DIGEST_BYTES)


@kernel
def hash_texts(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    n: int,
    digests: npt.NDArray[np.uint64],
) -> None:
    """Write the BLAKE2b-128 of text i, `data[starts[i]:starts[i] + lengths[i]]`, to `digests[i]`, for i < n.

    digests: shape (n, 2), little-endian. No text is empty, and zeros follow each up to a whole number of blocks.
    """
    state = np.empty((8, LANES), np.uint64)
    at = np.zeros(LANES, np.int64)
    left = np.zeros(LANES, np.int64)
    text = np.full(LANES, -1)
    counts = np.zeros(LANES, np.uint64)
    finals = np.zeros(LANES, np.uint64)
    started = done = 0
    while done < n:
        for lane in range(LANES):
            if left[lane] <= 0 and started < n:
                at[lane], left[lane], text[lane] = starts[started], lengths[started], started
                counts[lane] = 0
                state[:, lane] = _START
                started += 1
            counts[lane] += np.uint64(max(min(left[lane], BLOCK_BYTES), 0))
            finals[lane] = np.uint64(0xFFFFFFFFFFFFFFFF) if left[lane] <= BLOCK_BYTES else np.uint64(0)
        blake2b_lanes(state, data, at, counts, finals)
        for lane in range(LANES):
            if 0 < left[lane] <= BLOCK_BYTES:
                digests[text[lane], 0] = state[0, lane]
                digests[text[lane], 1] = state[1, lane]
                done += 1
                at[lane] = 0
                left[lane] = 0
            elif left[lane] > 0:
                at[lane] += BLOCK_BYTES
                left[lane] -= BLOCK_BYTES
