"""Finds where a turn ends in a piece of rendered template text.

A marker is a special token of the tokenizer, or text written like one (`<|im_end|>`, `[/INST]`, `</user>`,
`<｜Assistant｜>`) when no tokenizer is at hand. A template without any ends its turns by plain text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, takewhile

_LOOKS_LIKE_A_MARKER = (
    r"<\|[^<>|\n]{1,64}\|>",
    r"<｜[^<>｜\n]{1,64}｜>",
    r"〈\|[^〈〉|\n]{1,64}\|〉",
    r"<\|[A-Za-z_]\w{0,63}>",
    r"<[A-Za-z_]\w{0,63}\|>",
    r"</?[A-Za-z_][\w.:\-]{0,63}>",
    r"\[/?[a-z]?[A-Z][A-Z_]{1,63}\]",
)
_SHORT_LEAD = re.compile(r"\s*[^\s:]{0,24}\s*")
_FIRST_LINE = re.compile(r"\s*[^\n]*")


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

    def previous_edge(self, text: str, end: int) -> int:
        """Move `end` back out of the marker it falls into, if it falls into one."""
        for found in self._pattern.finditer(text):
            if found.start() < end < found.end():
                return found.start()
        return end

    def same_start(self, left: str, right: str) -> int:
        """Return how many characters two texts begin with in common, cutting no marker of either in two."""
        same = _same_characters(left, right)
        return min(self.previous_edge(left, same), self.previous_edge(right, same))

    def same_end(self, left: str, right: str) -> int:
        """Return how many characters two texts end with in common, cutting no marker of either in two."""
        same = _same_characters(left[::-1], right[::-1])
        return min(len(text) - self.next_edge(text, len(text) - same) for text in (left, right))

    def leading(self, text: str) -> list[str]:
        """List the markers that stand one right behind the other at the start of a text."""
        names: list[str] = []
        while found := self._pattern.match(text, sum(map(len, names))):
            names.append(found.group())
        return names

    def is_bare(self, text: str) -> bool:
        """Say whether a text is nothing but markers and white space."""
        return not self._pattern.sub("", text).strip()

    def special_in(self, text: str) -> str | None:
        """Return the first special token of the tokenizer that a text holds, or None."""
        found = self._known.search(text) if self._known else None
        return found.group() if found else None

    def cut_at_special(self, text: str) -> list[str]:
        """Cut a text at the tokenizer's special tokens: text, token, text … text; mostly the text alone."""
        if self._known is None:
            return [text]
        edges = [0, *(edge for found in self._known.finditer(text) for edge in found.span()), len(text)]
        return [text[start:end] for start, end in pairwise(edges)]

    def end_of(self, text: str) -> TurnEnd:
        r"""Find the end of a turn in the text that follows a message.

        The first marker, when it is a real special token, or when at most one word without a colon (`/nothink`) stands
        before it; else the first visible line with the white space before it, such as `"\n\nAssistant:"`.
        """
        found = self._pattern.search(text)
        if found and (found.group() in self._special or _SHORT_LEAD.fullmatch(text[: found.start()])):
            return TurnEnd(text[: found.start()], found.group())
        line = _FIRST_LINE.match(text)
        literal = line.group().rstrip() if line else ""
        return TurnEnd("", literal or None)


def _same_characters(left: str, right: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
