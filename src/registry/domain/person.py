"""A person of the register: sex, year of birth, what an identity number says about both, restriction."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation

CCCD_LENGTH = 12


class Sex(StrEnum):
    """Sex as on the identity document."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Education(StrEnum):
    """Highest schooling (form 05 of Decree 105/2021, item 11)."""

    NONE = "none"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    COLLEGE = "college"
    POSTGRADUATE = "postgraduate"
    UNKNOWN = "unknown"


class DocumentType(StrEnum):
    """Kinds of identity documents on the forms."""

    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"
    OTHER = "other"


class ResidenceKind(StrEnum):
    """Kinds of residence; `no_stable_residence` is a finding (Decree 105/2021, article 41), not a gap."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    CURRENT = "current"
    NO_STABLE_RESIDENCE = "no_stable_residence"


class Processing(StrEnum):
    """Whether a person's data are worked with freely, or only for what the law demands and for answering the person."""

    UNRESTRICTED = "unrestricted"
    RESTRICTED = "restricted"


class PersonRestricted(RuleViolation):
    """Processing is restricted at the person's demand, and this goes beyond what the law demands."""

    code = "person_restricted"


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the API calls it so
    """Something an officer should look at; the record is kept all the same."""

    code: str
    pointer: str | None = None


def normalise_number(number: str) -> str:
    """Return the form in which numbers are compared: letters in capitals, no spaces, dots or dashes."""
    return "".join(character for character in number.upper() if character.isalnum())


def number_warnings(document: DocumentType, number: str, *, sex: Sex, birth_year: int | None) -> list[Warning]:
    """Compare a CCCD with what the person declared.

    Digits 1 to 3 are the place where the birth was registered, digit 4 the century and the sex,
    digits 5 and 6 the year (Circular on identity numbers; no check digit is described). A
    disagreement is a warning: the register is often right and the paper wrong.
    """
    if document is not DocumentType.CCCD:
        return []
    digits = normalise_number(number)
    if len(digits) != CCCD_LENGTH or not digits.isdecimal():
        return [Warning("cccd_malformed", "/number")]
    century_and_sex = int(digits[3])
    year = 1900 + 100 * (century_and_sex // 2) + int(digits[4:6])
    declared = Sex.FEMALE if century_and_sex % 2 else Sex.MALE
    found = []
    if sex is not Sex.UNKNOWN and sex is not declared:
        found.append(Warning("cccd_sex_differs", "/number"))
    if birth_year is not None and birth_year != year:
        found.append(Warning("cccd_birth_year_differs", "/number"))
    return found


def birth_year_of(birth_date: date | None, birth_year: int | None) -> int | None:
    """Return the year that the date has, or the one declared where the day is not known."""
    return birth_year if birth_date is None else birth_date.year
