"""How common words and phrases are in a corpus: what shared text has to be measured against.

A background is built once for a view of a corpus, from a bounded number of its distinct texts, in bounded memory:
counts are kept by hash in tables of a fixed size. Two entries that fall on one place are counted together, so that a
word or a phrase can look more common than it is, never rarer.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.link.chunks import row_chunks
from lineage.link.ids import Ints
from lineage.link.words import Hashes, Words, words_of
from lineage.text.jit import kernel, part

Counts = npt.NDArray[np.int64]
Holders = npt.NDArray[np.int32]

# Places of the two tables: up to 8 and 16 MB, less for a small corpus. With 20,000 texts of 200 words a place of the
# second holds one phrase.
_WORD_PLACES = 1 << 20
_PHRASE_PLACES = 1 << 22
_LEAST_PLACES = 1 << 12
# Texts that are looked at; beyond this the words of a language and the phrases of a model are known.
_TEXTS = 20_000
# Words that are held at a time, 8 bytes each.
_CHUNK_WORDS = 1 << 22


class Background(NamedTuple):
    """What is known of one view of a corpus; a tuple of them is read as one by `holders_of` and `word_count`.

    words: int64, occurrences by word place. kinds: about how many different words there are. total: words read.
    holders: int32, distinct texts that hold a phrase, by phrase place; texts: of how
    many. size: words a phrase.
    """

    words: Counts
    kinds: int
    total: int
    holders: Holders
    texts: int
    size: int


Backgrounds = tuple[Background, ...]


def build_background(
    texts: pa.LargeStringArray, counts: npt.NDArray[np.int32], rows: Ints, size: int, *, threads: int | None = None
) -> Background:
    """Count the words and the phrases of `size` words in the texts of `rows`, which should hold each text once.

    counts: about how many words each text has. Of more than 20,000 rows as many are read, spread evenly.
    """
    if len(rows) > _TEXTS:
        rows = rows[np.linspace(0, len(rows) - 1, _TEXTS).astype(np.int64)]
    held = int(counts[rows].sum()) + len(rows)
    words = np.zeros(_places(held, _WORD_PLACES), np.int64)
    holders = np.zeros(_places(held, _PHRASE_PLACES), np.int32)
    last = np.full(len(holders), -1, np.int32)
    for low, high in row_chunks(counts[rows].astype(np.int64), _CHUNK_WORDS):
        chunk = words_of(texts.take(pa.array(rows[low:high])), threads=threads)
        _count(chunk, (low, size), words, (holders, last))
    return Background(words, int(np.count_nonzero(words)), int(words.sum()), holders, len(rows), size)


def _places(entries: int, most: int) -> int:
    """Return a power of 2 that leaves four places an entry, within bounds."""
    return int(min(max(1 << (4 * max(entries, 1) - 1).bit_length(), _LEAST_PLACES), most))


def count_words(texts: Sequence[Words]) -> Counts:
    """Count the occurrences of words in texts by word place."""
    words = np.zeros(_WORD_PLACES, np.int64)
    for one in texts:
        places = (one.hashes ^ (one.hashes >> np.uint64(32))) & np.uint64(_WORD_PLACES - 1)
        words += np.bincount(places.astype(np.int64), minlength=_WORD_PLACES)
    return words


@part
def word_place(word: np.uint64, places: int) -> int:
    """Return where a word is counted."""
    return int((word ^ (word >> np.uint64(32))) & np.uint64(places - 1))


@part
def phrase(words: Hashes, start: int, stop: int) -> np.uint64:
    """Hash the phrase words[start:stop]."""
    mixed = np.uint64(stop - start)
    for at in range(start, stop):
        mixed = (mixed ^ words[at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


@part
def word_count(word: np.uint64, grounds: Backgrounds) -> tuple[float, float]:
    """Return the occurrences of a word in all corpora, and those of all words and half of all kinds."""
    count = 0.0
    total = 1.0
    for ground in grounds:
        count += ground.words[word_place(word, ground.words.shape[0])]
        total += ground.total + 0.5 * ground.kinds
    return count, total


@part
def holders_of(phrase_hash: np.uint64, grounds: Backgrounds) -> float:
    """Return the other texts that hold a phrase, of as many as the largest corpus has, where it is most common.

    What one corpus repeats in many texts is boilerplate; what stands once in each of several corpora may have been
    copied between them, so each corpus is left its own text.
    """
    most = texts_of(grounds)
    found = 0.0
    for ground in grounds:
        others = ground.holders[word_place(phrase_hash, ground.holders.shape[0])] - 1
        if others > 0:
            found = max(found, others * most / ground.texts)
    return found


@part
def texts_of(grounds: Backgrounds) -> float:
    """Return the number of texts of the largest corpus."""
    most = 0.0
    for ground in grounds:
        most = max(most, float(ground.texts))
    return most


@kernel
def _count(texts: Words, setting: tuple[int, int], words: Counts, tables: tuple[Holders, Holders]) -> None:
    first, size = setting
    holders, last = tables
    for text in range(texts.starts.shape[0] - 1):
        start = texts.starts[text]
        stop = texts.starts[text + 1]
        for at in range(start, stop):
            words[word_place(texts.hashes[at], words.shape[0])] += 1
        for at in range(start, max(stop - size + 1, start)):
            place = word_place(phrase(texts.hashes, at, at + size), holders.shape[0])
            if last[place] != first + text:
                last[place] = first + text
                holders[place] += 1
