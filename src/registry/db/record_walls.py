"""The walls around a table of records: row-level security and rights, as every migration since 0025 puts them up.

What is here is history as soon as a migration has called it: never change a function, add another.
"""

from alembic import op

UNITS, ORGANISATIONS, DEFINER, BACKUP = (
    "registry_units",
    "registry_organisations",
    "registry_definer",
    "registry_backup",
)
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
REACHED = "person_id = ANY ((SELECT app.reached())::uuid[])"
_OF_ORGANISATION = "{} = ANY ((SELECT app.organisations())::uuid[])"


def enclose_records_of_people(table: str) -> None:
    """Show a person's records to the unit in charge alone. They go with a person who is erased."""
    _close(table)
    _open(table, "by_unit", UNITS, IN_UNITS)
    op.execute(f"GRANT SELECT, DELETE ON {table} TO {DEFINER}")


def open_to_organisation(table: str, column: str) -> None:
    """Show a person's records to the organisation that a column names too, as long as it reaches the person."""
    own = f"{REACHED} AND {_OF_ORGANISATION.format(column)}"
    _open(table, "own", ORGANISATIONS, own)
    _open_history(table, "record_history", f"{REACHED} AND {_former(table, column)}")


def close_to_organisation(table: str) -> None:
    """Take `open_to_organisation` back, before the table is dropped."""
    op.execute(f"DROP POLICY own_{table} ON record_history")


def enclose_records_of_units(table: str) -> None:
    """Show records that belong to no person to whoever reaches their unit."""
    _close(table)
    _open(table, "by_unit", UNITS, IN_UNITS)
    op.execute(f"GRANT SELECT (id, version, state, fingerprint) ON {table} TO {DEFINER}")


def open_unit_records_to_organisation(table: str, column: str) -> None:
    """Show records that belong to no person to the organisation that a column names too."""
    _open(table, "own", ORGANISATIONS, _OF_ORGANISATION.format(column))
    _open_history(table, "unit_record_history", _former(table, column))
    op.execute(f"GRANT INSERT ON unit_record_history TO {ORGANISATIONS}")


def close_unit_records_to_organisation(table: str) -> None:
    """Take `open_unit_records_to_organisation` back, before the table is dropped."""
    op.execute(f"DROP POLICY own_{table} ON unit_record_history")


def show_to_employer(table: str, column: str, former: str) -> None:
    """Show records of workers whom a column names to organisations at which those were appointed; never to write on."""
    named = "{} = ANY ((SELECT app.workers())::uuid[])"
    history = f"entity = '{table}' AND {named.format(former)}"
    for name, shown, rows in (
        ("of_employed", table, named.format(column)),
        (f"employed_{table}", "unit_record_history", history),
    ):
        op.execute(f"CREATE POLICY {name} ON {shown} FOR SELECT TO {ORGANISATIONS} USING ({rows})")


def hide_from_employer(table: str) -> None:
    """Take `show_to_employer` back."""
    op.execute(f"DROP POLICY employed_{table} ON unit_record_history")
    op.execute(f"DROP POLICY of_employed ON {table}")


def _close(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ON {table} TO {BACKUP}")


def _open(table: str, name: str, role: str, rows: str) -> None:
    op.execute(f"CREATE POLICY {name} ON {table} FOR ALL TO {role} USING ({rows}) WITH CHECK ({rows})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {role}")


def _open_history(table: str, history: str, rows: str) -> None:
    op.execute(f"CREATE POLICY own_{table} ON {history} FOR ALL TO {ORGANISATIONS} USING ({rows}) WITH CHECK ({rows})")


def _former(table: str, column: str) -> str:
    named = f"(state ->> '{column}')::uuid"
    return f"entity = '{table}' AND {_OF_ORGANISATION.format(named)}"
