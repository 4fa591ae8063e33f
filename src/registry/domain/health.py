"""Drug tests, determinations of addiction and the substances a person uses."""

from enum import StrEnum


class Substance(StrEnum):
    """Substances as the forms group them (form 05 of Decree 105/2021, item 20)."""

    OPIUM = "opium"
    HEROIN = "heroin"
    AMPHETAMINES = "amphetamines"
    ECSTASY = "ecstasy"
    COCAINE = "cocaine"
    CANNABIS = "cannabis"
    KETAMINE = "ketamine"
    SYNTHETIC_CANNABINOIDS = "synthetic_cannabinoids"
    OTHER = "other"
    UNKNOWN = "unknown"


class UseRoute(StrEnum):
    """How a substance is taken (form 05, item 21)."""

    INJECTING = "injecting"
    SMOKING = "smoking"
    INHALING = "inhaling"
    SWALLOWING = "swallowing"
    OTHER = "other"
    UNKNOWN = "unknown"


class TestMethod(StrEnum):
    """How a test was made (form 03 of Decree 105/2021)."""

    __test__ = False

    RAPID_URINE = "rapid_urine"
    SALIVA = "saliva"
    BLOOD = "blood"
    LABORATORY = "laboratory"
    OTHER = "other"


class TestResult(StrEnum):
    """Result of a drug test."""

    __test__ = False

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class DeterminationResult(StrEnum):
    """Result of a determination of addiction by a qualified body (Circular 18/2021/TT-BYT)."""

    ADDICTED = "addicted"
    NOT_ADDICTED = "not_addicted"
