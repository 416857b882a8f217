"""Whether two answers to one prompt were written from each other, or by two authors apart.

Independent answers share the words of their subject, rewritten ones also their order: rare words that both have, and
the prompt has not, come one after the other in the same way (Kendall's tau of their first places), however much was
reworded between them. Answers kept in part share long runs besides. What the two measures are worth is in
docs/design/0003-relations.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.link.arrays import Floats
from lineage.link.background import word_place
from lineage.link.coverage import Coverage
from lineage.link.ids import Ints
from lineage.link.sources import take_texts
from lineage.link.view import View
from lineage.link.words import Hashes, Words, roll_phrases, words_of
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks

# Answers shorter than this say little about where they come from: 16 phrases of 5 words that the prompt does not have.
OWN_PHRASES = 16
# Two answers of this likeness, the prompt's words left out, have kept part of each other.
KEPT_LIKENESS = 0.3
# A word is rare when it occurs no more often than once in a hundred texts; an order of fewer than 8 words is chance.
RARE = 0.01
ORDERED_WORDS = 8
# Pairs that are looked at; 4,000 give the mean order with a standard error below .01.
_PAIRS = 4000
# Words of all their texts that are held at once, 8 bytes each; of longer texts fewer pairs are looked at.
_WORDS = 1 << 24
_PAIRS_PER_CALL = 64
_WORD_PLACES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answers:
    """What the answers to shared prompts have in common.

    kept: of the rows whose answers are long enough to compare, those that keep part of the other. order: mean Kendall's
    tau of the places of shared rare words, in [-1, 1], NaN where no pair has enough. ordered: rows it is the mean of.
    read: what the order was taken of; without texts it is that of shared passages (`passage_order`).
    """

    kept: Coverage
    order: float = float("nan")
    ordered: int = 0
    read: Literal["words", "passages"] = "words"


class Common(NamedTuple):
    """How often words occur in the answers, by word place; up to `limit` a word is rare. size: words a phrase."""

    words: Ints
    limit: float
    size: int


class _Pair(NamedTuple):
    """The texts of a chunk of pairs: both prompts, both answers."""

    prompt_a: Words
    prompt_b: Words
    a: Words
    b: Words


def compare_answers(
    views: tuple[tuple[View, View], tuple[View, View]],
    rows: tuple[Ints, Ints],
    *,
    threads: int | None = None,
) -> Answers:
    """Compare the answers of pairs of rows that share a prompt; views as for `find_pairs`, with the texts at hand.

    Of more than 4,000 pairs, or fewer of long texts, as many are read, spread evenly.
    """
    words = sum(int(view.prints.counts[own].sum()) for sides in views for view, own in zip(sides, rows, strict=True))
    most = min(_PAIRS, max(1, _WORDS * len(rows[0]) // max(words, 1)))
    if len(rows[0]) > most:
        chosen = np.linspace(0, len(rows[0]) - 1, most).astype(np.int64)
        rows = rows[0][chosen], rows[1][chosen]
    texts = _Pair(
        *(
            words_of(_texts(view, own), threads=threads)
            for sides in views
            for view, own in zip(sides, rows, strict=True)
        )
    )
    # Rare among the answers at hand, whatever the size of the corpora around them.
    common = Common(_count_words((texts.a, texts.b)), max(2.0, RARE * 2 * len(rows[0])), views[1][0].model.words)
    kept = np.empty(len(rows[0]))
    order = np.empty(len(rows[0]))

    def one(low: int, high: int) -> None:
        _compare(texts, common, (low, high), (kept, order))

    run_chunks(one, len(kept), threads=threads, chunk=_PAIRS_PER_CALL)
    long, ordered = ~np.isnan(kept), ~np.isnan(order)
    return Answers(
        Coverage(int(np.count_nonzero(kept[long] >= KEPT_LIKENESS)), int(np.count_nonzero(long))),
        float(order[ordered].mean()) if ordered.any() else float("nan"),
        int(np.count_nonzero(ordered)),
    )


def _count_words(texts: Sequence[Words]) -> Ints:
    """Count the occurrences of words in texts by word place."""
    counts = np.zeros(_WORD_PLACES, np.int64)
    for one in texts:
        places = (one.hashes ^ (one.hashes >> np.uint64(32))) & np.uint64(_WORD_PLACES - 1)
        counts += np.bincount(places.astype(np.int64), minlength=_WORD_PLACES)
    return counts


def _texts(view: View, rows: Ints) -> pa.LargeStringArray:
    if view.texts is None:
        return pa.array([""] * len(rows), pa.large_string())
    return take_texts(view.texts, rows, view.release)


@kernel
def _compare(texts: _Pair, common: Common, span: tuple[int, int], out: tuple[Floats, Floats]) -> None:
    for pair in range(span[0], span[1]):
        a = texts.a.hashes[texts.a.starts[pair] : texts.a.starts[pair + 1]]
        b = texts.b.hashes[texts.b.starts[pair] : texts.b.starts[pair + 1]]
        one = texts.prompt_a.hashes[texts.prompt_a.starts[pair] : texts.prompt_a.starts[pair + 1]]
        other = texts.prompt_b.hashes[texts.prompt_b.starts[pair] : texts.prompt_b.starts[pair + 1]]
        out[0][pair] = _likeness(_own(a, one, other, common.size), _own(b, one, other, common.size))
        asked = np.sort(np.concatenate((one, other)))
        out[1][pair] = _order(a, b, asked, common)


@kernel
def _distinct_phrases(words: Hashes, size: int) -> Hashes:
    if words.shape[0] < size:
        return np.empty(0, np.uint64)
    out = np.empty(words.shape[0], np.uint64)
    return np.unique(out[: roll_phrases(words, words.shape[0], size, out)])


@kernel
def _own(words: Hashes, one: Hashes, other: Hashes, size: int) -> Hashes:
    """Return the distinct phrases of a text that neither prompt has, sorted."""
    phrases = _distinct_phrases(words, size)
    for prompt in (_distinct_phrases(one, size), _distinct_phrases(other, size)):
        kept = np.ones(phrases.shape[0], np.bool_)
        for at in range(phrases.shape[0]):
            kept[at] = not _holds(prompt, phrases[at])
        phrases = phrases[kept]
    return phrases


@kernel
def _holds(ordered: Hashes, value: np.uint64) -> bool:
    place = np.searchsorted(ordered, value)
    return bool(place < ordered.shape[0] and ordered[place] == value)


@kernel
def _likeness(a: Hashes, b: Hashes) -> float:
    if min(a.shape[0], b.shape[0]) < OWN_PHRASES:
        return np.nan
    shared = 0
    for one in a:
        shared += _holds(b, one)
    return float(shared / (a.shape[0] + b.shape[0] - shared))


@kernel
def _order(a: Hashes, b: Hashes, asked: Hashes, common: Common) -> float:
    """Return Kendall's tau of the first places that shared rare words have in a and in b, NaN of fewer than 8."""
    places_a = _rare(a, asked, common)
    words = np.sort(b[_rare(b, asked, common)])
    places = np.empty((2, places_a.shape[0]), np.int64)
    count = 0
    for at in places_a:
        if _holds(words, a[at]):
            places[0, count] = at
            places[1, count] = _first(b, a[at])
            count += 1
    if count < ORDERED_WORDS:
        return np.nan
    agree = 0
    for i in range(count):
        for j in range(i + 1, count):
            agree += 1 if places[1, i] < places[1, j] else -1
    return agree / (count * (count - 1) / 2)


@kernel
def _first(words: Hashes, word: np.uint64) -> int:
    for at in range(words.shape[0]):
        if words[at] == word:
            return at
    return -1


@kernel
def _rare(words: Hashes, asked: Hashes, common: Common) -> npt.NDArray[np.int64]:
    """Return the first places of the rare words that the prompts do not have, in the order of the text."""
    places = np.empty(words.shape[0], np.int64)
    count = 0
    order = np.argsort(words, kind="mergesort")
    fresh = np.ones(words.shape[0], np.bool_)
    for at in range(1, words.shape[0]):
        fresh[order[at]] = words[order[at]] != words[order[at - 1]]
    for at in range(words.shape[0]):
        if (
            fresh[at]
            and common.words[word_place(words[at], common.words.shape[0])] <= common.limit
            and not _holds(asked, words[at])
        ):
            places[count] = at
            count += 1
    return places[:count]
