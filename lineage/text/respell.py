"""Compiled kernels that rewrite texts so that every byte beyond ASCII is a byte of a word, character by character.

What each character becomes stands in tables, made by `spelling`. Runs of ASCII are copied 64 bytes at a time. A text is
left to the caller when it cannot be rewritten character by character, because a mark composes or changes places with
what stands before it. Bytes that are not UTF-8 separate, as the replacement character does.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.text.intrinsics import beyond_ascii_64, copy_64, load_u64, store_u64, trailing_zeros
from lineage.text.jit import kernel, part

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Pages = npt.NDArray[np.int32]
Index = int | np.signedinteger[Any]

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
CODE_MASK = 2**21 - 1
# No character becomes more than 11 times its bytes; what 64 bytes become fits into this, 64 more included.
GROWTH = 11
_ROOM = 64 * (GROWTH + 2)

_NO_ROOM, _LEFT = -1, -2
_REPLACEMENT = 0xFFFD
_SPACE = 0x20


class Spelling(NamedTuple):
    """What every character becomes; page p of 256 characters starts at pages[p] of entries and contexts.

    pool: the bytes of LONG and LEANING entries, and 8 more. pairs: starter * 2^21 + mark where the two compose, sorted.
    """

    pages: Pages
    entries: Words
    contexts: Words
    pool: Bytes
    pairs: Positions


class Respelled(NamedTuple):
    """Where texts lie after rewriting: text i from starts[i] to ends[i] in `data`, or in `spelled` from data.size on.

    used: how much of `spelled` is. left: how many texts could not be rewritten; they start at -1.
    """

    spelled: Bytes
    starts: Positions
    ends: Positions
    used: int
    left: int


@kernel
def respell(data: Bytes, starts: Positions, ends: Positions, spelling: Spelling, wanted: Bytes) -> Respelled:
    """Rewrite those of the texts data[starts[i]:ends[i]] that are not ASCII.

    wanted[page] becomes 1 for each page that the tables lack and a text needs: then the result is void.
    """
    pages, entries, contexts, pool, pairs = spelling
    out_starts, out_ends = starts.copy(), ends.copy()
    spelled = np.empty(0, np.uint8)
    at: Index = 0
    left = 0
    for text in range(starts.size):
        lo, hi = starts[text], ends[text]
        if _is_ascii(data, lo, hi):
            continue
        end: Index = np.int64(_NO_ROOM)
        while end == _NO_ROOM:
            end = _spell(data, lo, hi, spelled, at, pages, entries, contexts, pool, pairs, wanted)
            if end == _NO_ROOM:
                spelled = _widen(spelled, at, ends[-1] - lo)
        if end == _LEFT:
            out_starts[text] = -1
            left += 1
        else:
            out_starts[text], out_ends[text] = data.size + at, data.size + end
            at = end
    return Respelled(spelled, out_starts, out_ends, int(at), left)


@part
def _is_ascii(data: Bytes, lo: Index, hi: Index) -> bool:
    at, found = lo, np.uint64(0)
    while at < hi and found == 0:
        if at + 64 <= data.size:
            found = beyond_ascii_64(data, at)
            if hi - at < 64:
                found &= (np.uint64(1) << np.uint64(hi - at)) - np.uint64(1)
            at += 64
        else:
            found = np.uint64(data[at] >> 7)
            at += 1
    return bool(found == 0)


@kernel
def _widen(spelled: Bytes, used: Index, remaining: Index) -> Bytes:
    """Return more room with the same bytes: half as much again, or what remains and a quarter if that is more."""
    wider = np.empty(max(spelled.size * 3 // 2, used + remaining * 5 // 4) + 2 * _ROOM, np.uint8)
    wider[:used] = spelled[:used]
    return wider


@part
def _spell(  # noqa: PLR0913, PLR0917, C901 (taken out of a tuple, arrays would cost a reference count each a text)
    data: Bytes, lo: Index, hi: Index, out: Bytes, at: Index,
    pages: Pages, entries: Words, contexts: Words, pool: Bytes, pairs: Positions, wanted: Bytes,
) -> Index:  # fmt: skip
    """Write data[lo:hi] rewritten to `out` at `at`; return where it ends, _NO_ROOM or _LEFT."""
    i: Index = lo
    base: Index = np.int64(0)
    while i < hi:
        if at + _ROOM > out.size:
            return _NO_ROOM
        run = min(_copy_ascii(data, i, out, at), hi - i)
        if run > 0:
            i += run
            at += run
            base = np.int64(data[i - 1])
        stop = min(i + 64, hi)
        while i < stop and data[i] >= 0x80:
            code, size = _decode(data, i, hi)
            entry = entries[np.int64(pages[code >> 8]) + (code & 255)]
            kind = (entry >> np.uint64(KIND)) & np.uint64(7)
            if kind == PLAIN:
                store_u64(out, at, entry)
                number = np.int64((entry >> np.uint64(NUMBER)) & np.uint64(7))
                at += number
                i += size
                if number:  # what vanishes leaves the character before it
                    base = code
            elif kind == LONG:
                at = _copy_pool(pool, entry, 0, out, at)
                i += size
                base = code
            elif kind == LEANING:
                i, at = _spell_marks(data, i, hi, out, at, base, pages, entries, contexts, pool, pairs)
                if at < 0:
                    return at
            elif kind == ABSENT:
                wanted[code >> 8] = 1
                i += size
            else:
                return _LEFT
    return at


@part
def _copy_ascii(data: Bytes, i: Index, out: Bytes, at: Index) -> Index:
    """Copy 64 bytes, or as many as there are; return how many come before the first that is not ASCII."""
    if i + 64 <= data.size:
        found = copy_64(data, i, out, at)
    else:
        for k in range(data.size - i):
            out[at + k] = data[i + k]
        found = beyond_ascii_64(out, at)
    run: Index = trailing_zeros(found)
    return run


@part
def _decode(data: Bytes, i: Index, hi: Index) -> tuple[Index, Index]:
    """Return the code point at data[i], which is not ASCII, and its number of bytes; U+FFFD and 1 if it is damaged."""
    first = np.int64(data[i])
    code, size = np.int64(_REPLACEMENT), np.int64(1)
    if first < 0xE0:
        if first >= 0xC2 and i + 1 < hi and data[i + 1] & 0xC0 == 0x80:
            code, size = ((first & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F), np.int64(2)
    elif first < 0xF0:
        if i + 2 < hi and data[i + 1] & 0xC0 == 0x80 and data[i + 2] & 0xC0 == 0x80:
            read = ((first & 0x0F) << 12) | ((np.int64(data[i + 1]) & 0x3F) << 6) | (np.int64(data[i + 2]) & 0x3F)
            if read >= 0x800 and read >> 11 != 0x1B:  # neither overlong nor half of a surrogate pair
                code, size = read, np.int64(3)
    elif i + 3 < hi and data[i + 1] & 0xC0 == 0x80 and data[i + 2] & 0xC0 == 0x80 and data[i + 3] & 0xC0 == 0x80:
        read = ((first & 0x0F) << 18) | ((np.int64(data[i + 1]) & 0x3F) << 12)
        read |= ((np.int64(data[i + 2]) & 0x3F) << 6) | (np.int64(data[i + 3]) & 0x3F)
        if 0x10000 <= read < 0x110000:
            code, size = read, np.int64(4)
    return code, size


@part
def _copy_pool(pool: Bytes, entry: np.uint64, skipped: Index, out: Bytes, at: Index) -> Index:
    """Append the bytes of a LONG or LEANING entry, but the first ones; return where they end."""
    start = np.int64(entry & np.uint64(0xFFFFFFFF)) + skipped
    number = np.int64((entry >> np.uint64(POOL_NUMBER)) & np.uint64(0xFFFF)) - skipped
    for k in range(0, number, 8):
        store_u64(out, at + k, load_u64(pool, start + k))
    return at + number


@part
def _spell_marks(  # noqa: PLR0913, PLR0917, C901 (as _spell; one loop with the state of a word)
    data: Bytes, i: Index, hi: Index, out: Bytes, at: Index, base: Index,
    pages: Pages, entries: Words, contexts: Words, pool: Bytes, pairs: Positions,
) -> tuple[Index, Index]:  # fmt: skip
    """Append the marks from data[i] on, which follow the character `base`; return where the rest of both goes on.

    A mark is appended as it is when by the rules of normalisation (Unicode Standard Annex 15) nothing changes: it does
    not compose with the last starter, and no mark of a higher class stands before it. If not, the end is _LEFT.
    """
    place = np.int64(pages[base >> 8]) + (base & 255)
    is_open, apart, starter, last = _word_state(entries[place], contexts[place])
    while i < hi and data[i] >= 0x80:
        if at + _ROOM > out.size:
            return i, _NO_ROOM
        code, size = _decode(data, i, hi)
        place = np.int64(pages[code >> 8]) + (code & 255)
        entry, context = entries[place], contexts[place]
        kind = (entry >> np.uint64(KIND)) & np.uint64(7)
        if kind != LEANING:
            if kind == PLAIN and (entry >> np.uint64(NUMBER)) & np.uint64(7) == 0:
                i += size
                continue
            break
        rank = np.int64((context >> np.uint64(CLASS)) & np.uint64(255))
        if rank and last > rank:
            return i, _LEFT
        mark = np.int64((context >> np.uint64(MARK)) & np.uint64(CODE_MASK))
        if (context >> np.uint64(COMPOSES)) & np.uint64(1) and _is_in(pairs, (starter << 21) | mark):
            return i, _LEFT
        i += size
        mark_bytes = np.int64((context >> np.uint64(MARK_BYTES)) & np.uint64(7))
        number = np.int64((entry >> np.uint64(POOL_NUMBER)) & np.uint64(0xFFFF))
        if is_open:
            at = _copy_pool(pool, entry, 0, out, at - apart) - (number - mark_bytes)
        if apart or not is_open:
            out[at] = _SPACE
            at += 1
        last = np.int64((context >> np.uint64(TAIL)) & np.uint64(255))
        if rank == 0 or number > mark_bytes:
            starter = np.int64(context & np.uint64(CODE_MASK))
        if number > mark_bytes:
            at = _copy_pool(pool, entry, mark_bytes, out, at)
            is_open, apart, _, _ = _word_state(entry, context)
    return i, at


@part
def _word_state(entry: np.uint64, context: np.uint64) -> tuple[Index, Index, Index, Index]:
    """Return, as they are after a character, OPEN, APART, the last starter and the combining class at the end."""
    return (
        np.int64((entry >> np.uint64(OPEN)) & np.uint64(1)),
        np.int64((entry >> np.uint64(APART)) & np.uint64(1)),
        np.int64(context & np.uint64(CODE_MASK)),
        np.int64((context >> np.uint64(TAIL)) & np.uint64(255)),
    )


@part
def _is_in(ascending: Positions, value: Index) -> bool:
    lo, hi = 0, ascending.size
    while lo < hi:
        middle = (lo + hi) >> 1
        if ascending[middle] < value:
            lo = middle + 1
        else:
            hi = middle
    return lo < ascending.size and ascending[lo] == value
