import datetime as dt
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import StoreError
from lineage.graph.edges import confidence, derive_edges
from lineage.graph.shares import wilson
from lineage.graph.vocabulary import FAMILIES, RELATIONS, check_claim
from lineage.store.facts import KINDS, Claim, RecordedClaim, Share, Version

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def claim(**said: object) -> Claim:
    usual = {
        "subj": 1, "pred": "generated_by", "obj": 2, "role": "response", "family": "row_column", "method": "t",
        "method_version": "1", "collector": "t",
    }  # fmt: skip
    return Claim(**(usual | said))


def recorded(*claims: Claim) -> list[RecordedClaim]:
    return [RecordedClaim(number, one, AT, None) for number, one in enumerate(claims, 1)]


shares = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(lambda three: Share(*sorted(three)))
claims = st.builds(
    claim,
    subj=st.integers(1, 3),
    obj=st.integers(4, 6),
    role=st.sampled_from(["", "prompt"]),
    family=st.sampled_from(FAMILIES),
    share=st.none() | shares,
    p_exists=st.floats(0, 1),
)


@given(st.lists(claims, max_size=12), st.randoms())
def test_edges_do_not_depend_on_the_order_in_which_claims_are_read(some: list[Claim], random: Random) -> None:
    shuffled = recorded(*some)
    random.shuffle(shuffled)
    assert derive_edges(shuffled) == derive_edges(recorded(*some))


@given(st.lists(claims, max_size=12))
def test_every_claim_is_in_exactly_one_edge(some: list[Claim]) -> None:
    edges = derive_edges(recorded(*some))
    assert sum(edge.n_claims for edge in edges) == len(some)
    assert len({(edge.src, edge.dst, edge.type, edge.role, edge.stage) for edge in edges}) == len(edges)
    assert all(0 <= edge.conf <= 1 for edge in edges)


@given(st.lists(claims, min_size=1, max_size=8))
def test_repeating_what_a_family_said_adds_no_certainty(some: list[Claim]) -> None:
    assert confidence(some * 3) == pytest.approx(confidence(some))


def test_independent_families_add_up() -> None:
    two = [claim(family="paper", p_exists=0.5), claim(family="overlap", p_exists=0.8)]
    assert confidence(two) == pytest.approx(0.9)


def test_counted_rows_outweigh_a_declaration_and_the_disagreement_shows() -> None:
    declared = claim(family="declared_card", share=Share(0.9, 1.0, 1.0))
    counted = claim(family="row_column", share=Share(0.4, 0.5, 0.6), n=5, n_of=10)
    (edge,) = derive_edges(recorded(counted, declared))
    assert (edge.share, edge.basis, edge.n, edge.conflict) == (counted.share, "row_column", 5, True)


def test_a_declaration_without_an_amount_conflicts_with_nothing() -> None:
    (edge,) = derive_edges(recorded(claim(family="paper"), claim(share=Share(0.1, 0.2, 0.3))))
    assert (edge.conflict, edge.share) == (False, Share(0.1, 0.2, 0.3))


def test_the_newest_claim_of_a_family_speaks_for_it() -> None:
    older, newer = claim(share=Share(0, 0, 0.1)), claim(share=Share(0.8, 0.9, 1))
    (edge,) = derive_edges(recorded(older, newer))
    assert (edge.share, edge.conflict) == (newer.share, False)


def test_a_retracted_claim_makes_no_edge() -> None:
    assert derive_edges([RecordedClaim(1, claim(), AT, AT)]) == []


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_bounds_hold_the_share_and_satisfy_the_score_equation(counted: tuple[int, int]) -> None:
    count, total = counted
    share = wilson(count, total)
    assert 0 <= share.low <= share.mid <= share.high <= 1
    for bound in (share.low, share.high):
        if 1e-9 < bound < 1 - 1e-9:
            distance = abs(share.mid - bound) / math.sqrt(bound * (1 - bound) / total)
            assert distance == pytest.approx(1.959964, abs=1e-4)


def version(number: int, kind: str) -> Version:
    return Version(number, kind, f"{kind}{number}", "", None, None, None, None, None, None, None)


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_joins_only_the_kinds_it_is_for(name: str) -> None:
    relation = RELATIONS[name]
    for left in KINDS:
        for right in KINDS:
            said = claim(pred=name, role="", how=relation.hows[0])
            if (left, right) in relation.joins:
                check_claim(said, version(1, left), version(2, right))
            else:
                with pytest.raises(StoreError, match=f"{name} joins .*not {left} to {right}"):
                    check_claim(said, version(1, left), version(2, right))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"pred": "wrote"}, "no relation is called 'wrote'; known: generated_by"),
        ({"role": "both"}, "role 'both' is not one of"),
        ({"family": "hearsay"}, "family 'hearsay' is not one of"),
        ({"how": "copy"}, "how 'copy' is not one of ''"),
    ],
)
def test_a_claim_outside_the_vocabulary_is_refused(said: dict[str, object], reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        check_claim(claim(**said), version(1, "dataset"), version(2, "model"))


def test_nothing_comes_from_itself() -> None:
    with pytest.raises(StoreError, match="cannot be version_of itself"):
        check_claim(claim(pred="version_of", obj=1, role=""), version(1, "dataset"), version(1, "dataset"))


@pytest.mark.parametrize("wrong", [(0.5, 0.4, 0.6), (-0.1, 0, 1), (0, None, 1.1), (0.9, None, 0.1)])
def test_a_share_keeps_its_bounds_in_order(wrong: tuple[float, float | None, float]) -> None:
    with pytest.raises(ValueError, match="a share needs"):
        Share(*wrong)
