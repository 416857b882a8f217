"""Pairs of texts that have passages in common: found by the winnowed hashes they share.

A text that was cut short, embedded in another, wrapped or edited keeps whole runs of words, and with every run of 8
shingles a winnowed hash, however little is left of its signature. Works on cards alone. Finds candidates; how much they
contain of each other is measured elsewhere.
"""

import numpy as np

from lineage.link.arrays import Ints
from lineage.link.chunks import row_chunks
from lineage.link.frequency import count_holders
from lineage.link.options import LinkOptions
from lineage.link.postings import CountRule, Counts, Postings, grown, make_postings, search_counting
from lineage.link.prefix import PrefixPairs, Searched
from lineage.link.sets import Sets
from lineage.text.parallel import run_chunks

_INDEXED = 4
_PROBING = 8
_CHUNK_TEXTS = 512


def sharing_passages(sides: tuple[Searched, Searched], rule: CountRule, *, options: LinkOptions) -> PrefixPairs:
    """Find the pairs of positions of which the smaller set shares that part; the sources are WinnowSources.

    A hash that more than rule.limit texts of b hold is not looked at; each time that happens its holders count as cut.
    """
    a, b = sides
    costs = b.source.costs(b.rows)
    frequencies = count_holders([(b.source, b.rows)], int(costs.sum()) // 8, options=options)
    found: list[tuple[Ints, int]] = []
    for low, high in row_chunks(costs, options.memory // _INDEXED):
        options.report("searching by passages", low, len(b.rows))
        held = b.source.collect(b.rows[low:high], threads=options.threads)
        postings = make_postings(held, held.sizes)
        for first, last in row_chunks(a.source.costs(a.rows), options.memory // _PROBING):
            sets = a.source.collect(a.rows[first:last], threads=options.threads)
            pairs, cut = _search(sets, (postings, held.sizes, frequencies.counts), rule, options.threads)
            found.append((pairs + np.array([[first], [low]]), cut))
    pairs = np.concatenate([np.empty((2, 0), np.int64), *(one for one, _ in found)], axis=1)
    return PrefixPairs(pairs[0], pairs[1], sum(cut for _, cut in found))


def _search(
    sets: Sets, indexed: tuple[Postings, Ints, Counts], rule: CountRule, threads: int | None
) -> tuple[Ints, int]:
    found: dict[int, tuple[Ints, int]] = {}

    def task(lo: int, hi: int) -> None:
        found[lo] = grown(lambda out: search_counting(sets, (lo, hi), indexed, rule, out), 4096)

    run_chunks(task, len(sets.sizes), threads=threads, chunk=_CHUNK_TEXTS)
    parts = [found[lo] for lo in sorted(found)]
    pairs = np.concatenate([np.empty((2, 0), np.int64), *(one for one, _ in parts)], axis=1)
    return pairs, sum(cut for _, cut in parts)
