"""Devices that were away for so long that the feed may have forgotten what they were not told."""

from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from registry.domain.feed import FORGOTTEN_AFTER, GOES_ON_FOR
from tests.api.sync.moving import HERE
from tests.api.sync.rewriting import progress_in, rewritten
from tests.conftest import TODAY, SignIn
from tests.factories.devices import Device
from tests.factories.posted import posted_person, refused

DAY = timedelta(days=1)


@pytest.fixture
def subject() -> str:
    return f"officer-{uuid4()}"


@pytest.fixture
async def device(sign_in: SignIn, subject: str) -> Device:
    device = Device(await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY), subject=subject))
    await device.pull()
    return device


def sent_away(app: FastAPI, subject: str, device: Device, since: date) -> None:
    device.cursor = rewritten(app, subject, device.cursor, told_on=since.isoformat())


async def test_who_was_away_for_too_long_begins_anew(app: FastAPI, subject: str, device: Device) -> None:
    sent_away(app, subject, device, TODAY - GOES_ON_FOR - DAY)

    answer = await device.client.get("/v1/sync/digest", params={"cursor": device.cursor or ""})

    assert refused(answer, 410, "resync_required")["reason"] == "away_too_long"
    await device.resync("away_too_long")


async def test_who_was_away_for_as_long_as_one_may_is_told_everything(
    app: FastAPI, subject: str, device: Device, manager: httpx.AsyncClient
) -> None:
    """Not before the end of a pull is a device up to date: pages that it leaves for another day grow older."""
    since = TODAY - GOES_ON_FOR
    people = {await posted_person(manager, unit_code=HERE) for _ in range(2)}
    sent_away(app, subject, device, since)

    page = await device.page(limit=1)
    between = progress_in(app, subject, device.cursor)
    told = await device.pull()

    assert (page["more"], between["told_on"]) == (True, since.isoformat())
    assert people <= {str(item["id"]) for item in (*page["items"], *told)}
    assert progress_in(app, subject, device.cursor)["told_on"] == TODAY.isoformat()


def test_the_feed_keeps_what_a_device_may_still_ask_for() -> None:
    assert FORGOTTEN_AFTER > GOES_ON_FOR + DAY
