"""Which cell of each row holds which text, and the turns of the cells that hold a list of messages.

A cell is a kind and a span of bytes (see `tokens` for the kinds). Columns are numbered by the plan that reads them.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.records.columns.tape import Rows, Tape
from lineage.records.columns.tokens import ABSENT, ARRAY, ESCAPED, NUMBER, OBJECT, TEXT, TURNS
from lineage.records.values import CONTENT_KEYS, SPEAKER_KEYS, SPEAKERS
from lineage.text.jit import kernel, part

# Who speaks, by code. CONTINUED is added to the code of a text that goes on after a blank line in the same message.
SPOKEN = ("system", "user", "assistant", "tool", "text")
SYSTEM, USER, ASSISTANT, TOOL, DOCUMENT = range(len(SPOKEN))
CONTINUED = 8

_MORE, _SPEAKER, _CONTENT = -1, 0, 1
_UPPER_A, _UPPER_Z = ord("A"), ord("Z")


class Cells(NamedTuple):
    """Cells of n rows in c columns, each (n, c): cell (i, j) has the bytes `[start[i, j], end[i, j])`.

    A cell of the kind TURNS has instead the turns `[start[i, j], end[i, j])`.
    """

    kind: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]

    def rows(self, lo: int, hi: int) -> "Cells":
        """Return the cells of the rows [lo, hi)."""
        return Cells(self.kind[lo:hi], self.start[lo:hi], self.end[lo:hi])


class Turns(NamedTuple):
    """Turns of all dialogues in order: who speaks, and the text as a cell."""

    speaker: npt.NDArray[np.uint8]
    kind: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]

    def first(self, n: int) -> "Turns":
        """Return the first n turns."""
        return Turns(self.speaker[:n], self.kind[:n], self.start[:n], self.end[:n])


class Names(NamedTuple):
    """Names by number: name i is `data[offset[i]:offset[i + 1]]`, and means `code[i]`."""

    data: npt.NDArray[np.uint8]
    offset: npt.NDArray[np.int64]
    code: npt.NDArray[np.int64]


def names_of(codes: Mapping[str, int]) -> Names:
    """Lay names out for a kernel."""
    encoded = [name.encode("utf-8", "surrogatepass") for name in codes]
    offset = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return Names(np.frombuffer(b"".join(encoded), np.uint8), offset, np.array([*codes.values()], np.int64))


TURN_NAMES = names_of(dict.fromkeys(SPEAKER_KEYS, _SPEAKER) | dict.fromkeys(CONTENT_KEYS, _CONTENT))
SPEAKER_NAMES = names_of({name: SPOKEN.index(role) for name, role in SPEAKERS.items()})


def new_cells(n: int, columns: int) -> Cells:
    """Make room for that many cells, all absent."""
    shape = (n, columns)
    return Cells(np.zeros(shape, np.uint8), np.zeros(shape, np.int64), np.zeros(shape, np.int64))


def new_turns(n: int) -> Turns:
    """Make room for that many turns."""
    return Turns(np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n, np.int64), np.empty(n, np.int64))


@part
def _find(names: Names, hint: int, data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return the number of a name, looked for from `hint` on; -1 when it is none of them."""
    n = len(names.code)
    for step in range(n):
        at = hint + step
        if at >= n:
            at -= n
        size = names.offset[at + 1] - names.offset[at]
        if size == end - start:
            same = 0
            while same < size and names.data[names.offset[at] + same] == data[start + same]:
                same += 1
            if same == size:
                return at
    return -1


@part
def _speaker(names: Names, data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return the code of a speaker, in whatever case; -1 for an unknown one."""
    for at in range(len(names.code)):
        size = names.offset[at + 1] - names.offset[at]
        if size == end - start:
            same = 0
            while same < size:
                byte = data[start + same]
                if _UPPER_A <= byte <= _UPPER_Z:
                    byte |= 0x20
                if byte != names.data[names.offset[at] + same]:
                    break
                same += 1
            if same == size:
                return int(names.code[at])
    return -1


@part
def _one_turn(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: npt.NDArray[np.uint8], tape: Tape, entry: int, turns: Turns, turn: int, keys: Names, speakers: Names
) -> bool:
    """Read one `{role, content}`; False when it is anything else."""
    speaker = content = -1
    at = entry + 1
    while at < tape.end[entry]:
        value = at + 1
        if tape.kind[at] == ESCAPED:
            return False
        name = _find(keys, 0, data, tape.start[at], tape.end[at])
        code = _MORE if name < 0 else keys.code[name]
        if (code == _SPEAKER and speaker >= 0) or (code == _CONTENT and content >= 0):
            return False
        if code == _SPEAKER:
            speaker = value
        elif code == _CONTENT:
            content = value
        nested = tape.kind[value] == OBJECT or tape.kind[value] == ARRAY
        at = tape.end[value] if nested else value + 1
    if speaker < 0 or content < 0 or tape.kind[speaker] != TEXT or tape.kind[content] >= NUMBER:
        return False
    who = _speaker(speakers, data, tape.start[speaker], tape.end[speaker])
    if who < 0:
        return False
    turns.speaker[turn], turns.kind[turn] = who, tape.kind[content]
    turns.start[turn], turns.end[turn] = tape.start[content], tape.end[content]
    return True


@kernel
def cells_of_tape(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    data: npt.NDArray[np.uint8],
    tape: Tape,
    rows: Rows,
    n: int,
    columns: Names,
    cells: Cells,
    turns: Turns,
    keys: Names,
    speakers: Names,
) -> int:
    """Read the cells of the first n rows, and mark rows odd in which they are not plain; return the number of turns.

    columns: every known column; the code is where its cells go, -1 for a column that is not read. turns has room for
    half as many turns as the tape has entries.
    """
    turn = 0
    for row in range(n):
        if rows.odd[row]:
            continue
        first = rows.entry[row]
        at = first + 1
        name = -1
        good = True
        while at < tape.end[first] and good:
            value = at + 1
            kind = tape.kind[value]
            nested = kind in (OBJECT, ARRAY)
            name = _find(columns, name + 1, data, tape.start[at], tape.end[at]) if tape.kind[at] == TEXT else -1
            good = name >= 0
            column = columns.code[name] if good else -1
            if column >= 0:
                start, end = tape.start[value], tape.end[value]
                if kind == ARRAY:
                    kind, start = TURNS, turn
                    inner = value + 1
                    while inner < tape.end[value] and good:
                        good = tape.kind[inner] == OBJECT and _one_turn(data, tape, inner, turns, turn, keys, speakers)
                        turn += good
                        inner = tape.end[inner]
                    end = turn
                    good = good and end > start
                good = good and kind not in (OBJECT, NUMBER) and cells.kind[row, column] == ABSENT
                cells.kind[row, column], cells.start[row, column], cells.end[row, column] = kind, start, end
            at = tape.end[value] if nested else value + 1
        rows.odd[row] = not good
    return turn
