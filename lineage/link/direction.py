"""Which of two related datasets took from the other, and what that rests on."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from lineage.link.edits import EditMarks
from lineage.link.placement import Placement
from lineage.link.side import Side

DatasetRelation = Literal[
    "copy", "subset", "superset", "version", "reanswered", "revised", "evolved_from", "evolved_into",
    "translated_from", "translated_into", "overlap", "unrelated",
]  # fmt: skip
Direction = Literal["a_from_b", "b_from_a", "unknown"]
Ground = Literal["dates", "containment", "edit marks", "declared", "unknown"]

# A side is covered when this share of its rows is linked; the other holds more when it is linked by less than half.
COVERED = 0.9
LEADING = 0.5

# How differently the rest of a set reads from a piece of it: of 60 pieces of instruction sets one reached .72; pieces
# that a set was put together from have .66 to 1.0. Below the first bound a piece may have been cut out, above the
# second the set was put together; between them nobody can tell.
PIECE_ALIKE = 0.7
PIECE_APART = 0.9

_FROM_B: tuple[DatasetRelation, ...] = ("subset", "evolved_from", "translated_from")
_FROM_A: tuple[DatasetRelation, ...] = ("superset", "evolved_into", "translated_into")


@dataclass(frozen=True, slots=True)
class Course:
    """The direction of a relation, its ground, and the ground in words."""

    direction: Direction
    ground: Ground
    why: str


@dataclass(frozen=True, slots=True)
class Declared:
    """Which took from which as somebody says; "unknown" where both are said to. by: who says so, in words."""

    direction: Direction
    by: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What the texts of linked rows tell of a direction.

    holder: how the linked rows lie in the set that holds the other and more, None where neither does.
    """

    edits: EditMarks = field(default_factory=EditMarks)
    holder: Placement | None = None


NO_SIGNS = Signs()


def find_direction(relation: DatasetRelation, a: Side, b: Side, signs: Signs = NO_SIGNS) -> Course:
    """Decide which took from which: by the dates of both, by which one holds the other and more, by marks of edits."""
    if relation == "unrelated":
        return Course("unknown", "unknown", "no direction between unrelated datasets")
    dated = by_dates(a, b)
    if dated:
        return dated
    child = smaller(relation, a, b)
    if child is None:
        return _by_edits(a, b, signs.edits)
    parent = b if child is a else a
    if signs.holder is not None and signs.holder.piece and signs.holder.apart >= PIECE_ALIKE:
        return _by_piece(a, part=child, whole=parent, apart=signs.holder.apart)
    return _course(a, child, "containment", _words(relation, child, parent))


def _course(a: Side, child: Side, ground: Ground, why: str) -> Course:
    return Course("a_from_b" if child is a else "b_from_a", ground, why)


def _by_edits(a: Side, b: Side, edits: EditMarks) -> Course:
    made = edits.made
    if made is None:
        return Course("unknown", "unknown", "the direction is unknown without the dates of both")
    child = a if made[0] == "a" else b
    return _course(a, child, "edit marks", f"{child.name} is the later one: {made[1]}")


def _by_piece(a: Side, *, part: Side, whole: Side, apart: float) -> Course:
    lies = f"{whole.name} holds the rows of {part.name} in one piece, and its other rows read differently"
    if apart >= PIECE_APART:
        return _course(a, whole, "edit marks", f"{lies}: it was put together from several sets")
    return Course("unknown", "unknown", f"{lies}: it may have been put together, or {part.name} cut out of it")


class Dated(Protocol):
    """What has a name and perhaps a date: a side of a pair, a corpus."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def date(self) -> str | None:
        """When it was made, an ISO date, month or year."""


def by_dates(a: Dated, b: Dated) -> Course | None:
    """Take the older for the source; None where the dates do not tell."""
    older = _older(a.date, b.date)
    if not older:
        return None
    later, earlier = (b, a) if older < 0 else (a, b)
    why = f"{earlier.name} is older ({earlier.date} before {later.date})"
    return Course("b_from_a" if older < 0 else "a_from_b", "dates", why)


def smaller(relation: DatasetRelation, a: Side, b: Side) -> Side | None:
    """Return the side that reads as taken from the other: that lies in it, or whose prompts hold those of the other."""
    if relation in _FROM_B:
        return a
    if relation in _FROM_A:
        return b
    if relation in {"revised", "reanswered"}:
        for one, other in ((a, b), (b, a)):
            if one.coverage.share >= COVERED and other.coverage.share < LEADING:
                return one
    return None


def _words(relation: DatasetRelation, child: Side, parent: Side) -> str:
    if relation.startswith("evolved"):
        return f"the texts of {child.name} hold those of {parent.name} and more"
    if relation.startswith("translated"):
        return f"{child.name} reads as translated from {parent.name}"
    if relation in {"subset", "superset"}:
        return f"{parent.name} holds all of {child.name} and more"
    return f"{parent.name} has the prompts of {child.name} and more"


def _older(a: str | None, b: str | None) -> int:
    """Return -1 when a is older, 1 when b is, 0 when that cannot be told; dates compare as far as both are given."""
    if a is None or b is None:
        return 0
    digits = min(len(a), len(b))
    return (a[:digits] > b[:digits]) - (a[:digits] < b[:digits])
