"""Of what a device sends to refer somebody to HIV care nothing is kept, whatever it is refused for."""

import json
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.referrals import REFERRALS
from registry.domain.access import Role
from registry.domain.referral import ServiceKind
from tests.api.duplicates.merging import merged
from tests.api.push.pushing import changing, creating, push, push_text, told
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.counselling import DIRECTORY, Point, a_referral, offered, referred
from tests.factories.posted import posted_person, refused
from tests.factories.stored import rows


@pytest.fixture(scope="module")
async def hiv_care(officer: httpx.AsyncClient) -> str:
    return await offered(officer, kind=ServiceKind.HIV_CARE)


@pytest.fixture(scope="module")
async def voided_care(officer: httpx.AsyncClient) -> str:
    return await voided(officer, await offered(officer, kind=ServiceKind.HIV_CARE))


async def voided(officer: httpx.AsyncClient, service: str) -> str:
    answer = await officer.post(f"{DIRECTORY}/{service}/void", json={"reason": "Entered twice."})
    assert answer.status_code == 200, answer.text
    return service


async def kept_of(app: FastAPI, person: str) -> int:
    """How many refused operations and conflicts are kept beside a person."""
    beside = (
        "SELECT id FROM sync_rejection WHERE person_id = :p UNION ALL SELECT id FROM sync_conflict WHERE person_id = :p"
    )
    return len(await rows(app, beside, p=person))


def without_basis(point: Point, service: str) -> Body:
    return {name: value for name, value in a_referral(point, service).items() if name != "legal_basis"}


async def test_a_referral_that_lacks_something(
    app: FastAPI, officer: httpx.AsyncClient, point: Point, hiv_care: str, voided_care: str
) -> None:
    person = await posted_person(officer)
    lacking = [without_basis(point, service) for service in (hiv_care, voided_care, UUID(hiv_care).hex)]

    results = await push(officer, *(creating(REFERRALS, body, of=person) for body in lacking))

    assert [(*told(each), each["kept"]) for each in results] == [
        ("rejected", "validation_failed", f"/operations/{place}/body/legal_basis", False) for place in range(3)
    ]
    assert await kept_of(app, person) == 0


async def test_what_is_no_json_or_of_another_kind(
    app: FastAPI, officer: httpx.AsyncClient, point: Point, hiv_care: str
) -> None:
    person = await posted_person(officer)
    sent = creating(REFERRALS, a_referral(point, hiv_care), of=person)

    results = await push_text(officer, json.dumps(sent)[:-2] + ", }}", json.dumps(sent | {"kind": "medical_referral"}))

    assert [(each["code"], each["kept"]) for each in results] == [
        ("malformed_json", False),
        ("validation_failed", False),
    ]
    assert await kept_of(app, person) == 0


async def test_a_referral_of_who_is_not_there(
    app: FastAPI, officer: httpx.AsyncClient, point: Point, hiv_care: str
) -> None:
    nobody = a_referral(point, hiv_care)["id"]

    (result,) = await push(officer, creating(REFERRALS, a_referral(point, hiv_care), of=nobody))

    assert (result["code"], result["kept"]) == ("not_found", False)
    assert await kept_of(app, nobody) == 0


async def test_a_referral_of_who_was_merged_away(
    app: FastAPI, officer: httpx.AsyncClient, sign_in: SignIn, point: Point, hiv_care: str
) -> None:
    clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]
    person, into = [await posted_person(clerk, unit_code=unit) for unit in ("22015", "22258")]
    await merged(clerk, second, person, into)

    (result,) = await push(officer, creating(REFERRALS, a_referral(point, hiv_care), of=person))

    assert (told(result)[:2], result["kept"], result["conflict_id"]) == (("conflict", "person_merged"), False, None)
    assert await kept_of(app, person) == 0
    assert (
        await rows(app, "SELECT id FROM task WHERE kind = 'sync_conflict' AND person_id = :person", person=person) == []
    )


async def test_a_referral_that_shall_become_one(
    app: FastAPI, officer: httpx.AsyncClient, point: Point, hiv_care: str
) -> None:
    person = await posted_person(officer)
    address = await referred(officer, point, await offered(officer), person_id=person)

    (result,) = await push(
        officer, changing(REFERRALS, address.rsplit("/", 1)[-1], {"service_id": hiv_care}, of=person)
    )

    assert (told(result)[:2], result["kept"]) == (("rejected", "referral_service_fixed"), False)
    assert await kept_of(app, person) == 0


async def test_that_care_is_voided_does_not_hide_what_it_was(
    officer: httpx.AsyncClient, point: Point, voided_care: str
) -> None:
    path = f"/v1/persons/{await posted_person(officer)}/referrals"

    answer = await officer.post(path, json=a_referral(point, voided_care))

    refused(answer, 409, "referral_is_medical", "/service_id")


async def test_what_names_any_other_service_is_kept(app: FastAPI, officer: httpx.AsyncClient, point: Point) -> None:
    person, service = await posted_person(officer), await offered(officer)
    gone = await voided(officer, await offered(officer))

    results = await push(
        officer,
        creating(REFERRALS, without_basis(point, service), of=person),
        creating(REFERRALS, a_referral(point, gone), of=person),
    )

    assert [(each["code"], each["kept"]) for each in results] == [
        ("validation_failed", True), ("named_record_unknown", True),
    ]  # fmt: skip
    assert await kept_of(app, person) == 2
