"""Erase, by one approved order, every entry of the human whom the order names under one of them.

Revision: 0055
After: 0054
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

VERY_PERSON = "ordered.person_id = erased"
SAME_HUMAN = """EXISTS (
    SELECT FROM public.person AS named JOIN public.person AS entry USING (root_id)
    WHERE named.id = ordered.person_id AND entry.id = erased
)"""


def upgrade() -> None:
    """Apply."""
    _erase_by_order(of=SAME_HUMAN)


def downgrade() -> None:
    """Take back."""
    _erase_by_order(of=VERY_PERSON)


def _erase_by_order(*, of: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION app.erase_by_order(
            erased uuid, by_order uuid, author text, at timestamptz, today date
        ) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            IF NOT EXISTS (
                SELECT FROM public.erasure_order AS ordered
                JOIN public.task AS approval
                    ON approval.record_id = ordered.id AND approval.person_id = ordered.person_id
                WHERE ordered.id = by_order AND {of} AND ordered.status = 'erased'
                    AND approval.kind = 'erasure_approval' AND approval.state = 'approved'
                    AND approval.settled_by = author AND approval.settled_at = at
            ) THEN
                RAISE insufficient_privilege USING MESSAGE = 'no order to erase this person is approved';
            END IF;
            PERFORM app.erase_person(erased, author, at, today);
            UPDATE public.erasure_order SET state = 'erased', fingerprint = '', reason = NULL, void_reason = NULL
            WHERE person_id = erased;
            UPDATE public.emergency_access
            SET state = 'ended', version = version + CASE state WHEN 'open' THEN 1 ELSE 0 END,
                fingerprint = '', reason_text = NULL
            WHERE person_id = erased;
            UPDATE public.task SET state = 'cancelled', version = version + 1
            WHERE person_id = erased AND state = 'open';
            UPDATE public.task SET note = NULL WHERE person_id = erased;
        END $$
    """)  # noqa: S608 - our own words
