"""What two datasets are to each other, decided from how many rows of each are linked and by which relations.

Knows counts and dates only. The thresholds and their grounds are in docs/design/0003-relations.md.
"""

from collections.abc import Collection
from dataclasses import dataclass

from lineage.link.aligned.alignment import Alignment
from lineage.link.coverage import Coverage
from lineage.link.direction import (
    COVERED,
    LEADING,
    NO_SIGNS,
    Course,
    DatasetRelation,
    Dated,
    Direction,
    Ground,
    Signs,
    by_dates,
    find_direction,
)
from lineage.link.relation import Relation
from lineage.link.rewrite import Answers
from lineage.link.side import Side

# Links are incidental until the lower bound of a side's firmly linked share passes this and a handful of its rows is.
INCIDENTAL_SHARE = 0.01
HANDFUL = 5
# Below this share of edited rows two corpora that share most of their rows are two selections, not two versions.
EDITED = 0.1
# One set grew out of the other when this share of its rows is linked, most of these by prompts that hold the other's,
# and hardly any of the other's hold its.
EVOLVED_SHARE = 0.25
ONE_WAY = 0.1
# Of 1,039 pairs of sets with answers written apart none keeps more of them in part than .11 (of at least 100), nor an
# order of .7 over 15 % of them, as two models of one series have; rewritten sets begin at .24 or at .82. The second
# bound is what the lower end of the interval has to reach, for small sets.
KEPT_ANSWERS = 0.14
KEPT_ANSWERS_LOW = 0.1
SAME_ORDER = 0.75
ORDERED_SHARE = 0.15
ORDERED_ROWS = 10
# Passages keep their order more often by chance: of the 1,035 pairs of 46 models that answer the same prompts 1 of one
# series passes these falsely, and 3 that are made from each other; a refined set has .93 and .29.
SAME_PASSAGES = 0.9
PASSAGES_SHARE = 0.2

_EDITS: tuple[Relation, ...] = ("near_duplicate", "extended", "revised")
NO_ANSWERS = Answers(Coverage(0, 0))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The relation of a to b ("a is a subset of b"), which took from which, and what the direction rests on."""

    relation: DatasetRelation
    direction: Direction
    ground: Ground
    why: str


def judge(a: Side, b: Side, answers: Answers = NO_ANSWERS, signs: Signs = NO_SIGNS) -> Verdict:
    """Decide what a is to b.

    answers: what the answers to prompts that both have are to each other. signs: what texts tell of the direction.

    Where one corpus has no prompts, or no responses, at all, only the other channel can be compared, and agreement
    there counts as keeping the row.
    """
    relation = _relation(a, b, answers)
    course = find_direction(relation, a, b, signs)
    return Verdict(relation, course.direction, course.ground, course.why)


def judge_alignment(a: Dated, b: Dated, alignment: Alignment) -> Verdict:
    """Decide what a is to b from rows that were matched although they share no words."""
    older = by_dates(a, b)
    course = older or Course(alignment.direction, alignment.ground, alignment.why)
    if alignment.kind == "revised":
        return Verdict("revised", course.direction, course.ground, course.why)
    # Where the direction is unknown the name of the relation does not tell it either; `direction` does.
    relation: DatasetRelation = "translated_into" if course.direction == "b_from_a" else "translated_from"
    return Verdict(relation, course.direction, course.ground, course.why)


def _relation(a: Side, b: Side, answers: Answers) -> DatasetRelation:
    unchanged = _unchanged(a, b)
    if not any(_beyond_incidental(side, unchanged) for side in (a, b)):
        return "unrelated"
    lead = a if a.coverage.share >= b.coverage.share else b
    most_of_one = lead.coverage.share >= LEADING
    if lead.part({*unchanged, "near_duplicate"}) >= LEADING:
        return _kept_relation(a, b, unchanged)
    for side, other, name in ((a, b, "evolved_from"), (b, a, "evolved_into")):
        if _evolved(side, other):
            return name  # type: ignore[return-value]
    if most_of_one and lead.part({*unchanged, *_EDITS}) >= LEADING:
        return "revised"
    if most_of_one and 1 - lead.part({"same_response"}) >= LEADING:
        # Prompts of which most were edited are not the same prompts.
        edited = lead.reworded >= LEADING * lead.coverage.linked or answers_rewritten(answers)
        return "revised" if edited else "reanswered"
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
    share_a, share_b = (side.count({*unchanged, *_EDITS}) / max(side.rows, 1) for side in (a, b))
    covered_a, covered_b = share_a >= COVERED, share_b >= COVERED
    edited = max(_edited(side, unchanged) for side in (a, b))
    if covered_a and covered_b:
        return "copy" if edited <= EDITED else "version"
    if covered_a:
        return "subset"
    if covered_b:
        return "superset"
    return "version" if min(share_a, share_b) >= LEADING and edited > EDITED else "overlap"


def _edited(side: Side, unchanged: Collection[Relation]) -> float:
    """Return the share of the linked rows that is neither unchanged nor only in a template."""
    linked = side.coverage.linked
    return 1 - (side.count(unchanged) + side.wrapped) / linked if linked else 0.0


def _evolved(child: Side, parent: Side) -> bool:
    return (
        child.coverage.share >= EVOLVED_SHARE
        and child.grown >= LEADING * child.coverage.linked
        and parent.grown <= ONE_WAY * child.grown
    )


def answers_rewritten(answers: Answers) -> bool:
    """Tell whether the answers of one set were written from the other's: enough kept in part, or all in one order."""
    kept = answers.kept
    if kept.share >= KEPT_ANSWERS and kept.interval[0] >= KEPT_ANSWERS_LOW:
        return True
    words = answers.read == "words"
    least, share = (SAME_ORDER, ORDERED_SHARE) if words else (SAME_PASSAGES, PASSAGES_SHARE)
    return answers.order >= least and answers.ordered >= max(ORDERED_ROWS, share * kept.rows)


def _beyond_incidental(side: Side, unchanged: Collection[Relation]) -> bool:
    handful = max(1, min(HANDFUL, (side.rows + 1) // 2))
    firm = Coverage(side.firm, side.rows)
    if firm.interval[0] > INCIDENTAL_SHARE and firm.linked >= handful:
        return True
    # A copy of rows that are all too short to tell anything one by one is a copy.
    return side.rows >= 2 and side.count(unchanged) >= LEADING * side.rows
