"""Compiled kernels from shingle hashes to minima and winnowed hashes, keyed on the way where a salt says so."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.fingerprint.permutations import Permutations
from lineage.text.buffers import TextBuffers
from lineage.text.jit import kernel, part
from lineage.text.kernels import Hashes, Lanes, Offsets, hash_shingles, longest_text, make_scratch

# Four halves of "somepseudorandomlygeneratedbytes", and what ends the input: constants of SipHash.
_SIP_0, _SIP_1 = np.uint64(0x736F6D6570736575), np.uint64(0x646F72616E646F6D)
_SIP_2, _SIP_3 = np.uint64(0x6C7967656E657261), np.uint64(0x7465646279746573)
_SIP_END = np.uint64(0xFF)
State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

# Windows of 8 shingles, two of which share a hash whenever two texts share 8 shingles in a row.
WINDOW = 8
# Shingles from which on it pays to winnow in two passes.
_LONG = 64
_HIGHEST = np.uint32(0xFFFFFFFF)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
# Where a signed text's keys stand: one for its shingles, two for the halves of its exact key; 128 bits each.
SHINGLE_KEY, FIRST_KEY, SECOND_KEY = 0, 2, 4
NO_KEYS: Hashes = np.empty(0, np.uint64)


class SignRoom(NamedTuple):
    """Where n texts are signed to; row i of each array but the last belongs to text i.

    winnowed: how many hashes each text keeps. kept: those hashes, text after text, with room for `most_words`.
    """

    keys: Hashes
    counts: npt.NDArray[np.int32]
    minima: Lanes
    winnowed: Offsets
    kept: Hashes


@part
def _sip_round(v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64) -> State:
    v0 += v1
    v2 += v3
    v1 = ((v1 << np.uint64(13)) | (v1 >> np.uint64(51))) ^ v0
    v3 = ((v3 << np.uint64(16)) | (v3 >> np.uint64(48))) ^ v2
    v0 = (v0 << np.uint64(32)) | (v0 >> np.uint64(32))
    v2 += v1
    v0 += v3
    v1 = ((v1 << np.uint64(17)) | (v1 >> np.uint64(47))) ^ v2
    v3 = ((v3 << np.uint64(21)) | (v3 >> np.uint64(43))) ^ v0
    v2 = (v2 << np.uint64(32)) | (v2 >> np.uint64(32))
    return v0, v1, v2, v3


@part
def _sip_start(low: np.uint64, high: np.uint64) -> State:
    return low ^ _SIP_0, high ^ _SIP_1, low ^ _SIP_2, high ^ _SIP_3


@part
def _sip_block(state: State, block: np.uint64) -> State:
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3 ^ block)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    return v0 ^ block, v1, v2, v3


@part
def _sip_end(state: State, length: np.uint64) -> np.uint64:
    v0, v1, v2, v3 = _sip_block(state, length << np.uint64(56))
    v0, v1, v2, v3 = _sip_round(v0, v1, v2 ^ _SIP_END, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@part
def sip_8(low: np.uint64, high: np.uint64, value: np.uint64) -> np.uint64:
    """Return SipHash-2-4 of the 8 bytes of a number, little-endian, under the key (low, high).

    Source: Aumasson and Bernstein 2012, a pseudorandom function of short inputs.
    """
    return _sip_end(_sip_block(_sip_start(low, high), value), np.uint64(8))


@part
def sip_16(low: np.uint64, high: np.uint64, first: np.uint64, second: np.uint64) -> np.uint64:
    """Return SipHash-2-4 of the 16 bytes of two numbers, as `sip_8`."""
    return _sip_end(_sip_block(_sip_block(_sip_start(low, high), first), second), np.uint64(16))


@kernel
def key_names(names: Hashes, keys: Hashes, out: Hashes) -> None:
    """Write 128-bit names, uint64 (n, 2), keyed: each half of the result is SipHash of the whole under its own key."""
    for row in range(names.shape[0]):
        a, b = names[row, 0], names[row, 1]
        out[row, 0] = sip_16(keys[0], keys[1], a, b)
        out[row, 1] = sip_16(keys[2], keys[3], a, b)


@part
def premix(shingle: np.uint64) -> np.uint32:
    """Turn a shingle hash into the item that is permuted: its upper half, through MurmurHash3's 32-bit finaliser.

    Source: datasketch 2.x, scheme affine32, which applies the finaliser to every 32-bit hash it is given.
    """
    h = np.uint32(shingle >> np.uint64(32))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@part
def take_minima(items: Lanes, count: int, a: Lanes, b: Lanes, minima: Lanes) -> None:
    """Set minima[k] to the least of a[k]*item + b[k] mod 2^32 over the first `count` items."""
    minima[:] = _HIGHEST
    whole = count - count % 4
    for i in range(0, whole, 4):  # four items a pass, so that each minimum is loaded and stored a quarter as often
        h0, h1, h2, h3 = items[i], items[i + 1], items[i + 2], items[i + 3]
        for k in range(minima.size):
            x, y = a[k], b[k]
            low = min(np.uint32(x * h0 + y), np.uint32(x * h1 + y))
            high = min(np.uint32(x * h2 + y), np.uint32(x * h3 + y))
            least = min(low, high)
            minima[k] = min(minima[k], least)
    for i in range(whole, count):
        h0 = items[i]
        for k in range(minima.size):
            minima[k] = min(minima[k], np.uint32(a[k] * h0 + b[k]))


@part
def winnow(shingles: Hashes, count: int, out: Hashes, at: int) -> int:
    """Append to `out` at `at` the least hash of each window of 8 shingles, once a run; return the new end of `out`.

    A text of fewer than 8 shingles is one window. One pass without branches on the data: the minimum of 8 neighbours is
    that of two minima of 4, of which the last four are kept, and so on down.
    """
    if count < WINDOW:
        for i in range(count):
            out[at] = shingles[i] if i == 0 else min(out[at], shingles[i])
        return at + min(count, 1)
    x, eight, start = shingles[0], _FULL, at
    two_a, two_b, four_a, four_b, four_c, four_d = _FULL, _FULL, _FULL, _FULL, _FULL, _FULL
    for i in range(1, count):
        x, y = shingles[i], x
        two_a, two_b, two = two_b, min(x, y), two_a
        four_a, four_b, four_c, four_d, four = four_b, four_c, four_d, min(two_b, two), four_a
        last, eight = eight, min(four_d, four)
        at = start if i < WINDOW else at + int(eight != last)
        out[at] = eight
    return at + 1


@part
def winnow_long(shingles: Hashes, count: int, lows: Hashes, out: Hashes, at: int) -> int:
    """As `winnow`, for a text of 8 shingles or more: eight windows at a time, which pays from some 50 shingles on.

    lows: room for `count` hashes.
    """
    windows = count - WINDOW + 1
    for i in range(windows):
        low = min(shingles[i], shingles[i + 1], shingles[i + 2], shingles[i + 3])
        lows[i] = min(low, shingles[i + 4], shingles[i + 5], shingles[i + 6], shingles[i + 7])
    last = out[at] = lows[0]
    for i in range(1, windows):
        low = lows[i]
        at += int(low != last)
        out[at] = last = low
    return at + 1


@kernel
def sign_rows(texts: TextBuffers, size: int, permutations: Permutations, salted: Hashes, out: SignRoom) -> int:
    """Sign the texts into the rows of `out`; return how many winnowed hashes they have together.

    salted: three keys, at SHINGLE_KEY and so on, or NO_KEYS: then every hash is that of the text alone.
    """
    data, spelled, starts, ends = texts
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    a, b = permutations
    keys, counts, minima, winnowed, kept = out
    items = np.empty(words.size, np.uint32)
    end = 0
    for text in range(starts.size):
        count, key_a, key_b = hash_shingles(
            data, spelled, starts[text], ends[text], size, lowered, edges, words, shingles
        )
        if salted.size and count:
            low, high = salted[SHINGLE_KEY], salted[SHINGLE_KEY + 1]
            for i in range(count):
                shingles[i] = sip_8(low, high, shingles[i])
            plain_a, plain_b = key_a, key_b
            key_a = sip_16(salted[FIRST_KEY], salted[FIRST_KEY + 1], plain_a, plain_b)
            key_b = sip_16(salted[SECOND_KEY], salted[SECOND_KEY + 1], plain_a, plain_b)
        for i in range(count):
            items[i] = premix(shingles[i])
        take_minima(items, count, a, b, minima[text])
        keys[text, 0] = key_a
        keys[text, 1] = key_b
        counts[text] = count
        start = end
        if count < _LONG:
            end = winnow(shingles, count, kept, start)
        else:  # the words have been used by now, and leave their room
            end = winnow_long(shingles, count, words, kept, start)
        winnowed[text] = end - start
    return end
