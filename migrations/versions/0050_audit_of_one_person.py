"""Read the audit log of one person in roles of their own, and by officer in words that an index answers.

Policies of one role are joined by OR, and no index answers "concerning these units, or naming this person".

Revision: 0050
After: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

AUDITOR, PERSON_AUDITOR, ACCESS_LOG = "registry_auditor", "registry_person_auditor", "registry_access_log"
NEW = (PERSON_AUDITOR, ACCESS_LOG)
CONCERNING_UNITS = "unit_ids = '{}' OR unit_ids && (SELECT app.units())::int[]"
NAMING_ANYBODY = "person_ids && (SELECT app.reached())::uuid[]"
NAMING_A_PERSON = "person_ids && app.reached()"
"""Not asked for aside: the server then knows, as it plans, that one person is few rows, and takes the index for good."""
NOT_MEDICAL = "'medical' <> ALL (field_groups)"
OFFICER = "(CASE WHEN on_behalf_of IS NULL THEN subject ELSE on_behalf_of END)"
"""What `coalesce` says, too; but PostgreSQL looks up by that in no index before the policies were asked."""


def upgrade() -> None:
    """Apply."""
    for role in NEW:
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
        op.execute(f"GRANT USAGE ON SCHEMA public, app TO {role}")
        op.execute(f"GRANT SELECT ON audit_event, audit_leaf TO {role}")
        op.execute(f"CREATE POLICY {_read_by(role)} ON audit_leaf FOR SELECT TO {role} USING (true)")
    op.execute("DROP POLICY naming_a_person ON audit_event")
    _let_read(ACCESS_LOG, "naming_a_person", f"{NAMING_A_PERSON} AND {NOT_MEDICAL}")
    _let_read(PERSON_AUDITOR, "naming_a_person_of_units", f"{NAMING_A_PERSON} AND ({CONCERNING_UNITS})")
    _index_officers(OFFICER)


def downgrade() -> None:
    """Take back."""
    _index_officers("coalesce(on_behalf_of, subject)")
    for policy in ("naming_a_person", "naming_a_person_of_units"):
        op.execute(f"DROP POLICY {policy} ON audit_event")
    for role in NEW:
        op.execute(f"DROP POLICY {_read_by(role)} ON audit_leaf")
        op.execute(f"REVOKE ALL ON audit_event, audit_leaf FROM {role}")
        op.execute(f"REVOKE USAGE ON SCHEMA public, app FROM {role}")
    _let_read(AUDITOR, "naming_a_person", NAMING_ANYBODY)


def _read_by(role: str) -> str:
    return f"read_by_{role.removeprefix('registry_')}"


def _let_read(role: str, policy: str, condition: str) -> None:
    op.execute(f"CREATE POLICY {policy} ON audit_event FOR SELECT TO {role} USING ({condition})")


def _index_officers(officer: str) -> None:
    op.drop_index("ix_audit_event_officer", table_name="audit_event")
    op.create_index("ix_audit_event_officer", "audit_event", [sa.text(officer), "xid", "seq"], unique=False)
