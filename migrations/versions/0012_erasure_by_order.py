"""Erase nobody without an approved order of this very person, and leave no words about them in any unit.

Revision: 0012
After: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FUNCTION = "app.erase_by_order(uuid, uuid, text, timestamptz, date)"
WITHOUT_ORDER = "app.erase_person(uuid, text, timestamptz, date)"
READ = {
    "erasure_order": "status",
    "task": "kind, person_id, record_id, state, settled_by, settled_at, version",
    "emergency_access": "person_id, state, version",
}
EMPTIED = {
    "erasure_order": "state, fingerprint",
    "task": "state, note, version",
    "emergency_access": "state, version, fingerprint, reason_text",
}
"""What the function reads and writes, beside what its owner may already."""


def upgrade() -> None:
    """Apply."""
    _let_orders_be("active", "voided", "erased")
    op.execute("""
        CREATE FUNCTION app.erase_by_order(erased uuid, by_order uuid, author text, at timestamptz, today date)
        RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            IF NOT EXISTS (
                SELECT FROM public.erasure_order AS ordered
                JOIN public.task AS approval
                    ON approval.record_id = ordered.id AND approval.person_id = ordered.person_id
                WHERE ordered.id = by_order AND ordered.person_id = erased AND ordered.status = 'erased'
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
    """)
    for table, columns in READ.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO registry_definer")
    for table, columns in EMPTIED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO registry_definer")
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO registry_definer")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO registry_units")
    op.execute(f"REVOKE EXECUTE ON FUNCTION {WITHOUT_ORDER} FROM registry_units")


def downgrade() -> None:
    """Take back."""
    op.execute(f"GRANT EXECUTE ON FUNCTION {WITHOUT_ORDER} TO registry_units")
    op.execute(f"DROP FUNCTION {FUNCTION}")
    for table, columns in EMPTIED.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM registry_definer")
    for table, columns in READ.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM registry_definer")  # noqa: S608 - our own words
    op.execute("ALTER TABLE erasure_order NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute("UPDATE erasure_order SET state = 'voided' WHERE state = 'erased'")
    op.execute("ALTER TABLE erasure_order FORCE ROW LEVEL SECURITY")
    _let_orders_be("active", "voided")


def _let_orders_be(*states: str) -> None:
    """Say in which states an order may be: one that was carried out is erased with its person."""
    listed = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_erasure_order_state"), "erasure_order", type_="check")
    op.create_check_constraint(op.f("ck_erasure_order_state"), "erasure_order", f"state IN ({listed})")
