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

from lineage.link.ids import Ints
from lineage.link.words import Hashes, Words, words_of
from lineage.text.jit import kernel

Counts = npt.NDArray[np.int64]
Holders = npt.NDArray[np.int32]

# Places of the two tables: 8 and 16 MB. With 50,000 texts of 200 words a place of the second holds one or two phrases.
_WORD_PLACES = 1 << 20
_PHRASE_PLACES = 1 << 22
# Texts that are looked at; beyond this the words of a language and the phrases of a model are known.
_TEXTS = 50_000
_CHUNK_TEXTS = 4096


class Background(NamedTuple):
    """What is known of one view of a corpus.

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


def build_background(texts: pa.LargeStringArray, rows: Ints, size: int, *, threads: int | None = None) -> Background:
    """Count the words and the phrases of `size` words in the texts of `rows`, which should hold each text once.

    Of more than 50,000 rows as many are read, spread evenly.
    """
    if len(rows) > _TEXTS:
        rows = rows[np.linspace(0, len(rows) - 1, _TEXTS).astype(np.int64)]
    words = np.zeros(_WORD_PLACES, np.int64)
    holders = np.zeros(_PHRASE_PLACES, np.int32)
    last = np.full(_PHRASE_PLACES, -1, np.int32)
    for low in range(0, len(rows), _CHUNK_TEXTS):
        chunk = words_of(texts.take(pa.array(rows[low : low + _CHUNK_TEXTS])), threads=threads)
        _count(chunk, (low, size), words, (holders, last))
    return Background(words, int(np.count_nonzero(words)), int(words.sum()), holders, len(rows), size)


def merge(backgrounds: Sequence[Background]) -> Background:
    """Read several corpora as one background.

    Words are added up. A phrase counts as common as where it is most common: what one corpus repeats in many texts is
    boilerplate, while what stands once in each of several corpora may have been copied between them.
    """
    words = np.sum([one.words for one in backgrounds], axis=0)
    texts = max(one.texts for one in backgrounds)
    # The holders of a smaller corpus are scaled up, a text of its own being left out first.
    scaled = [
        np.fmin(one.holders, 1) + np.fmax(one.holders - 1, 0) * (texts / max(one.texts, 1)) for one in backgrounds
    ]
    holders = np.max(scaled, axis=0).astype(np.int32)
    kinds = int(np.count_nonzero(words))
    return Background(words, kinds, int(words.sum()), holders, texts, backgrounds[0].size)


def count_words(texts: Sequence[Words]) -> Counts:
    """Count the occurrences of words in texts by word place."""
    words = np.zeros(_WORD_PLACES, np.int64)
    for one in texts:
        places = (one.hashes ^ (one.hashes >> np.uint64(32))) & np.uint64(_WORD_PLACES - 1)
        words += np.bincount(places.astype(np.int64), minlength=_WORD_PLACES)
    return words


@kernel
def word_place(word: np.uint64, places: int) -> int:
    """Return where a word is counted."""
    return int((word ^ (word >> np.uint64(32))) & np.uint64(places - 1))


@kernel
def phrase(words: Hashes, start: int, stop: int) -> np.uint64:
    """Hash the phrase words[start:stop]."""
    mixed = np.uint64(stop - start)
    for at in range(start, stop):
        mixed = (mixed ^ words[at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


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
