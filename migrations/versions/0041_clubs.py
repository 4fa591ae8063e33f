"""Keep clubs, who belongs to them, the guidance that they get and how they are rated.

Revision: 0041
After: 0040
"""

import sqlalchemy as sa
from alembic import op

from registry.db import record_walls

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CLUB, MEMBERSHIP, GUIDANCE, RATING = "club", "membership", "club_guidance_visit", "club_rating"
FINDINGS = (
    "staff_below_norm",
    "opening_hours_not_kept",
    "premises_unfit",
    "files_incomplete",
    "reports_late",
    "meetings_not_held",
    "people_not_followed",
    "funds_not_in_order",
    "confidentiality_broken",
    "other",
)


def upgrade() -> None:
    """Apply."""
    _create_clubs()
    _create_memberships()
    _create_guidance_visits()
    _create_ratings()
    for table, column in ((CLUB, "id"), (GUIDANCE, "organisation_id"), (RATING, "organisation_id")):
        record_walls.enclose_records_of_units(table)
        record_walls.open_unit_records_to_organisation(table, column)
    record_walls.enclose_records_of_people(MEMBERSHIP)
    record_walls.open_to_organisation(MEMBERSHIP, "organisation_id")


def downgrade() -> None:
    """Take back. Clubs that stand in the directory stay there."""
    record_walls.close_to_organisation(MEMBERSHIP)
    op.drop_table(MEMBERSHIP)
    for table in (RATING, GUIDANCE, CLUB):
        record_walls.close_unit_records_to_organisation(table)
        op.drop_table(table)


def _create_clubs() -> None:
    op.create_table(
        CLUB,
        *_of_unit(CLUB),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("site_unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("programme", sa.String(length=40), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("family_count", sa.Integer(), nullable=True),
        sa.Column("volunteer_count", sa.Integer(), nullable=True),
        sa.Column("collaborator_count", sa.Integer(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "family_count >= 0 AND volunteer_count >= 0 AND collaborator_count >= 0", name=op.f(f"ck_{CLUB}_counts")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["organisation.id"], name=op.f(f"fk_{CLUB}_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(["site_unit_id"], ["unit.id"], name=op.f(f"fk_{CLUB}_site_unit_id")),
    )
    op.create_index(op.f(f"ix_{CLUB}_unit_id"), CLUB, ["unit_id"])
    op.create_index(f"ix_{CLUB}_sort_key", CLUB, ["sort_key", "id"])
    op.create_index(f"ix_{CLUB}_site_unit_id", CLUB, ["site_unit_id", "opened_on"])


def _create_memberships() -> None:
    op.create_table(
        MEMBERSHIP,
        *_recorded(MEMBERSHIP),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('after_rehab', 'family', 'volunteer', 'collaborator')", name=op.f(f"ck_{MEMBERSHIP}_kind")
        ),
        sa.CheckConstraint(
            "legal_basis IN ('consent', 'decision', 'statutory_duty')", name=op.f(f"ck_{MEMBERSHIP}_legal_basis")
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f(f"ck_{MEMBERSHIP}_order")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f(f"fk_{MEMBERSHIP}_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], [f"{CLUB}.id"], name=op.f(f"fk_{MEMBERSHIP}_organisation_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f(f"pk_{MEMBERSHIP}")),
    )
    op.create_index(f"ix_{MEMBERSHIP}_organisation_id", MEMBERSHIP, ["organisation_id", "from_on"])
    op.create_index(
        f"uq_{MEMBERSHIP}_one_open",
        MEMBERSHIP,
        ["person_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("to_on IS NULL AND state = 'active'"),
    )


def _create_guidance_visits() -> None:
    found = ", ".join(f"'{finding}'" for finding in FINDINGS)
    op.create_table(
        GUIDANCE,
        *_of_club(GUIDANCE),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("guided_by", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("findings", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.CheckConstraint(f"findings <@ ARRAY[{found}]::varchar[]", name=op.f(f"ck_{GUIDANCE}_findings")),
    )
    op.create_index(op.f(f"ix_{GUIDANCE}_unit_id"), GUIDANCE, ["unit_id"])
    op.create_index(f"ix_{GUIDANCE}_organisation_id", GUIDANCE, ["organisation_id", "visited_on"])
    op.create_index(f"ix_{GUIDANCE}_visited_on", GUIDANCE, ["visited_on", "id"])


def _create_ratings() -> None:
    op.create_table(
        RATING,
        *_of_club(RATING),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("rating", sa.String(length=40), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
    )
    op.create_index(op.f(f"ix_{RATING}_unit_id"), RATING, ["unit_id"])
    op.create_index(f"ix_{RATING}_rated_on", RATING, ["rated_on", "id"])
    op.create_index(
        f"uq_{RATING}_one_per_year",
        RATING,
        ["organisation_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )


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


def _of_unit(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        *_recorded(table),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _of_club(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        *_of_unit(table),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("commune_unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], [f"{CLUB}.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.ForeignKeyConstraint(["commune_unit_id"], ["unit.id"], name=op.f(f"fk_{table}_commune_unit_id")),
    )
