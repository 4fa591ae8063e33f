"""Erasure of a person on a lawful order: two persons decide, and what is erased is gone for everybody."""

from enum import StrEnum

from registry.domain.errors import RuleViolation


class ErasureStatus(StrEnum):
    """Where an erasure order stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    DECLINED = "declined"
    ERASED = "erased"


class ErasureDecided(RuleViolation):
    """The order was approved or declined, and changes no more."""

    code = "erasure_decided"
