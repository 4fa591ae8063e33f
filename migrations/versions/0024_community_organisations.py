"""Let counselling points, aftercare clubs and volunteer teams be organisations.

Revision: 0024
After: 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PROVIDERS = ("rehab_facility_public", "rehab_facility_private", "methadone_clinic", "health_station")
OF_COMMUNES = ("counselling_point", "aftercare_club", "volunteer_team")


def upgrade() -> None:
    """Apply."""
    _name_kinds(*PROVIDERS, *OF_COMMUNES)


def downgrade() -> None:
    """Take back. It is refused where there are such organisations: they may have been written about."""
    _name_kinds(*PROVIDERS)


def _name_kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_organisation_kind"), "organisation")
    op.create_check_constraint(op.f("ck_organisation_kind"), "organisation", f"kind IN ({listed})")
