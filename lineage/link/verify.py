"""Counts what pairs of texts share, straight from their bytes, holding only the texts of some pairs at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lineage.link.arrays import Ints
from lineage.link.chunks import Part, pair_chunks, renumbered
from lineage.link.options import LinkOptions
from lineage.link.sets import EVERY_PAIR, Need, Sets, count_shared
from lineage.link.sources import SetSource

# Of the memory allowed, half is for texts and their shingles; the rest is for the pairs themselves.
_SHARE = 2
# Pairs that are counted between two reports of how far the work is.
_REPORTED = 1 << 18


@dataclass(frozen=True, slots=True)
class Shared:
    """For n pairs of sets: the members of both (-1: fewer than was asked for), of a, and of b."""

    both: Ints
    size_a: Ints
    size_b: Ints


def count_pairs(
    sides: tuple[SetSource, SetSource], rows: tuple[Ints, Ints], *, options: LinkOptions, need: Need = EVERY_PAIR
) -> Shared:
    """Count what the sets of the pairs (rows[0][i] of one side, rows[1][i] of the other) have in common.

    Exact for every pair that shares as much as `need`; the others are given up as soon as that is certain.
    Cost: making each set once for each part of the work that it is in, and one look-up a member.
    """
    found = Shared(*(np.empty(len(rows[0]), np.int64) for _ in range(3)))
    done = 0
    for part, sets in held_sets(sides, rows, options=options):
        for low in range(0, len(part.pairs), _REPORTED):
            options.report("verifying pairs", done + low, len(rows[0]))
            some = slice(low, low + _REPORTED)
            places = part.places[0][some], part.places[1][some]
            found.both[part.pairs[some]] = count_shared(sets, places, need, threads=options.threads)
        found.size_a[part.pairs] = sets[0].sizes[part.places[0]]
        found.size_b[part.pairs] = sets[1].sizes[part.places[1]]
        done += len(part.pairs)
    return found


def held_sets(
    sides: tuple[SetSource, SetSource], rows: tuple[Ints, Ints], *, options: LinkOptions
) -> Iterator[tuple[Part, tuple[Sets, Sets]]]:
    """Go through pairs part by part, with the sets of the rows of each."""
    (distinct_a, places_a), (distinct_b, places_b) = (
        renumbered(one, side.rows) for one, side in zip(rows, sides, strict=True)
    )
    cost = (sides[0].costs(distinct_a), sides[1].costs(distinct_b))
    for part in pair_chunks((places_a, places_b), cost, options.memory // _SHARE):
        rows_a, rows_b = distinct_a[part.rows[0]], distinct_b[part.rows[1]]
        if sides[0] is sides[1]:
            both, places = renumbered(np.concatenate([rows_a, rows_b]), sides[0].rows)
            sets = sides[0].collect(both, threads=options.threads)
            own = places[: len(rows_a)][part.places[0]], places[len(rows_a) :][part.places[1]]
            yield Part(part.pairs, (both, both), own), (sets, sets)
        else:
            made = tuple(
                side.collect(some, threads=options.threads) for side, some in zip(sides, (rows_a, rows_b), strict=True)
            )
            yield part, (made[0], made[1])
