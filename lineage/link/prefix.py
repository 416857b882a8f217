"""Pairs of sets that share enough, all of them: found by the rarest members of each, then counted.

Holds the sets of some texts of either side at a time. Every search takes as many passes over the one side as there are
pieces of the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lineage.link.arrays import Ints
from lineage.link.chunks import row_chunks
from lineage.link.frequency import Frequencies
from lineage.link.options import LinkOptions
from lineage.link.postings import Postings, PrefixRule, grown, make_postings, rarest_first, search_rarest
from lineage.link.sets import Need, Sets, count_shared
from lineage.link.sources import SetSource
from lineage.text.parallel import run_chunks

# An indexed text takes its set and as much again for its postings and while they are made.
_INDEXED = 4
_PROBING = 8
_CHUNK_TEXTS = 512


class Searched(NamedTuple):
    """One side of a search: where its sets come from, and the rows that are searched, in any order."""

    source: SetSource
    rows: Ints


class PrefixSearch(NamedTuple):
    """What is searched: rule for what shares a rare member and has a fitting size, need for what is then counted.

    whole: every member of the other side is indexed, rather than only the rarest as on the side that is looked for.
    """

    rule: PrefixRule
    need: Need
    whole: bool


@dataclass(frozen=True, slots=True)
class PrefixPairs:
    """Pairs of positions among the rows of both sides that share what was needed, and the postings not read."""

    a: Ints
    b: Ints
    cut: int


def search_prefixes(
    sides: tuple[Searched, Searched], frequencies: Frequencies, search: PrefixSearch, *, options: LinkOptions
) -> PrefixPairs:
    """Find every pair whose first set has one of its rarest members in the second, and that shares what is needed.

    frequencies: of the members of both sides; it decides the order of search, not what is found, unless the rule cuts.
    Source: Chaudhuri, Ganti, Kaushik 2006 (prefix filter); Xiao, Wang, Lin, Yu 2008 (PPJoin).
    """
    probing, indexed = sides
    found = []
    for low, high in row_chunks(indexed.source.costs(indexed.rows), options.memory // _INDEXED):
        options.report("searching by rare shingles", low, len(indexed.rows))
        held = _ranked(indexed, (low, high), frequencies, options)
        kept = held.sizes if search.whole else prefix_sizes(held.sizes, search.rule.share)
        postings = make_postings(held, kept)
        for first, last in row_chunks(probing.source.costs(probing.rows), options.memory // _PROBING):
            if search.rule.own and first >= high:
                break  # only pairs of a smaller position with a larger one count
            sets = _ranked(probing, (first, last), frequencies, options)
            found += list(_search((sets, held), (first, low), postings, search, options.threads))
    pairs = np.concatenate([np.empty((2, 0), np.int64), *(one for one, _ in found)], axis=1)
    return PrefixPairs(pairs[0], pairs[1], sum(cut for _, cut in found))


def prefix_sizes(sizes: Ints, share: float) -> Ints:
    """Return how many of the rarest members of a set are enough to meet any set that shares that part of it."""
    kept: Ints = sizes - np.ceil(share * sizes - 1e-9).astype(np.int64) + 1
    return np.where(sizes > 0, kept, 0)


def _ranked(side: Searched, span: tuple[int, int], frequencies: Frequencies, options: LinkOptions) -> Sets:
    sets = side.source.collect(side.rows[span[0] : span[1]], threads=options.threads)
    run_chunks(
        lambda lo, hi: rarest_first(sets, frequencies.counts, (lo, hi)), len(sets.sizes), threads=options.threads
    )
    return sets


def _search(
    sets: tuple[Sets, Sets], firsts: tuple[int, int], postings: Postings, search: PrefixSearch, threads: int | None
) -> Iterator[tuple[Ints, int]]:
    found: dict[int, tuple[Ints, int]] = {}
    indexed = (postings, sets[1].sizes, firsts[1])

    def task(lo: int, hi: int) -> None:
        met, cut = grown(lambda out: search_rarest(sets[0], firsts[0], (lo, hi), indexed, search.rule, out), 4096)
        enough = count_shared(sets, (met[0], met[1]), search.need, threads=1) >= 0
        found[lo] = (met[:, enough] + np.array(firsts)[:, None], cut)

    run_chunks(task, len(sets[0].sizes), threads=threads, chunk=_CHUNK_TEXTS)
    return (found[lo] for lo in sorted(found))
