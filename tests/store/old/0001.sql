BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alias (
	id INTEGER NOT NULL, 
	ns VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	entity_id INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	score DOUBLE, 
	collector VARCHAR NOT NULL, 
	recorded DATETIME NOT NULL, 
	CONSTRAINT pk_alias PRIMARY KEY (id), 
	CONSTRAINT fk_alias_entity_id_entity FOREIGN KEY(entity_id) REFERENCES entity (id), 
	CONSTRAINT uq_alias_ns_name_entity_id UNIQUE (ns, name, entity_id)
);
CREATE TABLE claim (
	id INTEGER NOT NULL, 
	subj INTEGER NOT NULL, 
	pred VARCHAR NOT NULL, 
	obj INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	stage VARCHAR NOT NULL, 
	how VARCHAR NOT NULL, 
	share_lo DOUBLE, 
	share_mid DOUBLE, 
	share_hi DOUBLE, 
	unit VARCHAR NOT NULL, 
	n INTEGER, 
	n_of INTEGER, 
	p_exists DOUBLE NOT NULL, 
	family VARCHAR NOT NULL, 
	method VARCHAR NOT NULL, 
	method_version VARCHAR NOT NULL, 
	params_digest VARCHAR NOT NULL, 
	locator VARCHAR NOT NULL, 
	collector VARCHAR NOT NULL, 
	recorded DATETIME NOT NULL, 
	retracted DATETIME, 
	ingest_id INTEGER NOT NULL, 
	CONSTRAINT pk_claim PRIMARY KEY (id), 
	CONSTRAINT fk_claim_ingest_id_ingest FOREIGN KEY(ingest_id) REFERENCES ingest (id), 
	CONSTRAINT fk_claim_obj_entity_version FOREIGN KEY(obj) REFERENCES entity_version (id), 
	CONSTRAINT fk_claim_subj_entity_version FOREIGN KEY(subj) REFERENCES entity_version (id)
);
INSERT INTO "claim" VALUES(1,2,'generated_by',3,'response','','',7.22467200137110743263e-01,1.0,1.0,'rows',10,10,1.0,'row_column','test','1','','','test','2026-01-01 00:00:00.000000',NULL,1);
INSERT INTO "claim" VALUES(2,2,'overlaps',1,'','','',NULL,NULL,NULL,'',NULL,NULL,1.0,'overlap','test','1','','','test','2026-01-01 00:00:00.000000',NULL,2);
INSERT INTO "claim" VALUES(3,2,'overlaps',1,'response','','',NULL,NULL,NULL,'',NULL,NULL,1.0,'overlap','test','1','','','test','2026-01-01 00:00:00.000000',NULL,3);
INSERT INTO "claim" VALUES(4,1,'overlaps',2,'','','',NULL,NULL,NULL,'',NULL,NULL,1.0,'overlap','test','1','','','test','2026-01-01 00:00:00.000000',NULL,4);
INSERT INTO "claim" VALUES(5,1,'overlaps',2,'response','','',NULL,NULL,NULL,'',NULL,NULL,1.0,'overlap','test','1','','','test','2026-01-01 00:00:00.000000',NULL,5);
INSERT INTO "claim" VALUES(6,2,'derived_from',1,'','','subset',NULL,NULL,NULL,'rows',1,10,1.0,'overlap','test','1','','','test','2026-01-01 00:00:00.000000',NULL,6);
CREATE TABLE edge (
	id INTEGER NOT NULL, 
	src INTEGER NOT NULL, 
	dst INTEGER NOT NULL, 
	type VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	stage VARCHAR NOT NULL, 
	how VARCHAR NOT NULL, 
	share_lo DOUBLE, 
	share_mid DOUBLE, 
	share_hi DOUBLE, 
	unit VARCHAR NOT NULL, 
	n INTEGER, 
	n_of INTEGER, 
	basis VARCHAR NOT NULL, 
	conf DOUBLE NOT NULL, 
	n_claims INTEGER NOT NULL, 
	"conflict" BOOLEAN NOT NULL, 
	CONSTRAINT pk_edge PRIMARY KEY (id), 
	CONSTRAINT fk_edge_dst_entity_version FOREIGN KEY(dst) REFERENCES entity_version (id), 
	CONSTRAINT fk_edge_src_entity_version FOREIGN KEY(src) REFERENCES entity_version (id), 
	CONSTRAINT uq_edge_src_dst_type_role_stage UNIQUE (src, dst, type, role, stage)
);
INSERT INTO "edge" VALUES(1,2,3,'generated_by','response','','',7.22467200137110743263e-01,1.0,1.0,'rows',10,10,'row_column',1.0,1,0);
INSERT INTO "edge" VALUES(4,1,2,'overlaps','','','',NULL,NULL,NULL,'',NULL,NULL,'overlap',1.0,1,0);
INSERT INTO "edge" VALUES(5,1,2,'overlaps','response','','',NULL,NULL,NULL,'',NULL,NULL,'overlap',1.0,1,0);
INSERT INTO "edge" VALUES(6,2,1,'derived_from','','','subset',NULL,NULL,NULL,'rows',1,10,'overlap',1.0,1,0);
INSERT INTO "edge" VALUES(7,2,1,'overlaps','','','',NULL,NULL,NULL,'',NULL,NULL,'overlap',1.0,1,0);
INSERT INTO "edge" VALUES(8,2,1,'overlaps','response','','',NULL,NULL,NULL,'',NULL,NULL,'overlap',1.0,1,0);
CREATE TABLE entity (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	CONSTRAINT pk_entity PRIMARY KEY (id), 
	CONSTRAINT uq_entity_key UNIQUE ("key")
);
INSERT INTO "entity" VALUES(1,'dataset','dataset:seed','seed');
INSERT INTO "entity" VALUES(2,'dataset','dataset:child','child');
INSERT INTO "entity" VALUES(3,'model','model:m','m');
CREATE TABLE entity_version (
	id INTEGER NOT NULL, 
	entity_id INTEGER NOT NULL, 
	label VARCHAR NOT NULL, 
	digest VARCHAR, 
	n_rows INTEGER, 
	n_prompts INTEGER, 
	n_responses INTEGER, 
	date_lo DATE, 
	date_hi DATE, 
	licence VARCHAR, 
	source JSON, 
	recorded DATETIME NOT NULL, 
	CONSTRAINT pk_entity_version PRIMARY KEY (id), 
	CONSTRAINT fk_entity_version_entity_id_entity FOREIGN KEY(entity_id) REFERENCES entity (id), 
	CONSTRAINT uq_entity_version_entity_id_digest UNIQUE (entity_id, digest), 
	CONSTRAINT uq_entity_version_entity_id_label UNIQUE (entity_id, label)
);
INSERT INTO "entity_version" VALUES(1,1,'1','digest-seed',4,4,4,NULL,NULL,NULL,'{}','2026-01-01 00:00:00.000000');
INSERT INTO "entity_version" VALUES(2,2,'1','digest-child',10,10,10,NULL,NULL,NULL,'{}','2026-01-01 00:00:00.000000');
INSERT INTO "entity_version" VALUES(3,3,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-01-01 00:00:00.000000');
CREATE TABLE ingest (
	id INTEGER NOT NULL, 
	importer VARCHAR NOT NULL, 
	importer_version VARCHAR NOT NULL, 
	input_digest VARCHAR NOT NULL, 
	counts JSON NOT NULL, 
	recorded DATETIME NOT NULL, 
	CONSTRAINT pk_ingest PRIMARY KEY (id), 
	CONSTRAINT uq_ingest_input_digest UNIQUE (input_digest)
);
INSERT INTO "ingest" VALUES(1,'test','1','0','{}','2026-01-01 00:00:00.000000');
INSERT INTO "ingest" VALUES(2,'test','1','1','{}','2026-01-01 00:00:00.000000');
INSERT INTO "ingest" VALUES(3,'test','1','2','{}','2026-01-01 00:00:00.000000');
INSERT INTO "ingest" VALUES(4,'test','1','3','{}','2026-01-01 00:00:00.000000');
INSERT INTO "ingest" VALUES(5,'test','1','4','{}','2026-01-01 00:00:00.000000');
INSERT INTO "ingest" VALUES(6,'test','1','5','{}','2026-01-01 00:00:00.000000');
CREATE TABLE meta (
	id INTEGER NOT NULL, 
	graph_rev INTEGER NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (id)
);
INSERT INTO "meta" VALUES(1,4);
CREATE INDEX ix_entity_name ON entity (name);
CREATE INDEX ix_alias_name ON alias (name);
CREATE INDEX ix_entity_version_digest ON entity_version (digest);
CREATE INDEX ix_claim_ingest_id ON claim (ingest_id);
CREATE INDEX ix_claim_obj_pred_subj ON claim (obj, pred, subj);
CREATE INDEX ix_claim_subj_pred_obj ON claim (subj, pred, obj);
CREATE INDEX ix_edge_dst_type_src ON edge (dst, type, src);
CREATE INDEX ix_edge_src_type_dst ON edge (src, type, dst);
CREATE TRIGGER claim_no_update BEFORE UPDATE OF id, subj, pred, obj, role, stage, how, share_lo, share_mid, share_hi, unit, n, n_of, p_exists, family, method, method_version, params_digest, locator, collector, recorded, ingest_id ON claim BEGIN SELECT RAISE(ABORT, 'claims are append-only: retract this one and write another'); END;
CREATE TRIGGER claim_no_second_retraction BEFORE UPDATE OF retracted ON claim WHEN OLD.retracted IS NOT NULL BEGIN SELECT RAISE(ABORT, 'claims are append-only: retract this one and write another'); END;
CREATE TRIGGER claim_no_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'claims are append-only: retract this one and write another'); END;
COMMIT;
