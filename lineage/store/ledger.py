"""Writing: entities, versions, the append-only ledger of claims, and the edges that replace older ones.

Every function works inside the caller's transaction (`database.writing`). What a claim may say is not decided here.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from lineage.store import queries
from lineage.store.dates import parse_date
from lineage.store.facts import Claim, Edge, Ingest, Kind, NewVersion, Share, Version
from lineage.store.tables import ClaimRow, EdgeRow, EntityRow, IngestRow, VersionRow

Ends = tuple[int, int]


def known_as(session: Session, kind: Kind, name: str, at: dt.datetime) -> Version:
    """Return the unversioned entity of this kind and name, made if it is new (a model, a run)."""
    entity_id = _entity(session, kind, name)
    found = session.scalar(select(VersionRow.id).filter_by(entity_id=entity_id, label=""))
    if found is None:
        row = VersionRow(entity_id=entity_id, label="", recorded=at)
        session.add(row)
        session.flush()
        found = row.id
    return queries.versions(session, [found])[found]


def add_version(session: Session, name: str, content: NewVersion, at: dt.datetime) -> Version:
    """Register the content of a dataset under a name, as its next version; the caller has checked that it is new."""
    entity_id = _entity(session, "dataset", name)
    labels = session.scalars(select(VersionRow.label).filter_by(entity_id=entity_id))
    latest = max((int(label) for label in labels if label.isdigit()), default=0)
    row = VersionRow(
        entity_id=entity_id,
        label=str(latest + 1),
        digest=content.digest,
        n_rows=content.n_rows,
        n_prompts=content.n_prompts,
        n_responses=content.n_responses,
        recorded=at,
        **_said(content),
    )
    session.add(row)
    session.flush()
    return queries.versions(session, [row.id])[row.id]


def describe_version(session: Session, version_id: int, content: NewVersion) -> None:
    """Replace what is said about a version besides its content: date, licence and where it is read from."""
    session.execute(update(VersionRow).filter_by(id=version_id).values(_said(content)))


def begin_ingest(session: Session, ingest: Ingest) -> int:
    """Open a batch of claims and return its number."""
    row = IngestRow(
        importer=ingest.importer,
        importer_version=ingest.importer_version,
        input_digest=ingest.input_digest,
        counts=dict(ingest.counts),
        recorded=ingest.at,
    )
    session.add(row)
    session.flush()
    return row.id


def append_claims(session: Session, claims: Iterable[Claim], ingest_id: int, at: dt.datetime) -> None:
    """Write claims at the end of the ledger."""
    session.add_all(ClaimRow(**_columns(claim), recorded=at, ingest_id=ingest_id) for claim in claims)
    session.flush()


def retract_claims(session: Session, claim_ids: Collection[int], at: dt.datetime) -> None:
    """Take claims back; they stay in the ledger with the moment of their retraction."""
    for part in queries.chunks(sorted(claim_ids)):
        still_live = (ClaimRow.id.in_(part), ClaimRow.retracted.is_(None))
        session.execute(update(ClaimRow).where(*still_live).values(retracted=at))


def replace_edges(session: Session, ends: Collection[Ends], edges: Iterable[Edge]) -> None:
    """Put `edges` in the place of every edge that joins one of these (src, dst) pairs."""
    for part in queries.chunks(sorted(ends)):
        session.execute(delete(EdgeRow).where(tuple_(EdgeRow.src, EdgeRow.dst).in_(part)))
    session.add_all(EdgeRow(**_columns(edge)) for edge in edges)
    session.flush()


def _entity(session: Session, kind: Kind, name: str) -> int:
    found = queries.entity_id(session, kind, name)
    if found is not None:
        return found
    row = EntityRow(kind=kind, key=f"{kind}:{name}", name=name)
    session.add(row)
    session.flush()
    return row.id


def _said(content: NewVersion) -> dict[str, Any]:
    first, last = parse_date(content.date) if content.date else (None, None)
    return {"date_lo": first, "date_hi": last, "licence": content.licence, "source": dict(content.source)}


def _columns(fact: Claim | Edge) -> dict[str, object]:
    columns = {field.name: getattr(fact, field.name) for field in dataclasses.fields(fact)}
    share = columns.pop("share")
    low, mid, high = (share.low, share.mid, share.high) if isinstance(share, Share) else (None, None, None)
    return columns | {"share_lo": low, "share_mid": mid, "share_hi": high}
