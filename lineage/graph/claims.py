"""Writing claims: checked against the vocabulary, appended to the ledger, and the touched edges derived anew."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from lineage.errors import StoreError
from lineage.graph.edges import derive_edges
from lineage.graph.vocabulary import check_claim
from lineage.store import ledger, migrate, queries
from lineage.store.database import reading
from lineage.store.facts import Claim, Ingest, RecordedClaim
from lineage.store.workspace import Workspace


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


def check_graph(workspace: Workspace) -> str:
    """Check schema, references and edges, and sum up a sound graph in one sentence; StoreError lists what is wrong."""
    with reading(workspace) as session:
        wrong = migrate.differences(session.connection())
        wrong += [f"broken reference: {one}" for one in queries.broken_references(session)]
        edges, claims = queries.edges(session), queries.live_claims(session)
        stale = set(edges) ^ set(derive_edges(claims))
        wrong += [f"edge that the claims do not bear out: {one.src} {one.type} {one.dst}" for one in stale]
        if wrong:
            raise StoreError(f"the graph of {workspace.root} is damaged, restore a copy: " + "; ".join(wrong[:20]))
        return f"sound: {len(queries.current_datasets(session))} datasets, {len(claims)} claims, {len(edges)} edges"


def _refresh(session: Session, ends: set[tuple[int, int]]) -> None:
    ledger.replace_edges(session, ends, derive_edges(queries.live_claims(session, ends)))
