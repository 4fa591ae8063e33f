"""Count whom a caller has seen within the hour, and tell the administrator when it is too many.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTERS = ("person_read", "person_read_count")
FUNCTIONS = ("count_read(text, timestamptz, uuid[])", "forget_reads(timestamptz)")
READERS = ("registry_units", "registry_organisations", "registry_health", "registry_emergency")

DUTIES = ("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice")
"""Tasks that their opener may settle."""
FOUR_EYES = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    "erasure_approval",
)
NEW_KIND = "abnormal_usage"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person_read",
        sa.Column("reader", sa.Text(collation="C"), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("reader", "hour", "person_id", name=op.f("pk_person_read")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "person_read_count",
        sa.Column("reader", sa.Text(collation="C"), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reader", "hour", name=op.f("pk_person_read_count")),
        prefixes=["UNLOGGED"],
    )
    for table in COUNTERS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO registry_definer")
        op.execute(f"GRANT SELECT ON {table} TO registry_backup")
    _make_functions()
    _name_kinds(*FOUR_EYES, NEW_KIND)


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_KIND}'")  # noqa: S608 - our own constant
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_kinds(*FOUR_EYES)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{function}")
    for table in COUNTERS:
        op.drop_table(table)


def _make_functions() -> None:
    """Make the only ways to the counters: nobody reads them, writes them or takes from them otherwise.

    People who are new to the reader are counted under a lock of the reader's own, so that two processes
    that show people at the same time come to the same sum; whoever was seen already is not locked for.
    """
    op.execute("""
        CREATE FUNCTION app.count_read(reader text, hour timestamptz, persons uuid[]) RETURNS int
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
        AS $$
        DECLARE
            fresh int;
            total int;
        BEGIN
            SELECT count(*) INTO fresh FROM person_read AS seen
            WHERE seen.reader = $1 AND seen.hour = $2 AND seen.person_id = ANY ($3);
            IF fresh = cardinality($3) THEN
                RETURN 0;
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended($1, 0));
            INSERT INTO person_read SELECT $1, $2, unnest($3) ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS fresh = ROW_COUNT;
            INSERT INTO person_read_count AS counted VALUES ($1, $2, fresh)
            ON CONFLICT ON CONSTRAINT pk_person_read_count DO UPDATE SET persons = counted.persons + fresh
            RETURNING counted.persons INTO total;
            RETURN CASE WHEN fresh = 0 THEN 0 ELSE total END;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION app.forget_reads(before timestamptz) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = public
        BEGIN ATOMIC
            DELETE FROM person_read WHERE hour < before;
            DELETE FROM person_read_count WHERE hour < before;
        END
    """)
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION app.{function} OWNER TO registry_definer")
        op.execute(f"REVOKE ALL ON FUNCTION app.{function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{FUNCTIONS[0]} TO {', '.join(READERS)}")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{FUNCTIONS[1]} TO registry_worker")


def _name_kinds(*four_eyes: str) -> None:
    """Write anew which kinds of tasks there are, and which their opener may not settle."""
    listed, judged = (", ".join(f"'{kind}'" for kind in each) for each in ((*four_eyes, *DUTIES), four_eyes))
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.drop_constraint(op.f("ck_task_four_eyes"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_task_four_eyes"), "task", f"settled_by <> opened_by OR kind NOT IN ({judged})")
