"""How several datasets came from each other, as linking returns it; found in `family`."""

from dataclasses import dataclass

from lineage.link.direction import DatasetRelation, Ground


@dataclass(frozen=True, slots=True)
class FamilyEdge:
    """One link of the family: what the child is to the parent.

    ground: what the direction rests on; "unknown" where either may have come from the other. rows: rows of the child
    that the parent explains. otherwise: of these, how many another parent of the child explains as well.
    """

    child: str
    parent: str
    relation: DatasetRelation
    ground: Ground
    rows: int
    otherwise: int

    def to_dict(self) -> dict[str, object]:
        """Return the edge as it appears in the JSON contract."""
        return {
            "child": self.child,
            "parent": self.parent,
            "relation": self.relation,
            "direction_ground": self.ground,
            "rows": self.rows,
            "explained_otherwise": self.otherwise,
        }


@dataclass(frozen=True, slots=True)
class Family:
    """How the datasets came from each other: parents before children, the nearest parent of a child first.

    through: pairs that share rows, but only by way of the edges, as (a, b, relation of a to b). alone: datasets that
    are related to no other.
    """

    edges: tuple[FamilyEdge, ...] = ()
    through: tuple[tuple[str, str, DatasetRelation], ...] = ()
    alone: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the family as it appears in the JSON contract."""
        return {
            "edges": [edge.to_dict() for edge in self.edges],
            "through": [{"a": a, "b": b, "relation": relation} for a, b, relation in self.through],
            "alone": list(self.alone),
        }


NO_FAMILY = Family()
