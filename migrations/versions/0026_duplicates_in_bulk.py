"""Look for duplicates in bulk: bound what one check reads, ask nothing that was judged, and keep how far a pass is.

Revision: 0026
After: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ROLE = "registry_units"
WORKER = "registry_worker"
DEFINER = "registry_definer"
INSTANT = sa.DateTime(timezone=True)
SEEN = "id, unit_id, state"
JUDGED = "person_id, into_id"
FORMER_REVIEW = "app.review_duplicates(uuid[], uuid[], int[], text, timestamptz, timestamptz)"
REVIEW = "app.review_duplicates(uuid[], uuid[], uuid[], int[], text, timestamptz, timestamptz)"

ALIKE = """
    CREATE OR REPLACE FUNCTION app.people_alike(asked_for uuid, keys bytea[], numbers bytea[])
    RETURNS TABLE (
        root_id uuid, unit_id int, full_name text, aliases text[], sex text,
        birth_date date, birth_year smallint, birthplace text, shared bytea[]
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    BEGIN ATOMIC
        WITH RECURSIVE {found}
        SELECT root.id, root.unit_id, person.full_name, person.aliases, person.sex,
            person.birth_date, person.birth_year, person.birthplace,
            ARRAY(
                SELECT document.number_index FROM identity_document AS document
                WHERE document.person_id = person.id AND document.state = 'active'
                    AND document.number_index = ANY (numbers)
            )
        FROM nearest JOIN person ON person.id = nearest.person_id JOIN person AS root ON root.id = person.root_id
        WHERE person.state = 'active' AND root.state = 'active' AND root.id <> coalesce(
            (SELECT asked.root_id FROM person AS asked WHERE asked.id = asked_for), asked_for
        );
    END
"""
BOUNDED = """
    numbered AS (
        SELECT DISTINCT held.person_id
        FROM unnest(numbers) AS asked (number), LATERAL (
            SELECT document.person_id FROM identity_document AS document
            WHERE document.number_index = asked.number AND document.state = 'active'
                AND document.person_id <> asked_for
            ORDER BY document.person_id LIMIT 200
        ) AS held
        ORDER BY held.person_id LIMIT 200
    ), search (place, people) AS (
        SELECT 0, ARRAY(SELECT numbered.person_id FROM numbered)
        UNION ALL
        SELECT search.place + 1, search.people || ARRAY(
            SELECT match.person_id FROM person_match_key AS match
            WHERE match.key = keys[search.place + 1] AND match.person_id <> asked_for
                AND match.person_id <> ALL (search.people)
            ORDER BY match.person_id LIMIT 200 - cardinality(search.people)
        )
        FROM search WHERE search.place < cardinality(keys) AND cardinality(search.people) < 200
    ), nearest AS (
        SELECT last.person_id
        FROM (SELECT unnest(search.people) AS person_id, search.place FROM search) AS last
        WHERE last.place = (SELECT max(search.place) FROM search)
    )
"""
"""One group after the other, the most telling first, until 200 people are found: no group is read for more."""
FORMERLY = """
    found AS (
        SELECT document.person_id, 0 AS place FROM identity_document AS document
        WHERE document.number_index = ANY (numbers) AND document.state = 'active'
        UNION ALL
        SELECT held.person_id, asked.place
        FROM unnest(keys) WITH ORDINALITY AS asked (key, place), LATERAL (
            SELECT match.person_id FROM person_match_key AS match
            WHERE match.key = asked.key ORDER BY match.person_id LIMIT 200
        ) AS held
    ), nearest AS (
        SELECT found.person_id FROM found WHERE found.person_id <> asked_for
        GROUP BY found.person_id ORDER BY min(found.place), found.person_id LIMIT 200
    )
"""


def upgrade() -> None:
    """Apply. Nobody's groups are made here: no migration holds the secret, and the worker does."""
    op.drop_index("ix_identity_document_number_index", table_name="identity_document")
    op.create_index("ix_identity_document_number_index", "identity_document", ["number_index", "person_id"])
    op.execute(ALIKE.format(found=BOUNDED))
    op.execute(f"DROP FUNCTION {FORMER_REVIEW}")
    op.execute(f"GRANT SELECT ({JUDGED}) ON merge TO {DEFINER}")
    op.execute("""
        CREATE FUNCTION app.review_duplicates(
            pairs uuid[], persons uuid[], others uuid[], provinces int[], opener text, at timestamptz, due timestamptz
        ) RETURNS int
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            WITH opened AS (
                INSERT INTO task (
                    id, kind, role, unit_id, person_id, entity, record_id, opened_at, opened_by, due_at, state, version
                )
                SELECT gen_random_uuid(), 'duplicate_review', 'province_manager', told.unit_id, told.person_id,
                    'duplicate', told.pair_id, at, opener, due, 'open', 1
                FROM unnest(pairs, persons, others, provinces) AS told (pair_id, person_id, other_id, unit_id)
                WHERE NOT EXISTS (
                    SELECT FROM task AS asked
                    WHERE asked.record_id = told.pair_id AND asked.kind = 'duplicate_review'
                        AND asked.unit_id = told.unit_id
                ) AND NOT EXISTS (
                    SELECT FROM merge WHERE merge.person_id = told.person_id AND merge.into_id = told.other_id
                        OR merge.person_id = told.other_id AND merge.into_id = told.person_id
                )
                ON CONFLICT DO NOTHING
                RETURNING record_id
            )
            SELECT count(DISTINCT record_id)::int FROM opened;
        END
    """)
    _give(REVIEW)
    op.create_table(
        "match_pass",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.LargeBinary(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_match_pass")),
    )
    op.execute("ALTER TABLE match_pass ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE match_pass FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY kept_by_worker ON match_pass FOR ALL TO {WORKER} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON match_pass TO {WORKER}")
    op.execute("GRANT SELECT ON match_pass TO registry_backup")
    op.execute(f"CREATE POLICY seen_by_worker ON person FOR SELECT TO {WORKER} USING (true)")
    op.execute(f"GRANT SELECT ({SEEN}) ON person TO {WORKER}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"REVOKE SELECT ({SEEN}) ON person FROM {WORKER}")  # noqa: S608 - our own words
    op.execute("DROP POLICY seen_by_worker ON person")
    op.drop_table("match_pass")
    op.execute(f"DROP FUNCTION {REVIEW}")
    op.execute(f"REVOKE SELECT ({JUDGED}) ON merge FROM {DEFINER}")  # noqa: S608 - our own words
    op.execute("""
        CREATE FUNCTION app.review_duplicates(
            pairs uuid[], persons uuid[], provinces int[], opener text, at timestamptz, due timestamptz
        ) RETURNS void
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            INSERT INTO task (
                id, kind, role, unit_id, person_id, entity, record_id, opened_at, opened_by, due_at, state, version
            )
            SELECT gen_random_uuid(), 'duplicate_review', 'province_manager', told.unit_id, told.person_id,
                'duplicate', told.pair_id, at, opener, due, 'open', 1
            FROM unnest(pairs, persons, provinces) AS told (pair_id, person_id, unit_id)
            WHERE NOT EXISTS (
                SELECT FROM task AS asked
                WHERE asked.record_id = told.pair_id AND asked.kind = 'duplicate_review'
                    AND asked.unit_id = told.unit_id
            )
            ON CONFLICT DO NOTHING;
        END
    """)
    _give(FORMER_REVIEW)
    op.execute(ALIKE.format(found=FORMERLY).replace("WITH RECURSIVE", "WITH"))
    op.drop_index("ix_identity_document_number_index", table_name="identity_document")
    op.create_index("ix_identity_document_number_index", "identity_document", ["number_index"])


def _give(function: str) -> None:
    op.execute(f"ALTER FUNCTION {function} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {ROLE}")
