"""Say which software may call, and end tokens before their time.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OFFICE = "registry_units"
WORKER = "registry_worker"
DEFINER = "registry_definer"
BACKUP = "registry_backup"
TABLES = ("api_client", "token_revocation", "revocation_epoch", "dpop_proof")

STANDING = """
CREATE FUNCTION app.standing(of_issuer text, of_subject text, of_client text, of_vendor text, on_day date)
RETURNS TABLE (
    epoch bigint, tokens_from timestamptz,
    client_kind varchar, client_unit_id int, client_key varchar, client_keys_since timestamptz,
    vendor_kind varchar, vendor_unit_id int, vendor_key varchar, vendor_keys_since timestamptz,
    grant_id uuid, role varchar, unit_id int, organisation_id uuid, from_on date, to_on date, seat_unit_id int
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    RETURN QUERY
    SELECT
        revocation_epoch.number,
        (
            SELECT max(token_revocation.revoked_at) FROM token_revocation
            WHERE token_revocation.issuer = of_issuer AND token_revocation.subject = of_subject
        ),
        client.kind, client.unit_id, client.key_thumbprint, client.rotated_at,
        vendor.kind, vendor.unit_id, vendor.key_thumbprint, vendor.rotated_at,
        held.id, held.role, held.unit_id, held.organisation_id, held.from_on, held.to_on, organisation.unit_id
    FROM revocation_epoch
    LEFT JOIN api_client AS client
        ON client.issuer = of_issuer AND client.client_id = of_client AND client.revoked_at IS NULL
    LEFT JOIN api_client AS vendor
        ON vendor.issuer = of_issuer AND vendor.client_id = of_vendor AND vendor.revoked_at IS NULL
    LEFT JOIN (access_grant AS held LEFT JOIN organisation ON organisation.id = held.organisation_id)
        ON held.issuer = of_issuer AND held.subject = of_subject AND held.revoked_at IS NULL
        AND held.from_on <= on_day AND (held.to_on IS NULL OR held.to_on >= on_day)
        AND (held.organisation_id IS NULL OR organisation.state = 'active')
    ORDER BY held.id;
END
$$
"""
"""All that a request needs to know of its caller, in one round trip. In PL/pgSQL, which keeps its plan."""

MOVE_EPOCH = """
CREATE FUNCTION app.move_epoch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    UPDATE revocation_epoch SET number = number + 1;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    _make_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT ON {table} TO {BACKUP}")
    op.execute(f"CREATE POLICY managed ON api_client FOR ALL TO {OFFICE} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON api_client TO {OFFICE}")
    op.execute(f"CREATE POLICY managed ON token_revocation FOR ALL TO {OFFICE} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT ON token_revocation TO {OFFICE}")
    op.execute(f"CREATE POLICY used ON dpop_proof FOR INSERT TO {OFFICE} WITH CHECK (true)")
    op.execute(f"GRANT INSERT ON dpop_proof TO {OFFICE}")
    op.execute(f"CREATE POLICY purged ON dpop_proof FOR ALL TO {WORKER} USING (true) WITH CHECK (false)")
    op.execute(f"GRANT SELECT (expires_at), DELETE ON dpop_proof TO {WORKER}")
    # What a request needs of the grants comes from the function: those who act for organisations read none.
    op.execute("DROP POLICY read ON access_grant")
    op.execute("REVOKE SELECT ON access_grant FROM registry_organisations")
    _make_functions()


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER moves_epoch ON api_client")
    op.execute("DROP TRIGGER moves_epoch ON token_revocation")
    op.execute("DROP FUNCTION app.move_epoch()")
    op.execute("DROP FUNCTION app.standing(text, text, text, text, date)")
    op.execute("REVOKE SELECT ON access_grant FROM registry_definer")
    op.execute("REVOKE SELECT (unit_id) ON organisation FROM registry_definer")
    op.execute("CREATE POLICY read ON access_grant FOR SELECT TO registry_organisations USING (true)")
    op.execute("GRANT SELECT ON access_grant TO registry_organisations")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unit_code", sa.String(length=5), nullable=True),
        sa.Column("unit_on", sa.Date(), nullable=True),
        sa.Column("key_thumbprint", sa.String(length=43), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotated_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('app', 'server', 'vendor')", name=op.f("ck_api_client_kind")),
        sa.CheckConstraint("key_thumbprint ~ '^[A-Za-z0-9_-]{43}$'", name=op.f("ck_api_client_key_thumbprint")),
        sa.CheckConstraint(
            "(unit_id IS NULL) = (unit_code IS NULL) AND (unit_id IS NULL) = (unit_on IS NULL)",
            name=op.f("ck_api_client_unit"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_api_client_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    in_use = sa.text("revoked_at IS NULL")
    op.create_index("uq_api_client_in_use", "api_client", ["issuer", "client_id"], unique=True, postgresql_where=in_use)
    op.create_table(
        "token_revocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('device_lost', 'token_leaked', 'left_office', 'other')",
            name=op.f("ck_token_revocation_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_revocation")),
    )
    op.create_index("ix_token_revocation_subject", "token_revocation", ["issuer", "subject", "revoked_at"])
    op.create_table(
        "revocation_epoch",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_revocation_epoch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_epoch")),
    )
    op.execute("INSERT INTO revocation_epoch (id, number) VALUES (1, 1)")
    op.create_table(
        "dpop_proof",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_dpop_proof")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_dpop_proof_expires_at", "dpop_proof", ["expires_at"])


def _make_functions() -> None:
    op.execute(f"GRANT SELECT ON access_grant, api_client, token_revocation, revocation_epoch TO {DEFINER}")
    op.execute(f"GRANT SELECT (unit_id) ON organisation TO {DEFINER}")
    op.execute(f"GRANT UPDATE ON revocation_epoch TO {DEFINER}")
    op.execute(STANDING)
    op.execute(MOVE_EPOCH)
    op.execute("CREATE TRIGGER moves_epoch AFTER INSERT ON token_revocation EXECUTE FUNCTION app.move_epoch()")
    op.execute("CREATE TRIGGER moves_epoch AFTER UPDATE ON api_client EXECUTE FUNCTION app.move_epoch()")
    for signature in ("standing(text, text, text, text, date)", "move_epoch()"):
        op.execute(f"ALTER FUNCTION app.{signature} OWNER TO {DEFINER}")
        op.execute(f"REVOKE ALL ON FUNCTION app.{signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.standing(text, text, text, text, date) TO {OFFICE}")
