"""The graph: entities and their versions, aliases, the append-only ledger of claims, and the edges derived from it.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# A claim is never changed but for the moment of its retraction, once, and never deleted.
CLAIM_COLUMNS = (
    "id, subj, pred, obj, role, stage, how, share_lo, share_mid, share_hi, unit, n, n_of, p_exists, family, method,"
    " method_version, params_digest, locator, collector, recorded, ingest_id"
)
REFUSAL = "claims are append-only: retract this one and write another"


def upgrade() -> None:
    create_tables()
    op.execute("INSERT INTO meta (id, graph_rev) VALUES (1, 0)")
    if op.get_bind().dialect.name == "postgresql":
        guard_claims_postgresql()
    else:
        guard_claims_sqlite()


def guard_claims_sqlite() -> None:
    for name, when in (
        ("claim_no_update", f"UPDATE OF {CLAIM_COLUMNS} ON claim"),
        ("claim_no_second_retraction", "UPDATE OF retracted ON claim WHEN OLD.retracted IS NOT NULL"),
        ("claim_no_delete", "DELETE ON claim"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def guard_claims_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_claim_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, when in (
        ("claim_no_update", f"UPDATE OF {CLAIM_COLUMNS} ON claim FOR EACH ROW"),
        ("claim_no_second_retraction", "UPDATE OF retracted ON claim FOR EACH ROW WHEN (OLD.retracted IS NOT NULL)"),
        ("claim_no_delete", "DELETE ON claim FOR EACH ROW"),
        ("claim_no_truncate", "TRUNCATE ON claim FOR EACH STATEMENT"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION refuse_claim_change()")


def create_tables() -> None:
    op.create_table(
        "entity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("key", name=op.f("uq_entity_key")),
    )
    op.create_index(op.f("ix_entity_name"), "entity", ["name"], unique=False)
    op.create_table(
        "ingest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("importer", sa.String(), nullable=False),
        sa.Column("importer_version", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest")),
        sa.UniqueConstraint("input_digest", name=op.f("uq_ingest_input_digest")),
    )
    op.create_table(
        "meta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("graph_rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meta")),
    )
    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ns", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("collector", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_alias_entity_id_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("ns", "name", "entity_id", name=op.f("uq_alias_ns_name_entity_id")),
    )
    op.create_index(op.f("ix_alias_name"), "alias", ["name"], unique=False)
    op.create_table(
        "entity_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("n_rows", sa.Integer(), nullable=True),
        sa.Column("n_prompts", sa.Integer(), nullable=True),
        sa.Column("n_responses", sa.Integer(), nullable=True),
        sa.Column("date_lo", sa.Date(), nullable=True),
        sa.Column("date_hi", sa.Date(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("source", sa.JSON(), nullable=True),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_entity_version_entity_id_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_version")),
        sa.UniqueConstraint("entity_id", "digest", name=op.f("uq_entity_version_entity_id_digest")),
        sa.UniqueConstraint("entity_id", "label", name=op.f("uq_entity_version_entity_id_label")),
    )
    op.create_index(op.f("ix_entity_version_digest"), "entity_version", ["digest"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subj", sa.Integer(), nullable=False),
        sa.Column("pred", sa.String(), nullable=False),
        sa.Column("obj", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("share_lo", sa.Double(), nullable=True),
        sa.Column("share_mid", sa.Double(), nullable=True),
        sa.Column("share_hi", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("n_of", sa.Integer(), nullable=True),
        sa.Column("p_exists", sa.Double(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("method_version", sa.String(), nullable=False),
        sa.Column("params_digest", sa.String(), nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("collector", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ingest_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.id"], name=op.f("fk_claim_ingest_id_ingest")),
        sa.ForeignKeyConstraint(["obj"], ["entity_version.id"], name=op.f("fk_claim_obj_entity_version")),
        sa.ForeignKeyConstraint(["subj"], ["entity_version.id"], name=op.f("fk_claim_subj_entity_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_ingest_id"), "claim", ["ingest_id"], unique=False)
    op.create_index(op.f("ix_claim_obj_pred_subj"), "claim", ["obj", "pred", "subj"], unique=False)
    op.create_index(op.f("ix_claim_subj_pred_obj"), "claim", ["subj", "pred", "obj"], unique=False)
    op.create_table(
        "edge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("src", sa.Integer(), nullable=False),
        sa.Column("dst", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("share_lo", sa.Double(), nullable=True),
        sa.Column("share_mid", sa.Double(), nullable=True),
        sa.Column("share_hi", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("n_of", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("conf", sa.Double(), nullable=False),
        sa.Column("n_claims", sa.Integer(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dst"], ["entity_version.id"], name=op.f("fk_edge_dst_entity_version")),
        sa.ForeignKeyConstraint(["src"], ["entity_version.id"], name=op.f("fk_edge_src_entity_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edge")),
        sa.UniqueConstraint("src", "dst", "type", "role", "stage", name=op.f("uq_edge_src_dst_type_role_stage")),
    )
    op.create_index(op.f("ix_edge_dst_type_src"), "edge", ["dst", "type", "src"], unique=False)
    op.create_index(op.f("ix_edge_src_type_dst"), "edge", ["src", "type", "dst"], unique=False)
