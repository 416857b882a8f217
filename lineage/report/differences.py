"""Two texts side by side, the words that differ marked; white space does not count as a difference."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple


class Run(NamedTuple):
    """A piece of a text and whether the other text lacks it."""

    text: str
    differs: bool


_WORD = re.compile(r"\s*\S+|\s+$")


def mark_differences(left: str, right: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Split both texts into runs of shared and of differing words; joined, the runs of a side are its text.

    Cost grows with the product of the lengths in the worst case; cut long texts first.

    >>> [run.text for run in mark_differences("a red house", "a blue house")[0] if run.differs]
    ['red']
    """
    a, b = _WORD.findall(left), _WORD.findall(right)
    matcher = SequenceMatcher(None, [word.strip() for word in a], [word.strip() for word in b], autojunk=False)
    runs_a, runs_b = list[Run](), list[Run]()
    for operation, a0, a1, b0, b1 in matcher.get_opcodes():
        differs = operation != "equal"
        runs_a += _runs("".join(a[a0:a1]), differs=differs)
        runs_b += _runs("".join(b[b0:b1]), differs=differs)
    return tuple(runs_a), tuple(runs_b)


def _runs(text: str, *, differs: bool) -> list[Run]:
    """Make the runs of a piece; the white space before a differing word is no part of what differs."""
    words = text.lstrip() if differs else text
    space = text[: len(text) - len(words)]
    return [run for run in (Run(space, differs=False), Run(words, differs)) if run.text]


def cut(text: str, length: int) -> str:
    """Cut a text to at most `length` characters at a word's end, with an ellipsis where something is left out.

    >>> cut("one two three", 9)
    'one two …'
    """
    if len(text) <= length:
        return text
    end = text.rfind(" ", 0, length - 1)
    return text[: end if end > 0 else length - 2].rstrip() + " …"
