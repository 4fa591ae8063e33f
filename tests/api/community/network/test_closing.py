"""What becomes of an organisation's reach when its work ends, and when that is put right."""

from datetime import timedelta

import httpx
import pytest

from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY
from tests.factories.bodies import a_membership, an_accompaniment
from tests.factories.devices import Device
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused

STAYS = "organisation_closed_while_open"
LONG_AGO = "2022-12-31"
JUST_IN_REACH = (TODAY - timedelta(days=90)).isoformat()
JUST_OUT_OF_REACH = (TODAY - timedelta(days=91)).isoformat()


async def closed(client: httpx.AsyncClient, club: str, closed_on: str | None) -> list[str]:
    """Correct the last day of a club; what the answer warns of."""
    answer = await corrected(client, f"/v1/clubs/{club}", {"closed_on": closed_on})
    assert answer.status_code == 200, answer.text
    return [each["code"] for each in answer.json()["warnings"]]


async def joined(client: httpx.AsyncClient, club: str, **over: str) -> str:
    """Post a person who belongs to a club; the person."""
    person = f"/v1/persons/{await posted_person(client)}"
    await created(client, f"{person}/memberships", a_membership(organisation_id=club, **over))
    return person


class TestReach:
    async def test_it_ends_some_time_after_the_last_day(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = await joined(manager, club)

        await closed(manager, club, JUST_IN_REACH)
        assert body_of(await chair.get(person))["id"] in person
        await closed(manager, club, JUST_OUT_OF_REACH)

        refused(await chair.get(person), 404, "not_found")

    async def test_it_ends_for_people_of_other_communes_too(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager, unit_code='22045')}"
        await created(manager, f"{person}/accompaniments", an_accompaniment(organisation_id=club))
        refused(await officer.get(person), 404, "not_found")

        await closed(officer, club, LONG_AGO)
        refused(await chair.get(person), 404, "not_found")
        await closed(officer, club, None)

        assert len(await pages(chair, f"{person}/accompaniments")) == 1

    async def test_a_last_day_that_is_put_right_opens_what_it_had_ended(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        stays, leaves = await joined(manager, club), await joined(manager, club, to_on="2022-06-30")
        voided = await joined(manager, club)
        await closed(manager, club, LONG_AGO)
        assert (await manager.post(f"{voided}/void", json={"reason": "Entered twice."})).status_code == 200

        for closed_on in (TODAY.isoformat(), None):
            for too_early in (LONG_AGO, "2022-11-30"):
                await closed(manager, club, too_early)
            refused(await chair.get(stays), 404, "not_found")
            await closed(manager, club, closed_on)
            assert (await chair.get(stays)).status_code == 200
            for person in (leaves, voided):
                refused(await chair.get(person), 404, "not_found")

    async def test_a_restricted_person_is_not_opened_again_by_consent(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        by_consent, by_decision = await joined(manager, club), await joined(manager, club, legal_basis="decision")
        await closed(manager, club, LONG_AGO)
        for person in (by_consent, by_decision):
            await restricted(manager, person)

        await closed(manager, club, None)

        refused(await chair.get(by_consent), 404, "not_found")
        assert (await chair.get(by_decision)).status_code == 200

    async def test_devices_lose_and_regain_people_with_it(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = await joined(manager, club)
        device, person_id = Device(chair), person.rpartition("/")[2]
        await device.pull()
        held = device.of_person(person_id)
        assert {kind for kind, _ in held} == {"person", "membership"}

        await closed(manager, club, LONG_AGO)
        await device.pull()
        assert device.of_person(person_id) == {}
        await closed(manager, club, None)
        await device.pull()

        assert device.of_person(person_id) == held
        told = {kind["kind"]: (kind["count"], kind["sha256"]) for kind in (await device.compared())["kinds"]}
        assert told.items() >= device.digest().items()

    async def test_what_is_recorded_after_the_closing_opens_nothing_for_longer(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        await closed(manager, club, LONG_AGO)

        person = await joined(manager, club)

        refused(await chair.get(person), 404, "not_found")
        await closed(manager, club, None)
        assert (await chair.get(person)).status_code == 200


class TestWarning:
    @pytest.mark.parametrize(
        ("to_on", "warnings"),
        [(None, [STAYS]), ("2023-01-02", [STAYS]), ("2023-01-01", []), ("2022-06-30", [])],
    )
    async def test_whoever_closes_hears_of_members_who_stay(
        self, manager: httpx.AsyncClient, club: str, to_on: str | None, warnings: list[str]
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        await created(manager, f"{person}/memberships", a_membership(organisation_id=club, to_on=to_on))

        assert await closed(manager, club, LONG_AGO) == warnings
        assert await closed(manager, club, None) == []
