"""Rows of two corpora that hang together: copies of copies, and all who share one prompt or one answer.

A group is a connected component of verified links; it says that rows hang together, not that each is alike to each. So
it comes with the weakest relation that holds it together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lineage.link.ids import NO_TEXT, Distinct, Ints
from lineage.link.pairs import SamplePairs
from lineage.link.relation import NO_RELATION, RELATIONS, Ranks

_LISTED = 10
# Relations that stand on one text alone: all who share it with a row of the other side are one group.
_BY_PROMPT, _BY_RESPONSE = RELATIONS.index("same_prompt"), RELATIONS.index("same_response")


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Rows of both corpora that hang together: row_a and row_b stand for rows_a and rows_b; weakest: relation."""

    row_a: int
    row_b: int
    rows_a: int
    rows_b: int
    weakest: str

    def to_dict(self) -> dict[str, object]:
        """Return the group as it appears in the JSON contract."""
        return {
            "row_a": self.row_a,
            "row_b": self.row_b,
            "rows_a": self.rows_a,
            "rows_b": self.rows_b,
            "weakest": self.weakest,
        }


@dataclass(frozen=True, slots=True)
class LinkGroups:
    """The groups of more than one row of a side: how many, and the largest, largest first."""

    count: int
    largest: tuple[LinkGroup, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the groups as they appear in the JSON contract."""
        return {"count": self.count, "largest": [group.to_dict() for group in self.largest]}


NO_GROUPS = LinkGroups(0, ())


def find_groups(pairs: SamplePairs, ranks: Ranks, distinct: tuple[Distinct, Distinct]) -> LinkGroups:
    """Gather the related pairs of samples into groups of rows, each with its first rows for representatives."""
    related = np.flatnonzero(ranks != NO_RELATION)
    if not len(related):
        return NO_GROUPS
    count_a = len(distinct[0])
    labels = _labels(pairs, ranks, distinct, related)
    samples = np.unique(pairs.a[related]), np.unique(pairs.b[related])
    of_a, of_b = labels[samples[0]], labels[count_a + samples[1]]
    names = np.unique(of_a)  # every group has samples of both sides
    weakest = np.zeros(len(names), np.int8)
    np.maximum.at(weakest, np.searchsorted(names, labels[pairs.a[related]]), ranks[related])
    sides = []
    for own, label, one in zip(samples, (of_a, of_b), distinct, strict=True):
        place = np.searchsorted(names, label)
        first = np.full(len(names), np.iinfo(np.int64).max)
        np.minimum.at(first, place, one.rows.first[own])
        rows = np.bincount(place, weights=one.rows.sizes[own], minlength=len(names)).astype(np.int64)
        sides.append((first, rows))
    (row_a, rows_a), (row_b, rows_b) = sides
    several = np.flatnonzero(np.maximum(rows_a, rows_b) > 1)
    largest = several[np.lexsort((row_a[several], -(rows_a + rows_b)[several]))[:_LISTED]]
    return LinkGroups(
        len(several),
        tuple(
            LinkGroup(int(row_a[n]), int(row_b[n]), int(rows_a[n]), int(rows_b[n]), RELATIONS[weakest[n]])
            for n in largest
        ),
    )


def _labels(pairs: SamplePairs, ranks: Ranks, distinct: tuple[Distinct, Distinct], related: Ints) -> Ints:
    """Return the component of each sample of a, then of b, then of each prompt and response that links stand on."""
    count_a, count_b = len(distinct[0]), len(distinct[1])
    ends = [(pairs.a[related], count_a + pairs.b[related])]
    base = count_a + count_b
    for rank, view in ((_BY_PROMPT, "prompt"), (_BY_RESPONSE, "response")):
        some = related[ranks[related] == rank]
        numbers = [getattr(one, view) for one in distinct]
        ends += [
            (pairs.a[some], base + numbers[0][pairs.a[some]]),
            (count_a + pairs.b[some], base + numbers[1][pairs.b[some]]),
        ]
        base += 1 + max(int(one.max(initial=NO_TEXT)) for one in numbers)
    nodes = tuple(np.concatenate(side) for side in zip(*ends, strict=True))
    graph = coo_array((np.ones(len(nodes[0]), np.int8), nodes), shape=(base, base))
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1]).astype(np.int64)
