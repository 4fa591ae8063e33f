"""The seals of the audit log: the leaves of its Merkle tree, and signed checkpoints. Append-only."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Instant, Xid8


class AuditLeafRow(SQLModel, table=True):
    """The seal of one audit row: its place in the tree, and its hash."""

    __tablename__ = "audit_leaf"
    __table_args__ = (UniqueConstraint("xid", "seq"), CheckConstraint("length(hash) = 32", name="hash"))

    index: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    xid: int = Field(sa_type=Xid8)
    seq: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class AuditCheckpointRow(SQLModel, table=True):
    """A signed checkpoint, and the subtrees from which the tree grows on."""

    __tablename__ = "audit_checkpoint"

    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    sealed_at: datetime = Field(sa_type=Instant)
    peaks: list[bytes] = Field(sa_type=ARRAY(LargeBinary()))
    note: str = Field(sa_type=Text)
