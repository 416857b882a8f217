"""Compiled kernels that rewrite texts so that every byte beyond ASCII is a byte of a word, character by character.

What each character becomes stands in tables, made by `spelling`. Runs of ASCII are copied 64 bytes at a time. A text is
left to the caller when it cannot be rewritten character by character, because a mark composes or changes places with
what stands before it. Bytes that are not UTF-8 separate, as the replacement character does.

Inside, places are addresses: of arrays the references would be counted for each character, with atomic operations that
took three quarters of the time. And the rare cases can be a function of their own: inlined, they tripled the time to
compile.
"""

from typing import NamedTuple

import numpy as np

from lineage.text.entries import (
    ABSENT,
    APART,
    CLASS,
    CLASS_BITS,
    CODE_BITS,
    COMPOSES,
    GROWTH,
    KIND,
    LEANING,
    LONG,
    MARK,
    MARK_BYTES,
    NUMBER,
    OPEN,
    PLAIN,
    POOL_NUMBER,
    TAIL,
    Bytes,
    Positions,
    Spelling,
    Tables,
    Words,
    copy_pool,
    field,
    is_pair,
    place_of,
    tables_of,
)
from lineage.text.intrinsics import address_of, read_u8, read_u64, write_u64
from lineage.text.jit import kernel, part
from lineage.text.utf8 import copy_ascii, decode, is_ascii, next_bytes

# What 64 bytes become fits into this, and 128 more.
_ROOM = 64 * (GROWTH + 2)

_NO_ROOM, _LEFT = -1, -2
_SPACE = np.uint64(0x20)
_KIND_MASK = np.uint64(7 << KIND)
# What says that a byte, and the one after it, are not ASCII.
_FIRST_SIGN, _SECOND_SIGN, _TWO_SIGNS = np.uint64(0x80), np.uint64(0x8000), np.uint64(0x8080)
# What four characters of two bytes have in common, and the bits of the first and the last bytes that tell them apart.
_FOUR_TWOS, _ARE_FOUR_TWOS = np.uint64(0xC0E0C0E0C0E0C0E0), np.uint64(0x80C080C080C080C0)
_FIRST_BITS, _LAST_BITS = np.uint64(0x001F001F001F001F), np.uint64(0x003F003F003F003F)


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
def respell(data: Bytes, starts: Positions, ends: Positions, spelling: Spelling, wanted: Words) -> Respelled:
    """Rewrite those of the texts data[starts[i]:ends[i]] that are not ASCII.

    wanted[page] becomes 1 for each page that the tables lack and a text needs: then the result is void.
    """
    tables = tables_of(spelling, wanted)
    first = address_of(data)
    readable = first + data.size
    out_starts, out_ends = starts.copy(), ends.copy()
    spelled = np.empty(0, np.uint8)
    out = address_of(spelled)
    at, left = 0, 0
    for text in range(starts.size):
        lo, hi = first + starts[text], first + ends[text]
        if is_ascii(lo, hi, readable):
            continue
        end = _NO_ROOM
        while end == _NO_ROOM:
            end = _spell(lo, hi, readable, out + at, out + spelled.size, tables)
            if end == _NO_ROOM:
                spelled = _widen(spelled, at, int(ends[-1] - starts[text]))
                out = address_of(spelled)
        if end == _LEFT:
            out_starts[text] = -1
            left += 1
        else:
            out_starts[text], out_ends[text] = data.size + at, data.size + end - out
            at = end - out
    return Respelled(spelled, out_starts, out_ends, at, left)


