"""Organisations that treat people, and why they reach a person."""

from enum import StrEnum

from registry.domain.errors import RuleViolation


class OrganisationKind(StrEnum):
    """Kinds of organisations."""

    REHAB_FACILITY_PUBLIC = "rehab_facility_public"
    REHAB_FACILITY_PRIVATE = "rehab_facility_private"
    METHADONE_CLINIC = "methadone_clinic"
    HEALTH_STATION = "health_station"
    COUNSELLING_POINT = "counselling_point"
    AFTERCARE_CLUB = "aftercare_club"
    VOLUNTEER_TEAM = "volunteer_team"


OF_COMMUNES = frozenset(
    {OrganisationKind.COUNSELLING_POINT, OrganisationKind.AFTERCARE_CLUB, OrganisationKind.VOLUNTEER_TEAM}
)
"""Organisations that a commune sets up around its people: each kind has a collection of its own."""


class ReachReason(StrEnum):
    """Why an organisation reaches a person."""

    EPISODE = "episode"
    COUNSELLING = "counselling"
    MEMBERSHIP = "membership"
    ACCOMPANIMENT = "accompaniment"


class OrganisationUnknown(RuleViolation):
    """The id names no organisation."""

    code = "organisation_unknown"


class OrganisationKeptElsewhere(RuleViolation):
    """The organisation is of a kind that has a collection of its own; only there it is founded, corrected or voided."""

    code = "organisation_kept_elsewhere"


class OrganisationInUse(RuleViolation):
    """Records name the organisation: who reaches people through it would go on to do so."""

    code = "organisation_in_use"


class OrganisationCodeTaken(RuleViolation):
    """Another organisation has this code."""

    code = "organisation_code_taken"
