"""Whom a reader has seen within the hour: counters that need not survive a crash."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Bytewise, Instant

_UNLOGGED: dict[str, Any] = {"prefixes": ["UNLOGGED"]}
"""Written without a log: a crash empties them, and the hour begins anew."""


class PersonReadRow(SQLModel, table=True):
    """One person whom a reader was shown in an hour."""

    __tablename__ = "person_read"
    __table_args__ = _UNLOGGED

    reader: str = Field(primary_key=True, sa_type=Bytewise)
    hour: datetime = Field(primary_key=True, sa_type=Instant)
    person_id: UUID = Field(primary_key=True)


class PersonReadCountRow(SQLModel, table=True):
    """How many they are by now."""

    __tablename__ = "person_read_count"
    __table_args__ = _UNLOGGED

    reader: str = Field(primary_key=True, sa_type=Bytewise)
    hour: datetime = Field(primary_key=True, sa_type=Instant)
    persons: int
