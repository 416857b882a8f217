"""Which rows of a registered dataset a new one may have something in common with.

Looks the new dataset's keys, bands and winnowed hashes up in the sorted tables of a segment: the cost grows with the
new dataset and with what is found, and only with the logarithm of the registered one. What is found is a superset, to
be compared; what signatures and winnowed hashes miss stands in docs/design/0009-index.md.
"""

import numpy as np

from lineage.fingerprint.card import Card
from lineage.fingerprint.minhash import ViewPrints, Winnows
from lineage.index.layout import VIEWS, band_count, directory_bits
from lineage.index.lookup import HolderRule, Marks, Postings, mark_holders
from lineage.index.segment import Segment
from lineage.index.tables import Ints, Table, all_band_tags, rows_with, upper_tags
from lineage.text.parallel import run_chunks

# A hash that more rows have is of a phrase, not of a text. The share is generous: a text that lies to .8 in another
# shares about that part of its hashes, fewer where the other .2 are scattered.
PROBE_RULE = HolderRule(limit=1024, share=0.25)
_CHUNK_TEXTS = 256


def touched_rows(segment: Segment, card: Card, *, threads: int | None = None) -> Ints:
    """Return the rows of a segment, ascending, that may be linked to some row of a card of the same parameters."""
    marks = np.zeros(len(segment), np.uint8)
    views = ((card.prompt, card.prompt_winnows), (card.response, card.response_winnows))
    for view, (prints, winnows) in zip(VIEWS, views, strict=True):
        tags = np.unique(upper_tags(prints.keys[prints.counts > 0, 0]))
        marks[rows_with(segment.array(f"{view}_exact"), tags)] = 1
        _mark_bands(segment, view, prints, marks)
        _mark_contained(segment, view, winnows, marks, threads)
    return np.flatnonzero(marks)


def _mark_bands(segment: Segment, view: str, prints: ViewPrints, marks: Marks) -> None:
    bands = band_count(prints.minima.shape[1])
    for band, table in enumerate(segment.array(f"{view}_bands").reshape(bands, -1)):
        tags = all_band_tags(prints.minima, band)[prints.counts > 0]
        marks[rows_with(table, np.unique(tags))] = 1


def _mark_contained(segment: Segment, view: str, winnows: Winnows, marks: Marks, threads: int | None) -> None:
    table = segment.array(f"{view}_winnows")
    directory = Table(table, segment.array(f"{view}_winnows_starts"), directory_bits(len(table)))
    postings = Postings(directory, segment.array(f"{view}_winnow_offsets"))

    def probe(low: int, high: int) -> None:
        mark_holders((winnows.offsets, winnows.hashes), (low, high), postings, PROBE_RULE, marks)

    run_chunks(probe, len(winnows.offsets) - 1, threads=threads, chunk=_CHUNK_TEXTS)
