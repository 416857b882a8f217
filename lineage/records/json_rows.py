"""Rows of JSON: one a line, in an array, one object after another, or in the one list an object holds.

Yields `(place, value)`: the place is the line, counted from one, or the row, counted from zero, where rows have no
lines of their own; the value is an object, or a RowFault. Holds one buffer and one record at a time.
"""

import json
from collections.abc import Callable, Iterator

import orjson

from lineage.records.faults import FileFault, RowFault, kind_of
from lineage.records.json_text import JsonText
from lineage.records.utf8 import not_utf8

RawRow = tuple[int, dict[str, object] | RowFault]
IsRecord = Callable[[dict[str, object]], bool]

# A first object larger than this is taken for a container of records, and walked instead of held.
_CONTAINER_CHARS = 8 << 20


def read_lines(chunks: Iterator[bytes]) -> Iterator[RawRow]:
    """Read one JSON object a line; a bad line is a RowFault and the next line goes on."""
    offset = 0
    for number, line in enumerate(split_lines(chunks), 1):
        if line and not line.isspace():
            yield number, parse_line(line, offset)
        offset += len(line) + 1


def parse_line(line: bytes, offset: int) -> dict[str, object] | RowFault:
    """Parse one line, which starts at the byte `offset` of its file."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _second_opinion(line, offset)
    return _as_row(value)


def parse_element(text: bytes) -> dict[str, object] | RowFault | None:
    """Parse one element of an array, all of `text`, as `read_array` does; None when it is not one JSON value."""
    try:
        value = json.loads(text.decode())
    except (ValueError, RecursionError):
        return None
    return _as_row(value)


def split_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Split a stream at `\n` alone; linear also when a line is far longer than a chunk."""
    started: list[bytes] = []
    for chunk in chunks:
        first, newline, rest = chunk.partition(b"\n")
        started.append(first)
        if newline:
            yield b"".join(started)
            *whole, last = rest.split(b"\n")
            yield from whole
            started = [last]
    if any(started):
        yield b"".join(started)


def read_array(chunks: Iterator[bytes]) -> Iterator[RawRow]:
    """Read the objects of one JSON array."""
    text = JsonText(chunks)
    text.expect("[")
    yield from _items(text)
    text.expect_end()


def read_objects(chunks: Iterator[bytes], *, is_record: IsRecord) -> Iterator[RawRow]:
    """Read JSON objects that stand one after another, or the one list of objects that a single object holds.

    `is_record` tells whether an object is itself a row: only one that is not may hold the rows.
    """
    text = JsonText(chunks)
    if not text.holds_value(_CONTAINER_CHARS):
        yield from _walk(text, is_record)
    else:
        first = text.value()
        alone = not text.next_item()
        if alone and isinstance(first, dict) and not is_record(first) and (key := _only_list(first)):
            yield from ((row, _as_row(value)) for row, value in enumerate(first[key]))
            return
        yield 0, _as_row(first)
    row = 1
    while text.next_item():
        yield row, _as_row(text.value())
        row += 1


def _only_list(holder: dict[str, object]) -> str | None:
    lists = [key for key, value in holder.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if len(lists) > 1:
        raise FileFault(f"holds several lists of objects ({', '.join(lists)}): write one of them to a file of its own")
    return lists[0] if lists else None


def _walk(text: JsonText, is_record: IsRecord) -> Iterator[RawRow]:
    """Walk the keys of a large object: yield the objects of its list as they come, or else the object itself."""
    text.expect("{")
    own: dict[str, object] = {}
    found = ""
    while text.next_item() != "}":
        key = str(text.value())
        text.expect(":")
        if text.next_item() != "[" or is_record({key: None}):
            own[key] = text.value()
            continue
        text.expect("[")
        if text.next_item() != "{":
            own[key] = _values(text)
            continue
        if found:
            raise FileFault(f"holds several lists of objects ({found}, {key}): write one of them to its own file")
        found = key
        yield from _items(text)
    text.expect("}")
    if found:
        text.expect_end()
    else:
        yield 0, own


def _items(text: JsonText) -> Iterator[RawRow]:
    row = 0
    while text.next_item() != "]":
        yield row, _as_row(text.value())
        row += 1
    text.expect("]")


def _values(text: JsonText) -> list[object]:
    found = []
    while text.next_item() != "]":
        found.append(text.value())
    text.expect("]")
    return found


def _as_row(value: object) -> dict[str, object] | RowFault:
    if isinstance(value, dict | RowFault):
        return value
    if isinstance(value, list):
        return {f"#{position}": cell for position, cell in enumerate(value)}
    return RowFault(f"is {kind_of(value)}, not a JSON object")


def _second_opinion(line: bytes, offset: int) -> object:
    """Parse what orjson refuses but JSON in the wild holds (lone surrogates, NaN), or say what is wrong."""
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        return RowFault(not_utf8(offset + error.start))
    except json.JSONDecodeError as error:
        return RowFault(f"is not valid JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return RowFault("is nested too deeply")
    except ValueError:  # Python's guard against integers of more than 4,300 digits
        return RowFault("holds a number of thousands of digits")
