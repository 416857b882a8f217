"""Stretches of rows whose lengths go up and down alike in two corpora: a translation's order, without one common mark.

Knows lengths only. Works where rows kept their order, over stretches without a row dropped.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import norm, rankdata

from lineage.link.aligned.common import Floats, Ids

# Rows compared at once; fewer tell too little. A row dropped inside a stretch spoils it.
_STRETCH = 128
_SHORTEST = 40
# Lengths are taken against the mean of so many neighbours: sets sorted by the same topics share slow ups and downs.
_NEIGHBOURS = 9
# Lengths of which most differ by less (of their logarithms) tell nothing: what little there is may come of a running
# number, which grows by a digit at the same rows everywhere.
_NO_DIFFERENCE = 0.05
# Stretches tried; where none fits there is nothing to find.
_TRIED = 16
# The best place must fit so much better than any other (rows that repeat a pattern fit in many places).
_ABOVE_OTHERS = 1.5
_LOG_P = math.log(1e-6)
_LOG_P_MORE = math.log(1e-3)


class Stretches(NamedTuple):
    """Rows of a and of b that belong together by length, ascending in a; stretches that fit, of those tried."""

    a: Ids
    b: Ids
    fitting: int
    log_p: float


def find_stretches(a: tuple[Floats, ...], b: tuple[Floats, ...]) -> Stretches | None:
    """Look for each stretch of the smaller corpus at every place of the other; None where none fits beyond chance.

    a, b: logarithms of the lengths of each channel, by row. The null is how the stretch fits at all other places.
    """
    if len(a[0]) > len(b[0]):
        found = find_stretches(b, a)
        if found is None:
            return None
        order = np.argsort(found.b)
        return Stretches(found.b[order], found.a[order], found.fitting, found.log_p)
    if len(a[0]) < _SHORTEST:
        return None
    short, long = np.stack([_ups_and_downs(one) for one in a]), np.stack([_ups_and_downs(one) for one in b])
    size = min(_STRETCH, len(short[0]))
    starts = np.unique(np.append(np.arange(0, len(short[0]) - size + 1, size), len(short[0]) - size))
    spectrum = np.conj(np.fft.rfft(long))
    probes = starts[np.linspace(0, len(starts) - 1, min(_TRIED, len(starts))).astype(np.int64)]
    best = min(_place(short[:, start : start + size], spectrum, len(long[0]))[1] for start in probes)
    if best + math.log(len(probes)) > _LOG_P:
        return None
    placed = [(start, *_place(short[:, start : start + size], spectrum, len(long[0]))) for start in starts]
    fitting = [(start, place) for start, place, log_p in placed if log_p <= _LOG_P_MORE]
    rows = np.concatenate([np.arange(start, start + size) for start, _ in fitting])
    others = np.concatenate([np.arange(place, place + size) for _, place in fitting])
    rows, first = np.unique(np.where(others < len(long[0]), rows, -1), return_index=True)
    others = others[first]
    kept = np.flatnonzero(rows >= 0)
    kept = kept[np.sort(np.unique(others[kept], return_index=True)[1])]
    log_p = min(0.0, best + math.log(len(probes)))
    return Stretches(rows[kept].astype(np.int32), others[kept].astype(np.int32), len(fitting), log_p)


def _ups_and_downs(lengths: Floats) -> Floats:
    """Return how each length stands against its neighbours', as normal scores (mean 0, variance 1)."""
    half = _NEIGHBOURS // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(lengths, half, mode="reflect"), _NEIGHBOURS).mean(axis=1)
    difference = lengths - around
    if np.median(np.abs(difference)) < _NO_DIFFERENCE:
        return np.zeros(len(lengths))
    return np.asarray(norm.ppf((rankdata(difference) - 0.5) / len(lengths)))


def _place(
    stretch: Floats, spectrum: np.ndarray[tuple[int, ...], np.dtype[np.complex128]], rows: int
) -> tuple[int, float]:
    """Return where in the other corpus (taken as a ring) a stretch fits best, and the logarithm of that by chance."""
    padded = np.zeros((len(stretch), rows))
    padded[:, : stretch.shape[1]] = stretch
    fits = np.fft.irfft((np.fft.rfft(padded) * spectrum).sum(axis=0), rows)[(-np.arange(rows)) % rows]
    place = int(np.argmax(fits))
    others = np.delete(fits, place)
    spread = max(float(others.std()), math.sqrt(stretch.shape[1] * len(stretch)) / 2)
    best = (fits[place] - float(others.mean())) / spread
    if fits[place] < _ABOVE_OTHERS * float(others.max()):
        return place, 0.0
    return place, min(0.0, math.log(rows) + float(norm.logsf(best)))
