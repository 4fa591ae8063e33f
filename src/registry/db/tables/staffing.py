"""Who works in the network: workers, who are no persons of the register, their appointments and their training."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfUnit, of_unit, one_of
from registry.domain.staffing import StaffRole, WorkingTime


class NetworkWorkerRow(OfUnit, table=True):
    """Somebody who works in the network. An organisation keeps the entry, or the office of a unit."""

    __tablename__ = "network_worker"
    __table_args__ = of_unit(
        CheckConstraint("(organisation_id IS NULL) <> (unit_code IS NULL)", name="kept_by_one"),
        Index("ix_network_worker_sort_key", "sort_key", "id"),
        Index("ix_network_worker_organisation_id", "organisation_id"),
    )

    organisation_column = "organisation_id"
    worker_column = "id"

    full_name: str = Field(sa_type=Text)
    sort_key: str = Field(sa_type=Text(collation="C"))
    position: str | None = Field(default=None, sa_type=Text)
    employer: str | None = Field(default=None, sa_type=Text)
    contact: str | None = Field(default=None, sa_type=Text)
    from_on: date
    unit_code: str | None = Field(default=None, sa_type=String(5))
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")


class AppointmentRow(OfUnit, table=True):
    """What a worker is at an organisation, from a day on, until (but without) another."""

    __tablename__ = "appointment"
    __table_args__ = of_unit(
        one_of("role", StaffRole),
        one_of("time", WorkingTime),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        Index(
            "uq_appointment_one_open",
            *("worker_id", "organisation_id", "role"),
            unique=True,
            postgresql_where=text("to_on IS NULL AND state = 'active'"),
        ),
        Index("ix_appointment_organisation_id", "organisation_id", "from_on"),
        Index("ix_appointment_worker_id", "worker_id"),
    )

    organisation_column = "organisation_id"

    worker_id: UUID = Field(foreign_key="network_worker.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")
    role: StaffRole = Field(sa_type=Coded(StaffRole))
    time: WorkingTime = Field(sa_type=Coded(WorkingTime))
    from_on: date
    to_on: date | None = None


class WorkerTrainingRow(OfUnit, table=True):
    """A training that a worker has received; whoever sees the worker's entry sees it."""

    __tablename__ = "worker_training"
    __table_args__ = of_unit(
        CheckConstraint("to_on >= from_on", name="order"),
        Index("ix_worker_training_worker_id", "worker_id", "from_on"),
    )

    organisation_column = "organisation_id"
    worker_column = "worker_id"

    worker_id: UUID = Field(foreign_key="network_worker.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    topic: str = Field(sa_type=Text)
    organiser: str | None = Field(default=None, sa_type=Text)
    from_on: date
    to_on: date
    hours: int | None = Field(default=None, sa_type=SmallInteger)
