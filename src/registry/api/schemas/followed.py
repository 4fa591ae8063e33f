"""Answers about who completed a course and what followed, and who is under a measure of education."""

from typing import Any
from uuid import UUID

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas.aftercare import AftercareOut, EducationMeasureOut
from registry.api.schemas.cases import EpisodeOut
from registry.api.schemas.fields import Day, Out
from registry.api.schemas.lists import PersonBrief
from registry.domain.episode import LegalBasis, Modality


class CompletedCourseOut(Out):
    """A completed course, and the aftercare that followed."""

    person_id: UUID = Field(description="Whose stay it was completed with.")
    course_id: UUID = Field(description="The course.")
    modality: Modality = Field(description="Of its last stay.", examples=["facility"])
    legal_basis: LegalBasis = Field(description="Of its last stay.", examples=["compulsory"])
    completed_on: Day = Field(description="Day of the completion: from it the term of aftercare counts.")
    aftercare: AftercareOut | None = Field(description="The aftercare that follows it; null: completed, not placed.")

    @classmethod
    def fields_of(cls, stay: EpisodeOut, aftercare: AftercareOut | None) -> dict[str, Any]:
        """Read off its last stay what is told of a course."""
        return {
            "person_id": stay.person_id,
            "course_id": stay.course_id,
            "modality": stay.modality,
            "legal_basis": stay.legal_basis,
            "completed_on": stay.ended_on,
            "aftercare": aftercare,
        }


class CompletedCourseLine(CompletedCourseOut):
    """A completed course with the person."""

    person: PersonBrief = Field(description="Whom the line is about.")


class CompletedCourseLinePage(Page[CompletedCourseLine]):
    """One page of completed courses across people, in Vietnamese order of the names."""


class FollowedCourseOut(CompletedCourseOut):
    """A completed course of a person, and what became of them."""

    relapsed_on: Day | None = Field(
        description="First day after the completion on which addiction was determined; null where it never was. A "
        "positive test is no relapse."
    )


class FollowedCoursesOut(Out):
    """All courses that a person completed, the oldest first."""

    items: list[FollowedCourseOut] = Field(description="The courses.", max_length=1000)


class EducationMeasureLine(EducationMeasureOut):
    """A measure of education with the person, and the treatment that they are in."""

    person: PersonBrief = Field(description="Whom the line is about.")
    treatment: EpisodeOut | None = Field(
        description="The stay in community rehabilitation or in treatment with substitutes that had begun and not "
        "ended on the day; null where there is none: not covered."
    )


class EducationMeasureLinePage(Page[EducationMeasureLine]):
    """One page of measures across people, in Vietnamese order of the names."""
