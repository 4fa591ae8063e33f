"""Loads every table, for migrations."""

from registry.db.tables import (
    cases,
    clients,
    metadata,
    persons,
    reads,
    rights,
    seals,
    situation,
    tasks,
    trail,
    units,
    worker,
)

__all__ = [
    "cases",
    "clients",
    "metadata",
    "persons",
    "reads",
    "rights",
    "seals",
    "situation",
    "tasks",
    "trail",
    "units",
    "worker",
]
