"""Synthetic people: names, birth years, papers. The same seed makes the same people.

Numbers lie where no real one does: identity numbers end in 999 and three digits, older cards begin
with 000999, and telephones with 0000.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from registry.demo.targets import DATA
from registry.domain.person import DocumentType, Education, Sex

BIRTH_REGISTERED_IN = "054"
FICTIONAL = "999"
FIRST_SERIAL = 100
"""Serials below stay free for the examples of the manual."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Individual:
    """A made-up person."""

    id: UUID
    full_name: str
    aliases: tuple[str, ...]
    sex: Sex
    born_on: date
    is_birthday_known: bool
    ethnicity: str
    occupation: str | None
    education: Education
    phone: str | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A made-up identity document."""

    type: DocumentType
    number: str
    issued_on: date | None
    issuer: str


@cache
def read_data(name: str) -> dict[str, Any]:
    """Read one of the generator's lists."""
    return tomllib.loads((DATA / name).read_text("utf-8"))


def draw(rng: Random, weights: Mapping[T, float]) -> T:
    """Draw one key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def new_id(rng: Random) -> UUID:
    """Make an id in the form of a random one (UUIDv4) from the seed, so that loading again changes nothing."""
    return UUID(int=rng.getrandbits(128), version=4)


def day_between(rng: Random, first: date, last: date) -> date:
    """Draw a day, both ends included."""
    return first + timedelta(days=rng.randint(0, (last - first).days))


class People:
    """Makes people one after another."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names = read_data("names.toml")
        self._society = read_data("society.toml")
        self._ethnicities = {group["name"]: group["weight"] for group in self._society["ethnicity"]}
        self._naming = {group["name"]: group["names"] for group in self._society["ethnicity"]}
        self._issued: dict[str, int] = {}

    def person(self, *, born_in: int) -> Individual:
        """Make a person of a year."""
        rng = self._rng
        ethnicity = draw(rng, self._ethnicities)
        sex = Sex(draw(rng, self._society["sex"]))
        family, middle, given = self._name(self._naming[ethnicity], sex)
        nickname = f"{draw(rng, self._names['nicknames']['ranks'])} {given}"
        return Individual(
            id=new_id(rng),
            full_name=f"{family} {middle} {given}",
            aliases=(nickname,) if rng.random() < 0.25 else (),
            sex=sex,
            born_on=day_between(rng, date(born_in, 1, 1), date(born_in, 12, 31)),
            is_birthday_known=rng.random() < 0.9,
            ethnicity=ethnicity,
            occupation=draw(rng, self._society["occupation"]) if rng.random() < 0.9 else None,
            education=Education(draw(rng, self._society["education"])),
            phone=f"0000 {rng.randrange(1000):03} {rng.randrange(1000):03}" if rng.random() < 0.5 else None,
        )

    def paper(self, person: Individual, *, on: date) -> Paper:
        """Issue the document that a person would show on a day: by age, and by chance the older card."""
        rng, adult_on = self._rng, date(person.born_on.year + 18, 12, 31)
        if adult_on >= on:
            number = f"{self._serial('birth')}/{person.born_on.year}"
            return Paper(DocumentType.BIRTH_CERTIFICATE, number, None, "Ủy ban nhân dân xã")
        if rng.random() < 0.6:
            issued_on = day_between(rng, date(2021, 3, 1), date(2022, 12, 31))
            issuer = "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
            return Paper(DocumentType.CCCD, self._cccd(person), issued_on, issuer)
        issued_on = day_between(rng, max(adult_on, date(2006, 1, 1)), on)
        return Paper(DocumentType.CMND, f"000{FICTIONAL}{self._serial('cmnd')}", issued_on, "Công an tỉnh Phú Yên")

    def _name(self, naming: str, sex: Sex) -> tuple[str, str, str]:
        parts = self._names[naming]
        family, given = draw(self._rng, parts["family"]), draw(self._rng, parts[sex]["given"])
        others = {name: weight for name, weight in parts[sex]["middle"].items() if name not in (family, given)}
        return family, draw(self._rng, others), given

    def _cccd(self, person: Individual) -> str:
        """Put an identity number together: place, century and sex, year, then digits that are nobody's.

        One in fifty papers names another year than the register, as happens.
        """
        year = person.born_on.year - (self._rng.random() < 0.02)
        century_and_sex = 2 * (year // 100 - 19) + (person.sex is Sex.FEMALE)
        head = f"{BIRTH_REGISTERED_IN}{century_and_sex}{year % 100:02}{FICTIONAL}"
        return f"{head}{self._serial(head)}"

    def _serial(self, series: str) -> int:
        self._issued[series] = self._issued.get(series, FIRST_SERIAL - 1) + 1
        return self._issued[series]
