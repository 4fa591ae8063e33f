"""Keep plans of units, their targets, and what is stated for targets.

Revision: 0031
After: 0030
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = ", ".join(
    f"'{kind}'"
    for kind in (
        *("rehab_facility_public", "rehab_facility_private", "methadone_clinic", "health_station"),
        *("counselling_point", "aftercare_club", "volunteer_team"),
    )
)
TABLES = ("plan", "plan_target", "target_report")


def upgrade() -> None:
    """Apply."""
    _make_plan()
    _make_target()
    _make_report()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_unit_id"), table, ["unit_id"])
        record_walls.enclose_records_of_units(table)


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
    )


def _held(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _make_plan() -> None:
    op.create_table(
        "plan",
        *_recorded(),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("planned_unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("parent_plan_id", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        *_held("plan"),
        sa.CheckConstraint("status IN ('draft', 'approved')", name=op.f("ck_plan_status")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_plan_order")),
        sa.CheckConstraint("parent_plan_id <> id", name=op.f("ck_plan_parent")),
        sa.CheckConstraint("(status = 'approved') = (approved_on IS NOT NULL)", name=op.f("ck_plan_approved")),
        sa.ForeignKeyConstraint(["planned_unit_id"], ["unit.id"], name=op.f("fk_plan_planned_unit_id")),
        sa.ForeignKeyConstraint(["parent_plan_id"], ["plan.id"], name=op.f("fk_plan_parent_plan_id")),
    )
    op.create_index("ix_plan_from_on", "plan", ["from_on", "id"])
    op.create_index("ix_plan_parent_plan_id", "plan", ["parent_plan_id"])


def _make_target() -> None:
    op.create_table(
        "plan_target",
        *_recorded(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column("organisation_kind", sa.String(length=40), nullable=True),
        sa.Column("stated_measure", sa.Text(), nullable=True),
        sa.Column("measure", sa.String(length=100), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=True),
        sa.Column("measured_unit_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("rating", sa.String(length=40), nullable=True),
        sa.Column("rating_programme", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("parent_target_id", sa.Uuid(), nullable=True),
        sa.Column("base_value", sa.Double(), nullable=True),
        sa.Column("base_source", sa.Text(), nullable=True),
        sa.Column("base_from_on", sa.Date(), nullable=True),
        sa.Column("base_to_on", sa.Date(), nullable=True),
        sa.Column("frozen_base", sa.Integer(), nullable=True),
        sa.Column("frozen_on", sa.Date(), nullable=True),
        sa.Column("correction_reason", sa.Text(), nullable=True),
        *_held("plan_target"),
        sa.CheckConstraint(
            "kind IN ('level', 'share', 'change', 'rating_at_least', 'coverage')", name=op.f("ck_plan_target_kind")
        ),
        sa.CheckConstraint("direction IN ('floor', 'cap', 'reduction')", name=op.f("ck_plan_target_direction")),
        sa.CheckConstraint(f"organisation_kind IN ({KINDS})", name=op.f("ck_plan_target_organisation_kind")),
        sa.CheckConstraint(
            "num_nonnulls(indicator, organisation_kind, stated_measure) = 1", name=op.f("ck_plan_target_measure")
        ),
        sa.CheckConstraint("(kind = 'rating_at_least') = (rating IS NOT NULL)", name=op.f("ck_plan_target_rating")),
        sa.CheckConstraint("(kind = 'rating_at_least') = (value IS NULL)", name=op.f("ck_plan_target_value")),
        sa.CheckConstraint(
            "direction <> 'reduction' OR (kind = 'change' AND value < 0)", name=op.f("ck_plan_target_reduction")
        ),
        sa.UniqueConstraint("id", "kind", "direction", "measure", name="uq_plan_target_measure"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_target_plan_id")),
        sa.ForeignKeyConstraint(["measured_unit_id"], ["unit.id"], name=op.f("fk_plan_target_measured_unit_id")),
        sa.ForeignKeyConstraint(
            ["parent_target_id", "kind", "direction", "measure"],
            ["plan_target.id", "plan_target.kind", "plan_target.direction", "plan_target.measure"],
            name="fk_plan_target_parent",
        ),
    )
    op.create_index("ix_plan_target_plan_id", "plan_target", ["plan_id", "due_on", "id"])
    op.create_index("ix_plan_target_parent_target_id", "plan_target", ["parent_target_id"])


def _make_report() -> None:
    op.create_table(
        "target_report",
        *_recorded(),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("of_count", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        *_held("target_report"),
        sa.CheckConstraint("count >= 0 AND of_count >= count", name=op.f("ck_target_report_count")),
        sa.ForeignKeyConstraint(["target_id"], ["plan_target.id"], name=op.f("fk_target_report_target_id")),
    )
    op.create_index(
        "uq_target_report_one_per_day",
        "target_report",
        ["target_id", "reported_on"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
