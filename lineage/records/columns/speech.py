"""From the cells of rows to what is said in them: who speaks, and which bytes.

Takes the plain cases of `lineage.records.build` and `values`. A row that may be anything else (a text that may start
with the wrapper of a training prompt, an input that may say that there is none, a missing column, no message at all)
is marked odd, for the builders to read.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.records.columns import plan
from lineage.records.columns.cells import ASSISTANT, CONTINUED, DOCUMENT, SYSTEM, USER, Cells, Turns
from lineage.records.columns.tokens import ABSENT, BROKEN, LITERAL, NULL, TEXT, TURNS
from lineage.text.intrinsics import load_u64
from lineage.text.jit import kernel, part

# How the templates of `lineage.records.wrappers` start: (its first bytes, which bytes of a word they are).
_STARTS = (b"Below is", b"###", b"A chat b", b"Human: ", b"USER: ", b"Question", b"[INST]", b"<|", b"<s", b"<b")
_FIRST = np.array([int.from_bytes(one, "little") for one in _STARTS], np.uint64)
_MASK = np.array([(1 << 8 * len(one)) - 1 for one in _STARTS], np.uint64)

_NOTHING, _SAID, _UNSURE = range(3)


class Speech(NamedTuple):
    """What is said in n rows: text i is by `speaker[i]`, in the bytes `[start[i], end[i])`.

    Row j says the texts `[first[j], first[j + 1])`. A speaker with CONTINUED goes on in the message before.
    """

    speaker: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]


def new_speech(texts: int, rows: int) -> Speech:
    """Make room for that many texts in that many rows."""
    numbers = [np.empty(texts, np.int64) for _ in range(2)]
    return Speech(np.empty(texts, np.uint8), numbers[0], numbers[1], np.zeros(rows + 1, np.int64))


@part
def _space(data: npt.NDArray[np.uint8], at: int) -> int:
    """Return how many bytes the white space at `at` has, as `str.isspace` has it; 0 where there is none."""
    byte = data[at]
    size = 0
    if byte == 0x20 or 0x09 <= byte <= 0x0D or 0x1C <= byte <= 0x1F:
        size = 1
    elif byte == 0xC2 and (data[at + 1] == 0x85 or data[at + 1] == 0xA0):
        size = 2
    elif byte == 0xE1 and data[at + 1] == 0x9A and data[at + 2] == 0x80:
        size = 3
    elif byte == 0xE2 and data[at + 1] == 0x80:
        last = data[at + 2]
        size = 3 if last <= 138 or last in {168, 169, 175} else 0
    elif (byte == 0xE2 and data[at + 1] == 0x81 and data[at + 2] == 0x9F) or (
        byte == 0xE3 and data[at + 1] == 0x80 and data[at + 2] == 0x80
    ):
        size = 3
    return size


@part
def _may_be_blank(data: npt.NDArray[np.uint8], start: int, end: int) -> bool:
    """Tell whether what goes on after a text may be the first that is seen of it."""
    return start == end or _space(data, start) > 0


@part
def _may_be_wrapped(data: npt.NDArray[np.uint8], at: int, end: int) -> bool:
    """Tell whether a text may start as a template does."""
    size = _space(data, at)
    while size > 0 and at < end:
        at += size
        size = _space(data, at)
    if at >= end:
        return False
    word = load_u64(data, at)
    found = False
    for one in range(len(_FIRST)):
        found = found or (word & _MASK[one]) == _FIRST[one]
    return found


@part
def _input(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Tell whether an input says something, nothing, or may be blank or say in words that there is none."""
    if start == end:
        return _NOTHING
    at = start
    blank = True
    while at < end:
        byte = data[at]
        letter = ord("a") <= (byte | 0x20) <= ord("z")
        if letter or ord("0") <= byte <= ord("9"):
            may_be_no = (byte | 0x20) == ord("n") and at + 1 < end and (data[at + 1] | 0x20) == ord("o")
            return _UNSURE if may_be_no else _SAID
        size = _space(data, at)
        blank = blank and size > 0
        at += max(size, 1)
    return _UNSURE if blank else _SAID


