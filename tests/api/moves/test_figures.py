"""Figures and moves: at every date everybody is counted once, by the commune that was in charge on the day."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.domain.unit import Certainty, UnitNotInForce
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_file, a_move
from tests.factories.posted import body_of, created, posted_person
from tests.factories.reported import report, values

PROVINCES = ("66", "56")
COMMUNES = ("22015", "22255", "22258", "22366", "22402", "24121")
YEARS = range(2019, 2027)
BEGIN = date(2019, 3, 1)


@dataclass(frozen=True)
class Life:
    """Where somebody was from which day on, by codes of those days, and since when there is a file on them."""

    stays: tuple[tuple[date, str], ...]
    opened_on: date

    def commune_on(self, day: date) -> tuple[date, str]:
        return max((stay for stay in self.stays if stay[0] <= day), default=self.stays[0])


def lives(atlas: Atlas, seed: int) -> Iterator[Life]:
    """Draw lives with up to four moves, also on the same days as the turns of the years and of the map."""
    random = Random(seed)  # noqa: S311 - not for secrets
    turns = [date(2020, 12, 31), date(2021, 1, 1), date(2025, 6, 30), date(2025, 7, 1), TODAY]
    for _ in range(6):
        days = sorted({random.choice(turns), *(BEGIN + timedelta(days=random.randrange(1, 2800)) for _ in range(3))})
        stays = [(BEGIN, "22015")]
        for day in days:
            known = [
                code for code in COMMUNES if today_s(atlas, code, day) not in {None, today_s(atlas, *stays[-1][::-1])}
            ]
            stays.append((day, random.choice(known)))
        yield Life(tuple(stays), BEGIN + timedelta(days=random.randrange(2500)))


def today_s(atlas: Atlas, code: str, day: date) -> str | None:
    """The commune of today in which one of another day is counted."""
    try:
        unit_id, certainty = atlas.there(atlas.resolve(code, day).unit_id, TODAY)
    except UnitNotInForce:
        return None
    return None if certainty is Certainty.UNPLACED else atlas.at(unit_id, TODAY).code


@pytest.fixture(scope="module")
async def both(sign_in: SignIn) -> httpx.AsyncClient:
    """Who manages both provinces."""
    await sign_in(Role.PROVINCE_MANAGER, unit=("56", TODAY), subject="of both provinces")
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY), subject="of both provinces")


async def counted(client: httpx.AsyncClient) -> Counter[tuple[int, str]]:
    """How many are on file at the end of each year, by commune; what is not placed is counted under its province."""
    found: Counter[tuple[int, str]] = Counter()
    for year in YEARS:
        for province in PROVINCES:
            said: dict[str, Any] = await report(client, unit=province, on=TODAY.isoformat(), year=year, by="commune")
            for row in said["communes"]:
                found[year, row["code"]] += values(row["figures"])["persons_on_file"]
            found[year, province] += values(said["figures"])["persons_on_file"]
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_everybody_counts_once_where_they_were_on_the_day(
    atlas: Atlas, both: httpx.AsyncClient, seed: int
) -> None:
    before, expected = await counted(both), Counter[tuple[int, str]]()
    for life in lives(atlas, seed):
        await lived(both, life)
        for year in YEARS:
            last = min(date(year, 12, 31), TODAY)
            if life.opened_on <= last:
                day, code = life.commune_on(last)
                now = today_s(atlas, code, day)
                assert now is not None
                province = atlas.ancestors(atlas.resolve(now, TODAY).unit_id, TODAY)[0].code
                expected.update([(year, now), (year, province)])

    after = await counted(both)

    after.subtract(before)
    assert {place: count for place, count in after.items() if count} == expected


async def lived(client: httpx.AsyncClient, life: Life) -> None:
    """Record a life as it was, and find its intervals without gap or overlap."""
    (since, first), *moves = life.stays
    person = f"/v1/persons/{await posted_person(client, unit_code=first, from_on=since.isoformat())}"
    await created(client, f"{person}/files", a_file(opened_on=life.opened_on.isoformat()))
    for day, code in moves:
        await created(client, f"{person}/moves", a_move(to_unit_code=code, moved_on=day.isoformat()))
    intervals = body_of(await client.get(f"{person}/responsibilities"))["items"]
    assert [(each["from_on"], each["unit_code"]) for each in intervals] == [
        (day.isoformat(), code) for day, code in life.stays
    ]
    assert [each["to_on"] for each in intervals] == [*(each["from_on"] for each in intervals[1:]), None]
