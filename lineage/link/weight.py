"""How much evidence two texts share, in bits: the surprisal of the words they have in common.

A Jaccard of 1 between two "What is the capital of France?" says little, a rare sentence in two long texts much. Every
maximal run of shared phrases is worth the surprisal of its words under a background of word frequencies, and no more
than what the background says of its phrases: one that stands in every hundredth text is worth log2(100) bits however
many words it has.

Source: surprisal -log2 p, Shannon 1948; a run of known phrases is chained as in an n-gram model, each further word
being worth -log2 of the share of the phrase's texts in which it goes on that way.
"""

import math

import numpy as np
import pyarrow as pa

from lineage.link.arrays import Floats
from lineage.link.background import Backgrounds, holders_of, phrase, texts_of, word_count
from lineage.link.chunks import row_chunks
from lineage.link.ids import Ints
from lineage.link.view import View
from lineage.link.words import Hashes, Words, words_of
from lineage.text.jit import kernel, part
from lineage.text.parallel import run_chunks

# A row is worth no more than this, however long: from here on more says nothing.
ROW_CAP = 1024.0
# Words of both texts that are held at a time, 8 bytes each.
_CHUNK_WORDS = 1 << 22
_PAIRS_PER_CALL = 512


def chance_bits(rows_a: int, rows_b: int) -> float:
    """Return the bits that the best of rows_a x rows_b chance pairs is expected to share.

    Source: of n independent comparisons one has a surprisal of log2(n) or more in expectation.

    >>> chance_bits(1024, 1024)
    20.0
    """
    return math.log2(max(rows_a * rows_b, 1))


def weigh(a: View, b: View, rows: tuple[Ints, Ints], background: Backgrounds, *, threads: int | None = None) -> Floats:
    """Return the bits that the texts of the pairs (rows[0][i] of a, rows[1][i] of b) share; NaN without the texts."""
    bits = np.full(len(rows[0]), np.nan)
    if a.texts is None or b.texts is None:
        return bits
    words = a.prints.counts[rows[0]].astype(np.int64) + b.prints.counts[rows[1]]
    for low, high in row_chunks(words, _CHUNK_WORDS):
        part = slice(low, high)
        own = words_of(a.texts.take(pa.array(rows[0][part])), threads=threads)
        other = words_of(b.texts.take(pa.array(rows[1][part])), threads=threads)
        bits[part] = _weigh_texts((own, other), background, threads)
    return bits


def _weigh_texts(texts: tuple[Words, Words], background: Backgrounds, threads: int | None) -> Floats:
    out = np.empty(len(texts[0].starts) - 1)

    def one(low: int, high: int) -> None:
        _weigh(texts, background, (low, high), out)

    run_chunks(one, len(out), threads=threads, chunk=_PAIRS_PER_CALL)
    return out


@kernel
def _weigh(texts: tuple[Words, Words], background: Backgrounds, span: tuple[int, int], out: Floats) -> None:
    a, b = texts
    for pair in range(span[0], span[1]):
        start_a, stop_a = a.starts[pair], a.starts[pair + 1]
        start_b, stop_b = b.starts[pair], b.starts[pair + 1]
        own, other = a.hashes[start_a:stop_a], b.hashes[start_b:stop_b]
        bits = _shared_bits(own, other, background)
        if not _equal(own, other):
            # Where phrases repeat the two orders can differ; the lower is sure.
            bits = min(bits, _shared_bits(other, own, background))
        out[pair] = min(bits, ROW_CAP)


@part
def _equal(a: Hashes, b: Hashes) -> bool:
    if a.shape[0] != b.shape[0]:
        return False
    for at in range(a.shape[0]):  # noqa: SIM110 (numba knows no generators in all())
        if a[at] != b[at]:
            return False
    return True


@kernel
def _phrases(words: Hashes, size: int) -> Hashes:
    """Hash the phrases of a text; one of fewer words is one phrase."""
    count = max(words.shape[0] - size + 1, min(words.shape[0], 1))
    out = np.empty(count, np.uint64)
    for at in range(count):
        out[at] = phrase(words, at, min(at + size, words.shape[0]))
    return out


@kernel
def _shared_bits(words: Hashes, others: Hashes, grounds: Backgrounds) -> float:
    """Add up the bits of the phrases of `words` that `others` have, each phrase once, run by run."""
    size = grounds[0].size
    own = _phrases(words, size)
    theirs = np.sort(_phrases(others, size))
    # The first place of each phrase: one that is repeated is no more evidence.
    order = np.argsort(own, kind="mergesort")
    fresh = np.ones(own.shape[0], np.bool_)
    for at in range(1, own.shape[0]):
        fresh[order[at]] = own[order[at]] != own[order[at - 1]]
    bits = 0.0
    covered = 0  # words before this place have been counted
    before = 0.0  # texts of the background that hold the phrase one place back, 0 where it is not known or not shared
    for at in range(own.shape[0]):
        found = np.searchsorted(theirs, own[at])
        if found == theirs.shape[0] or theirs[found] != own[at] or not fresh[at]:
            before = 0.0
            continue
        stop = min(at + size, words.shape[0])
        surprise = 0.0
        for word in range(max(covered, at), stop):
            surprise += _word_bits(words[word], grounds)
        holders = holders_of(own[at], grounds)
        if holders == 0.0:  # no text but this one: not known
            bits += surprise
            before = 0.0
        else:
            # A run that goes on costs the step from the phrase before; a new one the share of texts that hold it.
            known = math.log2((before if before > 0.0 else texts_of(grounds)) / holders)
            bits += min(surprise, max(known, 0.0))
            before = holders
        covered = stop
    return bits


@part
def _word_bits(word: np.uint64, grounds: Backgrounds) -> float:
    # The two texts of the pair are in the background themselves; half a count and half a kind smooth what is left.
    count, total = word_count(word, grounds)
    return max(-math.log2((max(count - 2.0, 0.0) + 0.5) / total), 0.0)
