"""Referrals to HIV care: a health officer's alone, with the steps of any referral.

That nobody else's answers depend on one is in test_medical_results.py; the database's own wall, in
tests/db/test_medical_wall.py.
"""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from registry.api.kinds.medical import MEDICAL_REFERRALS
from registry.domain.access import Role
from registry.domain.referral import ServiceKind
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_record
from tests.factories.counselling import DIRECTORY, offered
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused
from tests.factories.stored import rows
from tests.factories.trails import audited


@pytest.fixture(scope="module")
async def clinic(manager: httpx.AsyncClient) -> str:
    """A service of HIV care."""
    return await offered(manager, kind=ServiceKind.HIV_CARE)


@pytest.fixture(scope="module")
async def doctor(sign_in: SignIn) -> httpx.AsyncClient:
    """A health officer of the commune."""
    return await sign_in(Role.HEALTH_OFFICER, unit=("22015", TODAY))


@pytest.fixture
async def path(manager: httpx.AsyncClient) -> str:
    """The medical referrals of a person of the commune."""
    return f"/v1/persons/{await posted_person(manager)}/medical-referrals"


def to_service(service: str, **over: JsonValue) -> Body:
    return a_record(MEDICAL_REFERRALS, **{"service_id": service, "made_on": "2026-11-16", **over})


async def test_from_the_directory_to_the_end_of_care(doctor: httpx.AsyncClient, clinic: str, path: str) -> None:
    assert clinic in [each["id"] for each in await pages(doctor, f"{DIRECTORY}?kind=hiv_care")]
    made = await created(doctor, path, to_service(clinic))
    way: list[tuple[Body, str]] = [
        ({"accepted_on": "2026-11-17"}, "accepted"),
        ({"started_on": "2026-11-18"}, "started"),
        ({"completed_on": "2026-11-20", "result": "ARV"}, "completed"),
    ]

    steps = [(body_of(await corrected(doctor, f"{path}/{made['id']}", step)), status) for step, status in way]

    assert made["status"] == "made"
    assert [answer["status"] for answer, _ in steps] == [status for _, status in steps]
    former = body_of(await doctor.get(f"{path}/{made['id']}/versions"))["items"]
    assert [each["state"]["status"] for each in former] == ["made", "accepted", "started"]


@pytest.mark.parametrize(
    ("over", "code", "pointer"),
    [
        pytest.param({"started_on": "2026-11-17"}, "referral_step_missing", "/accepted_on", id="never accepted"),
        pytest.param({"accepted_on": "2026-11-22"}, "date_in_future", "/accepted_on", id="accepted tomorrow"),
        pytest.param({"result": "ARV"}, "referral_result_does_not_fit", "/result", id="a result of nothing"),
        pytest.param({"made_on": "2019-12-31"}, "service_not_offered", "/made_on", id="before it was offered"),
        pytest.param({"service_id": str(uuid4())}, "named_record_unknown", "/service_id", id="no service"),
    ],
)
async def test_what_cannot_be(
    doctor: httpx.AsyncClient, clinic: str, path: str, over: dict[str, JsonValue], code: str, pointer: str
) -> None:
    refused(await doctor.post(path, json=to_service(clinic, **over)), 409, code, pointer)


async def test_it_keeps_its_service_and_goes_on_after_the_service_has_ended(
    manager: httpx.AsyncClient, doctor: httpx.AsyncClient, clinic: str, path: str
) -> None:
    ended = await offered(manager, kind=ServiceKind.HEALTH_CARE)
    address = f"{path}/{(await created(doctor, path, to_service(ended)))['id']}"
    await corrected(manager, f"{DIRECTORY}/{ended}", {"to_on": "2026-11-01"})

    assert (await corrected(doctor, address, {"accepted_on": "2026-11-17"})).status_code == 200
    refused(await corrected(doctor, address, {"made_on": "2026-11-15"}), 409, "service_not_offered", "/made_on")
    refused(await corrected(doctor, address, {"service_id": clinic}), 409, "referral_service_fixed", "/service_id")


async def test_each_reading_is_audited_as_medical(app: FastAPI, doctor: httpx.AsyncClient, path: str) -> None:
    (row,) = await audited(app, await doctor.get(path))

    assert (row["entity"], row["field_groups"], row["purpose"]) == ("medical_referral", ["medical"], "health_care")


async def test_what_is_stored_tells_neither_the_service_nor_the_step(
    app: FastAPI, doctor: httpx.AsyncClient, clinic: str, path: str
) -> None:
    taken = {"accepted_on": "2026-11-17", "started_on": "2026-11-17", "completed_on": "2026-11-17"}
    for body in (to_service(clinic), to_service(clinic, **taken, result="ARV", note="Chim")):
        await created(doctor, path, body)

    stored = await rows(
        app,
        "SELECT content, medical_referral::text FROM medical_referral WHERE person_id = :person",
        person=path.split("/")[3],
    )

    assert len({len(content) for content, _ in stored}) == 1
    assert not [row for _, row in stored if clinic in row or "2026-11-1" in row or "made" in row]


async def test_no_other_role_refers_to_care_or_reads_of_it(
    sign_in: SignIn, doctor: httpx.AsyncClient, clinic: str, path: str
) -> None:
    made = await created(doctor, path, to_service(clinic))

    for role in (Role.COMMUNE_OFFICER, Role.PROVINCE_MANAGER, Role.PROVINCE_SYSTEM, Role.ANALYST):
        other = await sign_in(role)
        refused(await other.post(path, json=to_service(clinic)), 403, "insufficient_scope")
        for address in (path, f"{path}/{made['id']}", f"{path}/{made['id']}/versions"):
            refused(await other.get(address), 403, "insufficient_scope")
