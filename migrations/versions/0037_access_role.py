"""Let access be given in a role of its own: who acts on people's records gives no rights.

Revision: 0037
After: 0036
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ACCESS, UNITS = "registry_access", "registry_units"
MAP = ("unit", "unit_version", "unit_on", "unit_succession", "map_edition", "map_source")
GIVEN = ("access_grant", "api_client", "token_revocation")
READ = {"access_grant": "", "api_client": "(id, issuer, client_id)"}
"""What is asked for outside: whom a row of the audit log names, and whether software was ever registered."""
KEYS_OF_REQUESTS = "app.outcome_under(bytea, bigint), app.keep_outcome(bytea, bytea, smallint, text, int, timestamptz)"


def upgrade() -> None:
    """Apply."""
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ACCESS}') THEN
                CREATE ROLE {ACCESS} NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
    """)
    op.execute(f"GRANT USAGE ON SCHEMA public, app TO {ACCESS}")
    op.execute(f"GRANT SELECT ON {', '.join(MAP)} TO {ACCESS}")
    for table in GIVEN:
        op.execute(f"ALTER POLICY managed ON {table} TO {ACCESS}")
        op.execute(f"REVOKE ALL ON {table} FROM {UNITS}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON access_grant, api_client TO {ACCESS}")
    op.execute(f"GRANT SELECT, INSERT ON token_revocation TO {ACCESS}")
    for table, columns in READ.items():
        op.execute(f"CREATE POLICY read ON {table} FOR SELECT TO {UNITS} USING (true)")
        op.execute(f"GRANT SELECT {columns} ON {table} TO {UNITS}")
    op.execute(f"CREATE POLICY listed_for_access ON organisation FOR SELECT TO {ACCESS} USING (true)")
    op.execute(f"GRANT SELECT ON organisation TO {ACCESS}")
    op.execute(f"CREATE POLICY told_by_access ON audit_event FOR INSERT TO {ACCESS} WITH CHECK (true)")
    op.execute(f"GRANT INSERT ON audit_event TO {ACCESS}")
    op.execute(f"GRANT EXECUTE ON FUNCTION {KEYS_OF_REQUESTS} TO {ACCESS}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"REVOKE EXECUTE ON FUNCTION {KEYS_OF_REQUESTS} FROM {ACCESS}")
    op.execute("DROP POLICY told_by_access ON audit_event")
    op.execute("DROP POLICY listed_for_access ON organisation")
    for table in READ:
        op.execute(f"DROP POLICY read ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {UNITS}")
    op.execute(f"REVOKE ALL ON {', '.join(('audit_event', 'organisation', *GIVEN, *MAP))} FROM {ACCESS}")
    op.execute(f"REVOKE USAGE ON SCHEMA public, app FROM {ACCESS}")
    for table in GIVEN:
        op.execute(f"ALTER POLICY managed ON {table} TO {UNITS}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON access_grant, api_client TO {UNITS}")
    op.execute(f"GRANT SELECT, INSERT ON token_revocation TO {UNITS}")
