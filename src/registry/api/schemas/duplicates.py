"""Bodies about people who may be one person."""

from uuid import UUID

from pydantic import Field

from registry.api.schemas.fields import Out
from registry.domain.duplicate import CERTAIN, MOST_CANDIDATES, PROBABLE, Sign


class DuplicateOut(Out):
    """Somebody who may be the same person, and why."""

    person_id: UUID = Field(description="Whom it may be. Read the person under this id before you decide.")
    score: int = Field(
        description="How alike the two are. 100 is certain: both show one identity number. Everything else is a "
        "suggestion, and two people decide.",
        ge=PROBABLE,
        le=CERTAIN,
        examples=[85],
    )
    signs: list[Sign] = Field(
        description="What speaks for it and against it, the strongest first.",
        max_length=len(Sign),
        examples=[["same_name", "same_birth_date"]],
    )


class DuplicatesOut(Out):
    """Everybody within your reach who may be this person, the likeliest first."""

    items: list[DuplicateOut] = Field(description="The people.", max_length=MOST_CANDIDATES)
