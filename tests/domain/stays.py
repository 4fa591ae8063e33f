"""Stays of one person, from the registration to the end."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from registry.domain.episode import Episode, LegalBasis, Modality, Outcome, review

TODAY = date(2023, 6, 30)
ANOTHER = UUID(int=2)
THIRD = UUID(int=3)

WAITING = Episode(
    id=UUID(int=1),
    course_id=UUID(int=1),
    modality=Modality.COMMUNITY,
    legal_basis=LegalBasis.VOLUNTARY,
    registered_on=date(2020, 3, 12),
)
STARTED = replace(WAITING, started_on=date(2020, 3, 16))
COMPLETED = replace(STARTED, ended_on=date(2020, 9, 16), outcome=Outcome.COMPLETED)
TRANSFERRED = replace(COMPLETED, outcome=Outcome.TRANSFERRED)


def another(episode: Episode, **over: object) -> Episode:
    """An episode of the same person with an id and a course of its own."""
    return replace(episode, id=ANOTHER, course_id=ANOTHER, **over)  # type: ignore[arg-type]  # named where it is called


def accepted(episode: Episode, *others: Episode) -> bool:
    review(episode, others=others, today=TODAY)
    return True
