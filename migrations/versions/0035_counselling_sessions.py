"""Keep counselling sessions, and who on file attended them.

Revision: 0035
After: 0034
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SESSION, ATTENDANCE = "counselling_session", "attendance"


def upgrade() -> None:
    """Apply."""
    _create_sessions()
    _create_attendances()
    record_walls.enclose_records_of_units(SESSION)
    record_walls.open_unit_records_to_organisation(SESSION, "organisation_id")
    record_walls.enclose_records_of_people(ATTENDANCE)
    record_walls.open_to_organisation(ATTENDANCE, "organisation_id")


def downgrade() -> None:
    """Take back."""
    record_walls.close_to_organisation(ATTENDANCE)
    record_walls.close_unit_records_to_organisation(SESSION)
    op.drop_table(ATTENDANCE)
    op.drop_table(SESSION)


def _create_sessions() -> None:
    op.create_table(
        "counselling_session",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("commune_unit_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("on_file_count", sa.Integer(), nullable=False),
        sa.Column("family_count", sa.Integer(), nullable=False),
        sa.Column("at_risk_count", sa.Integer(), nullable=False),
        sa.Column("community_count", sa.Integer(), nullable=False),
        sa.Column("other_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "form IN ('individual', 'group', 'family', 'prevention', 'talk')", name=op.f("ck_counselling_session_form")
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_counselling_session_state")),
        sa.CheckConstraint(
            "on_file_count >= 0 AND family_count >= 0 AND at_risk_count >= 0 AND community_count >= 0 AND other_count >= 0",
            name=op.f("ck_counselling_session_counts"),
        ),
        sa.ForeignKeyConstraint(["commune_unit_id"], ["unit.id"], name=op.f("fk_counselling_session_commune_unit_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_counselling_session_organisation_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_counselling_session_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counselling_session")),
    )
    op.create_index(
        "ix_counselling_session_organisation_id",
        "counselling_session",
        ["organisation_id", "held_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_counselling_session_unit_id"), "counselling_session", ["unit_id"], unique=False)


def _create_attendances() -> None:
    op.create_table(
        "attendance",
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
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "legal_basis IN ('consent', 'decision', 'statutory_duty')", name=op.f("ck_attendance_legal_basis")
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_attendance_state")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_attendance_organisation_id")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_attendance_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["counselling_session.id"], name=op.f("fk_attendance_session_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_organisation_id", "attendance", ["organisation_id", "held_on"], unique=False)
    op.create_index("ix_attendance_session_id", "attendance", ["session_id"], unique=False)
    op.create_index(
        "uq_attendance_once",
        "attendance",
        ["person_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
