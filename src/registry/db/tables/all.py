"""Loads every table, for migrations."""

from registry.db.tables import cases, metadata, persons, situation, tasks, trail, units, worker

__all__ = ["cases", "metadata", "persons", "situation", "tasks", "trail", "units", "worker"]
