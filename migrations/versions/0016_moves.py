"""Keep moves between communes, and tell who is asked no more than they need to answer.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
IN_REACH = "person_id = ANY ((SELECT app.reached())::uuid[])"
FOUR_EYES = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("erasure_approval", "abnormal_usage"),
)
FORMER_TASKS = (
    *FOUR_EYES,
    *("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice"),
)
TOLD = "to_unit_code, to_unit_id, moved_on, reason, status, answer_due_at"
"""What the function that tells of an offer reads of a move, beside what every function may."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "move",
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
        sa.Column("to_unit_code", sa.String(length=5), nullable=False),
        sa.Column("place_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('changed_residence', 'work_or_study', 'family', 'returned', 'other')",
            name=op.f("ck_move_reason"),
        ),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_move_state")),
        sa.CheckConstraint(
            "status IN ('requested', 'accepted', 'declined', 'withdrawn', 'expired')", name=op.f("ck_move_status")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_move_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_unit_id"], ["unit.id"], name=op.f("fk_move_place_unit_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_move_to_unit_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_move")),
    )
    waiting = sa.text("status = 'requested' AND state = 'active'")
    op.create_index("uq_move_one_open", "move", ["person_id"], unique=True, postgresql_where=waiting)
    op.create_index("ix_move_answer_due_at", "move", ["answer_due_at"], unique=False, postgresql_where=waiting)
    op.execute("ALTER TABLE move ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE move FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_unit ON move FOR ALL TO registry_units USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON move TO registry_units")
    op.execute(f"CREATE POLICY in_emergency ON move FOR SELECT TO registry_emergency USING ({IN_REACH})")
    op.execute("CREATE POLICY seen_by_worker ON move FOR SELECT TO registry_worker USING (true)")
    op.execute("GRANT SELECT ON move TO registry_emergency, registry_backup")
    op.execute("GRANT SELECT (person_id, id, unit_id, state, status, answer_due_at) ON move TO registry_worker")
    op.execute("GRANT SELECT (id, version, state, fingerprint, person_id, unit_id), DELETE ON move TO registry_definer")
    _take_tasks((*FORMER_TASKS, "move_request", "move_notice"), (*FOUR_EYES, "move_request"))
    op.execute("GRANT UPDATE (unit_id) ON task TO registry_units")  # what is to be done for a person goes with them
    _tell_who_is_asked()


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION app.move_offered(uuid, uuid)")
    op.execute("REVOKE UPDATE (unit_id) ON task FROM registry_units")
    _take_tasks(FORMER_TASKS, FOUR_EYES)
    op.drop_table("move")


def _tell_who_is_asked() -> None:
    """Tell a unit in reach who is offered to it, while it has not answered: a name and a year, of nobody else."""
    op.execute(f"GRANT SELECT ({TOLD}) ON move TO registry_definer")
    op.execute("GRANT SELECT (full_name, birth_year) ON person TO registry_definer")
    op.execute("""
        CREATE FUNCTION app.move_offered(offered uuid, by_move uuid)
        RETURNS TABLE (
            from_unit_id int, full_name text, birth_year smallint,
            to_unit_code varchar, moved_on date, reason varchar, answer_due_at timestamptz
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            SELECT person.unit_id, person.full_name, person.birth_year,
                move.to_unit_code, move.moved_on, move.reason, move.answer_due_at
            FROM public.move JOIN public.person ON person.id = move.person_id
            WHERE move.person_id = offered AND move.id = by_move
                AND move.status = 'requested' AND move.state = 'active' AND person.state = 'active'
                AND move.to_unit_id = ANY ((SELECT app.units())::int[]);
        END
    """)
    op.execute("ALTER FUNCTION app.move_offered(uuid, uuid) OWNER TO registry_definer")
    op.execute("REVOKE ALL ON FUNCTION app.move_offered(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.move_offered(uuid, uuid) TO registry_units")


def _take_tasks(kinds: tuple[str, ...], four_eyes: tuple[str, ...]) -> None:
    """Say which kinds of tasks there are, and which the opener may not settle. Tasks of no kind any more go."""
    listed, judged = (", ".join(f"'{kind}'" for kind in each) for each in (kinds, four_eyes))
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.drop_constraint(op.f("ck_task_four_eyes"), "task")
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind NOT IN ({listed})")  # noqa: S608 - our own words
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_task_four_eyes"), "task", f"settled_by <> opened_by OR kind NOT IN ({judged})")
