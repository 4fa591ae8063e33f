"""Counts of those in a club who are not on file: a new one leaves the one before to its day, a correction does not."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.clubs import CLUBS as KIND
from registry.domain.access import Role
from registry.domain.club import MOST_EARLIER_COUNTS
from tests.api.push.pushing import changing, creating, push, statuses
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club
from tests.factories.devices import Device
from tests.factories.posted import body_of, corrected, created, refused
from tests.factories.reported import figures

CLUBS = "/v1/clubs"
THEN: dict[str, Any] = {"unit": "54"}
NAMES = ("counted_on", "family_count", "volunteer_count", "collaborator_count")
OF_2020: dict[str, JsonValue] = dict(zip(NAMES, ("2020-06-30", 12, 4, 1), strict=True))
OF_2021: dict[str, JsonValue] = dict(zip(NAMES, ("2021-06-30", 7, 2, None), strict=True))


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


@pytest.fixture
async def club(province: httpx.AsyncClient) -> str:
    """The address of a club that was counted in 2020."""
    return f"{CLUBS}/{(await created(province, CLUBS, a_club(unit_code='22045', **OF_2020)))['id']}"


async def circles(client: httpx.AsyncClient) -> dict[int, int]:
    """The figures of those in clubs who are not on file, by year."""
    return {year: int((await figures(client, **THEN, year=year))["club_circle"] or 0) for year in range(2019, 2023)}


async def changed(client: httpx.AsyncClient, club: str, **fields: JsonValue) -> tuple[Body, dict[int, int]]:
    """Correct a club; what it is then, and how the figures of each year have changed by that."""
    before = await circles(client)
    answer = await corrected(client, club, fields)
    assert answer.status_code == 200, answer.text
    return body_of(answer), {
        year: count - before[year] for year, count in (await circles(client)).items() if count != before[year]
    }


async def test_a_new_count_leaves_the_years_before_as_they_were(province: httpx.AsyncClient, club: str) -> None:
    counted, gain = await changed(province, club, **OF_2021)

    assert {name: counted[name] for name in NAMES} == OF_2021
    assert counted["earlier_counts"] == [OF_2020]
    assert gain == {2021: 9 - 17, 2022: 9 - 17}


async def test_a_corrected_count_changes_every_year_that_rests_on_it(province: httpx.AsyncClient, club: str) -> None:
    counted, gain = await changed(province, club, family_count=21)

    assert counted["earlier_counts"] == []
    assert gain == dict.fromkeys((2020, 2021, 2022), 9)


async def test_an_earlier_count_is_corrected_where_it_is_kept(province: httpx.AsyncClient, club: str) -> None:
    await changed(province, club, **OF_2021)

    counted, gain = await changed(province, club, earlier_counts=[{**OF_2020, "family_count": 21}])

    assert {name: counted[name] for name in NAMES} == OF_2021
    assert gain == {2020: 9}


async def test_a_wrong_day_is_corrected_backwards_at_once_and_forwards_in_two_steps(
    province: httpx.AsyncClient, club: str
) -> None:
    backwards, gain = await changed(province, club, counted_on="2019-06-30")
    assert (backwards["earlier_counts"], gain) == ([], {2019: 17})

    forwards, gain = await changed(province, club, counted_on="2021-06-30")
    assert (forwards["earlier_counts"], gain) == ([{**OF_2020, "counted_on": "2019-06-30"}], {})
    without, gain = await changed(province, club, earlier_counts=[])
    assert (without["counted_on"], without["earlier_counts"]) == ("2021-06-30", [])
    assert gain == {2019: -17, 2020: -17}


async def test_counts_of_years_before_may_be_stated_with_a_new_one(province: httpx.AsyncClient, club: str) -> None:
    of_2019 = {**OF_2020, "counted_on": "2019-12-31"}

    counted, gain = await changed(province, club, **OF_2021, earlier_counts=[of_2019])

    assert counted["earlier_counts"] == [of_2019]
    assert gain == {2019: 17, 2021: 9 - 17, 2022: 9 - 17}


@pytest.mark.parametrize(
    ("days", "counted_on", "code", "pointer"),
    [
        (["2020-06-30"], "2020-06-30", "dates_out_of_order", "/earlier_counts"),
        (["2021-06-30"], "2020-06-30", "dates_out_of_order", "/earlier_counts"),
        (["2019-06-30", "2019-06-30"], None, "dates_out_of_order", "/earlier_counts"),
        (["2019-06-30", "2026-11-22"], None, "date_in_future", "/earlier_counts"),
        (["2019-06-30"], "2026-11-22", "date_in_future", "/counted_on"),
    ],
)
async def test_counts_stand_in_the_order_of_their_days(
    province: httpx.AsyncClient, days: list[JsonValue], counted_on: str | None, code: str, pointer: str
) -> None:
    body = a_club(counted_on=counted_on, earlier_counts=[{"counted_on": day, "family_count": 1} for day in days])

    refused(await province.post(CLUBS, json=body), 409, code, pointer)


async def test_a_new_count_waits_for_room_among_the_earlier_ones(province: httpx.AsyncClient) -> None:
    days = [(date(2015, 1, 1) + timedelta(days=day)).isoformat() for day in range(MOST_EARLIER_COUNTS)]
    earlier: list[JsonValue] = [{"counted_on": day, "family_count": 1} for day in days]
    record = str((await created(province, CLUBS, a_club(**OF_2020, earlier_counts=earlier)))["id"])

    refused(await corrected(province, f"{CLUBS}/{record}", OF_2021), 409, "earlier_counts_full", "/earlier_counts")
    assert statuses(await push(province, changing(KIND, record, OF_2021))) == ["rejected"]

    await ok(await corrected(province, f"{CLUBS}/{record}", {"earlier_counts": earlier[1:]}))
    counted = body_of(await ok(await corrected(province, f"{CLUBS}/{record}", OF_2021)))
    assert (len(counted["earlier_counts"]), counted["earlier_counts"][-1]) == (MOST_EARLIER_COUNTS, OF_2020)


async def ok(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_device_counts_anew_and_holds_both(province: httpx.AsyncClient) -> None:
    body = a_club(unit_code="22045", **OF_2020)
    assert statuses(await push(province, creating(KIND, body))) == ["applied"]
    counting = changing(KIND, str(body["id"]), OF_2021)

    assert statuses([*await push(province, counting), *await push(province, counting)]) == ["applied", "duplicate"]

    device = Device(province)
    await device.pull()
    held = device.held["club", None, str(body["id"])]
    assert held == body_of(await province.get(f"{CLUBS}/{body['id']}"))
    assert (held["counted_on"], held["earlier_counts"]) == ("2021-06-30", [OF_2020])
