"""Keep a directory of services, and what became of those who were referred to one.

Revision: 0036
After: 0035
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SERVICE, REFERRAL = "support_service", "referral"
UNITS, ORGANISATIONS, WORKER = "registry_units", "registry_organisations", "registry_worker"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
TASKS = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("subject_request_due", "subject_request_overdue", "erasure_approval", "breach_notification_due"),
    *("breach_notice", "abnormal_usage", "move_request", "move_notice", "unit_uncertain"),
    *("duplicate_review", "merge_approval", "sync_conflict", "plan_measure", "plan_measure_of_province"),
)
NEW_TASK = "referral_unanswered"


def upgrade() -> None:
    """Apply."""
    _create_services()
    _create_referrals()
    record_walls.enclose_records_of_units(SERVICE)
    _open_the_directory()
    record_walls.enclose_records_of_people(REFERRAL)
    record_walls.open_to_organisation(REFERRAL, "organisation_id")
    op.execute(f"CREATE POLICY seen_by_worker ON {REFERRAL} FOR SELECT TO {WORKER} USING (true)")
    op.execute(f"GRANT SELECT (person_id, id, unit_id, state, status, answer_due_on) ON {REFERRAL} TO {WORKER}")
    _name_tasks(*TASKS, NEW_TASK)


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_TASK}'")  # noqa: S608 - our own constant
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_tasks(*TASKS)
    record_walls.close_to_organisation(REFERRAL)
    for role in (UNITS, ORGANISATIONS):
        op.execute(f"DROP POLICY {_services_for(role)} ON unit_record_history")
    op.drop_table(REFERRAL)
    op.drop_table(SERVICE)


def _open_the_directory() -> None:
    """Show services to everybody, as organisations are: they are referred to from everywhere, and hold nobody."""
    op.execute(f"CREATE POLICY corrected ON {SERVICE} FOR UPDATE TO {UNITS} USING (true) WITH CHECK ({IN_UNITS})")
    op.execute(f"CREATE POLICY locked ON {SERVICE} FOR UPDATE TO {ORGANISATIONS} USING (true) WITH CHECK (false)")
    op.execute(f"GRANT UPDATE (version) ON {SERVICE} TO {ORGANISATIONS}")  # SELECT FOR UPDATE asks for it
    for role in (UNITS, ORGANISATIONS):
        listed = f"listed_for_{role.removeprefix('registry_')}"
        op.execute(f"CREATE POLICY {listed} ON {SERVICE} FOR SELECT TO {role} USING (true)")
        op.execute(f"GRANT SELECT ON {SERVICE} TO {role}")
        history = f"ON unit_record_history FOR SELECT TO {role} USING (entity = '{SERVICE}')"
        op.execute(f"CREATE POLICY {_services_for(role)} {history}")


def _services_for(role: str) -> str:
    return f"services_for_{role.removeprefix('registry_')}"


def _name_tasks(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")


def _create_services() -> None:
    op.create_table(
        "support_service",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("provider_name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("site_unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('health_care', 'hiv_care', 'methadone', 'social_protection', 'vocational_training', 'job_placement', 'loan', 'legal_aid')",
            name=op.f("ck_support_service_kind"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_support_service_state")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_support_service_capacity")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_support_service_order")),
        sa.ForeignKeyConstraint(["site_unit_id"], ["unit.id"], name=op.f("fk_support_service_site_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_support_service_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_service")),
    )
    op.create_index("ix_support_service_from_on", "support_service", ["from_on", "id"], unique=False)
    op.create_index(op.f("ix_support_service_unit_id"), "support_service", ["unit_id"], unique=False)


def _create_referrals() -> None:
    op.create_table(
        "referral",
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
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("lost_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("employer_sector", sa.String(length=40), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("loan_amount", sa.BigInteger(), nullable=True),
        sa.Column("loan_purpose", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "employer_sector IN ('agriculture', 'industry', 'construction', 'trade_and_services', 'public', 'self_employed', 'other')",
            name=op.f("ck_referral_employer_sector"),
        ),
        sa.CheckConstraint(
            "legal_basis IN ('consent', 'decision', 'statutory_duty')", name=op.f("ck_referral_legal_basis")
        ),
        sa.CheckConstraint(
            "loan_purpose IN ('crops', 'livestock', 'trade', 'craft', 'study', 'other')",
            name=op.f("ck_referral_loan_purpose"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_referral_state")),
        sa.CheckConstraint(
            "status IN ('made', 'accepted', 'declined', 'started', 'completed', 'lost')",
            name=op.f("ck_referral_status"),
        ),
        sa.CheckConstraint("accepted_on >= made_on", name=op.f("ck_referral_accepted")),
        sa.CheckConstraint(
            "completed_on IS NULL OR coalesce(completed_on >= started_on, false)", name=op.f("ck_referral_completed")
        ),
        sa.CheckConstraint(
            "declined_on IS NULL OR (declined_on >= made_on AND accepted_on IS NULL)", name=op.f("ck_referral_declined")
        ),
        sa.CheckConstraint("loan_amount > 0", name=op.f("ck_referral_loan_amount")),
        sa.CheckConstraint(
            "started_on IS NULL OR coalesce(started_on >= accepted_on, false)", name=op.f("ck_referral_started")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_referral_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["service_id"], ["support_service.id"], name=op.f("fk_referral_service_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_referral")),
    )
    op.create_index(
        "ix_referral_answer_due_on",
        "referral",
        ["answer_due_on"],
        unique=False,
        postgresql_where=sa.text("status = 'made' AND state = 'active'"),
    )
    op.create_index("ix_referral_organisation_id", "referral", ["organisation_id", "made_on"], unique=False)
    op.create_index("ix_referral_service_id", "referral", ["service_id"], unique=False)
