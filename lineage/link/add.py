"""Register a dataset: fingerprint it, link it to every registered one, and write what follows as claims.

All computing is done before the one transaction that writes; a process that is killed leaves the graph as it was.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from lineage import __version__
from lineage.errors import UsageError
from lineage.fingerprint.card import write_card
from lineage.graph.claims import record_claims, retract_claims
from lineage.link.add_claims import COLLECTOR, label_claims, made_from_claim, pair_claims, version_claim
from lineage.link.compare import Linked, check_all_comparable, compare
from lineage.link.declared import AS_GIVEN, Declaration, declare
from lineage.link.evidence import Grounds
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.recorded import recorded_declarations
from lineage.link.registered import Found, Reading, read_source
from lineage.records.read import BadRow
from lineage.store import ledger, queries
from lineage.store.database import Notice, prepare, reading, writing
from lineage.store.dates import parse_date
from lineage.store.facts import Ingest, Kind, NewVersion, Version
from lineage.store.rowfiles import write_labels
from lineage.store.workspace import Workspace, require_writable, written_whole

Status = Literal["added", "new version", "described anew", "unchanged"]


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What is said about a dataset when it is registered: its name (default: from the source), licence and date.

    made_from: names of registered datasets that it was made from.
    """

    name: str | None = None
    licence: str | None = None
    date: str | None = None
    reading: Reading = field(default_factory=Reading)
    link: LinkOptions = DEFAULT_OPTIONS
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how far the work is: rows read, (datasets linked, of how many), and remarks."""

    rows: Callable[[int], None] | None = None
    linking: Callable[[int, int], None] | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What registering a dataset found and did.

    authors: rows by (role, model) as the rows say. linked: what it shares with the datasets registered before, those
    with no link left out. replaces: the version that was current under this name before.
    """

    dataset: Version
    status: Status
    replaces: str | None
    authors: dict[tuple[str, str], int]
    linked: tuple[Linked, ...]
    compared: int
    skipped: tuple[BadRow, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the result as the JSON contract `lineage.add/1`; each pair as in `lineage.link/1`."""
        authors = [{"role": role, "model": model, "rows": n} for (role, model), n in sorted(self.authors.items())]
        return {
            "schema": "lineage.add/1",
            "dataset": self.dataset.title,
            "version": self.dataset.label,
            "digest": self.dataset.digest,
            "rows": self.dataset.n_rows,
            "skipped": len(self.skipped),
            "status": self.status,
            "replaces": self.replaces,
            "authors": authors,
            "compared": self.compared,
            "pairs": [one.pair.to_dict() | {"counted_from": "texts" if one.exact else "cards"} for one in self.linked],
        }


class _OthersCame(Exception):  # noqa: N818 (nothing is wrong)
    """Others registered datasets, or this very one, while this one was being linked: look again."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One dataset on its way into the graph."""

    workspace: Workspace
    name: str
    found: Found
    options: AddOptions
    watch: Watch


def add(
    source: str | Path, workspace: Workspace, *, at: dt.datetime, options: AddOptions = AddOptions(),
    watch: Watch = Watch(),
) -> Added:  # fmt: skip
    """Register a dataset and link it to every registered one; `at` is the time that the ledger will say.

    The same content under the same name again changes nothing, unless licence or date are given differently. Other
    content under the same name is a new version. Raises the errors of reading, UsageError when it is said to be made
    from what is not registered, StoreError when the workspace cannot be used, and CardError when the fingerprints are
    of another kind than those registered; then nothing is registered.
    """
    if options.date is not None:
        parse_date(options.date)
    if options.name is not None:
        _checked_name(options.name)
    require_writable(workspace)
    if options.made_from:
        with reading(workspace) as session:
            _parents(session, options)
    found = read_source(source, workspace, options.reading, watch.rows)
    job = _Job(workspace, _checked_name(options.name or found.corpus.name), found, options, watch)
    prepare(workspace, watch.notice)
    linked: dict[int, Linked] = {}
    while True:
        with reading(workspace) as session:
            existing, content = _content(session, job)
            others = _others(session, job)
            there = existing is not None and _files_there(session, workspace, existing)
            declared, parents = _declared(session, job, others), _new_parents(session, job, existing)
        if existing is not None and _is_same(existing, content) and there and not parents:
            return Added(existing, "unchanged", None, found.labels.counts(), (), 0, found.skipped)
        new = [one for one in others if one.id not in linked]
        check_all_comparable(found.corpus, new, workspace)
        _keep(job)
        _link_all(job, new, content.date, declared, linked)
        try:
            return _commit(job, linked, at)
        except _OthersCame:
            continue


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise UsageError(f"{name!r} cannot be a dataset's name; pass a short printable one with --name")
    return name.strip()


def _content(session: Session, job: _Job) -> tuple[Version | None, NewVersion]:
    """Find this content under this name if it is there, and what to say of it: what is said now, else what was."""
    existing = queries.version_with_digest(session, job.name, job.found.corpus.card.meta.digest)
    meta, options = job.found.corpus.card.meta, job.options
    date = options.date or (existing.date if existing else None) or meta.date
    licence = options.licence or (existing.licence if existing else None) or meta.licence
    return existing, job.found.content(date, licence)


def _others(session: Session, job: _Job) -> list[Version]:
    this = (job.name, job.found.corpus.card.meta.digest)
    return [one for one in queries.current_datasets(session) if (one.name, one.digest) != this]


def _parents(session: Session, options: AddOptions) -> list[Version]:
    return [queries.resolve(session, name, ["dataset"]) for name in options.made_from]


def _new_parents(session: Session, job: _Job, existing: Version | None) -> list[Version]:
    """List what the dataset is said to be made from now, and was not before."""
    before = queries.claims_of_family(session, existing.id, "human_review") if existing else []
    known = {one.claim.obj for one in before if one.claim.pred == "derived_from"}
    return [one for one in _parents(session, job.options) if one.id not in known]


def _declared(session: Session, job: _Job, others: Collection[Version]) -> list[Declaration]:
    """List what is declared of the dataset and the others, now and before, of whatever version."""
    titles = {other.name: other.title for other in others} | {job.name: job.name}
    known = {one.id: titles[one.name] for one in queries.versions(session).values() if one.name in titles}
    given = [Declaration(job.name, titles.get(one.name, one.title), AS_GIVEN) for one in _parents(session, job.options)]
    return [*given, *recorded_declarations(session, known)]


def _is_same(existing: Version, content: NewVersion) -> bool:
    return (existing.date, existing.licence) == (content.date, content.licence)


def _files_there(session: Session, workspace: Workspace, version: Version) -> bool:
    digest = version.digest or ""
    shared = queries.versions(session, {edge.dst for edge in queries.edges_from(session, [version.id], ["overlaps"])})
    links = [workspace.links(*sorted([digest, other.digest or ""])) for other in shared.values()]
    return all(path.exists() for path in (workspace.card(digest), workspace.labels(digest), *links))


def _keep(job: _Job) -> None:
    """Write the card and the row labels, named by content: a second process writes the same bytes."""
    card, labels = job.found.corpus.card, job.found.labels
    with written_whole(job.workspace.card(card.meta.digest)) as temporary:
        write_card(card, temporary)
    job.found.corpus.release()
    write_labels(job.workspace.labels(card.meta.digest), labels.rows, labels.roles, labels.models)


def _link_all(
    job: _Job, others: list[Version], date: str | None, declared: Sequence[Declaration], linked: dict[int, Linked]
) -> None:
    corpus = dataclasses.replace(job.found.corpus, name=job.name, date=date)
    grounds = Grounds(job.options.link.threads, job.options.link.language)
    for done, other in enumerate(others):
        if job.watch.linking:
            job.watch.linking(done, len(others))
        found = compare(corpus, other, job.workspace, job.options.link, grounds)
        linked[other.id] = dataclasses.replace(found, pair=declare(found.pair, declared))


def _commit(job: _Job, linked: dict[int, Linked], at: dt.datetime) -> Added:
    labels = job.found.labels
    with writing(job.workspace, job.watch.notice) as session:
        others = _others(session, job)
        existing, content = _content(session, job)
        parents = _new_parents(session, job, existing)
        known = existing is not None and _is_same(existing, content) and not parents
        if known or any(one.id not in linked for one in others):
            raise _OthersCame
        previous = next((one for one in others if one.name == job.name), None)
        version, status = _write_version(session, job.name, existing, content, at)
        if status == "added" and previous is not None:
            status = "new version"
        current = [linked[one.id] for one in others]
        named: dict[Kind, set[str]] = {"model": set(labels.models), "run": set(labels.runs)}
        entities: dict[tuple[str, str], Version] = {
            (kind, name): ledger.known_as(session, kind, name, at) for kind in named for name in sorted(named[kind])
        }
        claims = [claim for one in current for claim in pair_claims(version, one, job.options.link)]
        claims += [made_from_claim(version, parent) for parent in parents]
        if status == "described anew":
            _retract_shared(session, version, linked, at)
        else:
            claims += label_claims(version, labels, entities)
            if previous is not None:
                claims.append(version_claim(version, previous, linked[previous.id], job.options.link))
        record_claims(session, claims, _ingest(session, job, content, status, at))
    shown = tuple(one for one in current if one.pair.taken_a.linked)
    replaces = previous.title if status == "new version" and previous else None
    return Added(version, status, replaces, labels.counts(), shown, len(current), job.found.skipped)


def _write_version(
    session: Session, name: str, existing: Version | None, content: NewVersion, at: dt.datetime
) -> tuple[Version, Status]:
    if existing is None:
        return ledger.add_version(session, name, content, at), "added"
    ledger.describe_version(session, existing.id, content)
    return queries.versions(session, [existing.id])[existing.id], "described anew"


def _retract_shared(session: Session, version: Version, others: Collection[int], at: dt.datetime) -> None:
    """Take back what was claimed of text shared with these: a date decides directions. What rows say stands."""
    ends = {(version.id, other) for other in others} | {(other, version.id) for other in others}
    said = queries.claims_of_family(session, version.id, "overlap")
    anew = [one for one in said if one.claim.pred != "version_of" and (one.claim.subj, one.claim.obj) in ends]
    retract_claims(session, anew, at)


def _ingest(session: Session, job: _Job, content: NewVersion, status: Status, at: dt.datetime) -> Ingest:
    again = queries.graph_revision(session) if status == "described anew" else 0
    named = repr((job.name, content.digest, content.date, content.licence, again))
    digest = hashlib.blake2b(named.encode(), digest_size=16).hexdigest()
    return Ingest(COLLECTOR, __version__, digest, at, {"rows": content.n_rows})
