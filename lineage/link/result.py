"""What linking returns: for every two datasets the counts, what they mean, and every pair with its evidence."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from lineage.link.aligned.alignment import Alignment
from lineage.link.coverage import Coverage
from lineage.link.cuts import NO_CUTS, Cuts
from lineage.link.direction import DatasetRelation, Declared, Direction, Ground
from lineage.link.groups import NO_GROUPS, LinkGroups
from lineage.link.placement import Placement
from lineage.link.relation import Relation
from lineage.link.rewrite import Answers
from lineage.link.tree import NO_FAMILY, Family
from lineage.link.unknown import Unknown

CONTRACT = "lineage.link/1"
CHANNELS = ("prompt", "response")

# One row a pair of rows. Null measures: a row has no words in that view. `_equal`: the same words in the same order.
# `_exact`: counted from the texts (or equal by key) rather than estimated from signatures. `_bits`: what the shared
# words are worth as evidence; null without the texts.
PAIRS = pa.schema(
    [
        pa.field("row_a", pa.int64(), nullable=False),
        pa.field("row_b", pa.int64(), nullable=False),
        pa.field("relation", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        *(
            field
            for channel in CHANNELS
            for field in (
                pa.field(f"{channel}_equal", pa.bool_(), nullable=False),
                pa.field(f"{channel}_jaccard", pa.float64()),
                pa.field(f"{channel}_containment_ab", pa.float64()),
                pa.field(f"{channel}_containment_ba", pa.float64()),
                pa.field(f"{channel}_standard_error", pa.float64()),
                pa.field(f"{channel}_exact", pa.bool_()),
                pa.field(f"{channel}_bits", pa.float32()),
            )
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """How alike two rows are in one channel.

    channel: "prompt" or "response". equal: the same words in the same order. jaccard: of the shingle sets, in [0, 1].
    containment_ab: the part of a's shingles that b has; containment_ba: the part of b's that a has.
    exact: counted from the texts; otherwise estimated from signatures with that standard error of the Jaccard.
    bits: what the shared words are worth as evidence, NaN without the texts.
    """

    channel: str
    equal: bool
    jaccard: float
    containment_ab: float
    containment_ba: float
    standard_error: float
    exact: bool
    bits: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two linked rows, counted from 0 in each corpus; `evidence` has an entry for each channel that both rows have."""

    row_a: int
    row_b: int
    relation: Relation
    evidence: tuple[LinkEvidence, ...]

    @property
    def bits(self) -> float | None:
        """What all that the two rows share is worth, None where nothing could be weighed."""
        weighed = [one.bits for one in self.evidence if not math.isnan(one.bits)]
        return sum(weighed) if weighed else None


@dataclass(frozen=True, slots=True)
class RelationCount:
    """Rows of each side whose strongest relation is this one, and the pairs of rows that are in it."""

    rows_a: int
    rows_b: int
    pairs: int