@part
def _widen(spelled: Bytes, used: int, remaining: int) -> Bytes:
    """Return more room with the same bytes: half as much again, or what Han characters need."""
    wider = np.empty(max(spelled.size * 3 // 2, used + remaining * 5 // 3) + 2 * _ROOM, np.uint8)
    wider[:used] = spelled[:used]
    return wider


@part
def _spell(lo: int, hi: int, readable: int, at: int, room: int, tables: Tables) -> int:  # noqa: PLR0913, PLR0917
    """Write the text from lo to hi rewritten to `at` and on; return where it ends, _NO_ROOM or _LEFT.

    readable, room: where the memory that may be read, and written to, ends.
    """
    i = lo
    base = 0
    while i < hi:
        if at + _ROOM > room:
            return _NO_ROOM
        run = min(copy_ascii(i, readable, at), hi - i)
        if run > 0:
            i += run
            at += run
            base = read_u8(i - 1)
        i, at, base = _spell_beyond(i, hi, readable, at, room, base, tables)
        if at < 0:
            return at
    return at


@part
def _spell_beyond(  # noqa: PLR0913, PLR0917
    i: int, hi: int, readable: int, at: int, room: int, base: int, tables: Tables
) -> tuple[int, int, int]:
    """Append what is not ASCII from i on, of 64 bytes or a little more; return where both go on, and the last base."""
    stop = min(i + 64, hi)
    while i < stop:
        word = next_bytes(i, hi, readable)
        if word & _TWO_SIGNS == _SECOND_SIGN:  # one of ASCII between others, as spaces are
            write_u64(at, word)
            base = field(word, 0, 7)
            i += 1
            at += 1
            continue
        if word & _FIRST_SIGN == 0:
            break
        if word & _FOUR_TWOS == _ARE_FOUR_TWOS:
            done, at, base = _spell_four(word, at, base, tables)
            i += 2 * done
            if done:
                continue
        code, size = decode(word)
        entry = read_u64(tables.entries + place_of(tables, code))
        if entry & _KIND_MASK == 0:
            write_u64(at, entry)
            number = field(entry, NUMBER, 3)
            at += number
            i += size
            if number:  # what vanishes leaves the character before it
                base = code
        else:
            i, at = _spell_other(i, hi, readable, at, room, base, tables)
            if at < 0:
                return i, at, base
            base = code
    return i, at, base


@part
def _spell_four(word: np.uint64, at: int, base: int, tables: Tables) -> tuple[int, int, int]:
    """Append the PLAIN ones of four characters of two bytes, up to the first other; return how many, the end, the base.

    Four at a time, as there is no waiting for where the next one starts.
    """
    codes = ((word & _FIRST_BITS) << np.uint64(6)) | ((word >> np.uint64(8)) & _LAST_BITS)
    done, plain = 0, True
    while done < 4 and plain:
        code = field(codes, 0, 11)
        entry = read_u64(tables.entries + place_of(tables, code))
        plain = bool(entry & _KIND_MASK == 0) and code >= 0x80
        if plain:
            write_u64(at, entry)
            number = field(entry, NUMBER, 3)
            at += number
            if number:
                base = code
            codes >>= np.uint64(16)
            done += 1
    return done, at, base


@kernel
def _spell_other(  # noqa: PLR0913, PLR0917
    i: int, hi: int, readable: int, at: int, room: int, base: int, tables: Tables
) -> tuple[int, int]:
    """Append the character at i, which is not PLAIN, and marks that follow; return where both go on, or why not."""
    code, size = decode(next_bytes(i, hi, readable))
    entry = read_u64(tables.entries + place_of(tables, code))
    kind = field(entry, KIND, 3)
    if kind == LEANING:
        i, at = _spell_marks(i, hi, readable, at, room, base, tables)
    elif kind == LONG:
        at = copy_pool(tables, entry, 0, at)
        i += size
    elif kind == ABSENT:
        write_u64(tables.wanted + 8 * (code >> 8), np.uint64(1))
        i += size
    else:
        at = _LEFT
    return i, at


@part
def _spell_marks(  # noqa: PLR0913, PLR0917, C901 (one loop with the state of a word)
    i: int, hi: int, readable: int, at: int, room: int, base: int, tables: Tables
) -> tuple[int, int]:
    """Append the marks from i on, which follow the character `base`; return where the rest of both goes on.

    A mark is appended as it is when by the rules of normalisation (Unicode Standard Annex 15) nothing changes: it does
    not compose with the last starter, and no mark of a higher class stands before it. If not, the end is _LEFT.
    """
    place = place_of(tables, base)
    entry, context = read_u64(tables.entries + place), read_u64(tables.contexts + place)
    is_open, apart = field(entry, OPEN, 1), field(entry, APART, 1)
    starter, last = field(context, 0, CODE_BITS), field(context, TAIL, CLASS_BITS)
    while i < hi:
        if at + _ROOM > room:
            return i, _NO_ROOM
        word = next_bytes(i, hi, readable)
        code, size = decode(word)
        place = place_of(tables, code)
        entry, context = read_u64(tables.entries + place), read_u64(tables.contexts + place)
        kind = field(entry, KIND, 3)
        if word & np.uint64(0x80) == 0 or kind != LEANING:
            if word & np.uint64(0x80) and kind == PLAIN and field(entry, NUMBER, 3) == 0:
                i += size
                continue
            break
        rank, mark = field(context, CLASS, CLASS_BITS), field(context, MARK, CODE_BITS)
        if rank and last > rank:
            return i, _LEFT
        if field(context, COMPOSES, 1) and is_pair(tables, (starter << CODE_BITS) | mark):
            return i, _LEFT
        i += size
        last = field(context, TAIL, CLASS_BITS)
        mark_bytes, number = field(context, MARK_BYTES, 3), field(entry, POOL_NUMBER, 16)
        if rank == 0 or number > mark_bytes:
            starter = field(context, 0, CODE_BITS)
        if is_open:
            at = copy_pool(tables, entry, 0, at - apart) - (number - mark_bytes)
        if apart or not is_open:
            write_u64(at, _SPACE)
            at += 1
        if number > mark_bytes:
            at = copy_pool(tables, entry, mark_bytes, at)
            is_open, apart = field(entry, OPEN, 1), field(entry, APART, 1)
    return i, at
