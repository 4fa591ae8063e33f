"""The situation of a commune: hotspot and drug-free decisions, and the count of suspected people."""

from enum import StrEnum

from registry.domain.errors import RuleViolation


class CommuneStatus(StrEnum):
    """Decisions on a commune (3122/2010/QĐ-BCA; from 2025-08-24 Decision 28/2025/QĐ-TTg)."""

    HOTSPOT_TYPE_1 = "hotspot_type_1"
    HOTSPOT_TYPE_2 = "hotspot_type_2"
    HOTSPOT_TYPE_3 = "hotspot_type_3"
    DRUG_FREE = "drug_free"


class CountAlreadyReported(RuleViolation):
    """The commune has reported a count for this day; correct that record instead."""

    code = "count_already_reported"


class PopulationAlreadyReported(RuleViolation):
    """There is a number of people for this commune and year; correct that record instead."""

    code = "population_already_reported"
