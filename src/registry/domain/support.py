"""What a commune's network does with people on file, and on what ground an organisation comes to know of somebody."""

from enum import StrEnum


class SupportBasis(StrEnum):
    """On what ground a person is linked to an organisation of the network."""

    CONSENT = "consent"
    DECISION = "decision"
    STATUTORY_DUTY = "statutory_duty"
