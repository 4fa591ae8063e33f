"""Loads every table, for migrations."""

from registry.db.tables import (
    cases,
    clients,
    emergency,
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
    "emergency",
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
