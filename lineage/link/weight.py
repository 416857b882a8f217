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
import numpy.typing as npt
import pyarrow as pa

from lineage.link.arrays import Bools, Floats, Hashes, Ints
from lineage.link.background import Backgrounds, holders_of, texts_of, total_words, word_count
from lineage.link.chunks import row_chunks
from lineage.link.sources import take_texts
from lineage.link.tally import find_place, mask_for
from lineage.link.view import View
from lineage.link.words import read_words, roll_phrases
from lineage.text.buffers import TextBuffers, open_texts
from lineage.text.jit import kernel
from lineage.text.kernels import longest_text, make_scratch
from lineage.text.parallel import run_chunks

# A row is worth no more than this, however long: from here on more says nothing, and no further word is looked at.
ROW_CAP = 1024.0
# Words of both texts that are held at a time.
_CHUNK_WORDS = 1 << 22
_PAIRS_PER_CALL = 256

# For each pair and corpus 1 where the background has read the text of the pair, shape (n, 2).
_Own = npt.NDArray[np.uint8]


def chance_bits(rows_a: int, rows_b: int) -> float:
    """Return the bits that the best of rows_a x rows_b chance pairs is expected to share.

    Source: of n independent comparisons one has a surprisal of log2(n) or more in expectation.

    >>> chance_bits(1024, 1024)
    20.0
    """
    return math.log2(max(rows_a * rows_b, 1))


def weigh(a: View, b: View, rows: tuple[Ints, Ints], background: Backgrounds, *, threads: int | None = None) -> Floats:
    """Return the bits that the texts of the pairs (rows[0][i] of a, rows[1][i] of b) share; NaN without the texts.

    background: of a, of b, and of others.
    """
    bits = np.full(len(rows[0]), np.nan)
    if a.texts is None or b.texts is None:
        return bits
    keys = a.prints.keys[rows[0]], b.prints.keys[rows[1]]
    same = np.all(keys[0] == keys[1], axis=1)
    own = np.stack(
        [np.isin(side[:, 0], ground.keys) for side, ground in zip(keys, background[:2], strict=True)], axis=1
    ).astype(np.uint8)
    words = a.prints.counts[rows[0]].astype(np.int64) + b.prints.counts[rows[1]]
    for low, high in row_chunks(words, _CHUNK_WORDS):
        part = slice(low, high)
        texts = take_texts(a.texts, rows[0][part], a.release), take_texts(b.texts, rows[1][part], b.release)
        bits[part] = _weigh_texts(texts, (same[part], own[part]), background, threads)
    return bits


def _weigh_texts(
    texts: tuple[pa.LargeStringArray, pa.LargeStringArray],
    known: tuple[Bools, _Own],
    background: Backgrounds,
    threads: int | None,
) -> Floats:
    out = np.empty(len(texts[0]))

    def one(low: int, high: int) -> None:
        part = slice(low, high)
        _weigh(
            (open_texts(texts[0][part]), open_texts(texts[1][part])),
            (known[0][part], known[1][part]),
            background,
            out[part],
        )

    run_chunks(one, len(out), threads=threads, chunk=_PAIRS_PER_CALL)
    return out


@kernel
def _weigh(
    texts: tuple[TextBuffers, TextBuffers], known: tuple[Bools, _Own], grounds: Backgrounds, out: Floats
) -> None:
    a, b = texts
    same, own = known
    size = grounds[0].size
    longest = max(longest_text(a), longest_text(b))
    lowered, edges, words_a, phrases_a = make_scratch(longest)
    _, _, words_b, phrases_b = make_scratch(longest)
    places = mask_for(longest // 2 + 1) + np.uint64(1)
    keys, stamps = np.empty(places, np.uint64), np.zeros(places, np.int64)
    for pair in range(out.shape[0]):
        left = own[pair, 0], own[pair, 1]
        stamp = 4 * pair + 1
        count_a = read_words(a.data, a.spelled, a.starts[pair], a.ends[pair], lowered, edges, words_a)
        held_a = roll_phrases(words_a, count_a, size, phrases_a)
        if same[pair]:
            _enter(phrases_a[:held_a], keys, stamps, stamp)
            bits = _shared_bits(words_a[:count_a], phrases_a[:held_a], (keys, stamps, stamp, held_a), grounds, left)
        else:
            count_b = read_words(b.data, b.spelled, b.starts[pair], b.ends[pair], lowered, edges, words_b)
            held_b = roll_phrases(words_b, count_b, size, phrases_b)
            _enter(phrases_b[:held_b], keys, stamps, stamp)
            bits = _shared_bits(words_a[:count_a], phrases_a[:held_a], (keys, stamps, stamp, held_b), grounds, left)
            # Where phrases repeat the two orders can differ; the lower is sure.
            _enter(phrases_a[:held_a], keys, stamps, stamp + 2)
            turned = _shared_bits(
                words_b[:count_b], phrases_b[:held_b], (keys, stamps, stamp + 2, held_a), grounds, left
            )
            bits = min(bits, turned)
        out[pair] = min(bits, ROW_CAP)


@kernel
def _enter(phrases: Hashes, keys: Hashes, stamps: Ints, stamp: int) -> None:
    """Make the set of the phrases of a text."""
    mask = mask_for(phrases.shape[0])
    for at in range(phrases.shape[0]):
        place = find_place(phrases[at], keys, stamps, stamp, mask)
        keys[place], stamps[place] = phrases[at], stamp


@kernel
def _shared_bits(
    words: Hashes, own: Hashes, others: tuple[Hashes, Ints, int, int], grounds: Backgrounds, left: tuple[int, int]
) -> float:
    """Add up the bits of the phrases of `words` that the set of others has, each phrase once, run by run.

    own: the phrases of the words. others: keys and stamps of the set, its stamp, and its size; what was found in it is
    stamped later by one. left: see `word_count`.
    """
    keys, stamps, stamp, held = others
    size = grounds[0].size
    mask = mask_for(held)
    most, total = texts_of(grounds), math.log2(total_words(grounds))
    bits = 0.0
    covered = 0  # words before this place have been counted
    before = 0.0  # texts of the background that hold the phrase one place back, 0 where it is not known or not shared
    for at in range(own.shape[0]):
        place = find_place(own[at], keys, stamps, stamp, mask)
        if stamps[place] != stamp:  # not there, or found before: one that is repeated is no more evidence
            before = 0.0
            continue
        stamps[place] = stamp + 1
        stop = min(at + size, words.shape[0])
        surprise = 0.0
        for word in range(max(covered, at), stop):
            surprise += max(total - math.log2(word_count(words[word], grounds, left) + 0.5), 0.0)
        holders = holders_of(own[at], grounds, left)
        if holders == 0.0:  # no text but this one: not known
            bits += surprise
            before = 0.0
        else:
            # A run that goes on costs the step from the phrase before; a new one the share of texts that hold it.
            step = math.log2((before if before > 0.0 else most) / holders)
            bits += min(surprise, max(step, 0.0))
            before = holders
        covered = stop
        if bits >= ROW_CAP:
            break
    return bits
