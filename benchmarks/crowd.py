"""A crowd with the names of a country: few families and few given names are shared by most."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from registry.db.tables.persons import PersonRow
from registry.domain.duplicate import Portrait, blocking_keys
from registry.domain.person import Education, Processing, Sex
from registry.domain.record import RecordState
from registry.domain.unit import Certainty
from registry.domain.vietnamese import fold, name_sort_key
from registry.keys import Keys

AT = datetime(2020, 1, 1, tzinfo=UTC)
FIRST_DAY, DAYS = date(1960, 1, 1), 16_000
BATCH = 20_000

# Shares of families in percent, about as they are; other names fall off as 1/n, as names do.
FAMILIES = dict(
    zip(
        ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"),
        (38.4, 12.1, 9.5, 7.0, 5.1, 4.5, 3.9, 2.1, 2.0, 1.4, 1.3, 1.3, 1.0, 0.5),
        strict=True,
    )
)
MIDDLES = ("Văn", "Hữu", "Đức", "Minh", "Quốc", "Thanh", "Công", "Xuân", "Ngọc", "Đình", "Thế", "Anh")
GIVEN = (
    *("Hùng", "Tuấn", "Dũng", "Nam", "Hải", "Sơn", "Cường", "Long", "Thành", "Minh", "Trung", "Phong", "Hiếu", "Hoàng"),
    *("Tùng", "Quân", "Kiên", "Việt", "Thắng", "Đạt", "Bình", "Hòa", "Tâm", "Phúc", "Khánh", "Duy", "Lâm", "Vinh"),
    *("Quang", "Toàn", "An", "Bảo", "Nghĩa", "Tín", "Lộc", "Tài", "Khoa", "Sang", "Hậu", "Nhân", "Trí", "Luân"),
)

_COMMUNES = """
    SELECT unit_id FROM unit_version
    WHERE length(code) = 5 AND valid_from <= current_date AND coalesce(valid_to > current_date, true)
"""
_PERSON = (
    *("id", "root_id", "unit_id", "unit_certainty", "full_name", "folded_name", "sort_key", "aliases", "sex"),
    *("birth_date", "birth_year", "nationality", "education", "processing", "version", "state"),
    *("recorded_at", "changed_at", "changed_by", "fingerprint"),
)


class Crowd:
    """Makes people up, the same ones each time."""

    def __init__(self, keys: Keys, chance: random.Random) -> None:
        self._keys = keys
        self._chance = chance

    def described(self) -> dict[str, Any]:
        """Make up a name and a birth; of every third the year alone is known."""
        choices = self._chance.choices
        (family,) = choices(tuple(FAMILIES), tuple(FAMILIES.values()))
        (middle,) = choices(MIDDLES, [1 / place for place in range(1, len(MIDDLES) + 1)])
        (given,) = choices(GIVEN, [1 / place for place in range(1, len(GIVEN) + 1)])
        born = FIRST_DAY + timedelta(self._chance.randrange(DAYS))
        name = {"full_name": f"{family} {middle} {given}", "birth_year": born.year}
        return name if self._chance.random() < 1 / 3 else name | {"birth_date": born.isoformat()}

    def person(self, unit_id: int) -> tuple[tuple[Any, ...], list[tuple[UUID, bytes, int]]]:
        """Make a row of a person, and the rows of their groups."""
        described, person_id = self.described(), UUID(int=self._chance.getrandbits(128), version=4)
        name, year = described["full_name"], described["birth_year"]
        born = date.fromisoformat(described["birth_date"]) if "birth_date" in described else None
        portrait = Portrait(person_id, name, birth_date=born, birth_year=year)
        groups = [(person_id, self._keys.match_key_of(group), unit_id) for group in blocking_keys(portrait)]
        row: tuple[Any, ...] = (
            *(person_id, person_id, unit_id, Certainty.SAME, name, fold(name), name_sort_key(name), [], Sex.UNKNOWN),
            *(born, year, "VN", Education.UNKNOWN, Processing.UNRESTRICTED, 1, RecordState.ACTIVE),
            *(AT, AT, "benchmark", b""),
        )
        return row, groups


async def fill(url: str, crowd: Crowd, people: int) -> None:
    """Write the crowd down, all over the country."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("SET session_replication_role = replica")  # nothing here refers to what is not there
    communes = [row[0] for row in await connection.fetch(_COMMUNES)]
    person, groups = str(PersonRow.__tablename__), "person_match_key"
    for first in range(0, people, BATCH):
        made = [crowd.person(communes[n % len(communes)]) for n in range(first, min(first + BATCH, people))]
        await connection.copy_records_to_table(person, records=[row for row, _ in made], columns=_PERSON)
        held = [group for _, of_person in made for group in of_person]
        await connection.copy_records_to_table(groups, records=held, columns=("person_id", "key", "unit_id"))
    await connection.execute("VACUUM ANALYZE person, person_match_key")
    await connection.close()
