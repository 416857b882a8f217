"""Tables of what characters become: what an entry holds, and the kernel parts that read them.

Who fills them is `spelling`; who writes texts anew with them, `respell`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.text.intrinsics import address_of, read_i64, read_u64, write_u64
from lineage.text.jit import part

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

# Kinds of entry. PLAIN: up to 7 bytes are written, whatever stands beside them. LONG: more than 7. LEANING: a mark, and
# what its character holds after it. IN_CONTEXT: only `normal` knows. ABSENT: the page has yet to be made.
PLAIN, LONG, LEANING, IN_CONTEXT, ABSENT = 0, 1, 2, 3, 4
# An entry, from its lowest bit on: 56 bits of bytes to write, 3 of their number, 3 of kind, and two flags: a mark that
# follows belongs to the word before it (OPEN), which ends in a space by now (APART). LONG and LEANING have their bytes
# in the pool instead: 32 bits say where, 16 how many.
NUMBER, KIND, OPEN, APART, POOL_NUMBER = 56, 59, 62, 63, 32
# What marks depend on, from the lowest bit on: 21 bits of the last character that is no combining one, 8 of the
# combining class at the end; for a mark, 8 of its class, 3 of its number of bytes, 1 that says whether it composes
# with anything, and 21 that name it.
TAIL, CLASS, MARK_BYTES, COMPOSES, MARK = 21, 29, 37, 40, 41
CODE_BITS, CLASS_BITS = 21, 8
# No character becomes more than 11 times its bytes; Unicode's longest does exactly that.
GROWTH = 11


class Spelling(NamedTuple):
    """What every character becomes; page p of 256 characters starts at pages[p] of entries and contexts.

    pool: the bytes of LONG and LEANING entries, and 8 more. pairs: starter * 2^21 + mark where the two compose, sorted.
    """

    pages: Positions
    entries: Words
    contexts: Words
    pool: Bytes
    pairs: Positions


class Tables(NamedTuple):
    """Addresses of the arrays of Spelling, and of the pages that are wanted."""

    pages: int
    entries: int
    contexts: int
    pool: int
    pairs: int
    number_of_pairs: int
    wanted: int


@part
def tables_of(spelling: Spelling, wanted: Words) -> Tables:
    """Return the addresses of the arrays, which the caller keeps alive."""
    pages, entries, contexts, pool, pairs = spelling
    return Tables(
        address_of(pages), address_of(entries), address_of(contexts), address_of(pool), address_of(pairs),
        pairs.size, address_of(wanted),
    )  # fmt: skip


@part
def field(word: np.uint64, lowest: int, bits: int) -> int:
    """Return some bits of an entry or a context as a number."""
    return int(np.int64((word >> np.uint64(lowest)) & np.uint64((1 << bits) - 1)))


@part
def place_of(tables: Tables, code: int) -> int:
    """Return where the entry and the context of a character are, in bytes from the first."""
    page: int = read_i64(tables.pages + 8 * (code >> 8))
    return 8 * (page + (code & 0xFF))


@part
def copy_pool(tables: Tables, entry: np.uint64, skipped: int, at: int) -> int:
    """Append the bytes of a LONG or LEANING entry, but the first ones; return where they end."""
    start = tables.pool + field(entry, 0, 32) + skipped
    number = field(entry, POOL_NUMBER, 16) - skipped
    for k in range(0, number, 8):
        write_u64(at + k, read_u64(start + k))
    return at + number


@part
def is_pair(tables: Tables, value: int) -> bool:
    """Say whether a starter and a mark compose."""
    lo, hi = 0, tables.number_of_pairs
    while lo < hi:
        middle = (lo + hi) >> 1
        if read_i64(tables.pairs + 8 * middle) < value:
            lo = middle + 1
        else:
            hi = middle
    return lo < tables.number_of_pairs and bool(read_i64(tables.pairs + 8 * lo) == value)
