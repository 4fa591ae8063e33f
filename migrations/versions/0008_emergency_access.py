"""Open one person for an hour in an emergency, and keep who asked and why.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLE = "registry_emergency"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
IN_REACH = "{} = ANY ((SELECT app.reached())::uuid[])"
OWN = "opened_by = ANY ((SELECT app.callers())::text[])"

OPENED = ("identity_document", "residence", "responsibility", "management_file", "episode", "person_key")
"""What an access opens of its person, beside the person's own record."""
FOUND_BY = {"person": "root_id, unit_id, recorded_at", "identity_document": "number_index"}
"""What the search for the person reads, beside what its function's owner reads already."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason_text", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("medical", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (state = 'no_match')", name=op.f("ck_emergency_access_matched")),
        sa.CheckConstraint(
            "reason_code IN ('medical_emergency', 'danger_to_others', 'unidentified_person', 'legal_deadline', 'other')",
            name=op.f("ck_emergency_access_reason_code"),
        ),
        sa.CheckConstraint("state IN ('open', 'ended', 'no_match')", name=op.f("ck_emergency_access_state")),
        sa.CheckConstraint(
            "medical IN ('not_requested', 'requested', 'approved', 'declined')",
            name=op.f("ck_emergency_access_medical"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_emergency_access_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("fk_emergency_access_grant_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_emergency_access_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index("ix_emergency_access_opened_by", "emergency_access", ["opened_by", "opened_at"], unique=False)
    op.create_index("ix_emergency_access_person_id", "emergency_access", ["person_id", "opened_at"], unique=False)
    op.create_index(
        "ix_emergency_access_ends_at",
        "emergency_access",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.execute("ALTER TABLE emergency_access ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE emergency_access FORCE ROW LEVEL SECURITY")
    op.execute("""
        CREATE FUNCTION app.callers() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
        RETURN ARRAY[nullif(current_setting('app.caller', true), '')]
    """)
    _find_the_person()
    _open_the_person()
    _keep_the_access()


def downgrade() -> None:
    """Take back."""
    op.drop_table("emergency_access")
    for table in OPENED:
        op.execute(f"DROP POLICY in_emergency ON {table}")
    op.execute("DROP POLICY in_emergency ON person")
    op.execute("DROP POLICY opened_in_emergency ON task")
    op.execute("DROP POLICY told_in_emergency ON audit_event")
    op.execute(f"REVOKE ALL ON person, {', '.join(OPENED)}, task, audit_event FROM {ROLE}")
    op.execute("DROP FUNCTION app.person_in_emergency(uuid, bytea[])")
    op.execute("DROP FUNCTION app.callers()")
    for table, columns in FOUND_BY.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM registry_definer")  # noqa: S608 - our own tables


def _find_the_person() -> None:
    """Look past the wall for one person by id or number: only whose record it is, and where they are."""
    for table, columns in FOUND_BY.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO registry_definer")
    op.execute("""
        CREATE FUNCTION app.person_in_emergency(person uuid, indexes bytea[])
        RETURNS TABLE (person_id uuid, unit_id int)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
        BEGIN ATOMIC
            SELECT root.id, root.unit_id
            FROM person AS named JOIN person AS root ON root.id = named.root_id
            WHERE named.state = 'active' AND root.state = 'active' AND named.id = ANY (
                ARRAY[person] || ARRAY(
                    SELECT document.person_id FROM identity_document AS document
                    WHERE document.number_index = ANY (indexes) AND document.state = 'active'
                )
            )
            ORDER BY root.recorded_at, root.id LIMIT 1;
        END
    """)
    op.execute("ALTER FUNCTION app.person_in_emergency(uuid, bytea[]) OWNER TO registry_definer")
    op.execute("REVOKE ALL ON FUNCTION app.person_in_emergency(uuid, bytea[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.person_in_emergency(uuid, bytea[]) TO {ROLE}")


def _open_the_person() -> None:
    op.execute(f"CREATE POLICY in_emergency ON person FOR SELECT TO {ROLE} USING ({IN_REACH.format('id')})")
    for table in OPENED:
        op.execute(f"CREATE POLICY in_emergency ON {table} FOR SELECT TO {ROLE} USING ({IN_REACH.format('person_id')})")
    op.execute(f"GRANT SELECT ON person, {', '.join(OPENED)} TO {ROLE}")


def _keep_the_access() -> None:
    op.execute(f"CREATE POLICY own ON emergency_access FOR SELECT TO {ROLE} USING ({OWN})")
    op.execute(f"CREATE POLICY asked_for ON emergency_access FOR INSERT TO {ROLE} WITH CHECK ({OWN})")
    op.execute(f"GRANT SELECT, INSERT ON emergency_access TO {ROLE}")
    op.execute(f"CREATE POLICY opened_in_emergency ON task FOR INSERT TO {ROLE} WITH CHECK ({IN_UNITS})")
    op.execute(f"GRANT INSERT ON task TO {ROLE}")
    op.execute(f"CREATE POLICY told_in_emergency ON audit_event FOR INSERT TO {ROLE} WITH CHECK (true)")
    op.execute(f"GRANT INSERT ON audit_event TO {ROLE}")
    op.execute(
        f"CREATE POLICY reviewed ON emergency_access FOR ALL TO registry_units USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})"
    )
    op.execute("GRANT SELECT, UPDATE (state, medical, version) ON emergency_access TO registry_units")
    op.execute(
        "CREATE POLICY ended_by_worker ON emergency_access FOR ALL TO registry_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT (id, person_id, unit_id, state, ends_at, version) ON emergency_access TO registry_worker")
    op.execute("GRANT UPDATE (state, version) ON emergency_access TO registry_worker")
    op.execute("GRANT SELECT ON emergency_access TO registry_backup")
