"""Let clubs meet: a meeting is a session of its own form.

Revision: 0047
After: 0046
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

TABLE, NAME = "counselling_session", "ck_counselling_session_form"
FORMER = ("individual", "group", "family", "prevention", "talk")


def upgrade() -> None:
    """Apply."""
    _let_form_be(*FORMER, "meeting")


def downgrade() -> None:
    """Take back. Meetings are told as talks: both have a topic."""
    op.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"UPDATE {TABLE} SET form = 'talk' WHERE form = 'meeting'")  # noqa: S608 - our own words
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    _let_form_be(*FORMER)


def _let_form_be(*forms: str) -> None:
    listed = ", ".join(f"'{form}'" for form in forms)
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    op.create_check_constraint(op.f(NAME), TABLE, f"form IN ({listed})")
