"""Tables of what each character becomes in a text's words, made from `normal` when one of its page is first met.

There is no second definition and no data file: each entry is what `normal` says of that one character. What the entry
says of its neighbours, that nothing in them changes it, follows from Unicode's rules of normalisation and is tested.
"""

import functools
import threading
import unicodedata
from collections.abc import Iterable

import numpy as np

from lineage.text import entries
from lineage.text.entries import Spelling
from lineage.text.normal import fold, is_letter, is_mark, leans_back, stands_alone

PAGE = 256
PAGES = 0x110000 // PAGE
# Composition of two characters is defined nowhere beyond these planes; a test looks at all of them.
_PLANES_THAT_COMPOSE = 0x20000


class Speller:
    """The tables so far. They are never changed, only replaced, so kernels may go on reading those they have."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.tables = Spelling(
            pages=np.zeros(PAGES, np.int64),
            entries=np.full(PAGE, entries.ABSENT << entries.KIND, np.uint64),
            contexts=np.zeros(PAGE, np.uint64),
            pool=np.zeros(8, np.uint8),
            pairs=np.empty(0, np.int64),
        )

    def extend(self, pages: Iterable[int]) -> Spelling:
        """Return tables that have these pages, at some 0.5 ms a page."""
        with self._lock:
            tables = self.tables
            # Page 0 goes with any: marks stand after characters of ASCII too.
            missing = [page for page in {0, *pages} if tables.pages[page] == 0]
            numbers = tables.pages.copy()
            numbers[missing] = len(tables.entries) + PAGE * np.arange(len(missing))
            pool = bytearray(tables.pool[:-8])
            made = [_describe(chr(page * PAGE + place), pool) for page in missing for place in range(PAGE)]
            self.tables = Spelling(
                pages=numbers,
                entries=np.append(tables.entries, np.array([entry for entry, _ in made], np.uint64)),
                contexts=np.append(tables.contexts, np.array([context for _, context in made], np.uint64)),
                pool=np.frombuffer(pool + bytes(8), np.uint8),
                pairs=np.array(sorted(starter << 21 | mark for starter, mark in composing_pairs()), np.int64),
            )
            return self.tables


@functools.cache
def speller() -> Speller:
    """Return the tables of this process."""
    return Speller()


@functools.cache
def composing_pairs() -> frozenset[tuple[int, int]]:
    """Return the pairs (starter, mark) of which normalisation may make one character, before or after folding."""
    pairs = set()
    for code in range(_PLANES_THAT_COMPOSE):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            starter, mark = (chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", starter + mark) == chr(code):
                pairs |= {(ord(starter), ord(mark)), (_last_starter(fold(starter)), ord(mark))}
    return frozenset(pairs)


@functools.cache
def _composing_marks() -> frozenset[str]:
    return frozenset(chr(mark) for _, mark in composing_pairs())


def _describe(character: str, pool: bytearray) -> tuple[int, int]:
    folded = fold(character)
    if not folded:
        return entries.PLAIN << entries.KIND, 0
    decomposed = unicodedata.normalize("NFKD", character)
    spelled, is_open, apart = _spell(folded)
    flags = is_open << entries.OPEN | apart << entries.APART
    context = _last_starter(folded) | _class_at_end(decomposed, folded) << entries.TAIL
    if leans_back(folded) and (is_mark(folded) or is_letter(folded)):
        mark = _describe_mark(character, folded)
        if mark is None:
            return entries.IN_CONTEXT << entries.KIND, 0
        spelled = folded[0] + _spell(folded[1:])[0]
        return _in_pool(spelled, pool) | entries.LEANING << entries.KIND | flags, context | mark
    if _leans(decomposed[0]) or _leans(folded[0]) or _grows_too_much(character, spelled):
        return entries.IN_CONTEXT << entries.KIND, 0
    written = spelled.encode()
    if len(written) > 7:
        return _in_pool(spelled, pool) | entries.LONG << entries.KIND | flags, context
    return int.from_bytes(written, "little") | len(written) << entries.NUMBER | flags, context


def _spell(folded: str) -> tuple[str, bool, bool]:
    """Return what a folded character is written as, whether it ends in a word, and whether that ends in a space."""
    spelled, is_open, apart = "", False, False
    for character in folded:
        if is_mark(character) and is_open:
            spelled = spelled[:-1] + character + " " if apart else spelled + character
        elif is_letter(character):
            is_open, apart = True, stands_alone(character)
            spelled += f" {character} " if apart else character
        else:
            is_open = apart = False
            spelled += " "
    return spelled, is_open, apart


def _describe_mark(character: str, folded: str) -> int | None:
    """Return the context of a mark, with or without something after it; None if only `normal` knows what becomes of it.

    That is so for parts of Hangul syllables, two marks in one, and a mark that folding makes a letter.
    """
    mark = folded[0]
    decomposed = unicodedata.normalize("NFD", mark)
    simple = decomposed == mark or not (_leans(decomposed[0]) or _leans(mark))
    folding_is_nothing = unicodedata.normalize("NFKC", character) == folded
    if not (is_mark(mark) and simple and folding_is_nothing) or leans_back(folded[1:]):
        return None
    return (
        unicodedata.combining(mark) << entries.CLASS
        | len(mark.encode()) << entries.MARK_BYTES
        | (mark in _composing_marks()) << entries.COMPOSES
        | ord(mark) << entries.MARK
    )


def _leans(character: str) -> bool:
    """Say whether normalisation may move or compose a character with one before it."""
    return unicodedata.combining(character) > 0 or character in _composing_marks()


def _last_starter(text: str) -> int:
    return next((ord(character) for character in reversed(text) if not unicodedata.combining(character)), 0)


def _class_at_end(decomposed: str, folded: str) -> int:
    """Return the combining class that the next mark must not be below, before folding and after."""
    return max(unicodedata.combining(text[-1]) for text in (decomposed, unicodedata.normalize("NFD", folded)))


def _grows_too_much(character: str, spelled: str) -> bool:
    return len(spelled.encode()) > entries.GROWTH * len(character.encode(errors="surrogatepass"))


def _in_pool(spelled: str, pool: bytearray) -> int:
    written = spelled.encode()
    place = len(pool)
    pool += written
    return place | len(written) << entries.POOL_NUMBER
