"""Find people who may be one person, wherever they are, and ask their province about those whom the writer may not see.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROLE = "registry_units"
DEFINER = "registry_definer"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
FUNCTIONS = (
    "app.people_alike(uuid, bytea[], bytea[])",
    "app.review_duplicates(uuid[], uuid[], int[], text, timestamptz, timestamptz)",
)
COMPARED = "full_name, aliases, sex, birth_date, birth_year, birthplace"
"""What the function reads of people, beside what its owner may already."""

DUTIES = ("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice", "move_notice")
"""Tasks that their opener may settle."""
FOUR_EYES = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("erasure_approval", "abnormal_usage", "move_request"),
)
NEW_KIND = "duplicate_review"


def upgrade() -> None:
    """Apply. People of before have no keys until they are written again: no migration holds the secret."""
    op.create_table(
        "person_match_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_person_match_key_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_person_match_key")),
    )
    op.create_index("ix_person_match_key_key", "person_match_key", ["key", "person_id"], unique=False)
    op.create_index("ix_task_record_id", "task", ["record_id", "kind"], unique=False)
    op.execute("ALTER TABLE person_match_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE person_match_key FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY by_unit ON person_match_key FOR ALL TO {ROLE} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON person_match_key TO {ROLE}")
    op.execute(f"GRANT SELECT, DELETE ON person_match_key TO {DEFINER}")  # goes with a person who is erased
    op.execute("GRANT SELECT ON person_match_key TO registry_backup")
    _name_kinds(*FOUR_EYES, NEW_KIND)
    _find_people_alike()
    _ask_provinces()
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO {DEFINER}")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {ROLE}")


def downgrade() -> None:
    """Take back."""
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute(f"REVOKE INSERT, SELECT (unit_id) ON task FROM {DEFINER}")  # noqa: S608 - our own words
    op.execute(f"REVOKE SELECT ({COMPARED}) ON person FROM {DEFINER}")  # noqa: S608 - our own words
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_KIND}'")  # noqa: S608 - our own constant
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_kinds(*FOUR_EYES)
    op.drop_index("ix_task_record_id", table_name="task")
    op.drop_table("person_match_key")


def _name_kinds(*four_eyes: str) -> None:
    """Say which kinds of tasks there are, and which of them the opener may not settle."""
    listed, judged = (", ".join(f"'{kind}'" for kind in kinds) for kinds in ((*DUTIES, *four_eyes), four_eyes))
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.drop_constraint(op.f("ck_task_four_eyes"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_task_four_eyes"), "task", f"settled_by <> opened_by OR kind NOT IN ({judged})")


def _find_people_alike() -> None:
    """Look past the wall for people by keyed hashes that only the service can make, and read 200 of them at most."""
    op.execute(f"GRANT SELECT ({COMPARED}) ON person TO {DEFINER}")
    op.execute("""
        CREATE FUNCTION app.people_alike(asked_for uuid, keys bytea[], numbers bytea[])
        RETURNS TABLE (
            root_id uuid, unit_id int, full_name text, aliases text[], sex text,
            birth_date date, birth_year smallint, birthplace text, shared bytea[]
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            WITH found AS (
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
    """)


def _ask_provinces() -> None:
    """Open tasks in units that the writer does not reach; about a pair that was looked at, never again."""
    op.execute(f"GRANT INSERT, SELECT (unit_id) ON task TO {DEFINER}")
    op.execute(f"""
        CREATE FUNCTION app.review_duplicates(
            pairs uuid[], persons uuid[], provinces int[], opener text, at timestamptz, due timestamptz
        ) RETURNS void
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            INSERT INTO task (
                id, kind, role, unit_id, person_id, entity, record_id, opened_at, opened_by, due_at, state, version
            )
            SELECT gen_random_uuid(), '{NEW_KIND}', 'province_manager', told.unit_id, told.person_id, 'duplicate',
                told.pair_id, at, opener, due, 'open', 1
            FROM unnest(pairs, persons, provinces) AS told (pair_id, person_id, unit_id)
            WHERE NOT EXISTS (
                SELECT FROM task AS asked
                WHERE asked.record_id = told.pair_id AND asked.kind = '{NEW_KIND}' AND asked.unit_id = told.unit_id
            )
            ON CONFLICT DO NOTHING;
        END
    """)  # noqa: S608 - made of our own words
