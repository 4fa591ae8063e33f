"""Loads every table, for migrations."""

from registry.db.tables import (
    cases,
    clients,
    emergency,
    idempotency,
    medical,
    metadata,
    moves,
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
    "idempotency",
    "medical",
    "metadata",
    "moves",
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
