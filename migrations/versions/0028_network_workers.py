"""Keep who works in the network: workers, their appointments and their training.

Revision: 0028
After: 0027
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("network_worker", "appointment", "worker_training")
ROLES = ("head", "counsellor", "case_manager", "chair", "board_member", "leader", "deputy", "volunteer")


def upgrade() -> None:
    """Apply."""
    _create(
        "network_worker",
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (unit_code IS NULL)", name=op.f("ck_network_worker_kept_by_one")
        ),
    )
    listed = ", ".join(f"'{role}'" for role in ROLES)
    _create(
        "appointment",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("time", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint(f"role IN ({listed})", name=op.f("ck_appointment_role")),
        sa.CheckConstraint("time IN ('full_time', 'part_time')", name=op.f("ck_appointment_time")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_appointment_order")),
        _of_worker("appointment"),
    )
    _create(
        "worker_training",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_worker_training_order")),
        _of_worker("worker_training"),
    )
    op.create_index("ix_network_worker_sort_key", "network_worker", ["sort_key", "id"])
    op.create_index("ix_network_worker_organisation_id", "network_worker", ["organisation_id"])
    op.create_index(
        "uq_appointment_one_open",
        "appointment",
        ["worker_id", "organisation_id", "role"],
        unique=True,
        postgresql_where=sa.text("to_on IS NULL AND state = 'active'"),
    )
    op.create_index("ix_appointment_organisation_id", "appointment", ["organisation_id", "from_on"])
    op.create_index("ix_appointment_worker_id", "appointment", ["worker_id"])
    op.create_index("ix_worker_training_worker_id", "worker_training", ["worker_id", "from_on"])


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        record_walls.close_unit_records_to_organisation(table)
        op.drop_table(table)


def _create(table: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        *items,
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_unit_id"), table, ["unit_id"])
    record_walls.enclose_records_of_units(table)
    record_walls.open_unit_records_to_organisation(table, "organisation_id")


def _of_worker(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["worker_id"], ["network_worker.id"], name=op.f(f"fk_{table}_worker_id"))
