"""Erasure of a person on a lawful order: two persons decide, and what is erased is gone for everybody."""

from enum import StrEnum

from registry.domain.errors import RuleViolation


class ErasureStatus(StrEnum):
    """Where an erasure order stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    DECLINED = "declined"
    ERASED = "erased"


class ErasureCoversMore(RuleViolation):
    """Another entry was merged with the person since the order was recorded: nobody has said that it is to go."""

    code = "erasure_covers_more"


class ErasureDecided(RuleViolation):
    """The order was approved or declined, and changes no more."""

    code = "erasure_decided"
