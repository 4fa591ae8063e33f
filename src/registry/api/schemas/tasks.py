"""Bodies of tasks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas.fields import In, Out, Text, UnitCode
from registry.api.schemas.records import Version
from registry.domain.access import Role
from registry.domain.task import Decision, TaskKind, TaskState

Person = Annotated[str, Field(max_length=1000, examples=["https://id.example|officer-of-tuy-hoa"])]
Note = Annotated[Text | None, Field(description="Why it was decided so. No names and numbers: the person is known.")]


class SettleIn(In):
    """A decision on a task."""

    decision: Decision = Field(description="One of the task's `decisions`.", examples=[Decision.APPROVE])
    note: Note = None


class TaskOut(Out):
    """Something that waits for somebody: what, who settles it and how, by when."""

    id: UUID = Field(description="The task's id.")
    kind: TaskKind = Field(description="What is asked for; the manual of tasks says what each decision does.")
    role: Role = Field(description="Holders of this role over the unit, or in the organisation, settle it.")
    unit_code: UnitCode | None = Field(description="The unit whose officers settle it; null for an organisation's.")
    organisation_id: UUID | None = Field(description="The organisation whose officers settle it, or null.")
    person_id: UUID | None = Field(description="Whom it concerns; null where it concerns no person.")
    entity: str = Field(description="The kind of record it is about.", max_length=40, examples=["access_grant"])
    record_id: UUID = Field(
        description="The record it is about; of a measure, `GET /v1/plan-reviews?measure_id=` tells what, and whose."
    )
    decisions: list[Decision] = Field(description="The decisions that settle it.", max_length=10)
    opened_at: datetime = Field(description="When it was opened (UTC).")
    opened_by: Person = Field(description="Who opened it: issuer and subject; the worker for what time brings about.")
    due_at: datetime = Field(description="By when it is to be settled (UTC); then it is overdue, or has expired.")
    state: TaskState = Field(description="`open`, or how it came to its end.")
    settled_at: datetime | None = Field(description="When it was settled (UTC); null while it is not.")
    settled_by: Person | None = Field(description="Who settled it: issuer and subject.")
    note: Annotated[str, Field(max_length=4000)] | None = Field(
        description="What was noted with the decision; null also where the person has left your reach since."
    )
    version: Version


class TaskPage(Page[TaskOut]):
    """One page of tasks, the one that is due first at the top."""
