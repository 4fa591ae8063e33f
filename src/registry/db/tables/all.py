"""Loads every table, for migrations."""

from registry.db.tables import cases, metadata, persons, rights, situation, tasks, trail, units, worker

__all__ = ["cases", "metadata", "persons", "rights", "situation", "tasks", "trail", "units", "worker"]
