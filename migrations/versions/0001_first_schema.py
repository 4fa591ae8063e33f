"""The registry's first schema.

Revision: 0001
After: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.db.tables.columns import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_event",
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("person_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("field_groups", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("decision IN ('allowed', 'denied')", name=op.f("ck_audit_event_decision")),
        sa.CheckConstraint(
            "purpose IN ('case_management', 'treatment', 'health_care', 'supervision', 'reporting', 'administration', 'data_subject_rights', 'emergency', 'security')",
            name=op.f("ck_audit_event_purpose"),
        ),
        sa.PrimaryKeyConstraint("xid", "seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_person_ids", "audit_event", ["person_ids"], unique=False, postgresql_using="gin")
    op.create_table(
        "change_feed",
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("op", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("op IN ('upsert', 'void', 'leave', 'enter', 'erase')", name=op.f("ck_change_feed_op")),
        sa.CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_change_feed_audience")),
        sa.PrimaryKeyConstraint("xid", "seq", name=op.f("pk_change_feed")),
    )
    op.create_index("ix_change_feed_organisation_id", "change_feed", ["organisation_id", "xid", "seq"], unique=False)
    op.create_index("ix_change_feed_unit_id", "change_feed", ["unit_id", "xid", "seq"], unique=False)
    op.create_table(
        "map_edition",
        sa.Column("edition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_map_edition_period")),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_map_edition")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_map_edition_valid_from")),
    )
    op.create_table(
        "map_source",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_map_source")),
    )
    op.create_table(
        "service_state",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_state")),
    )
    op.execute("INSERT INTO service_state VALUES ('feed_epoch', jsonb_build_object('id', gen_random_uuid()))")
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.CheckConstraint("level IN ('province', 'district', 'commune')", name=op.f("ck_unit_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_table(
        "unit_record_history",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "id", "version", name=op.f("pk_unit_record_history")),
    )
    op.create_table(
        "commune_status",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("commune_unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_commune_status_state")),
        sa.CheckConstraint(
            "status IN ('hotspot_type_1', 'hotspot_type_2', 'hotspot_type_3', 'drug_free')",
            name=op.f("ck_commune_status_status"),
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_commune_status_order")),
        sa.ForeignKeyConstraint(["commune_unit_id"], ["unit.id"], name=op.f("fk_commune_status_commune_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_commune_status_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commune_status")),
    )
    op.create_index("ix_commune_status_commune_unit_id", "commune_status", ["commune_unit_id", "from_on"], unique=False)
    op.create_index(op.f("ix_commune_status_unit_id"), "commune_status", ["unit_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("site_unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('rehab_facility_public', 'rehab_facility_private', 'methadone_clinic', 'health_station')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_organisation_state")),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_organisation_order")),
        sa.ForeignKeyConstraint(["site_unit_id"], ["unit.id"], name=op.f("fk_organisation_site_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_organisation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index("ix_organisation_sort_key", "organisation", ["sort_key", "id"], unique=False)
    op.create_index(op.f("ix_organisation_unit_id"), "organisation", ["unit_id"], unique=False)
    op.create_index(
        "uq_organisation_code", "organisation", ["code"], unique=True, postgresql_where=sa.text("state = 'active'")
    )
    op.create_table(
        "person",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_certainty", sa.String(length=40), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(collation="C"), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birthplace", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("nationality", sa.String(length=2), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.Column("education", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "education IN ('none', 'primary', 'lower_secondary', 'upper_secondary', 'college', 'postgraduate', 'unknown')",
            name=op.f("ck_person_education"),
        ),
        sa.CheckConstraint("sex IN ('male', 'female', 'unknown')", name=op.f("ck_person_sex")),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_person_state")),
        sa.CheckConstraint(
            "unit_certainty IN ('same', 'whole', 'part', 'unplaced')", name=op.f("ck_person_unit_certainty")
        ),
        sa.CheckConstraint(
            "birth_date IS NULL OR birth_year = extract(year FROM birth_date)", name=op.f("ck_person_birth_year")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["person.id"], name=op.f("fk_person_root_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_person_id_unit_id")),
    )
    op.create_index("ix_person_root_id", "person", ["root_id"], unique=False)
    op.create_index("ix_person_unit_id_sort_key", "person", ["unit_id", "sort_key", "id"], unique=False)
    op.create_table(
        "suspected_count",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("commune_unit_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_suspected_count_state")),
        sa.CheckConstraint("count >= 0", name=op.f("ck_suspected_count_count")),
        sa.ForeignKeyConstraint(["commune_unit_id"], ["unit.id"], name=op.f("fk_suspected_count_commune_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_suspected_count_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspected_count")),
    )
    op.create_index(op.f("ix_suspected_count_unit_id"), "suspected_count", ["unit_id"], unique=False)
    op.create_index(
        "uq_suspected_count_one_per_day",
        "suspected_count",
        ["commune_unit_id", "counted_on"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "unit_on",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("there_unit_id", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.String(length=40), nullable=False),
        sa.CheckConstraint("certainty IN ('same', 'whole', 'part', 'unplaced')", name=op.f("ck_unit_on_certainty")),
        sa.ForeignKeyConstraint(["edition"], ["map_edition.edition"], name=op.f("fk_unit_on_edition")),
        sa.ForeignKeyConstraint(["there_unit_id"], ["unit.id"], name=op.f("fk_unit_on_there_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_on_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "edition", name=op.f("pk_unit_on")),
    )
    op.create_index("ix_unit_on_edition_there_unit_id", "unit_on", ["edition", "there_unit_id"], unique=False)
    op.create_table(
        "unit_succession",
        sa.Column("old_unit_id", sa.Integer(), nullable=False),
        sa.Column("new_unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('whole', 'part')", name=op.f("ck_unit_succession_kind")),
        sa.ForeignKeyConstraint(["new_unit_id"], ["unit.id"], name=op.f("fk_unit_succession_new_unit_id")),
        sa.ForeignKeyConstraint(["old_unit_id"], ["unit.id"], name=op.f("fk_unit_succession_old_unit_id")),
        sa.PrimaryKeyConstraint("old_unit_id", "new_unit_id", name=op.f("pk_unit_succession")),
    )
    op.create_index("ix_unit_succession_new_unit_id", "unit_succession", ["new_unit_id"], unique=False)
    op.create_index(
        "uq_unit_succession_one_default", "unit_succession", ["old_unit_id"], unique=True, postgresql_where="is_default"
    )
    op.create_table(
        "unit_version",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("area_km2", sa.Double(), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9]+$'", name=op.f("ck_unit_version_code")),
        sa.CheckConstraint(
            "length(code) = CASE level WHEN 'province' THEN 2 WHEN 'district' THEN 3 ELSE 5 END",
            name=op.f("ck_unit_version_code_length"),
        ),
        sa.CheckConstraint("level IN ('province', 'district', 'commune')", name=op.f("ck_unit_version_level")),
        sa.CheckConstraint(
            "type IN ('tinh', 'thanh_pho', 'quan', 'huyen', 'thi_xa', 'xa', 'phuong', 'thi_tran', 'dac_khu')",
            name=op.f("ck_unit_version_type"),
        ),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_unit_version_period")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_version_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_version_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "valid_from", name=op.f("pk_unit_version")),
    )
    op.create_index("uq_unit_version_code_valid_from", "unit_version", ["code", "valid_from"], unique=True)
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unit_code", sa.String(length=5), nullable=True),
        sa.Column("unit_on", sa.Date(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "role IN ('commune_officer', 'facility_officer', 'network_officer', 'health_officer', 'province_manager', 'province_system', 'analyst', 'auditor', 'administrator')",
            name=op.f("ck_access_grant_role"),
        ),
        sa.CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_access_grant_target")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_access_grant_order")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_access_grant_organisation_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_access_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    op.create_index("ix_access_grant_subject", "access_grant", ["issuer", "subject"], unique=False)
    op.create_table(
        "determination",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("determined_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("substances", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("determined_by", sa.Text(), nullable=True),
        sa.CheckConstraint("result IN ('addicted', 'not_addicted')", name=op.f("ck_determination_result")),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_determination_state")),
        sa.CheckConstraint(
            "substances <@ ARRAY['opium', 'heroin', 'amphetamines', 'ecstasy', 'cocaine', 'cannabis', 'ketamine', 'synthetic_cannabinoids', 'other', 'unknown']::varchar[]",
            name=op.f("ck_determination_substances"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_determination_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_determination")),
    )
    op.create_table(
        "drug_test",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("substances", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("tested_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('rapid_urine', 'saliva', 'blood', 'laboratory', 'other')", name=op.f("ck_drug_test_method")
        ),
        sa.CheckConstraint("result IN ('negative', 'positive', 'invalid')", name=op.f("ck_drug_test_result")),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_drug_test_state")),
        sa.CheckConstraint(
            "substances <@ ARRAY['opium', 'heroin', 'amphetamines', 'ecstasy', 'cocaine', 'cannabis', 'ketamine', 'synthetic_cannabinoids', 'other', 'unknown']::varchar[]",
            name=op.f("ck_drug_test_substances"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_drug_test_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_drug_test")),
    )
    op.create_table(
        "episode",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column("modality", sa.String(length=40), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("planned_months", sa.SmallInteger(), nullable=True),
        sa.Column("therapies", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.CheckConstraint("legal_basis IN ('voluntary', 'compulsory')", name=op.f("ck_episode_legal_basis")),
        sa.CheckConstraint("modality IN ('community', 'facility', 'methadone')", name=op.f("ck_episode_modality")),
        sa.CheckConstraint(
            "outcome IN ('completed', 'dropped_out', 'transferred', 'terminated_by_provider', 'custody', 'deceased', 'moved_away', 'declined_before_start')",
            name=op.f("ck_episode_outcome"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_episode_state")),
        sa.CheckConstraint(
            "therapies <@ ARRAY['intake', 'detoxification', 'counselling', 'work_and_vocational', 'reintegration', 'substitution', 'psychiatric']::varchar[]",
            name=op.f("ck_episode_therapies"),
        ),
        sa.CheckConstraint("track IN ('rehab', 'methadone')", name=op.f("ck_episode_track")),
        sa.CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name=op.f("ck_episode_exit")),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= coalesce(started_on, registered_on)", name=op.f("ck_episode_order")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_episode_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_episode_provider_id")),
        sa.ForeignKeyConstraint(["root_id"], ["person.id"], name=op.f("fk_episode_root_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_episode")),
    )
    op.create_index("ix_episode_provider_id", "episode", ["provider_id"], unique=False)
    op.create_index("ix_episode_registered_on", "episode", ["registered_on"], unique=False)
    op.create_index("ix_episode_root_id", "episode", ["root_id"], unique=False)
    op.create_index("ix_episode_unit_id", "episode", ["unit_id", "registered_on"], unique=False)
    op.create_index(
        "uq_episode_one_open_per_track",
        "episode",
        ["root_id", "track"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL AND state = 'active'"),
    )
    op.create_table(
        "identity_document",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_index_key", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "document_type IN ('cccd', 'cmnd', 'passport', 'birth_certificate', 'other')",
            name=op.f("ck_identity_document_document_type"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_identity_document_state")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_identity_document_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_identity_document")),
    )
    op.create_index("ix_identity_document_number_index", "identity_document", ["number_index"], unique=False)
    op.create_table(
        "management_file",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("category IN ('illegal_user', 'addicted')", name=op.f("ck_management_file_category")),
        sa.CheckConstraint(
            "close_reason IN ('term_ended', 'found_addicted', 'commune_education', 'compulsory_education', 'completed_aftercare', 'completed_treatment', 'imprisoned', 'moved_away', 'deceased_or_missing')",
            name=op.f("ck_management_file_close_reason"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_management_file_state")),
        sa.CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", name=op.f("ck_management_file_closed")),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_management_file_order")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_management_file_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_management_file")),
    )
    op.create_index(
        "ix_management_file_opened_on",
        "management_file",
        ["opened_on", "closed_on", "category", "person_id"],
        unique=False,
    )
    op.create_index("ix_management_file_unit_id", "management_file", ["unit_id", "opened_on"], unique=False)
    op.create_index(
        "uq_management_file_one_open_per_category",
        "management_file",
        ["person_id", "category"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL AND state = 'active'"),
    )
    op.create_table(
        "person_name_token",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_person_name_token_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "token", name=op.f("pk_person_name_token")),
    )
    op.create_index("ix_person_name_token_token", "person_name_token", ["token", "person_id"], unique=False)
    op.create_table(
        "reach",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "because IN ('episode', 'counselling', 'membership', 'accompaniment')", name=op.f("ck_reach_because")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_reach_organisation_id")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_reach_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", "because", "record_id", name=op.f("pk_reach")),
    )
    op.create_index("ix_reach_organisation_id", "reach", ["organisation_id", "person_id"], unique=False)
    op.create_table(
        "record_history",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_record_history_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "entity", "id", "version", name=op.f("pk_record_history")),
    )
    op.create_table(
        "residence",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("place_unit_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('permanent', 'temporary', 'current', 'no_stable_residence')", name=op.f("ck_residence_kind")
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_residence_state")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_residence_order")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_residence_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_unit_id"], ["unit.id"], name=op.f("fk_residence_place_unit_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_residence")),
    )
    op.create_table(
        "responsibility",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("responsible_unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on > from_on", name=op.f("ck_responsibility_order")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_responsibility_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["responsible_unit_id"], ["unit.id"], name=op.f("fk_responsibility_responsible_unit_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_responsibility")),
    )
    op.create_index(
        "ix_responsibility_responsible_unit_id", "responsibility", ["responsible_unit_id", "from_on"], unique=False
    )
    op.create_index(
        "uq_responsibility_one_open",
        "responsibility",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_table(
        "substance_use",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("substance", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("first_used_year", sa.SmallInteger(), nullable=True),
        sa.Column("days_last_month", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "route IN ('injecting', 'smoking', 'inhaling', 'swallowing', 'other', 'unknown')",
            name=op.f("ck_substance_use_route"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_substance_use_state")),
        sa.CheckConstraint(
            "substance IN ('opium', 'heroin', 'amphetamines', 'ecstasy', 'cocaine', 'cannabis', 'ketamine', 'synthetic_cannabinoids', 'other', 'unknown')",
            name=op.f("ck_substance_use_substance"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_substance_use_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_substance_use")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("substance_use")
    op.drop_index("uq_responsibility_one_open", table_name="responsibility", postgresql_where=sa.text("to_on IS NULL"))
    op.drop_index("ix_responsibility_responsible_unit_id", table_name="responsibility")
    op.drop_table("responsibility")
    op.drop_table("residence")
    op.drop_table("record_history")
    op.drop_index("ix_reach_organisation_id", table_name="reach")
    op.drop_table("reach")
    op.drop_index("ix_person_name_token_token", table_name="person_name_token")
    op.drop_table("person_name_token")
    op.drop_index(
        "uq_management_file_one_open_per_category",
        table_name="management_file",
        postgresql_where=sa.text("closed_on IS NULL AND state = 'active'"),
    )
    op.drop_index("ix_management_file_unit_id", table_name="management_file")
    op.drop_index("ix_management_file_opened_on", table_name="management_file")
    op.drop_table("management_file")
    op.drop_index("ix_identity_document_number_index", table_name="identity_document")
    op.drop_table("identity_document")
    op.drop_index(
        "uq_episode_one_open_per_track",
        table_name="episode",
        postgresql_where=sa.text("ended_on IS NULL AND state = 'active'"),
    )
    op.drop_index("ix_episode_unit_id", table_name="episode")
    op.drop_index("ix_episode_root_id", table_name="episode")
    op.drop_index("ix_episode_registered_on", table_name="episode")
    op.drop_index("ix_episode_provider_id", table_name="episode")
    op.drop_table("episode")
    op.drop_table("drug_test")
    op.drop_table("determination")
    op.drop_index("ix_access_grant_subject", table_name="access_grant")
    op.drop_table("access_grant")
    op.drop_index("uq_unit_version_code_valid_from", table_name="unit_version")
    op.drop_table("unit_version")
    op.drop_index("uq_unit_succession_one_default", table_name="unit_succession", postgresql_where="is_default")
    op.drop_index("ix_unit_succession_new_unit_id", table_name="unit_succession")
    op.drop_table("unit_succession")
    op.drop_index("ix_unit_on_edition_there_unit_id", table_name="unit_on")
    op.drop_table("unit_on")
    op.drop_index(
        "uq_suspected_count_one_per_day", table_name="suspected_count", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_index(op.f("ix_suspected_count_unit_id"), table_name="suspected_count")
    op.drop_table("suspected_count")
    op.drop_index("ix_person_unit_id_sort_key", table_name="person")
    op.drop_index("ix_person_root_id", table_name="person")
    op.drop_table("person")
    op.drop_index("uq_organisation_code", table_name="organisation", postgresql_where=sa.text("state = 'active'"))
    op.drop_index(op.f("ix_organisation_unit_id"), table_name="organisation")
    op.drop_index("ix_organisation_sort_key", table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_commune_status_unit_id"), table_name="commune_status")
    op.drop_index("ix_commune_status_commune_unit_id", table_name="commune_status")
    op.drop_table("commune_status")
    op.drop_table("unit_record_history")
    op.drop_table("unit")
    op.drop_table("service_state")
    op.drop_table("map_source")
    op.drop_table("map_edition")
    op.drop_index("ix_change_feed_unit_id", table_name="change_feed")
    op.drop_index("ix_change_feed_organisation_id", table_name="change_feed")
    op.drop_table("change_feed")
    op.drop_index("ix_audit_event_person_ids", table_name="audit_event", postgresql_using="gin")
    op.drop_table("audit_event")
