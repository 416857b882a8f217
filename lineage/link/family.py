"""The most economical account of how several datasets came from each other.

Every row of a dataset is either new in it or taken from a parent, more or less changed. Of all trees the one is chosen
that leaves the least to be new: a selection of a selection then has one parent, not two, and two selections of one set
are siblings though they share rows. Rows that the parent does not explain may have further parents.

Source: maximum branching, Edmonds 1967, by networkx; the account is a two-part code in the sense of Rissanen 1978.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from lineage.link.arrays import Bools, Floats, Ints
from lineage.link.direction import DatasetRelation, Ground
from lineage.link.relation import RELATIONS
from lineage.link.result import DatasetPair
from lineage.link.tree import Family, FamilyEdge

# How much of a row its link explains, by relation in the order of RELATIONS, and of one matched without shared words.
_EXPLAINED = np.array([1.0, 0.9, 0.6, 0.6, 0.4, 0.4])
_MATCHED = 0.4
# A parent that holds much more than was taken costs up to this share of the child: of two sets that explain the same,
# the smaller is nearer.
_SELECTION = 0.01
# A further parent explains this share of the rows, and a handful, better by a kind of relation.
_BETTER = 0.25
# A row that a source explains less, by so much, has been changed.
_CHANGED = 0.05
_SHARE = 0.01
_HANDFUL = 5
# A set that others make up together, hardly overlapping, and that read differently, was put together from them.
_MADE_UP = 0.95
_APART = 0.8

_TURNED: dict[DatasetRelation, DatasetRelation] = {
    "subset": "superset",
    "superset": "subset",
    "evolved_from": "evolved_into",
    "evolved_into": "evolved_from",
    "translated_from": "translated_into",
    "translated_into": "translated_from",
}


@dataclass(frozen=True, slots=True)
class _Arc:
    """A possible parent.

    explained: float64, shape (rows of the child,), how much of each row. gain: rows in all, less what selecting costs.
    rows: the linked rows of the child, and those of the parent that they are linked to.
    """

    child: str
    parent: str
    relation: DatasetRelation
    ground: Ground
    explained: Floats
    gain: float
    rows: tuple[Ints, Ints]


def find_family(datasets: Sequence[tuple[str, int]], pairs: Sequence[DatasetPair]) -> Family:
    """Find the most economical account of datasets, given as (name, rows), from what every two of them share.

    Cost: 8 bytes a row and related pair, and a branching for each set.
    """
    sizes = dict(datasets)
    related = [pair for pair in pairs if pair.relation != "unrelated"]
    made_up = set(_made_up(sizes, related))
    arcs = {(arc.child, arc.parent): arc for pair in related for arc in _arcs(sizes, pair, made_up)}
    tree = _branching(sizes, arcs)
    grounds = {key: _ground(*key, arcs) for key in tree}
    parents: dict[str, list[str]] = {name: [] for name in sizes}
    for child, parent in tree:
        parents[child].append(parent)
    for child in sizes:
        parents[child] += _further(child, parents, arcs)
    edges = [edge for child in _ordered(sizes, parents) for edge in _edges(child, parents[child], arcs, grounds)]
    joined = {frozenset((edge.child, edge.parent)) for edge in edges}
    through = tuple((one.a, one.b, one.relation) for one in related if frozenset((one.a, one.b)) not in joined)
    known = {name for one in related for name in (one.a, one.b)}
    return Family(tuple(edges), through, tuple(name for name in sizes if name not in known))


def _arcs(sizes: dict[str, int], pair: DatasetPair, made_up: set[tuple[str, str]]) -> Iterator[_Arc]:
    """Yield the one or two arcs that a pair allows."""
    for child, parent, says, relation in (
        (pair.a, pair.b, "a_from_b", pair.relation),
        (pair.b, pair.a, "b_from_a", _TURNED.get(pair.relation, pair.relation)),
    ):
        turned = (parent, child) in made_up
        if turned or (pair.direction not in {says, "unknown"} and (child, parent) not in made_up):
            continue
        own, theirs = ("row_a", "row_b") if child == pair.a else ("row_b", "row_a")
        explained = _explained(pair, sizes[child], own)
        used = np.count_nonzero(_explained(pair, sizes[parent], theirs))
        rows = pair.table[own].to_numpy(), pair.table[theirs].to_numpy()
        gain = explained.sum() - _SELECTION * sizes[child] * (1 - used / max(sizes[parent], 1))
        ground: Ground = "edit marks" if (child, parent) in made_up else pair.ground
        yield _Arc(child, parent, relation, ground, explained, float(gain), rows)


def _explained(pair: DatasetPair, rows: int, column: str) -> Floats:
    """Return how much of every row of one side its best link explains."""
    explained = np.zeros(rows)
    codes = pair.table["relation"].combine_chunks().indices.to_numpy(zero_copy_only=False)
    worth = _EXPLAINED[codes]
    for relation, channel in (("same_prompt", "response"), ("same_response", "prompt")):
        # Where a side has only this channel, there is no more of the row to explain.
        whole = pair.table[f"{channel}_jaccard"].is_null().to_numpy(zero_copy_only=False)
        worth[whole & (codes == RELATIONS.index(relation))] = 1.0
    np.maximum.at(explained, pair.table[column].to_numpy(), worth)
    if pair.alignment is not None:
        np.maximum.at(explained, pair.alignment.pairs[column].to_numpy(), _MATCHED)
    return explained


def _made_up(sizes: dict[str, int], pairs: Sequence[DatasetPair]) -> Iterator[tuple[str, str]]:
    """Yield (whole, part) where parts that hardly overlap and read differently make up a whole."""
    parts: dict[str, list[tuple[str, Bools]]] = {}
    for pair in pairs:
        for whole, part, says, column in (
            (pair.a, pair.b, "b_from_a", "row_a"),
            (pair.b, pair.a, "a_from_b", "row_b"),
        ):
            placed = pair.placement is not None and pair.placement.apart >= _APART
            if pair.ground == "containment" and pair.direction == says and placed:
                parts.setdefault(whole, []).append((part, _explained(pair, sizes[whole], column) > 0))
    for whole, found in parts.items():
        chosen, covered = [], np.zeros(sizes[whole], np.bool_)
        for part, rows in sorted(found, key=lambda one: (-int(one[1].sum()), one[0])):
            if np.count_nonzero(rows & covered) <= (1 - _MADE_UP) * np.count_nonzero(rows):
                chosen.append(part)
                covered |= rows
        if len(chosen) > 1 and covered.mean() >= _MADE_UP:
            yield from ((whole, part) for part in chosen)


def _branching(sizes: dict[str, int], arcs: dict[tuple[str, str], _Arc]) -> list[tuple[str, str]]:
    """Return the (child, parent) of the best tree or trees."""
    graph = nx.DiGraph()
    order = {name: place for place, name in enumerate(sizes)}
    for (child, parent), arc in sorted(arcs.items(), key=lambda one: (order[one[0][1]], order[one[0][0]])):
        if arc.gain > 0:
            # Of two accounts that explain as much, the one in which sets given first are the parents.
            graph.add_edge(parent, child, weight=arc.gain - 1e-7 * order[parent])
    if not graph:
        return []
    best = nx.maximum_branching(graph, attr="weight")
    return sorted(((child, parent) for parent, child in best.edges), key=lambda one: (order[one[0]], order[one[1]]))


def _ground(child: str, parent: str, arcs: dict[tuple[str, str], _Arc]) -> Ground:
    """Tell what the direction of an arc rests on; where the pair does not tell, a common source may.

    Of rows that both have from a third set, the parent's are nearer to those of the source than the child's: what the
    child changed was not yet changed in the parent.
    """
    arc = arcs[child, parent]
    if arc.ground != "unknown":
        return arc.ground
    for (name, source), own in arcs.items():
        other = arcs.get((child, source))
        if name == parent and other is not None and "unknown" not in {own.ground, other.ground}:
            near, far = own.explained[arc.rows[1]], other.explained[arc.rows[0]]
            changed, restored = (np.count_nonzero(one) for one in (near >= far + _CHANGED, far >= near + _CHANGED))
            least = max(_HANDFUL, _SHARE * len(own.explained))
            if changed >= least and restored <= changed / 10:
                return "edit marks"
    return "unknown"


def _further(child: str, parents: dict[str, list[str]], arcs: dict[tuple[str, str], _Arc]) -> list[str]:
    """Choose further parents, each for rows that those before it explain less or not at all."""
    if not parents[child]:
        return []
    known = arcs[child, parents[child][0]].explained
    found: list[str] = []
    while True:
        better = {
            parent: int(np.count_nonzero(arc.explained >= known + _BETTER))
            for (own, parent), arc in sorted(arcs.items())
            if own == child and parent not in {*parents[child], *found} and not _descends(parent, child, parents)
        }
        best = max(better, key=lambda name: better[name], default=None)
        if best is None or better[best] < max(_HANDFUL, _SHARE * len(known)):
            return found
        found.append(best)
        known = np.maximum(known, arcs[child, best].explained)


def _descends(name: str, ancestor: str, parents: dict[str, list[str]]) -> bool:
    return name == ancestor or any(_descends(one, ancestor, parents) for one in parents[name])


def _ordered(sizes: dict[str, int], parents: dict[str, list[str]]) -> list[str]:
    """Return the datasets, parents first."""
    ordered: list[str] = []

    def visit(name: str) -> None:
        for parent in parents[name]:
            visit(parent)
        if name not in ordered:
            ordered.append(name)

    for name in sizes:
        visit(name)
    return ordered


def _edges(
    child: str, parents: list[str], arcs: dict[tuple[str, str], _Arc], grounds: dict[tuple[str, str], Ground]
) -> Iterator[FamilyEdge]:
    for parent in parents:
        arc = arcs[child, parent]
        rows = arc.explained > 0
        others = [arcs[child, one].explained > 0 for one in parents if one != parent]
        both = int(np.count_nonzero(rows & np.logical_or.reduce(others))) if others else 0
        ground = grounds.get((child, parent), arc.ground)
        yield FamilyEdge(child, parent, arc.relation, ground, int(np.count_nonzero(rows)), both)
