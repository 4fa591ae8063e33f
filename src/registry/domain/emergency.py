"""Emergency access: to one person, for an hour, to read. It refuses those signed in long ago, and the one too many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from registry.domain.access import FieldGroup
from registry.domain.errors import DomainError, Forbidden, RuleViolation

LASTS = timedelta(minutes=60)
FRESH = timedelta(minutes=5)
"""How long ago the officer may have signed in, to ask for an access."""
CAP_WINDOW = timedelta(hours=24)

OPENED = frozenset(
    {FieldGroup.PERSON, FieldGroup.IDENTITY, FieldGroup.RESIDENCE, FieldGroup.FILE, FieldGroup.TREATMENT}
)
"""The fields that every emergency access opens; medical results only where a second officer approves."""


EVER_OPENED = OPENED | {FieldGroup.MEDICAL}


class EmergencyReason(StrEnum):
    """Why somebody must look at once."""

    MEDICAL_EMERGENCY = "medical_emergency"
    DANGER_TO_OTHERS = "danger_to_others"
    UNIDENTIFIED_PERSON = "unidentified_person"
    LEGAL_DEADLINE = "legal_deadline"
    OTHER = "other"


class EmergencyState(StrEnum):
    """Open, over, or never open because nobody was found."""

    OPEN = "open"
    ENDED = "ended"
    NO_MATCH = "no_match"


class MedicalState(StrEnum):
    """What became of the wish to see medical results as well."""

    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"


class EmergencyTargetWrong(RuleViolation):
    """The person is named twice, or not at all."""

    code = "emergency_target_wrong"


class EmergencyAccessNotValid(Forbidden):
    """No emergency access of the caller opens this person, or these fields, now."""

    code = "emergency_access_not_valid"


class EmergencyCapReached(DomainError):
    """The caller has asked as often as one officer may in a day."""

    code = "emergency_cap_reached"


@dataclass(frozen=True, slots=True)
class EmergencyAccess:
    """What the rules must know of an access."""

    person_id: UUID | None
    grant_id: UUID
    state: EmergencyState
    medical: MedicalState
    ends_at: datetime

    def state_at(self, instant: datetime) -> EmergencyState:
        """Tell the state at an instant: it ends to the second, whether the worker has written so or not."""
        is_over = self.state is EmergencyState.OPEN and instant >= self.ends_at
        return EmergencyState.ENDED if is_over else self.state

    @property
    def opened(self) -> frozenset[FieldGroup]:
        """The groups of fields that it opens while it lasts."""
        return EVER_OPENED if self.medical is MedicalState.APPROVED else OPENED

    def opens(self, groups: Collection[FieldGroup], *, of_person: UUID, held: Collection[UUID], at: datetime) -> bool:
        """Whether it opens fields of a person now, to somebody who holds certain grants."""
        is_open = self.state_at(at) is EmergencyState.OPEN and self.grant_id in held
        return is_open and self.person_id == of_person and self.opened.issuperset(groups)


def is_fresh(authenticated_at: datetime | None, *, at: datetime) -> bool:
    """Whether an officer signed in lately enough to be sure that it is they who ask."""
    return authenticated_at is not None and at - authenticated_at <= FRESH


def require_below_cap(asked_at: Sequence[datetime], *, cap: int, at: datetime) -> None:
    """Refuse one more than an officer may ask for in a day. `asked_at` holds when they asked, the oldest first.

    Asking for nobody counts too: whoever tries numbers finds out at this pace who is in the register.
    """
    counted = [instant for instant in asked_at if instant > at - CAP_WINDOW]
    if len(counted) >= cap:
        wait = counted[len(counted) - cap] + CAP_WINDOW - at if cap else CAP_WINDOW
        raise EmergencyCapReached(cap=cap, retry_after=max(int(wait.total_seconds()), 1))
