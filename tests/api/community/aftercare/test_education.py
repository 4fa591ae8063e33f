"""Measures of education in the commune, over HTTP."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, an_education_measure
from tests.factories.posted import body_of, corrected, created, posted_person, refused


def at(person_id: str) -> str:
    return f"/v1/persons/{person_id}/education-measures"


async def test_a_measure_is_answered_whole(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    body = an_education_measure()

    measure = await created(manager, at(person_id), body)

    assert measure == body | {
        "person_id": person_id,
        "legal_basis": "decision",
        "ended_on": None,
        "end_reason": None,
        "version": 1,
        "state": "active",
        "void_reason": None,
        "recorded_at": "2026-11-21T03:00:00Z",
        "warnings": [],
    }


async def test_it_may_end_before_its_term(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    measure = await created(manager, at(person_id), an_education_measure())
    end = {"ended_on": "2026-05-01", "end_reason": "exempted"}

    answer = await corrected(manager, f"{at(person_id)}/{measure['id']}", end)

    assert body_of(answer).items() >= end.items()


@pytest.mark.parametrize(
    ("over", "code", "pointer"),
    [
        ({"from_on": "2026-11-22", "to_on": "2027-02-01"}, "date_in_future", "/from_on"),
        ({"to_on": "2026-02-28"}, "dates_out_of_order", "/to_on"),
        ({"ended_on": "2026-02-28", "end_reason": "exempted"}, "dates_out_of_order", "/ended_on"),
        ({"ended_on": "2026-11-22", "end_reason": "exempted"}, "date_in_future", "/ended_on"),
        ({"ended_on": "2026-05-01"}, "education_end_incomplete", "/end_reason"),
        ({"end_reason": "exempted"}, "education_end_incomplete", "/end_reason"),
    ],
)
async def test_dates_that_cannot_be(manager: httpx.AsyncClient, over: Body, code: str, pointer: str) -> None:
    person_id = await posted_person(manager)

    refused(await manager.post(at(person_id), json=an_education_measure(**over)), 409, code, pointer)


async def test_it_rests_on_a_decision_or_a_duty_and_on_no_consent(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)

    measure = await created(manager, at(person_id), an_education_measure(legal_basis="statutory_duty"))
    agreed = await manager.post(at(person_id), json=an_education_measure(legal_basis="consent"))

    assert measure["legal_basis"] == "statutory_duty"
    refused(agreed, 409, "education_by_consent", "/legal_basis")
    changed = await corrected(manager, f"{at(person_id)}/{measure['id']}", {"legal_basis": "consent"})
    refused(changed, 409, "education_by_consent", "/legal_basis")


async def test_it_is_of_the_file_which_who_treats_does_not_see(manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    person_id = await posted_person(manager)
    doctor = await sign_in(Role.HEALTH_OFFICER)

    refused(await doctor.get(at(person_id)), 403, "insufficient_scope")
