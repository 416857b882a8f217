"""What two datasets are to each other, decided from how many rows of each are linked and by which relations.

Knows counts and dates only. The thresholds and their grounds are in docs/design/0003-relations.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from lineage.link.coverage import Coverage
from lineage.link.relation import Relation

DatasetRelation = Literal["copy", "subset", "superset", "version", "reanswered", "revised", "overlap", "unrelated"]
Direction = Literal["a_from_b", "b_from_a", "unknown"]

# A side is covered when this share of its rows is linked, and a relation leads when it holds at least half of them.
COVERED = 0.9
LEADING = 0.5
# Links are incidental until the lower bound of a side's linked share passes this and a handful of its rows is linked.
# Rows that share only a response, or whose prompt lies in a longer one, do not count unless they pass a higher bound:
# the usual program for a factorial, "Write a function to ...". Sets written apart have up to 2 % of them.
INCIDENTAL_SHARE = 0.01
INCIDENTAL_LOOSE = 0.05
HANDFUL = 5
# Answers of unrelated models to one prompt share a fifth of their shingles in 1 % of cases (median over 95 pairs of
# models; 7 % in close families), answers that were rewritten from each other in 9 % and more. The second bound is what
# the lower end of the interval has to reach, for small sets.
KEPT_ANSWERS = 0.08
KEPT_ANSWERS_LOW = 0.03
# Below this share of edited rows two corpora that share most of their rows are two selections, not two versions.
EDITED = 0.1

_EDITS: tuple[Relation, ...] = ("near_duplicate", "extended", "revised")


@dataclass(frozen=True, slots=True)
class Side:
    """One corpus of a pair: its linked rows by their strongest relation, what it has, when it was made (ISO date).

    answers: of the rows whose prompt the other corpus has, with a response long enough to compare, those that keep part
    of the response.
    """

    name: str
    rows: int
    answers: Coverage
    by_relation: Mapping[Relation, int]
    has_prompts: bool
    has_responses: bool
    date: str | None

    @property
    def coverage(self) -> Coverage:
        """How many rows have a link."""
        return Coverage(sum(self.by_relation.values()), self.rows)

    def part(self, relations: Collection[Relation]) -> float:
        """Return the share of the linked rows that is under one of the relations."""
        linked = self.coverage.linked
        return sum(count for name, count in self.by_relation.items() if name in relations) / linked if linked else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The relation of a to b ("a is a subset of b"), which took from which, and what the direction rests on."""

    relation: DatasetRelation
    direction: Direction
    ground: str


def judge(a: Side, b: Side) -> Verdict:
    """Decide what a is to b.

    Where one corpus has no prompts, or no responses, at all, only the other channel can be compared, and agreement
    there counts as keeping the row.
    """
    relation = _relation(a, b)
    direction, ground = _direction(relation, a, b)
    return Verdict(relation, direction, ground)


def _relation(a: Side, b: Side) -> DatasetRelation:
    unchanged = _unchanged(a, b)
    if not any(_beyond_incidental(side, unchanged) for side in (a, b)):
        return "unrelated"
    lead = a if a.coverage.share >= b.coverage.share else b
    most_of_one = lead.coverage.share >= LEADING
    if lead.part({*unchanged, "near_duplicate"}) >= LEADING:
        return _kept_relation(a, b, unchanged)
    if most_of_one and lead.part({*unchanged, *_EDITS}) >= LEADING:
        return "revised"
    if most_of_one and 1 - lead.part({"same_response"}) >= LEADING:
        return "revised" if _answers_kept(lead.answers) else "reanswered"
    return "overlap"


def _unchanged(a: Side, b: Side) -> set[Relation]:
    """Relations under which a row is unchanged in every channel that both corpora have."""
    unchanged: set[Relation] = {"identical"}
    if not (a.has_responses and b.has_responses):
        unchanged.add("same_prompt")
    if not (a.has_prompts and b.has_prompts):
        unchanged.add("same_response")
    return unchanged


def _kept_relation(a: Side, b: Side, unchanged: Collection[Relation]) -> DatasetRelation:
    # Rows that share only a prompt do not make a set contained: in a templated set each prompt is close to many others.
    share_a, share_b = (side.coverage.share * side.part({*unchanged, *_EDITS}) for side in (a, b))
    covered_a, covered_b = share_a >= COVERED, share_b >= COVERED
    edited = 1 - min(a.part(unchanged), b.part(unchanged))
    if covered_a and covered_b:
        return "copy" if edited <= EDITED else "version"
    if covered_a:
        return "subset"
    if covered_b:
        return "superset"
    return "version" if min(share_a, share_b) >= LEADING and edited > EDITED else "overlap"


def _answers_kept(answers: Coverage) -> bool:
    return answers.share >= KEPT_ANSWERS and answers.interval[0] >= KEPT_ANSWERS_LOW


def _beyond_incidental(side: Side, unchanged: Collection[Relation]) -> bool:
    loose = {"extended", "same_response"}.difference(unchanged)
    firm = Coverage(sum(rows for name, rows in side.by_relation.items() if name not in loose), side.rows)
    handful = max(1, min(HANDFUL, (side.rows + 1) // 2))
    return (firm.interval[0] > INCIDENTAL_SHARE and firm.linked >= handful) or (
        side.coverage.interval[0] > INCIDENTAL_LOOSE and side.coverage.linked >= handful
    )


def _direction(relation: DatasetRelation, a: Side, b: Side) -> tuple[Direction, str]:
    if relation == "unrelated":
        return "unknown", "no direction between unrelated datasets"
    older = _older(a.date, b.date)
    if older:
        later, earlier = (b, a) if older < 0 else (a, b)
        direction: Direction = "b_from_a" if older < 0 else "a_from_b"
        return direction, f"{earlier.name} is older ({earlier.date} before {later.date})"
    if relation == "subset":
        return "a_from_b", f"{b.name} holds all of {a.name} and more"
    if relation == "superset":
        return "b_from_a", f"{a.name} holds all of {b.name} and more"
    return "unknown", "the direction is unknown without the dates of both"


def _older(a: str | None, b: str | None) -> int:
    """Return -1 when a is older, 1 when b is, 0 when that cannot be told; dates compare as far as both are given."""
    if a is None or b is None:
        return 0
    digits = min(len(a), len(b))
    return (a[:digits] > b[:digits]) - (a[:digits] < b[:digits])
