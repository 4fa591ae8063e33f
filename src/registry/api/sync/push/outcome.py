"""What became of one operation."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from registry.api.records.flow import Written
from registry.api.sync.push.reading import Operation, Sent
from registry.domain.errors import DomainError
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState
from registry.domain.sync import PushStatus, status_of


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation came to when it was applied: others in the same push may go on from there."""

    version: int
    state: RecordState
    is_known: bool
    remarks: tuple[Remark, ...]

    @classmethod
    def of(cls, written: Written) -> Self:
        """Keep what a write came to."""
        return cls(written.row.version, written.row.state, written.is_known, written.remarks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation: what was done, or why nothing was."""

    sent: Sent
    operation: Operation | None = None
    done: Done | None = None
    refusal: DomainError | None = None
    owner: UUID | None = None
    """The person whom it is about, as far as it tells."""

    @property
    def status(self) -> PushStatus:
        """The outcome in one word."""
        if self.refusal is not None:
            return status_of(self.refusal)
        return PushStatus.DUPLICATE if self.done is not None and self.done.is_known else PushStatus.APPLIED

    def within(self, pointer: str | None) -> str:
        """Point into the operation. What the rules say is said of the body, whose id is the operation's."""
        if self.operation is None or pointer in {None, "", "/id"}:
            return pointer or ""
        return f"/body{pointer}"

    @property
    def is_durable(self) -> bool:
        """Whether the record says what the operation says."""
        return self.refusal is None