@part
def _put(speech: Speech, at: int, speaker: int, start: int, end: int) -> int:
    speech.speaker[at], speech.start[at], speech.end[at] = speaker, start, end
    return at + 1


@part
def _put_turns(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: npt.NDArray[np.uint8], turns: Turns, first: int, last: int, speech: Speech, at: int
) -> int:
    """Put the messages of a dialogue; -1 when one of them is odd."""
    good = True
    for turn in range(first, last):
        kind = turns.kind[turn]
        good = good and kind != BROKEN
        if good and kind != NULL:
            start, end = turns.start[turn], turns.end[turn]
            good = turns.speaker[turn] != USER or not _may_be_wrapped(data, start, end)
            at = _put(speech, at, turns.speaker[turn], start, end)
    return at if good else -1


@kernel
def speech_of_cells(  # noqa: C901, PLR0912, PLR0913, PLR0917 (one loop over the steps of a row)
    data: npt.NDArray[np.uint8],
    cells: Cells,
    turns: Turns,
    steps: npt.NDArray[np.int64],
    odd: npt.NDArray[np.bool_],
    speech: Speech,
) -> int:
    """Put what is said in each row in order, and mark odd the rows that are not plain; return how many texts there are.

    data: the bytes that cells and turns speak of, with PAD bytes behind them, escapes written out.
    """
    at = 0
    for row in range(len(odd)):
        begin = at
        speech.first[row] = begin
        good = not odd[row]
        spoken = begin  # where the messages after the system's begin
        joined = False
        for number in range(len(steps)):
            if not good:
                break
            column, step = steps[number]
            kind, start, end = cells.kind[row, column], cells.start[row, column], cells.end[row, column]
            said = kind in (TEXT, LITERAL)
            if kind == BROKEN or (kind == ABSENT and step not in (plan.SYSTEM, plan.INPUT)):
                good = False
            elif step in (plan.SYSTEM, plan.GIVEN_SYSTEM):
                good = kind != TURNS
                if said and end > start:
                    at = _put(speech, at, SYSTEM, start, end)
                spoken = at
            elif kind == TURNS:
                good = step not in (plan.INPUT, plan.JOINED, plan.TEXT)
                if good:
                    before = at
                    at = _put_turns(data, turns, start, end, speech, at)
                    good = at >= 0
                    if good and step == plan.CHOSEN and (at == before or speech.speaker[before] != ASSISTANT):
                        good = spoken == before  # else it is a whole dialogue beside a prompt
            elif step == plan.INPUT:
                tells = _input(data, start, end) if said else _NOTHING
                good = tells != _UNSURE
                if tells == _SAID and cells.kind[row, steps[number - 1, 0]] == TEXT:
                    good = not _may_be_blank(data, speech.start[at - 1], speech.end[at - 1])
                    at = _put(speech, at, USER + CONTINUED, start, end)
            elif step == plan.JOINED:
                if said and end > start:
                    good = joined or not (_may_be_blank(data, start, end) or _may_be_wrapped(data, start, end))
                    at = _put(speech, at, USER + CONTINUED if joined else USER, start, end)
                    joined = True
            elif step == plan.DIALOGUE or (step == plan.CHOSEN and not said):
                good = False
            elif said:
                who = DOCUMENT if step == plan.TEXT else USER if step == plan.PROMPT else ASSISTANT
                good = step == plan.RESPONSE or not _may_be_wrapped(data, start, end)
                at = _put(speech, at, who, start, end)
        good = good and at > begin and (spoken in (begin, at) or speech.speaker[spoken] != SYSTEM)
        if not good:
            odd[row] = True
            at = begin
    speech.first[len(odd)] = at
    return at
