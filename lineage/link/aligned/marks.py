"""The marks of a text: what may outlive a translation or a paraphrase, as one hash each.

Numbers (digits only: "1,000" is "1000"), words and identifiers without case and accents, pairs of neighbouring letters
in scripts without spaces, single signs and emoji, and per channel how many lines, question marks and signs of code.
Which of them do survive is not decided here: what the other corpus has too, did. Knows no language.
"""

import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lineage.text.intrinsics import fold_product
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

Hashes = npt.NDArray[np.uint64]
Offsets = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]

# The two lowest bits of a mark say what it is; the third, that a word holds digits ("doc_17").
WORD, NUMBER, FORM, LETTERS = 0, 1, 2, 3
_KINDS = np.uint64(3)
_WITH_DIGITS = 4

# What tells one row from another stands in its first thousands of words.
MAX_TEXT_BYTES = 1 << 16
MAX_MARKS = 512
_ROWS_PER_CHUNK = 512

_SALT_A = np.uint64(0xA0761D6478BD642F)
_SALT_B = np.uint64(0xE7037ED1A0B428DB)
_CLASS_BITS = np.uint64(~np.uint64(7))
_ALPHABETS = 0x600
_ASCII = 128
_NEWLINE, _BLANK, _COMMA, _MINUS, _POINT = 10, 32, 44, 45, 46
_QUESTION, _UNDERSCORE, _ARABIC_QUESTION = 63, 95, 0x61F


def _simplify(code: int) -> int:
    """Return the character in lower case without its accent."""
    base = unicodedata.normalize("NFD", chr(code).lower())[0]
    return ord(base) if ord(base) < _ALPHABETS else code


# Latin, Greek, Cyrillic, Armenian: what each letter is without case and accent.
_SIMPLE = np.array([_simplify(code) for code in range(_ALPHABETS)], np.uint32)
_IS_LETTER = np.array([unicodedata.category(chr(code))[0] in "LM" for code in range(_ALPHABETS)])
_IS_LETTER[_UNDERSCORE] = True
# Signs that code and formulas are made of; each adds its own number for each time it occurs.
_SIGNS = np.array(
    [(code * 0x9E3779B97F4A7C15) % 2**64 if chr(code) in "={}[]<>$%+*/#@\\|&^~_" else 0 for code in range(128)],
    np.uint64,
)


class Marks(NamedTuple):
    """Sorted distinct marks of n rows; row i owns `hashes[offsets[i]:offsets[i + 1]]`, at most MAX_MARKS of them."""

    offsets: Offsets
    hashes: Hashes


