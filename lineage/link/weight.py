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
from lineage.link.background import Background, phrase, word_place
from lineage.link.ids import Ints
from lineage.link.view import View
from lineage.link.words import Hashes, Words, words_of
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks

# A row is worth no more than this, however long: from here on more says nothing.
ROW_CAP = 1024.0
_CHUNK_PAIRS = 8192
_PAIRS_PER_CALL = 512


def chance_bits(rows_a: int, rows_b: int) -> float:
    """Return the bits that the best of rows_a x rows_b chance pairs is expected to share.

    Source: of n independent comparisons one has a surprisal of log2(n) or more in expectation.

    >>> chance_bits(1024, 1024)
    20.0
    """
    return math.log2(max(rows_a * rows_b, 1))


def weigh(a: View, b: View, rows: tuple[Ints, Ints], background: Background, *, threads: int | None = None) -> Floats:
    """Return the bits that the texts of the pairs (rows[0][i] of a, rows[1][i] of b) share; NaN without the texts."""
    bits = np.full(len(rows[0]), np.nan)
    if a.texts is None or b.texts is None:
        return bits
    for low in range(0, len(bits), _CHUNK_PAIRS):
        part = slice(low, low + _CHUNK_PAIRS)
        own = words_of(a.texts.take(pa.array(rows[0][part])), threads=threads)
        other = words_of(b.texts.take(pa.array(rows[1][part])), threads=threads)
        bits[part] = _weigh_texts((own, other), background, threads)
    return bits


def _weigh_texts(texts: tuple[Words, Words], background: Background, threads: int | None) -> Floats:
    out = np.empty(len(texts[0].starts) - 1)

    def one(low: int, high: int) -> None:
        _weigh(texts, background, (low, high), out)

    run_chunks(one, len(out), threads=threads, chunk=_PAIRS_PER_CALL)
    return out


@kernel
def _weigh(texts: tuple[Words, Words], background: Background, span: tuple[int, int], out: Floats) -> None:
    a, b = texts
    for pair in range(span[0], span[1]):
        start_a, stop_a = a.starts[pair], a.starts[pair + 1]
        start_b, stop_b = b.starts[pair], b.starts[pair + 1]
        forth = _shared_bits(a.hashes[start_a:stop_a], b.hashes[start_b:stop_b], background)
        back = _shared_bits(b.hashes[start_b:stop_b], a.hashes[start_a:stop_a], background)
        # Where phrases repeat the two orders can differ; the lower is sure.
        out[pair] = min(forth, back, ROW_CAP)


@kernel
def _phrases(words: Hashes, size: int) -> Hashes:
    """Hash the phrases of a text; one of fewer words is one phrase."""
    count = max(words.shape[0] - size + 1, min(words.shape[0], 1))
    out = np.empty(count, np.uint64)
    for at in range(count):
        out[at] = phrase(words, at, min(at + size, words.shape[0]))
    return out


@kernel
def _shared_bits(words: Hashes, others: Hashes, ground: Background) -> float:
    """Add up the bits of the phrases of `words` that `others` have, each phrase once, run by run."""
    own = _phrases(words, ground.size)
    theirs = np.sort(_phrases(others, ground.size))
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
        stop = min(at + ground.size, words.shape[0])
        surprise = 0.0
        for word in range(max(covered, at), stop):
            surprise += _word_bits(words[word], ground)
        holders = float(ground.holders[word_place(own[at], ground.holders.shape[0])] - 1)
        if holders < 1.0:  # no text but this one: not known
            bits += surprise
            before = 0.0
        else:
            # A run that goes on costs the step from the phrase before; a new one the share of texts that hold it.
            known = math.log2(max(before, 1.0) / holders) if before > 0.0 else math.log2(ground.texts / holders)
            bits += min(surprise, max(known, 0.0))
            before = holders
        covered = stop
    return bits


@kernel
def _word_bits(word: np.uint64, ground: Background) -> float:
    # The two texts of the pair are in the background themselves; half a count and half a kind smooth what is left.
    count = max(float(ground.words[word_place(word, ground.words.shape[0])]) - 2.0, 0.0) + 0.5
    return max(-math.log2(count / (ground.total + 0.5 * ground.kinds + 1.0)), 0.0)
