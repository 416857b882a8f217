"""Which runs of words two texts share, and where they stand in each as it was written."""

import functools
from collections.abc import Iterator, Sequence

from lineage.text.normal import normal_form
from lineage.text.plain import ASCII_WORD, shingles_of, words_of
from lineage.trace.result import Span

Located = list[tuple[str, int, int]]
# A text of which every character is looked at by itself; longer ones are not worth the wait, and nobody reads that far.
_LONGEST = 200_000
# Of a phrase that a text repeats, so many places are tried.
_PLACES = 16


def shared_spans(query: str, sample: str, words_each: int) -> tuple[Span, ...]:
    """Return the runs of at least `words_each` words that both texts have, in the order of the query, none overlapping.

    A text of fewer words shares its whole self or nothing. Empty where one is too long or its words cannot be placed.
    """
    ours, theirs = locate_words(query), locate_words(sample)
    return tuple(
        Span((ours[i][1], ours[i + n - 1][2]), (theirs[j][1], theirs[j + n - 1][2]))
        for i, j, n in shared_runs([one[0] for one in ours], [one[0] for one in theirs], words_each)
    )


def shared_runs(ours: list[str], theirs: list[str], words_each: int) -> list[tuple[int, int, int]]:
    """Return runs that both word sequences have as (start in ours, start in theirs, words), greedily from the left."""
    size = min(words_each, len(ours), len(theirs))
    if not size:
        return []
    places: dict[int, list[int]] = {}
    for place, one in enumerate(shingles_of(theirs, size).tolist()):
        places.setdefault(one, []).append(place)
    runs, at = [], 0
    hashes: list[int] = shingles_of(ours, size).tolist()
    while at < len(hashes):
        starts = places.get(hashes[at], ())[:_PLACES]
        length, start = max(((_length(ours, theirs, at, one), -one) for one in starts), default=(0, 0))
        if length >= size:
            runs.append((at, -start, length))
        at += max(length, 1)
    return runs


def _length(ours: Sequence[str], theirs: Sequence[str], i: int, j: int) -> int:
    length = 0
    while i + length < len(ours) and j + length < len(theirs) and ours[i + length] == theirs[j + length]:
        length += 1
    return length


def locate_words(text: str) -> Located:
    """Return each word of a text with where it starts and ends in the text as it stands, in characters.

    Several words may come of one character (½), and share its place. Empty where the words so found are not those of
    the whole text, because characters far apart act on each other, or where the text is very long.
    """
    if len(text) > _LONGEST:
        return []
    if text.isascii():
        return [(one.group(), *one.span()) for one in ASCII_WORD.finditer(text.lower())]
    located = [(word, *place) for place in _tokens(text) for word in words_of(text[slice(*place)])]
    return located if [one[0] for one in located] == words_of(text) else []


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Return where runs of characters that belong together start and end; a letter that stands alone is one."""
    start, before = -1, "apart"
    for place, kind in enumerate(map(_kind, text)):
        if start >= 0 and (kind in {"apart", "alone"} or (kind == "word" and before == "alone")):
            yield start, place
            start = -1
        if start < 0 and kind in {"word", "alone"}:
            start = place
        before = before if kind == "joins" else kind
    if start >= 0:
        yield start, len(text)


@functools.cache
def _kind(character: str) -> str:
    """Say what a character does: be part of a `word` or one `alone`, `joins` what is before it, or stand `apart`."""
    own = normal_form(character)
    if own:
        twice = normal_form(character * 2).split()
        return "alone" if len(twice) == 2 and twice[0] == own else "word"
    return "joins" if " " not in normal_form(f"a{character}a") else "apart"
