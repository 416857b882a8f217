"""The tokens of JSON text: where a text, a number or a word ends, and whether it is well formed."""

import numpy as np
import numpy.typing as npt

from lineage.records.columns.wide import marks_64
from lineage.text.intrinsics import trailing_zeros
from lineage.text.jit import part

# What a value is. LITERAL: an integer of at most 18 digits, true or false, whose text is what Python would print.
ABSENT, NULL, TEXT, ESCAPED, QUOTED, LITERAL, NUMBER, OBJECT, ARRAY, TURNS, BROKEN = range(11)

_LONGEST_NUMBER = 40
_PLAIN_DIGITS = 18
_QUOTE, _BACKSLASH, _MINUS, _ZERO, _NINE = (ord(one) for one in '"\\-09')
# What may stand after a backslash by itself.
_SHORT = np.zeros(256, np.bool_)
_SHORT[[*b'"\\/bfnrt']] = True
_SPACE, _TAB, _RETURN = 0x20, 0x09, 0x0D


@part
def text_end(data: npt.NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Find the quote that closes a text; return its place and TEXT, ESCAPED, or BROKEN at the wrong byte."""
    kind = TEXT
    while True:
        marks = marks_64(data, at)
        if marks == 0:
            at += 64
            continue
        at += trailing_zeros(marks)
        if data[at] == _QUOTE:
            break
        if data[at] != _BACKSLASH:
            kind = BROKEN
            break
        kind = ESCAPED
        escape = data[at + 1]
        if escape == ord("u"):
            good = True
            for place in range(at + 2, at + 6):
                low = data[place] | 0x20
                good = good and (_ZERO <= data[place] <= _NINE or ord("a") <= low <= ord("f"))
            at += 6
            if not good:
                kind = BROKEN
                break
        elif _SHORT[escape]:
            at += 2
        else:
            kind = BROKEN
            break
    return at, kind


@part
def is_digit(byte: int) -> bool:
    """Tell whether a byte is a digit of ASCII."""
    return _ZERO <= byte <= _NINE


@part
def number_end(data: npt.NDArray[np.uint8], start: int) -> tuple[int, int]:
    """Find the end of a number; return it and LITERAL, NUMBER or BROKEN."""
    at = start + (data[start] == _MINUS)
    first = at
    while is_digit(data[at]):
        at += 1
    digits = at - first
    kind = LITERAL if digits <= _PLAIN_DIGITS else NUMBER
    if digits == 0 or (data[first] == _ZERO and digits > 1):
        kind = BROKEN
    elif data[first] == _ZERO and first > start:
        kind = NUMBER  # -0 is printed as 0
    if data[at] == ord("."):
        at += 1
        fraction = at
        while is_digit(data[at]):
            at += 1
        kind = BROKEN if kind == BROKEN or at == fraction else NUMBER
    if data[at] | 0x20 == ord("e"):
        at += 1
        if data[at] == ord("+") or data[at] == _MINUS:
            at += 1
        exponent = at
        while is_digit(data[at]):
            at += 1
        kind = BROKEN if kind == BROKEN or at == exponent else NUMBER
    if at - start > _LONGEST_NUMBER:
        kind = BROKEN
    return at, kind


@part
def word_end(data: npt.NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Find the end of true, false or null; return it and LITERAL, NULL or BROKEN."""
    end, kind = at, BROKEN
    if data[at] == ord("t") and data[at + 1] == ord("r") and data[at + 2] == ord("u") and data[at + 3] == ord("e"):
        end, kind = at + 4, LITERAL
    elif data[at] == ord("n") and data[at + 1] == ord("u") and data[at + 2] == ord("l") and data[at + 3] == ord("l"):
        end, kind = at + 4, NULL
    elif (
        data[at] == ord("f") and data[at + 1] == ord("a") and data[at + 2] == ord("l") and data[at + 3] == ord("s")
        and data[at + 4] == ord("e")
    ):  # fmt: skip
        end, kind = at + 5, LITERAL
    return end, kind


@part
def after_space(data: npt.NDArray[np.uint8], at: int, line_break: int) -> int:
    """Pass over white space; a line break is passed over when it is `line_break`."""
    while data[at] == _SPACE or data[at] == line_break or data[at] == _TAB or data[at] == _RETURN:
        at += 1
    return at
