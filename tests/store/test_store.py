"""The contract of the store, the same on SQLite and on PostgreSQL."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lineage.errors import StoreError, UsageError
from lineage.store import ledger, migrate, queries
from lineage.store.database import connecting, reading, writing
from lineage.store.facts import Claim, Ingest, NewVersion, Share
from lineage.store.schema import HEAD, current_revision
from lineage.store.tables import AliasRow
from lineage.store.workspace import Workspace

AT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
CONTENT = NewVersion("d1", 10, 10, 9, {"files": []}, "2024-01", "apache-2.0")


def claim(subj: int, obj: int, **more: object) -> Claim:
    said = {
        "pred": "generated_by",
        "family": "row_column",
        "method": "test",
        "method_version": "1",
        "collector": "test",
    }
    return Claim(subj=subj, obj=obj, **(said | more))


def dataset_and_model(session: Session) -> tuple[int, int]:
    return ledger.add_version(session, "d", CONTENT, AT).id, ledger.known_as(session, "model", "m", AT).id


def ingest(session: Session, digest: str = "i") -> int:
    return ledger.begin_ingest(session, Ingest("test", "1", digest, AT, {"claims": 1}))


def test_migrated_schema_is_what_the_tables_declare(workspace: Workspace) -> None:
    with writing(workspace):
        pass
    with connecting(workspace, to_write=False) as connection:
        assert migrate.differences(connection) == []
        assert current_revision(connection) == HEAD == migrate.head_revision()


def test_a_version_comes_back_as_it_was_written(workspace: Workspace) -> None:
    with writing(workspace) as session:
        written = ledger.add_version(session, "org/data", CONTENT, AT)
    with reading(workspace) as session:
        assert queries.versions(session) == {written.id: written}
        assert queries.version_with_digest(session, "org/data", "d1") == written
        assert queries.version_with_digest(session, "org/other", "d1") is None
        assert (written.date, written.licence, written.rows_of("response")) == ("2024-01", "apache-2.0", 9)


def test_versions_of_one_name_are_numbered_and_the_newest_is_current(workspace: Workspace) -> None:
    with writing(workspace) as session:
        first = ledger.add_version(session, "d", CONTENT, AT)
        second = ledger.add_version(session, "d", replace(CONTENT, digest="d2"), AT)
        assert (first.title, second.title) == ("d", "d@2")
        assert queries.current_datasets(session) == [second]
        assert queries.resolve(session, "d") == second
        assert queries.resolve(session, "d@1") == first
        assert queries.resolve(session, "dataset:d@2") == second


def test_a_claim_comes_back_as_it_was_written(workspace: Workspace) -> None:
    with writing(workspace) as session:
        dataset, model = dataset_and_model(session)
        written = claim(dataset, model, share=Share(0.1, 1 / 3, 0.7), n=3, n_of=9, unit="rows", role="response")
        bare = claim(dataset, model, share=Share(0.0, None, 1.0), role="prompt")
        ledger.append_claims(session, [written, bare], ingest(session), AT)
    with reading(workspace) as session:
        found = queries.live_claims(session)
        assert [one.claim for one in found] == [written, bare]
        assert [one.recorded for one in found] == [AT, AT]
        assert queries.live_claims(session, {(dataset, model)}) == found
        assert queries.live_claims(session, {(model, dataset)}) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE claim SET share_mid = 0.9",
        "UPDATE claim SET obj = subj",
        "UPDATE claim SET method = 'other', retracted = recorded",
        "DELETE FROM claim",
    ],
)
def test_a_claim_cannot_be_changed_or_deleted(workspace: Workspace, change: str) -> None:
    with writing(workspace) as session:
        ledger.append_claims(session, [claim(*dataset_and_model(session))], ingest(session), AT)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), writing(workspace) as session:
        session.execute(sa.text(change))
    with reading(workspace) as session:
        assert len(queries.live_claims(session)) == 1


def test_a_claim_can_be_retracted_once_and_stays_in_the_ledger(workspace: Workspace) -> None:
    with writing(workspace) as session:
        ledger.append_claims(session, [claim(*dataset_and_model(session))], ingest(session), AT)
        ledger.retract_claims(session, [1], AT)
        assert queries.live_claims(session) == []
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), writing(workspace) as session:
        session.execute(sa.text("UPDATE claim SET retracted = NULL"))
    with reading(workspace) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM claim")) == 1


def test_a_failed_transaction_leaves_nothing(workspace: Workspace) -> None:
    with writing(workspace) as session:
        before = queries.graph_revision(session)
    with pytest.raises(RuntimeError), writing(workspace) as session:  # noqa: PT012
        dataset_and_model(session)
        raise RuntimeError
    with reading(workspace) as session:
        assert queries.versions(session) == {}
        assert queries.graph_revision(session) == before + 1


def test_the_same_batch_is_known_again(workspace: Workspace) -> None:
    with writing(workspace) as session:
        assert not queries.ingest_known(session, "i")
        ingest(session)
        assert queries.ingest_known(session, "i")
    with pytest.raises(sa.exc.IntegrityError), writing(workspace) as session:
        ingest(session)


def test_an_alias_is_followed_only_when_it_was_accepted(workspace: Workspace) -> None:
    with writing(workspace) as session:
        model = ledger.known_as(session, "model", "gpt-4", AT)
        entity = session.scalar(sa.text("SELECT id FROM entity"))
        for name, status in (("GPT-4", "accepted"), ("gpt4", "proposed"), ("g4", "rejected")):
            session.add(
                AliasRow(ns="x", name=name, entity_id=entity, status=status, score=0.9, collector="t", recorded=AT)
            )
    with reading(workspace) as session:
        assert queries.resolve(session, "GPT-4") == model
        for name in ("gpt4", "g4"):
            with pytest.raises(UsageError):
                queries.resolve(session, name)


def test_an_unknown_name_is_answered_with_what_comes_near(workspace: Workspace) -> None:
    with writing(workspace) as session:
        ledger.add_version(session, "tatsu/alpaca", CONTENT, AT)
        ledger.known_as(session, "model", "tatsu/alpaca", AT)
    with reading(workspace) as session:
        with pytest.raises(UsageError, match=r"did you mean tatsu/alpaca\?"):
            queries.resolve(session, "tatsu/alpaka")
        with pytest.raises(UsageError, match="model:tatsu/alpaca, dataset:tatsu/alpaca; say which"):
            queries.resolve(session, "tatsu/alpaca")
        assert queries.resolve(session, "tatsu/alpaca", ["dataset"]).kind == "dataset"


def test_a_database_from_a_newer_version_is_refused_untouched(workspace: Workspace) -> None:
    with writing(workspace) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for opening in (reading, writing):
        with pytest.raises(StoreError, match=r"newer lineage \(schema 9999.*pip install -U"), opening(workspace):
            pass


def test_two_writers_wait_for_each_other(workspace: Workspace) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with writing(workspace) as session:
            seen = queries.graph_revision(session)
            ledger.add_version(session, "d", replace(CONTENT, digest=f"d{number}"), AT)
            assert queries.graph_revision(session) == seen

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    with reading(workspace) as session:
        assert queries.resolve(session, "d").label == "12"
        assert queries.graph_revision(session) == 12
