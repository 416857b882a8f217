"""Kernel parts that read UTF-8 at an address: how much of it is ASCII, and which character comes next."""

import numpy as np

from lineage.text.intrinsics import beyond_ascii_64, copy_64, read_u8, read_u64, trailing_zeros, write_u64
from lineage.text.jit import part

REPLACEMENT = 0xFFFD


@part
def is_ascii(lo: int, hi: int, readable: int) -> bool:
    """Say whether the bytes from lo to hi are ASCII; `readable` is where the memory that may be read ends."""
    at, found = lo, np.uint64(0)
    while at < hi and found == 0:
        if at + 64 <= readable:
            found = beyond_ascii_64(at)
            if hi - at < 64:
                found &= (np.uint64(1) << np.uint64(hi - at)) - np.uint64(1)
            at += 64
        else:
            found = np.uint64(read_u8(at) >> 7)
            at += 1
    return bool(found == 0)


@part
def copy_ascii(i: int, readable: int, at: int) -> int:
    """Copy 64 bytes, or as many as can be read; return how many come before the first that is not ASCII."""
    if i + 64 <= readable:
        found = copy_64(i, at)
    else:
        for k in range(readable - i):
            write_u64(at + k, np.uint64(read_u8(i + k)))
        found = beyond_ascii_64(at)
    run: int = trailing_zeros(found)
    return run


@part
def next_bytes(i: int, hi: int, readable: int) -> np.uint64:
    """Return the next 8 bytes of a text as a little-endian integer; those beyond its end are zero."""
    word: np.uint64
    if i + 8 <= hi:
        word = read_u64(i)
    elif i + 8 <= readable:
        word = read_u64(i) & ((np.uint64(1) << np.uint64(8 * (hi - i))) - np.uint64(1))
    else:
        word = np.uint64(0)
        for k in range(hi - i):
            word |= np.uint64(read_u8(i + k)) << np.uint64(8 * k)
    return word


@part
def decode(word: np.uint64) -> tuple[int, int]:
    """Return the code point that some bytes start with, which is not ASCII, and how many it has.

    What is damaged is U+FFFD; whether of one byte or of as many as it looks like does not matter, as it separates.
    """
    read = int(np.int64(word & np.uint64(0xFFFFFFFF)))
    if read & 0xC0E0 == 0x80C0:
        code, size = ((read & 0x1F) << 6) | ((read >> 8) & 0x3F), 2
        damaged = code < 0x80
    elif read & 0xC0C0F0 == 0x8080E0:
        code, size = ((read & 0x0F) << 12) | ((read >> 2) & 0xFC0) | ((read >> 16) & 0x3F), 3
        damaged = code < 0x800  # halves of surrogate pairs separate by what the tables say
    elif read & 0xC0C0C0F8 == 0x808080F0:
        code = ((read & 0x07) << 18) | ((read << 4) & 0x3F000) | ((read >> 10) & 0xFC0) | ((read >> 24) & 0x3F)
        size = 4
        damaged = code < 0x10000 or code >= 0x110000
    else:
        code, size, damaged = 0, 1, True
    return REPLACEMENT if damaged else code, size
