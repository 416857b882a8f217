"""Finds where a turn ends in a piece of rendered template text.

A marker is a special token of the tokenizer, or text written like one (`<|im_end|>`, `[/INST]`, `</user>`,
`<｜Assistant｜>`) when no tokenizer is at hand. A template without any ends its turns by plain text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LOOKS_LIKE_A_MARKER = (
    r"<\|[^<>|\n]{1,64}\|>",
    r"<｜[^<>｜\n]{1,64}｜>",
    r"</?[A-Za-z_][\w.:\-]{0,63}>",
    r"\[/?[A-Z][A-Z_]{1,63}\]",
)
# A header names a role (`user`), at most two words with its separator; more is somebody's text.
_HEADER_WORDS = 2
_FIRST_LINE = re.compile(r"\s*[^\n]*")
_BOS_LIKE = re.compile(
    r"^<(s|bos|BOS_TOKEN|[|｜](bos|begin.of.(text|sentence)|start.?of.?text|endoftext)[|｜])>", re.IGNORECASE
)


@dataclass(frozen=True)
class TurnEnd:
    """What follows a message: `lead` is text before the stop, `stop` the first thing that only an end of turn holds."""

    lead: str
    stop: str | None


class Markers:
    """The markers of one template: known special tokens, and whatever is written like one."""

    def __init__(self, special_tokens: Iterable[str] = ()) -> None:
        self._special = frozenset(token for token in special_tokens if token.strip())
        names = sorted((re.escape(token) for token in self._special), key=len, reverse=True)
        self._pattern = re.compile("|".join((*names, *_LOOKS_LIKE_A_MARKER)))
        self._known = re.compile("|".join(names)) if names else None

    def all_in(self, text: str) -> list[str]:
        """List the markers of a text in order."""
        return self._pattern.findall(text)

    def next_edge(self, text: str, start: int) -> int:
        """Move `start` forward out of the marker it falls into, if it falls into one."""
        for found in self._pattern.finditer(text):
            if found.start() < start < found.end():
                return found.end()
        return start

    def has_words(self, text: str) -> bool:
        """Say whether a text holds more than markers, headers and white space: a system message, mostly."""
        return len(self._pattern.sub(" ", text).split()) > _HEADER_WORDS

    def special_in(self, text: str) -> str | None:
        """Return the first special token of the tokenizer that a text holds, or None."""
        found = self._known.search(text) if self._known else None
        return found.group() if found else None

    def end_of(self, text: str) -> TurnEnd:
        r"""Find the end of a turn in the text that follows a message.

        The first marker, when nothing visible stands before it or when it is a real special token; else the first
        visible line with the white space before it, such as `"\n\nAssistant:"`.
        """
        found = self._pattern.search(text)
        if found and (not text[: found.start()].strip() or found.group() in self._special):
            return TurnEnd(text[: found.start()], found.group())
        line = _FIRST_LINE.match(text)
        literal = line.group().rstrip() if line else ""
        return TurnEnd("", literal or None)


def leading_bos(text: str, bos: str | None) -> str:
    """Return the beginning-of-text marker that a prefix starts with, or "".

    `bos` is the tokenizer's own; without one, only what is written like a beginning of text counts.
    """
    if bos:
        return bos if text.startswith(bos) else ""
    found = _BOS_LIKE.match(text)
    return found.group() if found else ""
