"""Keep what follows rehabilitation and stands beside it: aftercare, and education in the commune.

Revision: 0027
After: 0026
"""

import sqlalchemy as sa
from alembic import op

from registry.db.record_walls import DEFINER, ORGANISATIONS, UNITS, enclose_records_of_people

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FUNCTION = "app.aftercares_of(uuid)"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "aftercare",
        *_recorded(),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("planned_months", sa.SmallInteger(), nullable=False),
        sa.Column("absent_days", sa.SmallInteger(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.CheckConstraint("place IN ('residence', 'facility')", name=op.f("ck_aftercare_place")),
        sa.CheckConstraint(
            "outcome IN ('completed', 'relapsed', 'custody', 'deceased', 'moved_away')",
            name=op.f("ck_aftercare_outcome"),
        ),
        sa.CheckConstraint("planned_months > 0 AND absent_days >= 0", name=op.f("ck_aftercare_term")),
        sa.CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name=op.f("ck_aftercare_exit")),
        sa.CheckConstraint(
            "to_on > from_on AND (ended_on IS NULL OR ended_on >= from_on)", name=op.f("ck_aftercare_order")
        ),
        *_of_person("aftercare"),
        sa.ForeignKeyConstraint(["root_id"], ["person.id"], name=op.f("fk_aftercare_root_id")),
    )
    is_open, is_active = sa.text("ended_on IS NULL AND state = 'active'"), sa.text("state = 'active'")
    op.create_index("uq_aftercare_one_open", "aftercare", ["root_id"], unique=True, postgresql_where=is_open)
    op.create_index(
        "uq_aftercare_one_per_course", "aftercare", ["root_id", "course_id"], unique=True, postgresql_where=is_active
    )
    op.create_index("ix_aftercare_root_id", "aftercare", ["root_id"], unique=False)
    op.create_index("ix_aftercare_unit_id", "aftercare", ["unit_id", "from_on"], unique=False)
    op.create_table(
        "education_measure",
        *_recorded(),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "end_reason IN ('term_served', 'exempted', 'annulled', 'other_measure', 'moved_away', 'deceased')",
            name=op.f("ck_education_measure_end_reason"),
        ),
        sa.CheckConstraint(
            "to_on >= from_on AND (ended_on IS NULL OR ended_on >= from_on)", name=op.f("ck_education_measure_order")
        ),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_education_measure_ended")),
        *_of_person("education_measure"),
    )
    op.create_index("ix_education_measure_unit_id", "education_measure", ["unit_id", "from_on"], unique=False)
    for table in ("aftercare", "education_measure"):
        enclose_records_of_people(table)
    _tell_what_rests_on_a_course()


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.drop_table("education_measure")
    op.drop_table("aftercare")


def _tell_what_rests_on_a_course() -> None:
    """Let whoever corrects a stay find the aftercare that rests on it, also where they may not see it."""
    op.execute("""
        CREATE FUNCTION app.aftercares_of(root uuid)
        RETURNS TABLE (
            id uuid, course_id uuid, place text, from_on date, planned_months smallint, absent_days smallint,
            ended_on date, outcome text
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            SELECT id, course_id, place, from_on, planned_months, absent_days, ended_on, outcome
            FROM public.aftercare WHERE root_id = root AND state = 'active' ORDER BY from_on, id;
        END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {UNITS}, {ORGANISATIONS}")


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
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
    )


def _of_person(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f(f"fk_{table}_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f(f"pk_{table}")),
    )
