"""Keep volunteer teams, whom they accompany, and the visits.

Revision: 0034
After: 0033
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEAM, ACCOMPANIMENT, VISIT = "volunteer_team", "accompaniment", "visit"


def upgrade() -> None:
    """Apply."""
    _create_teams()
    _create_accompaniments()
    _create_visits()
    record_walls.enclose_records_of_units(TEAM)
    record_walls.open_unit_records_to_organisation(TEAM, "id")
    for table in (ACCOMPANIMENT, VISIT):
        record_walls.enclose_records_of_people(table)
        record_walls.open_to_organisation(table, "organisation_id")


def downgrade() -> None:
    """Take back. Teams that stand in the directory stay there."""
    for table in (VISIT, ACCOMPANIMENT):
        record_walls.close_to_organisation(table)
        op.drop_table(table)
    record_walls.close_unit_records_to_organisation(TEAM)
    op.drop_table(TEAM)


def _create_teams() -> None:
    op.create_table(
        TEAM,
        *_recorded(TEAM),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("site_unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        *_decision(),
        sa.Column("dissolution_number", sa.Text(), nullable=True),
        sa.Column("dissolution_on", sa.Date(), nullable=True),
        sa.Column("dissolution_issuer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["organisation.id"], name=op.f(f"fk_{TEAM}_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{TEAM}_unit_id")),
        sa.ForeignKeyConstraint(["site_unit_id"], ["unit.id"], name=op.f(f"fk_{TEAM}_site_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TEAM}")),
    )
    op.create_index(op.f(f"ix_{TEAM}_unit_id"), TEAM, ["unit_id"])
    op.create_index(f"ix_{TEAM}_sort_key", TEAM, ["sort_key", "id"])
    op.create_index(
        f"uq_{TEAM}_one_open",
        TEAM,
        ["site_unit_id"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL AND state = 'active'"),
    )


def _create_accompaniments() -> None:
    op.create_table(
        ACCOMPANIMENT,
        *_of_person(ACCOMPANIMENT),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        *_decision(),
        sa.CheckConstraint(
            "legal_basis IN ('consent', 'decision', 'statutory_duty')", name=op.f(f"ck_{ACCOMPANIMENT}_legal_basis")
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f(f"ck_{ACCOMPANIMENT}_order")),
        sa.ForeignKeyConstraint(["worker_id"], ["network_worker.id"], name=op.f(f"fk_{ACCOMPANIMENT}_worker_id")),
    )
    op.create_index(f"ix_{ACCOMPANIMENT}_organisation_id", ACCOMPANIMENT, ["organisation_id", "from_on"])
    op.create_index(f"ix_{ACCOMPANIMENT}_worker_id", ACCOMPANIMENT, ["worker_id"])


def _create_visits() -> None:
    op.create_table(
        VISIT,
        *_of_person(VISIT),
        sa.Column("accompaniment_id", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('home_visit', 'meeting', 'phone_call', 'accompanied_to_service')", name=op.f(f"ck_{VISIT}_kind")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "accompaniment_id"],
            [f"{ACCOMPANIMENT}.person_id", f"{ACCOMPANIMENT}.id"],
            name=op.f(f"fk_{VISIT}_person_id_accompaniment_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index(f"ix_{VISIT}_accompaniment_id", VISIT, ["person_id", "accompaniment_id"])
    op.create_index(f"ix_{VISIT}_organisation_id", VISIT, ["organisation_id", "visited_on"])


def _recorded(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{table}_state")),
    )


def _of_person(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        *_recorded(table),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f(f"fk_{table}_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f(f"pk_{table}")),
    )


def _decision() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
    )
