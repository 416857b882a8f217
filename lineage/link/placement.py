"""How the rows that a corpus shares lie in it: scattered, or in one piece beside rows that read differently.

What was selected from a corpus lies scattered in it, or in a piece like any other of it. What a corpus was put together
from lies in one piece, and the other pieces come from elsewhere and read so: a classifier of single words tells them
apart.
"""

from dataclasses import dataclass

import numpy as np

from lineage.link.arrays import Floats, Ints
from lineage.link.corpus import Corpus
from lineage.link.sources import take_texts
from lineage.link.words import Words, words_of

# Fewer rows say nothing; of more so many are read, spread evenly.
_LEAST_ROWS = 40
_ROWS = 1000
_PLACES = 1 << 16
# Rows are in one piece when nearly all of them lie where hardly any other does.
_FILLED = 0.95


@dataclass(frozen=True, slots=True)
class Placement:
    """How n rows lie in a corpus.

    piece: one after the other. apart: how well their words tell them from the other rows: the probability that one of
    them looks more like them than one of the others does, .5 for no difference, NaN where too few rows are on a side.
    """

    piece: bool
    apart: float


def find_placement(corpus: Corpus, rows: Ints) -> Placement:
    """Look at how distinct ascending rows lie in a corpus whose texts are at hand."""
    if not len(rows):
        return Placement(False, float("nan"))
    piece = _in_one_piece(rows)
    others = np.setdiff1d(np.arange(len(corpus)), rows, assume_unique=True)
    if min(len(rows), len(others)) < _LEAST_ROWS:
        return Placement(piece, float("nan"))
    return Placement(piece, tell_apart(_words(corpus, rows), _words(corpus, others)))


def _in_one_piece(rows: Ints) -> bool:
    most = int(np.ceil(_FILLED * len(rows)))
    spans = rows[most - 1 :] - rows[: len(rows) - most + 1] + 1
    return bool(most >= _FILLED * spans.min())


def tell_apart(some: Words, others: Words) -> float:
    """Return how well the words of texts tell which of two kinds they are, half of each deciding on the other half.

    Texts count by the words they hold, however often. The area under the ROC curve of a naive Bayes classifier.
    Source: Lopez-Paz, Oquab 2017 (classifier two-sample test).
    """
    held = [_places(some), _places(others)]
    areas = []
    for fold in (0, 1):
        known = [texts[fold::2] for texts in held]
        rates = [(_holders(texts) + 0.5) / (len(texts) + 1) for texts in known]
        weights = np.log(rates[0] / rates[1])
        scores = [_scores(texts[1 - fold :: 2], weights) for texts in held]
        areas.append(_area(*scores))
    return float(np.mean(areas))


def _words(corpus: Corpus, rows: Ints) -> Words:
    """Read the prompts, or the responses where there are no prompts, of some of the rows."""
    if len(rows) > _ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, _ROWS).astype(np.int64)]
    texts = corpus.prompts if np.any(corpus.card.prompt.counts > 0) else corpus.responses
    return words_of(take_texts(texts, rows, corpus.release))


def _places(texts: Words) -> list[Ints]:
    """Return the distinct word places of every text."""
    places = (texts.hashes & np.uint64(_PLACES - 1)).astype(np.int64)
    return [np.unique(one) for one in np.split(places, texts.starts[1:-1])]


def _holders(texts: list[Ints]) -> Floats:
    return np.bincount(np.concatenate(texts), minlength=_PLACES).astype(np.float64)


def _scores(texts: list[Ints], weights: Floats) -> Floats:
    # Divided by the root of the length: a sum of independent weights grows so.
    return np.array([weights[one].sum() / np.sqrt(max(len(one), 1)) for one in texts])


def _area(some: Floats, others: Floats) -> float:
    ordered = np.sort(others)
    below = np.searchsorted(ordered, some, "left") + np.searchsorted(ordered, some, "right")
    return float(below.mean() / (2 * len(ordered)))
