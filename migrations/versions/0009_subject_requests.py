"""Keep requests of the people on file, erasures and breaches with their clocks.

Revision: 0009
After: 0008
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
FORMER_TASKS = ("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval")
DUTIES = ("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice")
FOUR_EYES = (*FORMER_TASKS, "erasure_approval")
TASKS = (*FOUR_EYES, *DUTIES)
OF_PERSON = ("subject_request", "erasure_order")
OF_UNIT = ("breach",)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "person", sa.Column("processing", sa.String(length=40), nullable=False, server_default="unrestricted")
    )
    op.alter_column("person", "processing", server_default=None)
    op.create_check_constraint(op.f("ck_person_processing"), "person", "processing IN ('unrestricted', 'restricted')")
    op.create_table(
        "erasure_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_erasure_order_state")),
        sa.CheckConstraint(
            "status IN ('awaiting_approval', 'declined', 'erased')", name=op.f("ck_erasure_order_status")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_erasure_order_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_erasure_order")),
    )
    op.create_table(
        "subject_request",
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
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("requester", sa.String(length=40), nullable=False),
        sa.Column("representation", sa.String(length=40), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lift_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(requester = 'representative') = (representation IS NOT NULL)", name=op.f("ck_subject_request_represented")
        ),
        sa.CheckConstraint(
            "channel IN ('in_person', 'post', 'phone', 'online')", name=op.f("ck_subject_request_channel")
        ),
        sa.CheckConstraint("decision IN ('granted', 'partly', 'refused')", name=op.f("ck_subject_request_decision")),
        sa.CheckConstraint(
            "kind IN ('access', 'correction', 'restriction', 'erasure', 'objection')",
            name=op.f("ck_subject_request_kind"),
        ),
        sa.CheckConstraint(
            "representation IN ('parent', 'guardian', 'authorised')", name=op.f("ck_subject_request_representation")
        ),
        sa.CheckConstraint("requester IN ('self', 'representative')", name=op.f("ck_subject_request_requester")),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_subject_request_state")),
        sa.CheckConstraint("status IN ('open', 'answered', 'withdrawn')", name=op.f("ck_subject_request_status")),
        sa.CheckConstraint("(answered_on IS NULL) = (decision IS NULL)", name=op.f("ck_subject_request_answer")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_subject_request_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_subject_request")),
    )
    op.create_index(
        "ix_subject_request_open",
        "subject_request",
        ["unit_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("status = 'open' AND state = 'active'"),
    )
    op.create_table(
        "breach",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("data_categories", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("affected_count", sa.Integer(), nullable=True),
        sa.Column("may_harm", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("notify_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "data_categories <@ ARRAY['identification', 'contact', 'case_file', 'health', 'medical', 'treatment', 'account']::varchar[]",
            name=op.f("ck_breach_data_categories"),
        ),
        sa.CheckConstraint(
            "kind IN ('unauthorised_access', 'disclosure', 'theft', 'loss', 'alteration', 'misuse', 'other')",
            name=op.f("ck_breach_kind"),
        ),
        sa.CheckConstraint(
            "may_harm <@ ARRAY['defence', 'security', 'public_order', 'life', 'health', 'honour', 'property']::varchar[]",
            name=op.f("ck_breach_may_harm"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_breach_state")),
        sa.CheckConstraint("status IN ('open', 'notified', 'closed')", name=op.f("ck_breach_status")),
        sa.CheckConstraint("(notified_at IS NULL) = (authority IS NULL)", name=op.f("ck_breach_notified")),
        sa.CheckConstraint("affected_count >= 0", name=op.f("ck_breach_affected_count")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_breach_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_index(op.f("ix_breach_unit_id"), "breach", ["unit_id"], unique=False)
    op.create_index("ix_breach_detected_at", "breach", ["detected_at", "id"], unique=False)
    for table in (*OF_PERSON, *OF_UNIT):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY by_unit ON {table} FOR ALL TO registry_units USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO registry_units")
        op.execute(f"GRANT SELECT ON {table} TO registry_backup")
        owner = ", person_id" if table in OF_PERSON else ""
        op.execute(f"GRANT SELECT (id, version, state, fingerprint{owner}) ON {table} TO registry_definer")
    op.execute("CREATE POLICY seen_by_worker ON subject_request FOR SELECT TO registry_worker USING (true)")
    op.execute("GRANT SELECT (person_id, id, unit_id, due_on, state, status) ON subject_request TO registry_worker")
    _take_tasks(TASKS, FOUR_EYES)
    _find_every_kind()
    op.execute("GRANT SELECT, DELETE ON subject_request TO registry_definer")  # goes with a person who is erased
    op.execute("GRANT SELECT (person_id), UPDATE (reason, void_reason) ON erasure_order TO registry_definer")


def downgrade() -> None:
    """Take back."""
    _take_tasks(FORMER_TASKS, FORMER_TASKS)
    op.drop_table("breach")
    op.drop_table("erasure_order")
    op.drop_table("subject_request")
    op.drop_column("person", "processing")


def _take_tasks(kinds: Iterable[str], four_eyes: Iterable[str]) -> None:
    """Say which kinds of tasks there are, and which the opener may not settle. Tasks of no kind any more go."""
    listed, judged = (", ".join(f"'{kind}'" for kind in each) for each in (kinds, four_eyes))
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.drop_constraint(op.f("ck_task_four_eyes"), "task")
    op.execute(f"DELETE FROM task WHERE kind NOT IN ({listed})")  # noqa: S608 - our own words
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_task_four_eyes"), "task", f"settled_by <> opened_by OR kind NOT IN ({judged})")


def _find_every_kind() -> None:
    """Let a repeated request be told from a conflicting one for every table whose fingerprints the function may read.

    The list of kinds is the list of these rights, so that it is written once. A role asks only of tables of which it
    may read something itself: whether somebody has a medical result is for the role of health alone to know.
    """
    op.execute("""
        CREATE OR REPLACE FUNCTION app.first_body(entity text, owner uuid, record uuid)
        RETURNS TABLE (version int, state text, fingerprint bytea)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
        AS $$
        BEGIN
            IF 3 <> (
                SELECT count(*) FROM pg_attribute
                WHERE attrelid = to_regclass(quote_ident(entity)) AND attname IN ('version', 'state', 'fingerprint')
                  AND has_column_privilege('registry_definer', attrelid, attnum, 'SELECT')
                  AND has_any_column_privilege(
                      coalesce(nullif(current_setting('role'), 'none'), session_user), attrelid, 'SELECT'
                  )
            ) THEN
                RAISE EXCEPTION 'no records of this kind: %', entity;
            END IF;
            RETURN QUERY EXECUTE format(
                'SELECT version, state::text, fingerprint FROM %I WHERE id = $1', entity
            ) || CASE WHEN owner IS NULL THEN '' ELSE ' AND person_id = $2' END USING record, owner;
        END
        $$
    """)