@dataclass(frozen=True, slots=True)
class DatasetPair:
    """What dataset a is to dataset b, with the counts and the pairs it rests on.

    linked_a, linked_b: rows with at least one verified link to the other side. by_relation: each row under its
    strongest relation. table: every pair, schema PAIRS, ordered by row_a and row_b; rows that repeat the same words are
    paired one to one, not each with each. cut: how much was left out (0 for ordinary data); cuts: of it, what by which
    rule. unknown_without_text: what cannot be known because the texts of one are not at hand.
    ground: what the direction rests on. declared: what somebody says of it, whatever it rests on. placement: how the
    linked rows lie in the set that holds the other and more.
    firm_a, firm_b: linked rows whose evidence is more than chance and boilerplate.
    chance: bits that the best of all chance pairs shares. answers: what answers to shared prompts have in common.
    groups: rows of both that hang together, the largest of them by their first rows.
    templates: what was put around the prompts of one of the two, the prompt an ellipsis. alignment: rows matched
    although they share no words, looked for only where those that do make no relation.
    """

    a: str
    b: str
    relation: DatasetRelation
    direction: Direction
    ground: Ground
    placement: Placement | None
    linked_a: Coverage
    linked_b: Coverage
    firm_a: int
    firm_b: int
    by_relation: Mapping[Relation, RelationCount]
    chance: float
    answers: Answers
    templates: tuple[str, ...]
    table: pa.Table
    why: str
    cut: int
    cuts: Cuts = NO_CUTS
    alignment: Alignment | None = None
    unknown_without_text: tuple[Unknown, ...] = ()
    declared: Declared | None = None
    groups: LinkGroups = NO_GROUPS

    @property
    def rows_linked_a(self) -> int:
        """Rows of a with at least one link."""
        return self.linked_a.linked

    @property
    def rows_linked_b(self) -> int:
        """Rows of b with at least one link."""
        return self.linked_b.linked

    @property
    def taken_a(self) -> Coverage:
        """Rows of a that the relation rests on: the linked ones, or those matched although they share no words."""
        return self.linked_a if self.alignment is None else self.alignment.aligned_a

    @property
    def taken_b(self) -> Coverage:
        """Rows of b that the relation rests on, as `taken_a`."""
        return self.linked_b if self.alignment is None else self.alignment.aligned_b

    def links(self, start: int = 0, stop: int | None = None) -> Iterator[Link]:
        """Yield the pairs of the table from `start` to `stop`."""
        for row in self.table.slice(start, None if stop is None else max(stop - start, 0)).to_pylist():
            yield _link(row)

    def to_dict(self) -> dict[str, object]:
        """Return the pair as it appears in the JSON contract."""
        counts = self.by_relation.items()
        return {
            "a": self.a,
            "b": self.b,
            "relation": self.relation,
            "direction": self.direction,
            "direction_ground": self.ground,
            "declared": self.declared and {"direction": self.declared.direction, "by": self.declared.by},
            "rows_linked_a": self.rows_linked_a,
            "rows_linked_b": self.rows_linked_b,
            "by_relation": {n: {"rows_a": c.rows_a, "rows_b": c.rows_b, "pairs": c.pairs} for n, c in counts},
            "rows_firm_a": self.firm_a,
            "rows_firm_b": self.firm_b,
            "chance_bits": round(self.chance, 2),
            "answers": _answers(self.answers),
            "templates": list(self.templates),
            "aligned": _aligned(self.alignment),
            "coverage_a": _coverage(self.linked_a),
            "coverage_b": _coverage(self.linked_b),
            "groups": self.groups.to_dict(),
            "candidates_cut": self.cut,
            "cuts": self.cuts.to_dict(),
            "unknown_without_text": list(self.unknown_without_text),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The corpora that were compared, as (name, rows), and a DatasetPair for every two of them.

    recall_at: the probability that two texts of some Jaccard meet; None when every pair at the threshold was searched.
    family: how they came from each other, all of them considered together.
    """

    datasets: tuple[tuple[str, int], ...]
    pairs: tuple[DatasetPair, ...]
    threshold: float
    recall_at: Mapping[float, float] | None = None
    family: Family = NO_FAMILY

    def to_dict(self) -> dict[str, object]:
        """Return the result as the JSON contract `lineage.link/1`, without the pairs of rows."""
        return {
            "schema": CONTRACT,
            "threshold": self.threshold,
            "recall_at": self.recall_at and {str(at): round(found, 6) for at, found in self.recall_at.items()},
            "datasets": [{"name": name, "rows": rows} for name, rows in self.datasets],
            "pairs": [pair.to_dict() for pair in self.pairs],
            "family": self.family.to_dict(),
        }


def _coverage(coverage: Coverage) -> dict[str, float]:
    low, high = coverage.interval
    return {"share": round(coverage.share, 6), "low": round(low, 6), "high": round(high, 6)}


def _aligned(alignment: Alignment | None) -> dict[str, object] | None:
    if alignment is None:
        return None
    return {
        "kind": alignment.kind,
        "rows": alignment.pairs.num_rows,
        "coverage_a": _coverage(alignment.aligned_a),
        "coverage_b": _coverage(alignment.aligned_b),
        "order": round(alignment.order, 4),
        "expected_by_chance": alignment.chance.expected,
        "sampled": alignment.sampled,
    }


def _answers(answers: Answers) -> dict[str, object]:
    order = None if math.isnan(answers.order) else round(answers.order, 4)
    return {
        "compared": answers.kept.rows,
        "kept": answers.kept.linked,
        "kept_share": _coverage(answers.kept),
        "same_order": order,
        "order_rows": answers.ordered,
        "order_of": answers.read,
    }


def _link(row: Mapping[str, object]) -> Link:
    evidence = []
    for channel in CHANNELS:
        if row[f"{channel}_jaccard"] is not None:
            fields = ("equal", "jaccard", "containment_ab", "containment_ba", "standard_error", "exact", "bits")
            values = {name: row[f"{channel}_{name}"] for name in fields}
            if values["bits"] is None:
                values["bits"] = math.nan
            evidence.append(LinkEvidence(channel, **values))  # type: ignore[arg-type]
    return Link(row["row_a"], row["row_b"], row["relation"], tuple(evidence))  # type: ignore[arg-type]