def numeric(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which marks are numbers, or words with digits."""
    return np.asarray((hashes & _KINDS == NUMBER) | (hashes & np.uint64(_WITH_DIGITS) != 0))


def without_numbers(marks: Marks) -> Marks:
    """Leave out the marks that are numeric."""
    kept = ~numeric(marks.hashes)
    before = np.concatenate([[0], np.cumsum(kept)])
    return Marks(before[marks.offsets], marks.hashes[kept])


def marks_of(channels: tuple[pa.LargeStringArray | None, ...], *, threads: int | None = None) -> Marks:
    """Collect the marks of every row over all its channels (prompt, response), which have one length.

    Of a longer text the first MAX_TEXT_BYTES are read. Beyond MAX_MARKS those with the smallest hashes are kept: the
    same choice in every text. Takes 8 bytes a mark; a text of 100 words has about 80.
    """
    views = tuple(_view(texts) for texts in channels if texts is not None)
    rows = len(views[0][1]) - 1 if views else 0
    offsets = np.zeros(rows + 1, np.int64)
    pieces: dict[int, Hashes] = {}

    def collect(lo: int, hi: int) -> None:
        # One kind of tuple for the kernel: a corpus without prompts has its responses twice, the second time empty.
        first, second = views[0], views[-1] if len(views) > 1 else (views[0][0], np.zeros(rows + 1, np.int64))
        pieces[lo] = _collect(first, second, lo, hi, offsets)

    run_chunks(collect, rows, threads=threads, chunk=_ROWS_PER_CHUNK)
    np.cumsum(offsets, out=offsets)
    return Marks(offsets, np.concatenate([np.empty(0, np.uint64), *(pieces[lo] for lo in sorted(pieces))]))


def _view(texts: pa.LargeStringArray) -> tuple[Bytes, Offsets]:
    if texts.null_count:
        texts = pc.fill_null(texts, "")
    _, offset_buffer, data_buffer = texts.buffers()
    data = np.frombuffer(data_buffer or b"", np.uint8)
    offsets = np.frombuffer(offset_buffer or bytes(8), np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data.flags.writeable = False
    offsets.flags.writeable = False
    return data, offsets.copy()


@part
def _decode(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return the code point at a place of valid UTF-8, and where the next one starts."""
    first = int(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0 or at + 2 >= end:
        return ((first & 0x1F) << 6) | (int(data[min(at + 1, end - 1)]) & 0x3F), at + 2
    middle = ((int(data[at + 1]) & 0x3F) << 6) | (int(data[at + 2]) & 0x3F)
    if first < 0xF0 or at + 3 >= end:
        return ((first & 0x0F) << 12) | middle, at + 3
    return ((first & 0x07) << 18) | (middle << 6) | (int(data[at + 3]) & 0x3F), at + 4


@part
def _plain(code: int) -> int:
    """Return the character that stands for this one: half width, ASCII digits and signs, no case, no accent."""
    plain = code
    if 0x660 <= code <= 0x669:  # Arabic digits, and those of Persian and Hindi
        plain = code - 0x660 + 48
    elif code < _ALPHABETS:
        plain = int(_SIMPLE[code])
    elif 0xFF01 <= code <= 0xFF5E:
        plain = int(_SIMPLE[code - 0xFEE0])
    elif 0x6F0 <= code <= 0x6F9:
        plain = code - 0x6F0 + 48
    elif 0x966 <= code <= 0x96F:
        plain = code - 0x966 + 48
    elif 0x1E00 <= code < 0x1F00:  # Latin with further accents (Vietnamese): capital and small letter are neighbours
        plain = code | 1
    return plain


_SPACE, _LETTER, _DIGIT, _UNSPACED, _SIGN = 0, 1, 2, 3, 4


@part
def _kind(code: int) -> int:
    if code < _ALPHABETS:
        if 48 <= code <= 57:
            return _DIGIT
        return _LETTER if _IS_LETTER[code] else _SPACE
    if (
        0xE00 <= code < 0xF00
        or 0x1000 <= code < 0x10A0
        or 0x1780 <= code < 0x1800
        or 0x3040 <= code < 0x3100
        or 0x3400 <= code < 0xA000
        or 0xF900 <= code < 0xFB00
        or 0x20000 <= code < 0x40000
    ):
        return _UNSPACED
    if 0x2000 <= code < 0x2190 or 0x3000 <= code < 0x3040 or 0xFE00 <= code < 0xFE70 or 0xFF00 <= code < 0xFF66:
        return _SPACE
    if 0x2190 <= code < 0x2C00 or 0x1F000 <= code < 0x20000:
        return _SIGN
    return _LETTER


@part
def _mark(value: np.uint64, kind: int) -> np.uint64:
    mixed: np.uint64 = fold_product(value ^ _SALT_A, _SALT_B)
    return (mixed & _CLASS_BITS) | np.uint64(kind)


@part
def _close(  # noqa: PLR0913, PLR0917 (as `_form`)
    state: int, run: int, digits: int, value: np.uint64, out: Hashes, found: int
) -> int:
    """Write the mark that ends here, if one does."""
    if state == _LETTER:
        out[found] = _mark(value, WORD | digits)
        return found + 1
    if state == _DIGIT:
        out[found] = _mark(value, NUMBER)
        return found + 1
    if state == _SIGN or (state == _UNSPACED and run == 1):
        out[found] = _mark(value, LETTERS)
        return found + 1
    return found


@part
def _scan(data: Bytes, lo: int, hi: int, out: Hashes, found: int) -> int:
    """Write the marks of words, numbers and letters of data[lo:hi] from place `found` on; return the place after."""
    state = _SPACE
    run = 0  # letters since the last space, in a script without spaces
    digits = 0  # _WITH_DIGITS once a word has one
    value = np.uint64(0)
    at = lo
    while at < hi:
        raw, following = _decode(data, at, hi)
        code = _plain(raw)
        kind = _kind(code)
        inside = state == _DIGIT and _COMMA <= code <= _POINT and code != _MINUS
        if inside and following < hi and _kind(data[following]) == _DIGIT:
            at = following  # a decimal or thousands mark
            continue
        if kind == _SIGN or (kind != state and not (state == _LETTER and kind == _DIGIT)):
            found = _close(state, run, digits, value, out, found)
            state = kind
            value = np.uint64(0)
            run = 0
            digits = 0
        if kind == _UNSPACED:
            run += 1
            if run > 1:
                out[found] = _mark(value * _SALT_B + np.uint64(code), LETTERS)
                found += 1
            value = np.uint64(code)
        elif kind != _SPACE:
            if kind != state:
                digits = _WITH_DIGITS
            value = (value ^ np.uint64(code)) * _SALT_A
            value ^= value >> np.uint64(29)
        at = following
    return _close(state, run, digits, value, out, found)


@part
def _form(data: Bytes, lo: int, hi: int, channel: int, out: Hashes, found: int) -> int:  # noqa: PLR0913, PLR0917
    """Write marks for how many lines, question marks and signs of code there are; as `_scan`."""
    lines = 0
    questions = 0
    signs = np.uint64(0)
    written = False
    at = lo
    while at < hi:
        raw, following = _decode(data, at, hi)
        code = _plain(raw)
        if code < _ASCII:
            signs += _SIGNS[code]
        questions += code == _QUESTION or code == _ARABIC_QUESTION  # noqa: PLR1714
        lines += written and code == _NEWLINE
        written = code != _NEWLINE and (written or code > _BLANK)
        at = following
    lines += written
    place = np.uint64(channel + 1) << np.uint64(60)
    if lines > 1:
        out[found] = _mark(place + (np.uint64(1) << np.uint64(56)) + np.uint64(lines), FORM)
        found += 1
    if questions:
        out[found] = _mark(place + (np.uint64(2) << np.uint64(56)) + np.uint64(questions), FORM)
        found += 1
    if signs:
        out[found] = _mark(place ^ signs, FORM)
        found += 1
    return found


@kernel
def _collect(first: tuple[Bytes, Offsets], second: tuple[Bytes, Offsets], lo: int, hi: int, sizes: Offsets) -> Hashes:
    """Return the marks of the rows lo to hi, one row after the other; sizes[i + 1] becomes the number in row i."""
    total = 0
    longest = 0
    for row in range(lo, hi):
        size = 16
        for side in range(2):
            offsets = first[1] if side == 0 else second[1]
            size += min(offsets[row + 1] - offsets[row], MAX_TEXT_BYTES)
        longest = max(longest, size)
        total += min(size, MAX_MARKS)
    scratch = np.empty(longest, np.uint64)
    out = np.empty(total, np.uint64)
    end = 0
    for row in range(lo, hi):
        found = 0
        for side in range(2):
            data, offsets = first if side == 0 else second
            start = offsets[row]
            stop = min(offsets[row + 1], start + MAX_TEXT_BYTES)
            found = _scan(data, start, stop, scratch, found)
            found = _form(data, start, stop, side, scratch, found)
        ordered = np.sort(scratch[:found])
        begin = end
        for k in range(found):
            if end - begin < MAX_MARKS and (k == 0 or ordered[k] != ordered[k - 1]):
                out[end] = ordered[k]
                end += 1
        sizes[row + 1] = end - begin
    return out[:end].copy()
