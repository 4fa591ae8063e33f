"""What begins at an organisation begins while it is at work, whenever it is written down."""

from typing import TypeAlias

import httpx
import pytest

from tests.factories.bodies import Body, a_club, a_membership, a_point, a_worker, an_accompaniment, an_appointment
from tests.factories.counselling import Point, a_referral, offered
from tests.factories.posted import corrected, created, posted_person, refused

OPENED, CLOSED = "2021-03-01", "2022-12-31"
BEFORE, AFTER = "2021-02-28", "2023-01-01"
Begun: TypeAlias = tuple[str, Body, str]
"""Where something is posted, its body and what tells the day on which it begins."""


@pytest.fixture(params=["membership", "accompaniment", "referral", "appointment"])
async def begun(request: pytest.FixtureRequest, manager: httpx.AsyncClient) -> Begun:
    """Something of an organisation that is closed."""
    person = f"/v1/persons/{await posted_person(manager)}"
    life = {"opened_on": OPENED, "closed_on": CLOSED}
    kind = request.param
    club = kind == "membership"
    collection, organisation = ("clubs", a_club(**life)) if club else ("counselling-points", a_point(**life))
    named = (await created(manager, f"/v1/{collection}", organisation))["id"]
    match kind:
        case "membership":
            return f"{person}/memberships", a_membership(organisation_id=named), "from_on"
        case "accompaniment":
            return f"{person}/accompaniments", an_accompaniment(organisation_id=named), "from_on"
        case "referral":
            return f"{person}/referrals", a_referral(Point(named, manager), await offered(manager)), "made_on"
    worker = await created(manager, "/v1/network-workers", a_worker())
    body = an_appointment(organisation_id=named, worker_id=worker["id"], to_on=None)
    return "/v1/appointments", body, "from_on"


@pytest.mark.parametrize("day", [BEFORE, AFTER])
async def test_it_does_not_begin_outside_that_life(manager: httpx.AsyncClient, begun: Begun, day: str) -> None:
    path, body, dated_by = begun

    answer = await manager.post(path, json=body | {dated_by: day})

    refused(answer, 409, "dates_out_of_order", f"/{dated_by}")


@pytest.mark.parametrize("day", [OPENED, CLOSED])
async def test_it_begins_on_the_first_day_or_the_last_and_stays_there(
    manager: httpx.AsyncClient, begun: Begun, day: str
) -> None:
    path, body, dated_by = begun

    kept = await created(manager, path, body | {dated_by: day})

    for outside in (BEFORE, AFTER):
        moved = await corrected(manager, f"{path}/{kept['id']}", {dated_by: outside})
        refused(moved, 409, "dates_out_of_order", f"/{dated_by}")


async def test_what_began_before_a_last_day_was_known_is_corrected_in_everything_else(
    manager: httpx.AsyncClient,
) -> None:
    club = (await created(manager, "/v1/clubs", a_club()))["id"]
    path = f"/v1/persons/{await posted_person(manager)}/memberships"
    theirs = await created(manager, path, a_membership(organisation_id=club, from_on=AFTER))
    assert (await corrected(manager, f"/v1/clubs/{club}", {"closed_on": CLOSED})).status_code == 200

    answer = await corrected(manager, f"{path}/{theirs['id']}", {"to_on": AFTER})

    assert answer.status_code == 200
