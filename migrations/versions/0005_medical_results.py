"""Keep HIV and other infections in a table and a role of their own.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HEALTH = "registry_health"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
IN_REACH = "{} = ANY ((SELECT app.reached())::uuid[])"
MEDICAL, OTHERS = "entity = 'medical_result'", "entity <> 'medical_result'"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "medical_result",
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
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_medical_result_state")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_medical_result_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_medical_result")),
    )
    op.execute("ALTER TABLE medical_result ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE medical_result FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT ON medical_result TO registry_backup")
    op.execute("GRANT SELECT (id, version, state, fingerprint, person_id) ON medical_result TO registry_definer")
    op.execute("GRANT DELETE ON medical_result TO registry_definer")  # goes with a person who is erased
    _open_to_health()
    _close_to_units()


def downgrade() -> None:
    """Take back."""
    op.drop_table("medical_result")
    for table in ("record_history", "change_feed"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
        op.execute(f"DELETE FROM {table} WHERE {MEDICAL}")  # noqa: S608 - our own words
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER POLICY by_unit ON record_history USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"ALTER POLICY followed_by_unit ON change_feed USING ({IN_UNITS})")
    op.execute("ALTER POLICY told_by_units ON change_feed WITH CHECK (true)")
    for table, name in (
        ("person", "seen_for_health"),
        ("person", "locked_for_health"),
        ("person", "in_emergency_for_health"),
        ("person_key", "in_emergency_for_health"),
        ("person_key", "used_for_health"),
        ("reach", "told_of_by_health"),
        ("record_history", "medical"),
        ("change_feed", "told_by_health"),
        ("audit_event", "told_by_health"),
    ):
        op.execute(f"DROP POLICY {name} ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {HEALTH}")
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.first_body(text, uuid, uuid) FROM {HEALTH}")


def _open_to_health() -> None:
    """Give the role its table, its rows of what is shared, and of people what a write needs."""
    _policy("medical_result", "by_unit", "ALL", using=IN_UNITS, check=IN_UNITS)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON medical_result TO {HEALTH}")
    _policy("person", "seen_for_health", "SELECT", using=IN_UNITS)
    _policy("person", "locked_for_health", "UPDATE", using=IN_UNITS, check="false")
    op.execute(f"GRANT SELECT ON person TO {HEALTH}")
    op.execute(f"GRANT UPDATE (version) ON person TO {HEALTH}")  # SELECT FOR UPDATE asks for it; no update passes
    _policy("person_key", "used_for_health", "SELECT", using=IN_UNITS)
    op.execute(f"GRANT SELECT ON person_key TO {HEALTH}")
    for table, person in (("medical_result", "person_id"), ("person", "id"), ("person_key", "person_id")):
        _policy(table, "in_emergency_for_health", "SELECT", using=IN_REACH.format(person))
    _policy("reach", "told_of_by_health", "SELECT", using=IN_UNITS)
    op.execute(f"GRANT SELECT (person_id, organisation_id, record_id, unit_id, until_on) ON reach TO {HEALTH}")
    _policy("record_history", "medical", "ALL", using=f"{IN_UNITS} AND {MEDICAL}", check=f"{IN_UNITS} AND {MEDICAL}")
    op.execute(f"GRANT SELECT, INSERT ON record_history TO {HEALTH}")
    _policy("change_feed", "told_by_health", "INSERT", check=MEDICAL)
    _policy("audit_event", "told_by_health", "INSERT", check="true")
    op.execute(f"GRANT INSERT ON change_feed, audit_event TO {HEALTH}")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.first_body(text, uuid, uuid) TO {HEALTH}")


def _close_to_units() -> None:
    """Let nobody else read or write the role's rows of what is shared."""
    theirs = f"{IN_UNITS} AND {OTHERS}"
    op.execute(f"ALTER POLICY by_unit ON record_history USING ({theirs}) WITH CHECK ({theirs})")
    op.execute(f"ALTER POLICY followed_by_unit ON change_feed USING ({theirs})")
    op.execute(f"ALTER POLICY told_by_units ON change_feed WITH CHECK ({OTHERS})")


def _policy(table: str, name: str, command: str, *, using: str = "", check: str = "") -> None:
    clauses = (f"USING ({using})" if using else "", f"WITH CHECK ({check})" if check else "")
    op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {HEALTH} {' '.join(clauses)}")
