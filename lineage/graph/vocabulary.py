"""The words of the graph: which relation may join which kinds, and which of them say where something came from.

The one table that every claim is checked against before it is written, and that walks and pages read.
"""

from dataclasses import dataclass

from lineage.errors import StoreError
from lineage.store.facts import Claim, Version

# The kinds of evidence. Ten copies of one document are one witness, so certainty adds up between families only; where
# shares compete, the earlier family wins.
FAMILIES = (
    "human_review", "pipeline_log", "row_column", "overlap", "canary", "attribution", "weights", "paper",
    "declared_card",
)  # fmt: skip
ROLES = ("", "prompt", "response")


@dataclass(frozen=True, slots=True)
class Relation:
    """What one predicate means: `joins` lists (subject kind, object kind), `hows` the ways it may have come about.

    origin: the subject came, wholly or in part, from the object; ancestors are found along such relations only.
    """

    reads: str
    reads_back: str
    joins: tuple[tuple[str, str], ...]
    origin: bool = True
    hows: tuple[str, ...] = ("",)


_DERIVED = (
    "copy", "subset", "superset", "version", "reanswered", "revised", "evolved_from", "evolved_into",
    "translated_from", "translated_into", "overlap",
)  # fmt: skip

RELATIONS = {
    "generated_by": Relation("was written by", "wrote", (("dataset", "model"),)),
    "produced_by": Relation("came out of", "made", (("dataset", "run"),)),
    "ran": Relation("ran", "was run by", (("run", "model"),)),
    "derived_from": Relation("was made from", "went into", (("dataset", "dataset"),), hows=("", *_DERIVED)),
    "version_of": Relation("is a later version of", "is an earlier version of", (("dataset", "dataset"),)),
    "trained_on": Relation("was trained on", "trained", (("model", "dataset"),)),
    "based_on": Relation("starts from the weights of", "gave its weights to", (("model", "model"),)),
    "collected_from": Relation("was collected from", "was collected into", (("dataset", "source"),)),
    "published_by": Relation("was published by", "published", (("dataset", "org"), ("model", "org")), origin=False),
    "overlaps": Relation(
        "shares text with",
        "shares text with",
        (("dataset", "dataset"),),
        origin=False,
        hows=("", "incidental", *_DERIVED),
    ),
}
ORIGINS = tuple(name for name, relation in RELATIONS.items() if relation.origin)


def check_claim(claim: Claim, subject: Version, object_: Version) -> None:
    """Raise StoreError unless the vocabulary knows what the claim says, of things it may be said of."""
    relation = RELATIONS.get(claim.pred)
    if relation is None:
        raise _refusal(claim, f"no relation is called {claim.pred!r}; known: {', '.join(RELATIONS)}")
    if (subject.kind, object_.kind) not in relation.joins:
        allowed = " or ".join(f"{left} to {right}" for left, right in relation.joins)
        raise _refusal(claim, f"{claim.pred} joins {allowed}, not {subject.kind} to {object_.kind}")
    if claim.subj == claim.obj:
        raise _refusal(claim, f"{subject.node} cannot be {claim.pred} itself")
    for word, value, known in (
        ("how", claim.how, relation.hows),
        ("role", claim.role, ROLES),
        ("family", claim.family, FAMILIES),
    ):
        if value not in known:
            raise _refusal(claim, f"{word} {value!r} is not one of {', '.join(repr(one) for one in known)}")


def _refusal(claim: Claim, reason: str) -> StoreError:
    return StoreError(f"claim of {claim.collector} by {claim.method} refused: {reason}")
