"""Tell whether records name an organisation, also records that its unit no longer reaches.

Revision: 0046
After: 0045
"""

from alembic import op

from registry.db.record_walls import DEFINER, ORGANISATIONS, UNITS

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

FUNCTION = "app.is_in_use(uuid)"
PROVIDED = "episode"
OF_PEOPLE = ("membership", "accompaniment", "attendance", "referral")
OF_UNITS = ("network_worker", "appointment", "counselling_session", "club_guidance_visit", "club_rating")


def upgrade() -> None:
    """Apply."""
    op.execute(f"GRANT SELECT (provider_id) ON {PROVIDED} TO {DEFINER}")
    for table in OF_UNITS:
        op.execute(f"GRANT SELECT (organisation_id) ON {table} TO {DEFINER}")
    _tell_whether_an_organisation_is_in_use()


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    for table in OF_UNITS:
        op.execute(f"REVOKE SELECT (organisation_id) ON {table} FROM {DEFINER}")  # noqa: S608 - our own words
    op.execute(f"REVOKE SELECT (provider_id) ON {PROVIDED} FROM {DEFINER}")  # noqa: S608 - our own words


def _tell_whether_an_organisation_is_in_use() -> None:
    """Let whoever voids an organisation know that records name it, also those of people who moved out of reach."""
    named = [(PROVIDED, "provider_id"), *((table, "organisation_id") for table in (*OF_PEOPLE, *OF_UNITS))]
    naming = " OR ".join(
        f"EXISTS (SELECT FROM public.{table} WHERE {column} = organisation AND state = 'active')"
        for table, column in named
    )
    op.execute(f"""
        CREATE FUNCTION app.is_in_use(organisation uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC SELECT {naming}; END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {UNITS}, {ORGANISATIONS}")
