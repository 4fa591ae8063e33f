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


def downgrade() -> None:
    """Take back."""
    op.drop_table("person_key")
