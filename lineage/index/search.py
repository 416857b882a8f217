"""Finds the rows of a segment that may match a text, in NumPy; `lookup` does the same, compiled.

Candidates only: whoever asks compares them with the text. Needs no compiler, so that one question is answered at once.
"""

from typing import NamedTuple

import numpy as np

from lineage.index.columns import Columns
from lineage.index.layout import band_count, directory_bits
from lineage.index.sketch import Hashes, Minima, Sketch
from lineage.index.tables import Ints, Table, find, rows_of, upper_tags

# Candidates are ordered by whole numbers, which both implementations compute alike: first those that agree in enough
# minima, by how many; then the others by how rare the winnowed hashes are that they share, times the part they share
# in thousandths. A short text shares all of its one or two hashes with many.
NEAR, SCALE = 1 << 40, 1000


class Tables(NamedTuple):
    """What is looked up in one view of a segment; `bands` has a row for each band."""

    exact: Table
    bands: Table
    winnows: Table
    keys: Hashes
    minima: Minima
    winnow_offsets: Ints


class SearchRule(NamedTuple):
    """Which rows are candidates, and how many of them are looked at.

    need: minima that must agree. share: of the fewer winnowed hashes of two texts, how many must be shared.
    bucket: rows with one band tag, and posting: rows with one winnowed hash, beyond which neither is looked at.
    most: candidates returned.
    """

    need: int
    share: float
    bucket: int
    posting: int
    most: int


class Candidates(NamedTuple):
    """The rows of a view that may match a text.

    equal: rows with the same words, ascending. rows: other candidates, the likeliest first. matches: equal minima of
    each. left: candidates beyond `most`. cut: entries of overfull tags.
    """

    equal: Ints
    rows: Ints
    matches: Ints
    left: int
    cut: int


def tables_of(columns: Columns, view: str, num_perm: int) -> Tables:
    """Take the tables of a view from a segment."""
    exact, bands, winnows = (columns.array(f"{view}_{name}") for name in ("exact", "bands", "winnows"))
    starts = [columns.array(f"{view}_{name}_starts") for name in ("exact", "bands", "winnows")]
    count = band_count(num_perm)
    by_band = bands.reshape(count, -1)
    return Tables(
        Table(exact, starts[0], directory_bits(len(exact))),
        Table(by_band, starts[1].reshape(count, -1), directory_bits(by_band.shape[1])),
        Table(winnows, starts[2], directory_bits(len(winnows))),
        *(columns.array(f"{view}_{name}") for name in ("keys", "minima", "winnow_offsets")),
    )


def search(tables: Tables, sketch: Sketch, rule: SearchRule) -> Candidates:
    """Find the rows with the same words, and those that share a band and enough minima, or enough winnowed hashes."""
    equal = _equal(tables, sketch)
    near, near_cut = _near(tables, sketch, rule)
    holding, rarity, cut = _holding(tables, sketch, rule)
    rows = np.setdiff1d(np.union1d(near, holding), equal, assume_unique=True)
    matches = np.count_nonzero(tables.minima[rows] == sketch.minima, axis=1).astype(np.int64)
    scores = np.where(matches >= rule.need, NEAR + matches, 0)
    _, at, place = np.intersect1d(rows, holding, assume_unique=True, return_indices=True)
    scores[at] += rarity[place]
    order = np.lexsort((rows, -scores))[: rule.most]
    return Candidates(equal, rows[order], matches[order], len(rows) - len(order), near_cut + cut)


def _equal(tables: Tables, sketch: Sketch) -> Ints:
    low, high = find(tables.exact.entries, upper_tags(sketch.key[:1]))
    rows = rows_of(tables.exact.entries[low[0] : high[0]])
    same: Ints = rows[(tables.keys[rows] == sketch.key).all(axis=1)]
    return same


def _near(tables: Tables, sketch: Sketch, rule: SearchRule) -> tuple[Ints, int]:
    found, cut = [np.empty(0, np.int64)], 0
    for band, table in enumerate(tables.bands.entries):
        (low,), (high,) = find(table, sketch.tags[band : band + 1])
        if high - low > rule.bucket:
            cut += int(high - low)
        else:
            found.append(rows_of(table[low:high]))
    rows = np.unique(np.concatenate(found))
    kept: Ints = rows[np.count_nonzero(tables.minima[rows] == sketch.minima, axis=1) >= rule.need]
    return kept, cut


def _holding(tables: Tables, sketch: Sketch, rule: SearchRule) -> tuple[Ints, Ints, int]:
    """Return rows that share enough winnowed hashes, their scores for that, and what was cut."""
    lows, highs = find(tables.winnows.entries, upper_tags(sketch.probes))
    sizes = highs - lows
    kept = (sizes > 0) & (sizes <= rule.posting)
    # Bits by which a hash is rarer than the limit, and one.
    weights = 1 + np.frexp(rule.posting)[1] - np.frexp(sizes[kept])[1]
    parts = [rows_of(tables.winnows.entries[low:high]) for low, high in zip(lows[kept], highs[kept], strict=True)]
    rows, place = np.unique(np.concatenate([np.empty(0, np.int64), *parts]), return_inverse=True)
    shared = np.bincount(place, minlength=len(rows))
    rarity = np.bincount(place, np.repeat(weights, sizes[kept]), minlength=len(rows)).astype(np.int64)
    fewer = np.minimum(tables.winnow_offsets[rows + 1] - tables.winnow_offsets[rows], sketch.winnowed)
    enough = shared >= rule.share * fewer
    scores = rarity[enough] * np.minimum(shared[enough] * SCALE // fewer[enough], SCALE)
    return rows[enough], scores, int(sizes[sizes > rule.posting].sum())
