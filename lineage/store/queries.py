"""Questions to the store, one function each; records come back, never rows of the ORM."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from lineage.errors import UsageError
from lineage.store.dates import format_date
from lineage.store.facts import KINDS, Claim, Edge, Kind, RecordedClaim, Share, Version
from lineage.store.tables import AliasRow, ClaimRow, EdgeRow, EntityRow, IngestRow, MetaRow, VersionRow

# SQLite takes 32,766 parameters in one statement; small parts keep its planner on the indexes.
_CHUNK = 400
T = TypeVar("T")


def graph_revision(session: Session) -> int:
    """Count the transactions that have changed the graph so far."""
    return session.scalars(select(MetaRow.graph_rev)).one()


def entity_id(session: Session, kind: Kind, name: str) -> int | None:
    """Find an entity by its name, or by an alias that was accepted."""
    found = session.scalar(select(EntityRow.id).filter_by(key=f"{kind}:{name}"))
    if found is not None:
        return found
    accepted = select(AliasRow.entity_id).join(EntityRow).filter(EntityRow.kind == kind)
    return session.scalar(accepted.where(AliasRow.name == name, AliasRow.status == "accepted"))


def versions(session: Session, ids: Iterable[int] | None = None) -> dict[int, Version]:
    """Read these versions, or all of them, by id."""
    query = select(VersionRow, EntityRow.kind, EntityRow.name).join(EntityRow)
    if ids is None:
        return {row.id: _version(row, kind, name) for row, kind, name in session.execute(query)}
    found: dict[int, Version] = {}
    for part in chunks(sorted(set(ids))):
        for row, kind, name in session.execute(query.where(VersionRow.id.in_(part))):
            found[row.id] = _version(row, kind, name)
    return found


def version_with_digest(session: Session, name: str, digest: str) -> Version | None:
    """Find the version of a dataset that has exactly this content."""
    entity = entity_id(session, "dataset", name)
    found = session.scalar(select(VersionRow.id).filter_by(entity_id=entity, digest=digest))
    return versions(session, [found])[found] if found is not None else None


def current_datasets(session: Session) -> list[Version]:
    """List the newest version of every dataset whose content is known, by name."""
    newest = select(func.max(VersionRow.id)).join(EntityRow).where(EntityRow.kind == "dataset", VersionRow.digest != "")
    ids = session.scalars(newest.group_by(VersionRow.entity_id))
    return sorted(versions(session, ids).values(), key=lambda version: version.name)


def resolve(session: Session, reference: str, kinds: Sequence[Kind] = KINDS) -> Version:
    """Find what a user means by `name`, `name@version` or `kind:name`; without a version the newest.

    UsageError when nothing or more than one thing has that name; it lists what comes near.
    """
    found = [version for kind, name in _readings(reference, kinds) for version in _newest(session, kind, name)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(version.node for version in found)
        raise UsageError(f"{reference!r} may mean {choices}; say which")
    names = sorted(set(session.scalars(select(EntityRow.name).where(EntityRow.kind.in_(kinds)))))
    near = difflib.get_close_matches(reference, names, n=5, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(names[:12]) or 'nothing yet'}"
    raise UsageError(f"no {' or '.join(kinds)} named {reference!r} in the graph; {hint}")


def ingest_known(session: Session, input_digest: str) -> bool:
    """Tell whether a batch with this input was taken in before."""
    return session.scalar(select(IngestRow.id).filter_by(input_digest=input_digest)) is not None


def live_claims(session: Session, ends: Collection[tuple[int, int]] | None = None) -> list[RecordedClaim]:
    """List the claims that stand, in the order they were written: between these (subj, obj) pairs, or all."""
    query = select(ClaimRow).where(ClaimRow.retracted.is_(None)).order_by(ClaimRow.id)
    if ends is None:
        return [_claim(row) for row in session.scalars(query)]
    found = [
        _claim(row)
        for part in chunks(sorted(ends))
        for row in session.scalars(query.where(tuple_(ClaimRow.subj, ClaimRow.obj).in_(part)))
    ]
    return sorted(found, key=lambda claim: claim.id)


def claims_of_family(session: Session, version_id: int, family: str) -> list[RecordedClaim]:
    """List the standing claims of one kind of evidence that have a version at either end."""
    either = (ClaimRow.subj == version_id) | (ClaimRow.obj == version_id)
    query = select(ClaimRow).where(either, ClaimRow.family == family, ClaimRow.retracted.is_(None))
    return [_claim(row) for row in session.scalars(query.order_by(ClaimRow.id))]


def claims_of_relation(session: Session, pred: str) -> list[RecordedClaim]:
    """List the standing claims of one relation, in the order they were written."""
    query = select(ClaimRow).where(ClaimRow.pred == pred, ClaimRow.retracted.is_(None))
    return [_claim(row) for row in session.scalars(query.order_by(ClaimRow.id))]


def edges(session: Session) -> list[Edge]:
    """List every edge."""
    return [_edge(row) for row in session.scalars(select(EdgeRow).order_by(EdgeRow.id))]


def edges_from(session: Session, ids: Iterable[int], types: Sequence[str]) -> list[Edge]:
    """List the edges of these types that start at these versions."""
    return _edges(session, EdgeRow.src, ids, types)


def edges_to(session: Session, ids: Iterable[int], types: Sequence[str]) -> list[Edge]:
    """List the edges of these types that end at these versions."""
    return _edges(session, EdgeRow.dst, ids, types)


def broken_references(session: Session) -> list[str]:
    """List what is wrong with the SQLite file and its foreign keys; a server looks after its own."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    said = [str(row[0]) for row in session.execute(text("PRAGMA quick_check")) if row[0] != "ok"]
    return said + [f"row {row[1]} of {row[0]}" for row in session.execute(text("PRAGMA foreign_key_check"))]


def chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut a long list of parameters into parts that one statement can take."""
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _edges(session: Session, end: InstrumentedAttribute[int], ids: Iterable[int], types: Sequence[str]) -> list[Edge]:
    query = select(EdgeRow).where(EdgeRow.type.in_(types)).order_by(EdgeRow.id)
    return [_edge(row) for part in chunks(sorted(set(ids))) for row in session.scalars(query.where(end.in_(part)))]


def _readings(reference: str, kinds: Sequence[Kind]) -> list[tuple[Kind, str]]:
    kind, colon, name = reference.partition(":")
    if colon and kind in kinds:
        return [(known, name) for known in kinds if known == kind]
    return [(known, reference) for known in kinds]


def _newest(session: Session, kind: Kind, name: str) -> list[Version]:
    for tried, label in ((name, None), (name.rpartition("@")[0], name.rpartition("@")[2])):
        entity = entity_id(session, kind, tried) if tried else None
        if entity is None:
            continue
        query = select(VersionRow.id).filter_by(entity_id=entity).order_by(VersionRow.id.desc()).limit(1)
        found = session.scalar(query if label is None else query.filter_by(label=label))
        if found is not None:
            return [versions(session, [found])[found]]
    return []


def _version(row: VersionRow, kind: str, name: str) -> Version:
    return Version(
        id=row.id,
        kind=kind,
        name=name,
        label=row.label,
        digest=row.digest,
        n_rows=row.n_rows,
        n_prompts=row.n_prompts,
        n_responses=row.n_responses,
        date=format_date((row.date_lo, row.date_hi)) if row.date_lo and row.date_hi else None,
        licence=row.licence,
        source=row.source,
    )


def _claim(row: ClaimRow) -> RecordedClaim:
    claim = Claim(
        subj=row.subj,
        pred=row.pred,
        obj=row.obj,
        role=row.role,
        stage=row.stage,
        how=row.how,
        share=_share(row),
        unit=row.unit,
        n=row.n,
        n_of=row.n_of,
        p_exists=row.p_exists,
        family=row.family,
        method=row.method,
        method_version=row.method_version,
        params_digest=row.params_digest,
        locator=row.locator,
        collector=row.collector,
    )
    return RecordedClaim(row.id, claim, row.recorded, row.retracted)


def _edge(row: EdgeRow) -> Edge:
    return Edge(
        src=row.src,
        dst=row.dst,
        type=row.type,
        role=row.role,
        stage=row.stage,
        how=row.how,
        share=_share(row),
        unit=row.unit,
        n=row.n,
        n_of=row.n_of,
        basis=row.basis,
        conf=row.conf,
        n_claims=row.n_claims,
        conflict=row.conflict,
    )


def _share(row: ClaimRow | EdgeRow) -> Share | None:
    if row.share_lo is None or row.share_hi is None:
        return None
    return Share(row.share_lo, row.share_mid, row.share_hi)
