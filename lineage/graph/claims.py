"""Writing claims: checked against the vocabulary, appended to the ledger, and the touched edges derived anew."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from lineage.errors import StoreError
from lineage.graph.edges import derive_edges
from lineage.graph.vocabulary import check_claim
from lineage.store import ledger, queries
from lineage.store.facts import Claim, Ingest, RecordedClaim


def record_claims(session: Session, claims: Sequence[Claim], ingest: Ingest) -> None:
    """Write one batch of claims and bring the edges up to date, in the caller's transaction.

    StoreError when a claim says what the vocabulary does not allow, or when the same batch was taken in before.
    """
    if queries.ingest_known(session, ingest.input_digest):
        raise StoreError(f"{ingest.importer} has already taken in the batch {ingest.input_digest}; nothing was changed")
    ends = queries.versions(session, {end for claim in claims for end in (claim.subj, claim.obj)})
    for claim in claims:
        check_claim(claim, ends[claim.subj], ends[claim.obj])
    number = ledger.begin_ingest(session, ingest)
    ledger.append_claims(session, claims, number, ingest.at)
    _refresh(session, {(claim.subj, claim.obj) for claim in claims})


def retract_claims(session: Session, claims: Collection[RecordedClaim], at: dt.datetime) -> None:
    """Take claims back and bring the edges up to date; the ledger keeps both the claim and its end."""
    ledger.retract_claims(session, [one.id for one in claims], at)
    _refresh(session, {(one.claim.subj, one.claim.obj) for one in claims})


def stale_edges(session: Session) -> int:
    """Count the edges that differ from what the claims come to; 0 in a sound graph."""
    return len(set(queries.edges(session)) ^ set(derive_edges(queries.live_claims(session))))


def _refresh(session: Session, ends: set[tuple[int, int]]) -> None:
    ledger.replace_edges(session, ends, derive_edges(queries.live_claims(session, ends)))
