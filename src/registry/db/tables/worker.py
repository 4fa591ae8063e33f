"""What the worker did when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, one_of
from registry.domain.job import JobOutcome


class WorkerJobRow(SQLModel, table=True):
    """One job: when it is due, how its last run ended, how often it ran and failed."""

    __tablename__ = "worker_job"
    __table_args__ = (one_of("outcome", JobOutcome),)

    name: str = Field(primary_key=True, sa_type=String(40))
    every_seconds: int = Field(sa_type=Integer)
    due_at: datetime = Field(sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: JobOutcome | None = Field(default=None, sa_type=Coded(JobOutcome))
    error: str | None = Field(default=None, sa_type=String(100))
    """The class of what was raised: a message could hold a value."""
    runs: int = Field(default=0, sa_type=BigInteger)
    failures: int = Field(default=0, sa_type=BigInteger)
    failed_in_a_row: int = 0


class MatchPassRow(SQLModel, table=True):
    """How far one pass over everybody is, in the order of their ids: it goes on where it was broken off.

    `made_by` names the secret and the rules of its groups, so that either's change shows.
    """

    __tablename__ = "match_pass"

    name: str = Field(primary_key=True, sa_type=String(40))
    made_by: bytes = Field(sa_type=LargeBinary)
    last_id: UUID
    people: int = Field(default=0, sa_type=BigInteger)
    found: int = Field(default=0, sa_type=BigInteger)
    begun_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
