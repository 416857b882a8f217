"""A moving window over JSON text: whole values out, more text in where a value is not complete yet.

Memory is bounded by the largest value. A value that does not fit doubles the window before it is tried again, so the
work stays linear. Knows nothing of rows.
"""

import json
import re
from collections.abc import Iterator

from lineage.records.faults import FileFault
from lineage.records.utf8 import decode

_WINDOW_CHARS = 1 << 20
# How near the end of the window an error must lie for more text to be able to mend it: the longest literal, -Infinity,
# and an escaped surrogate pair, \ud83d\ude00, which is reported at its first half.
_TAIL_CHARS = 16
_GAP = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_decode_at = json.JSONDecoder().raw_decode


class JsonText:
    """JSON text read from a stream of bytes, value by value."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._source = decode(chunks)
        self._text = ""
        self._at = 0
        self._lines_before = 0  # line breaks before the window
        self._ended = False
        self._broken: FileFault | None = None  # why the source ended, where it did not end well

    def value(self) -> object:
        """Take the value that starts here; FileFault where there is none."""
        want = _WINDOW_CHARS
        while True:
            try:
                value, end = _decode_at(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    raise self._fault(error) from error
            except RecursionError as error:
                raise FileFault(f"is nested too deeply at line {self._line(self._at)}") from error
            except ValueError as error:  # Python's guard against integers of more than 4,300 digits
                raise FileFault(f"holds a number of thousands of digits at line {self._line(self._at)}") from error
            else:
                # A number that ends with the window may go on in the next one.
                if end < len(self._text) or self._ended or not isinstance(value, int | float):
                    self._at = end
                    return value
            self._more(want)
            want *= 2

    def holds_value(self, limit_chars: int) -> bool:
        """Tell whether the value that starts here ends within `limit_chars`; the value is not taken."""
        want = _WINDOW_CHARS
        while True:
            try:
                _decode_at(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    return True  # taking the value will say what is wrong with it
                if len(self._text) - self._at >= limit_chars:
                    return False
            except (RecursionError, ValueError):
                return True
            else:
                return True
            self._more(want)
            want *= 2

    def next_item(self) -> str:
        """Pass over white space and one comma and return the character that follows, "" at the end."""
        while True:
            gap = _GAP.match(self._text, self._at)
            assert gap is not None  # noqa: S101 (the pattern matches the empty string)
            self._at = gap.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if self._broken:
                raise self._broken
            if self._ended:
                return ""
            self._more(_WINDOW_CHARS)

    def expect(self, character: str) -> None:
        """Take one character; FileFault when another one stands here."""
        found = self.next_item()
        if found != character:
            what = f"{found!r}" if found else "the end of the file (was it cut off?)"
            raise FileFault(f"is not valid JSON: {what} instead of {character!r} at line {self._line(self._at)}")
        self._at += 1

    def expect_end(self) -> None:
        """FileFault when anything but white space follows."""
        if found := self.next_item():
            raise FileFault(f"is not valid JSON: {found!r} after the end at line {self._line(self._at)}")

    def _more(self, chars: int) -> None:
        """Drop what was taken and read about `chars` more."""
        self._lines_before += self._text.count("\n", 0, self._at)
        parts = [self._text[self._at :]]
        self._at = 0
        while chars > 0:
            part = self._next_part()
            if part is None:
                self._ended = True
                break
            parts.append(part)
            chars -= len(part)
        self._text = "".join(parts)

    def _next_part(self) -> str | None:
        try:
            return next(self._source, None)
        except FileFault as fault:  # raised when the text before it is used up
            self._broken = fault
            return None

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _TAIL_CHARS

    def _fault(self, error: json.JSONDecodeError) -> FileFault:
        if self._broken and self._may_be_cut(error):
            return self._broken
        if self._ended and self._may_be_cut(error):
            return FileFault(f"ends inside a record that starts at line {self._line(self._at)}: was it cut off?")
        return FileFault(f"is not valid JSON: {error.msg} at line {self._line(error.pos)}")

    def _line(self, at: int) -> int:
        return self._lines_before + self._text.count("\n", 0, at) + 1
