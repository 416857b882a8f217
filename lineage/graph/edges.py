"""From claims to edges: what all the standing claims about one relation come to. Pure; knows no database."""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

from lineage.graph.vocabulary import FAMILIES
from lineage.store.facts import Claim, Edge, RecordedClaim


def derive_edges(claims: Iterable[RecordedClaim]) -> list[Edge]:
    """Turn standing claims into edges, one for each (subject, object, relation, role, stage), in a fixed order.

    The share is that of the strongest family that states one, its newest claim. `conflict` is set when two families
    state shares that no amount satisfies both of. Retracted claims are passed over.
    """
    groups: dict[tuple[int, int, str, str, str], list[RecordedClaim]] = {}
    for one in claims:
        if one.retracted is None:
            claim = one.claim
            groups.setdefault((claim.subj, claim.obj, claim.pred, claim.role, claim.stage), []).append(one)
    return [_edge([one.claim for one in sorted(groups[key], key=lambda one: one.id)]) for key in sorted(groups)]


def confidence(claims: Sequence[Claim]) -> float:
    """How sure it is that the relation holds at all: 1 - Π(1 - p) over families, the surest claim of each.

    Families are taken as independent witnesses and claims inside one as the same witness.
    """
    surest: dict[str, float] = {}
    for claim in claims:
        surest[claim.family] = max(claim.p_exists, surest.get(claim.family, 0.0))
    return 1.0 - math.prod(1.0 - p for p in surest.values())


def _edge(claims: list[Claim]) -> Edge:
    newest = {claim.family: claim for claim in claims}
    newest_stated = {claim.family: claim for claim in claims if claim.share is not None}
    speaker = min((newest_stated or newest).values(), key=lambda claim: FAMILIES.index(claim.family))
    shares = [claim.share for claim in newest_stated.values() if claim.share is not None]
    return Edge(
        src=speaker.subj,
        dst=speaker.obj,
        type=speaker.pred,
        role=speaker.role,
        stage=speaker.stage,
        how=speaker.how,
        share=speaker.share,
        unit=speaker.unit,
        n=speaker.n,
        n_of=speaker.n_of,
        basis=speaker.family,
        conf=confidence(claims),
        n_claims=len(claims),
        conflict=any(not one.overlaps(other) for one, other in combinations(shares, 2)),
    )
