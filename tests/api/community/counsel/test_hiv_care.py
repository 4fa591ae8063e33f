"""No ordinary referral tells that somebody lives with HIV: not one that is made, corrected, or sent by a device."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.referrals import REFERRALS
from registry.domain.referral import ServiceKind
from tests.api.push.pushing import creating, push, told
from tests.factories.counselling import DIRECTORY, Point, a_referral, offered, referred
from tests.factories.posted import corrected, created, pages, posted_person, refused
from tests.factories.stored import rows

REFUSED = (409, "referral_is_medical", "/service_id")


@pytest.fixture(scope="module")
async def hiv_care(officer: httpx.AsyncClient) -> str:
    return await offered(officer, kind=ServiceKind.HIV_CARE)


async def test_nobody_is_referred(
    officer: httpx.AsyncClient, manager: httpx.AsyncClient, point: Point, hiv_care: str
) -> None:
    path = f"/v1/persons/{await posted_person(officer)}/referrals"
    wrong_besides = {"made_on": "2030-01-01", "organisation_id": str(uuid4())}

    for sender in (officer, manager):
        refused(await sender.post(path, json=a_referral(point, hiv_care)), *REFUSED)
        refused(await sender.post(path, json=a_referral(point, hiv_care, **wrong_besides)), *REFUSED)

    assert await pages(officer, path) == []
    assert await pages(officer, f"{DIRECTORY}/{hiv_care}/referrals") == []


async def test_a_referral_does_not_become_one(officer: httpx.AsyncClient, point: Point, hiv_care: str) -> None:
    other = await offered(officer)
    address = await referred(officer, point, other)

    refused(await corrected(officer, address, {"service_id": hiv_care}), 409, "referral_service_fixed", "/service_id")
    refused(await corrected(officer, f"{DIRECTORY}/{other}", {"kind": "hiv_care"}), 409, "service_kind_fixed", "/kind")


async def test_one_from_before_is_voided_and_nothing_else(
    app: FastAPI, officer: httpx.AsyncClient, point: Point
) -> None:
    service = await offered(officer)
    address = await referred(officer, point, service)
    await rows(app, "UPDATE support_service SET kind = 'hiv_care' WHERE id = :id", id=service)

    refused(await corrected(officer, address, {"accepted_on": "2026-11-17"}), *REFUSED)
    assert (await officer.post(f"{address}/void", json={"reason": "Không thuộc phần này"})).status_code == 200


async def test_what_a_device_sends_is_refused_and_not_kept(
    app: FastAPI, officer: httpx.AsyncClient, point: Point, hiv_care: str
) -> None:
    person = await posted_person(officer)

    (result,) = await push(officer, creating(REFERRALS, a_referral(point, hiv_care), of=person))

    assert (told(result)[:2], result["kept"]) == (("rejected", "referral_is_medical"), False)
    assert await rows(app, "SELECT id FROM sync_rejection WHERE person_id = :person", person=person) == []


async def test_every_other_kind_takes_people(officer: httpx.AsyncClient, point: Point) -> None:
    path = f"/v1/persons/{await posted_person(officer)}/referrals"

    for kind in set(ServiceKind) - {ServiceKind.HIV_CARE}:
        await created(officer, path, a_referral(point, await offered(officer, kind=kind)))
