"""How common words and phrases are in a corpus: what shared text has to be measured against.

A background is built once for a view of a corpus, from a few thousand of its distinct texts. That is a sample of a
larger corpus, and this is what it does to the bits: a phrase in one of n texts is seen among m read ones with a
probability of 1 - (1 - 1/n)^m, so that of phrases in a thousandth of the texts 4,096 show 98 %, and of phrases in a
ten-thousandth 34 %; what is not seen counts as unknown and is worth its words. A word that is not seen is worth
log2 of twice the words that were read and no more, so words that are rare in the whole corpus are worth less by a
sample, never more. Pairs of texts that are in the sample themselves are not counted against themselves.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lineage.fingerprint.minhash import ViewPrints
from lineage.link.arrays import Hashes, Ints
from lineage.link.chunks import row_chunks
from lineage.link.sources import Release, keep, take_texts
from lineage.link.tally import Tally, count_up, counted, find_place, mask_for, new_tally
from lineage.link.words import read_words, roll_phrases
from lineage.text.buffers import TextBuffers, open_texts
from lineage.text.jit import kernel, part
from lineage.text.kernels import longest_text, make_scratch

Counts = npt.NDArray[np.int32]

# Texts that are read, fewer where they are long: this many words then, but of a thousand texts four times as many.
_TEXTS = 4096
_WORDS = 1 << 19
_LEAST_TEXTS = 1024
# A book is no sample of anything.
_LONGEST_WORDS = 1 << 20
# Places of the table of words: 1 MB, less for a small corpus. Two words on one place are counted together, so that a
# word can look more common than it is, never rarer.
_MOST_PLACES = 1 << 18
_LEAST_PLACES = 1 << 12
_CHUNK_BYTES = 1 << 24


class Background(NamedTuple):
    """What is known of one view of a corpus.

    words: int32, occurrences by word place. kinds: about how many different words there are. total: words read.
    holders: a tally of the distinct texts that hold a phrase; texts: of how many. size: words a phrase. keys: uint64,
    ascending, the first half of the exact key of each text that was read.
    """

    words: Counts
    kinds: int
    total: int
    holders: Tally
    texts: int
    size: int
    keys: Hashes


# Of the first corpus of a pair, of the second, and of others.
Backgrounds = tuple[Background, Background, Background]


def no_background(size: int) -> Background:
    """Return what is known of no text at all, for phrases of `size` words."""
    return Background(np.zeros(1, np.int32), 0, 0, new_tally(1), 0, size, np.empty(0, np.uint64))


def without_words(ground: Background) -> Background:
    """Return what is known of the phrases alone."""
    return ground._replace(words=np.zeros(1, np.int32), kinds=0, total=0)


def build_background(texts: pa.LargeStringArray, prints: ViewPrints, size: int, release: Release = keep) -> Background:
    """Count the words, and the distinct texts that hold each phrase of `size` words, in up to 4,096 of the texts.

    prints: of the texts, in their order. Those that are read are spread evenly over the corpus. release: lets go of
    what was read.
    """
    rows = _sample(prints)
    shingles = int(prints.counts[rows].sum(dtype=np.int64))
    words = np.zeros(_places(shingles + size * len(rows)), np.int32)
    holders = new_tally(shingles)
    total = 0
    chosen = take_texts(texts, rows, release)
    sizes = pc.fill_null(pc.binary_length(chosen), 0).to_numpy()
    for low, high in row_chunks(sizes, _CHUNK_BYTES):
        total += _count(open_texts(chosen[low:high]), size, words, holders)
    keys = np.sort(np.asarray(prints.keys[rows, 0], np.uint64))
    return Background(words, int(np.count_nonzero(words)), total, holders, len(rows), size, keys)


def _sample(prints: ViewPrints) -> Ints:
    """Choose rows that hold each text once."""
    rows = np.flatnonzero((prints.counts > 0) & (prints.counts <= _LONGEST_WORDS))
    rows = _spread(rows, _TEXTS)
    mean = max(1.0, float(prints.counts[rows].mean())) if len(rows) else 1.0
    rows = _spread(rows, max(1, int(_WORDS / mean), min(_LEAST_TEXTS, int(4 * _WORDS / mean))))
    _, first = np.unique(prints.keys[rows, 0], return_index=True)
    return rows[np.sort(first)].astype(np.int64)


def _spread(rows: Ints, most: int) -> Ints:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _places(words: int) -> int:
    """Return a power of 2 that leaves four places a word, within bounds."""
    return int(min(max(1 << (4 * max(words, 1) - 1).bit_length(), _LEAST_PLACES), _MOST_PLACES))


@part
def word_place(word: np.uint64, places: int) -> int:
    """Return where a word is counted."""
    return int((word ^ (word >> np.uint64(32))) & np.uint64(places - 1))


@part
def word_count(word: np.uint64, grounds: Backgrounds, own: tuple[int, int]) -> float:
    """Return the occurrences of a word in all corpora, but for those in the texts of the pair at hand.

    own: for each of the two corpora 1 where its text of the pair is among those read, else 0.
    """
    one, other, rest = grounds
    count = max(one.words[word_place(word, one.words.shape[0])] - own[0], 0)
    count += max(other.words[word_place(word, other.words.shape[0])] - own[1], 0)
    return float(count + rest.words[word_place(word, rest.words.shape[0])])


@part
def total_words(grounds: Backgrounds) -> float:
    """Return the occurrences of all words and half of all kinds."""
    total = 1.0
    for ground in grounds:
        total += ground.total + 0.5 * ground.kinds
    return total


@part
def holders_of(phrase: np.uint64, grounds: Backgrounds, own: tuple[int, int]) -> float:
    """Return the other texts that hold a phrase, of as many as the largest corpus has, where it is most common.

    What one corpus repeats in many texts is boilerplate; what stands once in each of several corpora may have been
    copied between them, so each corpus is left its own text.
    """
    one, other, rest = grounds
    most = texts_of(grounds)
    found = max(counted(one.holders, phrase) - own[0], 0) * most / max(one.texts, 1)
    found = max(found, max(counted(other.holders, phrase) - own[1], 0) * most / max(other.texts, 1))
    return max(found, counted(rest.holders, phrase) * most / max(rest.texts, 1))


@part
def texts_of(grounds: Backgrounds) -> float:
    """Return the number of texts of the largest corpus."""
    most = 0.0
    for ground in grounds:
        most = max(most, float(ground.texts))
    return most


@kernel
def _count(texts: TextBuffers, size: int, counts: Counts, holders: Tally) -> int:
    """Count the words and, once a text, the phrases; return how many words there are."""
    data, spelled, starts, ends = texts
    longest = longest_text(texts)
    lowered, edges, words, phrases = make_scratch(longest)
    places = mask_for(longest // 2 + 1) + np.uint64(1)
    keys, stamps = np.empty(places, np.uint64), np.zeros(places, np.int64)
    total = 0
    for text in range(starts.size):
        count = read_words(data, spelled, starts[text], ends[text], lowered, edges, words)
        total += count
        for at in range(count):
            counts[word_place(words[at], counts.shape[0])] += np.int32(1)
        if count < size:
            continue
        held = roll_phrases(words, count, size, phrases)
        mask = mask_for(held)
        for at in range(held):
            place = find_place(phrases[at], keys, stamps, text + 1, mask)
            if stamps[place] < text + 1:
                keys[place], stamps[place] = phrases[at], text + 1
                count_up(holders, phrases[at])
    return total
