"""Who wrote each row: follow equal text from row to row until rows are reached that name their author.

Text that two datasets share was written once, by whoever wrote it in either, whichever way it was copied; so links are
followed in both directions, the nearest named authors win, and every row is attributed once.
"""

from dataclasses import dataclass

import numpy as np

from lineage.graph.evidence import RowEvidence
from lineage.store.facts import Version
from lineage.store.rowfiles import Rows

Frontier = dict[int, tuple[Version, Rows, Rows]]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One possible author of one row: arrays of shape (n,), a row appearing once per author its nearest evidence names.

    row: row number; author: index into the evidence's models; hops: 0 when the row says so itself, else links followed.
    """

    row: Rows
    author: Rows
    hops: Rows


def attribute_rows(version: Version, evidence: RowEvidence) -> Attribution:
    """Find the authors of the rows of a version; a row that no evidence reaches does not appear.

    Work is bounded by rows times the rows that share their text: a row is visited once per row it started from.
    """
    if not evidence.within_reach(version):
        return _join([])
    start = np.arange(version.n_rows or 0, dtype=np.int64)
    frontier: Frontier = {version.id: (version, start, start)}
    seen = {version.id: _keys(start, start)}
    open_rows = np.ones(len(start), np.bool_)
    found: list[Attribution] = []
    while frontier:
        here = [_named(place, evidence, len(found)) for place in frontier.values()]
        found.append(_join(here))
        open_rows[found[-1].row] = False
        frontier = _step(frontier, evidence, open_rows, seen)
    return _join(found)


def _named(place: tuple[Version, Rows, Rows], evidence: RowEvidence, hops: int) -> Attribution:
    version, origins, rows = place
    named, authors = evidence.authors(version)
    at, hit = _matches(rows, named)
    pairs = np.unique(np.stack([origins[at], authors[hit]]), axis=1)
    return Attribution(pairs[0], pairs[1], np.full(pairs.shape[1], hops, np.int64))


def _step(frontier: Frontier, evidence: RowEvidence, open_rows: np.ndarray, seen: dict[int, Rows]) -> Frontier:
    reached: dict[int, tuple[Version, list[Rows]]] = {}
    for version, origins, rows in frontier.values():
        still = open_rows[origins]
        for other, (here, there) in evidence.same_text(version):
            at, hit = _matches(rows[still], here)
            keys = _keys(origins[still][at], there[hit])
            reached.setdefault(other.id, (other, []))[1].append(keys)
    following: Frontier = {}
    for number, (version, parts) in reached.items():
        before = seen.get(number, np.empty(0, np.int64))
        fresh = np.setdiff1d(np.concatenate(parts), before)
        if len(fresh):
            seen[number] = np.union1d(before, fresh)
            following[number] = (version, fresh >> 32, fresh & 0xFFFFFFFF)
    return following


def _matches(rows: Rows, ordered: Rows) -> tuple[Rows, Rows]:
    """Pair every position in `rows` with every position in `ordered` (ascending, with repeats) that has its value."""
    first, last = np.searchsorted(ordered, rows, "left"), np.searchsorted(ordered, rows, "right")
    times = last - first
    at = np.repeat(np.arange(len(rows)), times)
    within = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    return at, np.repeat(first, times) + within


def _keys(origins: Rows, rows: Rows) -> Rows:
    return (origins << 32) | rows


def _join(parts: list[Attribution]) -> Attribution:
    none = np.empty(0, np.int64)
    columns = ([getattr(part, name) for part in parts] for name in ("row", "author", "hops"))
    return Attribution(*(np.concatenate([none, *column]) for column in columns))
