"""Who may call with which software, and what ends tokens before their time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, one_of
from registry.domain.client import ClientKind, RevocationReason


class ApiClientRow(SQLModel, table=True):
    """A client of an issuer that may call; one that is revoked stays, and may be registered anew."""

    __tablename__ = "api_client"
    __table_args__ = (
        one_of("kind", ClientKind),
        CheckConstraint("key_thumbprint ~ '^[A-Za-z0-9_-]{43}$'", name="key_thumbprint"),
        CheckConstraint(
            "(unit_id IS NULL) = (unit_code IS NULL) AND (unit_id IS NULL) = (unit_on IS NULL)", name="unit"
        ),
        Index("uq_api_client_in_use", "issuer", "client_id", unique=True, postgresql_where="revoked_at IS NULL"),
    )

    id: UUID = Field(primary_key=True)
    issuer: str = Field(sa_type=Text)
    client_id: str = Field(sa_type=Text)
    kind: ClientKind = Field(sa_type=Coded(ClientKind))
    label: str = Field(sa_type=Text)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    unit_code: str | None = Field(default=None, sa_type=String(5))
    unit_on: date | None = None
    key_thumbprint: str | None = Field(default=None, sa_type=String(43))
    added_at: datetime = Field(sa_type=Instant)
    added_by: str = Field(sa_type=Text)
    rotated_at: datetime | None = Field(default=None, sa_type=Instant)
    rotated_by: str | None = Field(default=None, sa_type=Text)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_by: str | None = Field(default=None, sa_type=Text)


class TokenRevocationRow(SQLModel, table=True):
    """An instant before which no token of a subject counts. Only added to: the latest one holds."""

    __tablename__ = "token_revocation"
    __table_args__ = (
        one_of("reason", RevocationReason),
        Index("ix_token_revocation_subject", "issuer", "subject", "revoked_at"),
    )

    id: UUID = Field(primary_key=True)
    issuer: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    reason: RevocationReason = Field(sa_type=Coded(RevocationReason))
    revoked_at: datetime = Field(sa_type=Instant)
    revoked_by: str = Field(sa_type=Text)
    fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the body that asked for it; null where it was done on the host."""


class RevocationEpochRow(SQLModel, table=True):
    """Counts what ended tokens; a process that remembers another number forgets what it remembers. One row."""

    __tablename__ = "revocation_epoch"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: int = Field(primary_key=True, sa_type=SmallInteger)
    number: int = Field(sa_type=BigInteger)


class DpopProofRow(SQLModel, table=True):
    """A proof that was used, for as long as it could be used again (RFC 9449, 11.1). Lost in a crash, by intent."""

    __tablename__ = "dpop_proof"
    __table_args__ = (Index("ix_dpop_proof_expires_at", "expires_at"), {"prefixes": ["UNLOGGED"]})

    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Instant)
