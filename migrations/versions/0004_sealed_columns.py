"""Give every person a key of their own.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
KEYS = "registry_keys"
IN_REACH = "person_id = ANY ((SELECT app.reached())::uuid[])"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("master_key", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_person_key_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_key")),
    )
    op.create_index("ix_person_key_master_key", "person_key", ["master_key", "person_id"], unique=False)
    op.execute("ALTER TABLE person_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE person_key FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_unit ON person_key FOR SELECT TO registry_units USING ({IN_UNITS})")
    op.execute(f"CREATE POLICY made ON person_key FOR INSERT TO registry_units WITH CHECK ({IN_UNITS})")
    op.execute("GRANT SELECT, INSERT ON person_key TO registry_units")
    op.execute(f"CREATE POLICY reached ON person_key FOR SELECT TO registry_organisations USING ({IN_REACH})")
    op.execute("GRANT SELECT ON person_key TO registry_organisations")
    op.execute("GRANT SELECT ON person_key TO registry_backup")
    _let_keys_be_moved()


def downgrade() -> None:
    """Take back."""
    op.execute("DROP POLICY read_for_keys ON identity_document")
    op.execute("DROP POLICY indexed ON identity_document")
    op.drop_table("person_key")
    op.execute(f"REVOKE ALL ON identity_document, unit FROM {KEYS}")
    op.execute(f"REVOKE USAGE ON SCHEMA app, public FROM {KEYS}")


def _let_keys_be_moved() -> None:
    """Let the role of `registry keys` see and change what a new master key changes, and nothing else."""
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{KEYS}') THEN
                CREATE ROLE {KEYS} NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
    """)
    op.execute(f"GRANT USAGE ON SCHEMA app, public TO {KEYS}")
    op.execute(f"GRANT SELECT ON unit TO {KEYS}")
    op.execute(f"GRANT SELECT, UPDATE (master_key, wrapped_key) ON person_key TO {KEYS}")
    op.execute(f"CREATE POLICY read_for_keys ON person_key FOR SELECT TO {KEYS} USING ({IN_UNITS})")
    op.execute(f"CREATE POLICY rewrapped ON person_key FOR UPDATE TO {KEYS} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"""
        GRANT SELECT (person_id, id, unit_id, document_type, number, number_index_key),
            UPDATE (number_index, number_index_key) ON identity_document TO {KEYS}
    """)
    op.execute(f"CREATE POLICY read_for_keys ON identity_document FOR SELECT TO {KEYS} USING ({IN_UNITS})")
    op.execute(
        f"CREATE POLICY indexed ON identity_document FOR UPDATE TO {KEYS} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})"
    )
