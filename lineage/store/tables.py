"""The tables of the graph: what is known (entities and versions), who said what (claims), and the current view (edges).

Tables only. Claims are append-only, which triggers in the migrations enforce; edges can be thrown away and recomputed.
The migrations in `db/` are what creates them; a test compares the two.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Double, ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """A point in time, always UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Convert to UTC before writing."""
        del dialect
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Name the zone after reading."""
        del dialect
        if value is None:
            return None
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


class Table(DeclarativeBase):
    """What all tables share: names of constraints that are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dt.datetime: Instant, dict[str, Any]: JSON, float: Double}  # noqa: RUF012


class MetaRow(Table):
    """The one row that every writer locks: `graph_rev` counts the transactions that changed the graph."""

    __tablename__ = "meta"

    id: Mapped[int] = mapped_column(primary_key=True)
    graph_rev: Mapped[int]


class EntityRow(Table):
    """A model, dataset, run, source or organisation; `key` is `namespace:name`."""

    __tablename__ = "entity"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)


class VersionRow(Table):
    """The exact content of an entity, labelled "1", "2" …; label "" stands for the entity with no version known."""

    __tablename__ = "entity_version"
    __table_args__ = (UniqueConstraint("entity_id", "label"), UniqueConstraint("entity_id", "digest"))

    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    label: Mapped[str] = mapped_column(default="")
    digest: Mapped[str | None] = mapped_column(index=True)
    n_rows: Mapped[int | None]
    n_prompts: Mapped[int | None]
    n_responses: Mapped[int | None]
    date_lo: Mapped[dt.date | None]
    date_hi: Mapped[dt.date | None]
    licence: Mapped[str | None]
    # How to read it again: {"source", "files": [{"path", "size", "mtime_ns"}], "fields", "split", "on_bad"}.
    source: Mapped[dict[str, Any] | None]
    recorded: Mapped[dt.datetime]


class AliasRow(Table):
    """Another name for an entity; only an accepted one is followed, so that a merge can be taken back."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("ns", "name", "entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ns: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    status: Mapped[str]
    score: Mapped[float | None]
    collector: Mapped[str]
    recorded: Mapped[dt.datetime]


class IngestRow(Table):
    """One batch of claims; the digest of its input keeps the same batch from being taken in twice."""

    __tablename__ = "ingest"

    id: Mapped[int] = mapped_column(primary_key=True)
    importer: Mapped[str]
    importer_version: Mapped[str]
    input_digest: Mapped[str] = mapped_column(unique=True)
    counts: Mapped[dict[str, Any]]
    recorded: Mapped[dt.datetime]


class ClaimRow(Table):
    """One statement by one witness: subject, predicate, object, how much, and on what ground."""

    __tablename__ = "claim"
    __table_args__ = (Index(None, "subj", "pred", "obj"), Index(None, "obj", "pred", "subj"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subj: Mapped[int] = mapped_column(ForeignKey("entity_version.id"))
    pred: Mapped[str]
    obj: Mapped[int] = mapped_column(ForeignKey("entity_version.id"))
    role: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    how: Mapped[str] = mapped_column(default="")
    share_lo: Mapped[float | None]
    share_mid: Mapped[float | None]
    share_hi: Mapped[float | None]
    unit: Mapped[str] = mapped_column(default="")
    n: Mapped[int | None]
    n_of: Mapped[int | None]
    p_exists: Mapped[float] = mapped_column(default=1.0)
    family: Mapped[str]
    method: Mapped[str]
    method_version: Mapped[str]
    params_digest: Mapped[str] = mapped_column(default="")
    locator: Mapped[str] = mapped_column(default="")
    collector: Mapped[str]
    recorded: Mapped[dt.datetime]
    retracted: Mapped[dt.datetime | None]
    ingest_id: Mapped[int] = mapped_column(ForeignKey("ingest.id"), index=True)


class EdgeRow(Table):
    """What all live claims about one relation come to; `conflict` is set where kinds of evidence disagree."""

    __tablename__ = "edge"
    __table_args__ = (
        UniqueConstraint("src", "dst", "type", "role", "stage"),
        Index(None, "src", "type", "dst"),
        Index(None, "dst", "type", "src"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    src: Mapped[int] = mapped_column(ForeignKey("entity_version.id"))
    dst: Mapped[int] = mapped_column(ForeignKey("entity_version.id"))
    type: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    how: Mapped[str] = mapped_column(default="")
    share_lo: Mapped[float | None]
    share_mid: Mapped[float | None]
    share_hi: Mapped[float | None]
    unit: Mapped[str] = mapped_column(default="")
    n: Mapped[int | None]
    n_of: Mapped[int | None]
    basis: Mapped[str]
    conf: Mapped[float]
    n_claims: Mapped[int]
    conflict: Mapped[bool]
