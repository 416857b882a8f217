"""Who came from whom as somebody says, put beside what the texts tell.

A declaration gives the direction where nothing measured does. Where something measured speaks against it, that stands,
and the sentence on the two says so.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from lineage.errors import UsageError
from lineage.link.direction import Declared, Direction, Ground
from lineage.link.family import find_family
from lineage.link.result import DatasetPair, LinkResult

AS_GIVEN = "as given"
_DECLARED: Ground = "declared"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Somebody's word that the dataset `child` was made from `parent`; by: whose, in words."""

    child: str
    parent: str
    by: str


def read_declarations(said: Sequence[str], names: Sequence[str], sources: Sequence[str]) -> tuple[Declaration, ...]:
    """Read declarations written CHILD:PARENT, of datasets given by their names or by what they were read from.

    Raises UsageError where one of the two is not among the datasets.
    """
    known = dict(zip(sources, names, strict=True)) | {name: name for name in names}
    found = []
    for one in said:
        colons = [place for place, letter in enumerate(one) if letter == ":"]
        ends = [(one[:place], one[place + 1 :]) for place in colons]
        right = [(known[a], known[b]) for a, b in ends if a in known and b in known and known[a] != known[b]]
        if len(right) != 1:
            raise UsageError(
                f"{one!r} does not name two of the datasets as CHILD:PARENT; they are {', '.join(dict.fromkeys(names))}"
            )
        found.append(Declaration(*right[0], AS_GIVEN))
    return tuple(found)


def declare(pair: DatasetPair, declarations: Sequence[Declaration]) -> DatasetPair:
    """Return the pair with what is declared of it, which is its direction where nothing measured tells one."""
    declared = _declared(pair, declarations)
    if declared is None:
        return pair
    told = dataclasses.replace(pair, declared=declared, why=f"{pair.why} {_sentence(pair, declared)}")
    if pair.direction != "unknown" or pair.relation == "unrelated" or declared.direction == "unknown":
        return told
    relation = pair.relation
    if relation in {"translated_from", "translated_into"}:  # the name says the direction, once that is known
        relation = "translated_into" if declared.direction == "b_from_a" else "translated_from"
    return dataclasses.replace(told, relation=relation, direction=declared.direction, ground=_DECLARED)


def declare_all(result: LinkResult, declarations: Sequence[Declaration]) -> LinkResult:
    """Return the result with what is declared of its pairs, and the family that follows."""
    if not declarations:
        return result
    pairs = tuple(declare(pair, declarations) for pair in result.pairs)
    return dataclasses.replace(result, pairs=pairs, family=find_family(result.datasets, pairs))


def _declared(pair: DatasetPair, declarations: Sequence[Declaration]) -> Declared | None:
    ends: dict[tuple[str, str], Direction] = {(pair.a, pair.b): "a_from_b", (pair.b, pair.a): "b_from_a"}
    said: dict[Direction, str] = {}
    for one in declarations:
        if (one.child, one.parent) in ends:
            said.setdefault(ends[one.child, one.parent], one.by)
    if not said:
        return None
    return Declared(next(iter(said)) if len(said) == 1 else "unknown", "; ".join(said.values()))


def _sentence(pair: DatasetPair, declared: Declared) -> str:
    if declared.direction == "unknown":
        return f"It is declared both ways ({declared.by}), which tells nothing."
    child, parent = (pair.a, pair.b) if declared.direction == "a_from_b" else (pair.b, pair.a)
    lead = f"{child} is declared to come from {parent} ({declared.by})"
    if pair.relation == "unrelated":
        return f"{lead}, but the texts show nothing of it."
    if pair.direction == "unknown":
        return f"{lead}, and nothing measured contradicts that."
    if pair.direction == declared.direction:
        return f"{lead}, too."
    verb = "contradicts" if pair.ground == "containment" else "contradict"
    return f"But {lead}, which the {pair.ground} {verb}."
