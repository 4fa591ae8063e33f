"""Requests that were carried out under a key."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Instant


class IdempotencyKeyRow(SQLModel, table=True):
    """A key that was used, by a digest of it and of who used it for what: neither can be read here. Only added to."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_kept_until", "kept_until"),)

    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int = Field(sa_type=SmallInteger)
    reference: str = Field(sa_type=Text)
    version: int | None = None
    kept_until: datetime = Field(sa_type=Instant)
