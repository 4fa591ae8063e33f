"""Keep what communes do for many at once, and how many people live in them.

Revision: 0030
After: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.db.record_walls import enclose_records_of_units

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

AUDIENCES = (
    *("everybody", "youth", "pupils_and_students", "workers", "families", "people_at_risk", "people_after_rehab"),
    "officials",
)
FINDINGS = (
    *("staff_below_norm", "opening_hours_not_kept", "premises_unfit", "files_incomplete", "reports_late"),
    *("meetings_not_held", "people_not_followed", "funds_not_in_order", "confidentiality_broken", "other"),
)
FORMS = (
    *("leaflets", "loudspeakers", "meeting", "press_and_broadcast", "social_media", "performance", "contest"),
    *("home_visits", "other"),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "activity",
        *_recorded(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("place_unit_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("audiences", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=True),
        sa.Column("materials", sa.Integer(), nullable=True),
        sa.Column("participants", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('campaign', 'training', 'conference', 'inspection')", name=op.f("ck_activity_kind")
        ),
        sa.CheckConstraint("stage IN ('planned', 'held', 'settled')", name=op.f("ck_activity_stage")),
        sa.CheckConstraint(f"form IN ({_listed(FORMS)})", name=op.f("ck_activity_form")),
        sa.CheckConstraint(f"audiences <@ ARRAY[{_listed(AUDIENCES)}]::varchar[]", name=op.f("ck_activity_audiences")),
        sa.CheckConstraint(f"findings <@ ARRAY[{_listed(FINDINGS)}]::varchar[]", name=op.f("ck_activity_findings")),
        sa.CheckConstraint("reach >= 0 AND materials >= 0", name=op.f("ck_activity_counts")),
        sa.CheckConstraint("dated_on = coalesce(held_on, planned_on)", name=op.f("ck_activity_dated")),
        sa.CheckConstraint("settled_on IS NULL OR settled_on >= held_on", name=op.f("ck_activity_order")),
        *_of_unit("activity"),
        sa.ForeignKeyConstraint(["place_unit_id"], ["unit.id"], name=op.f("fk_activity_place_unit_id")),
    )
    op.create_index("ix_activity_dated_on", "activity", ["dated_on", "id"], unique=False)
    op.create_index("ix_activity_place_unit_id", "activity", ["place_unit_id", "dated_on"], unique=False)
    op.create_table(
        "commune_population",
        *_recorded(),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("commune_unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("population >= 0", name=op.f("ck_commune_population_population")),
        *_of_unit("commune_population"),
        sa.ForeignKeyConstraint(["commune_unit_id"], ["unit.id"], name=op.f("fk_commune_population_commune_unit_id")),
    )
    op.create_index(
        "uq_commune_population_one_per_year",
        "commune_population",
        ["commune_unit_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    for table in ("activity", "commune_population"):
        op.create_index(op.f(f"ix_{table}_unit_id"), table, ["unit_id"], unique=False)
        enclose_records_of_units(table)


def downgrade() -> None:
    """Take back."""
    op.drop_table("commune_population")
    op.drop_table("activity")


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


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


def _of_unit(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
