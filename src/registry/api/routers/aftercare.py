"""Aftercare and education in the commune."""

from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.records.routes import person_record_routes

_DATES = ("date_in_future", "dates_out_of_order")
aftercares = person_record_routes(
    AFTERCARES,
    *_DATES,
    "exit_incomplete",
    "course_not_completed",
    "aftercare_not_from_completion",
    "aftercare_term_unlawful",
    "aftercare_at_residence_only",
    "aftercare_already_open",
    "aftercare_already_recorded",
    "aftercare_overlaps",
    "relapse_not_determined",
)
education_measures = person_record_routes(
    EDUCATION_MEASURES, *_DATES, "education_by_consent", "education_end_incomplete"
)
