"""What an emergency access opens, and everything that it does not."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.identity import DOCUMENTS, RESIDENCES
from registry.api.kinds.medical import MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.api.records.kind import Kind
from registry.db.engine import transaction
from registry.db.tables.emergency import EmergencyAccessRow
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Role
from tests.api.emergency.conftest import HERE, NUMBER
from tests.conftest import NOW, SignIn
from tests.factories.bodies import OF_PEOPLE, Body, a_fresh
from tests.factories.emergencies import asked, later, under
from tests.factories.posted import (
    MERGE_PATCH,
    body_of,
    created,
    posted_episode,
    posted_file,
    posted_person,
    refused,
    without_occurrence,
)
from tests.factories.trails import audited

OPENED = (DOCUMENTS, RESIDENCES, FILES, EPISODES)
CLOSED = tuple(kind for kind in OF_PEOPLE if kind not in (*OPENED, MEDICAL_RESULTS, MEDICAL_REFERRALS))
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture(scope="module")
async def filled(elsewhere: httpx.AsyncClient, person: str) -> str:
    """The person, with something in every collection that an access opens, and a test."""
    await posted_file(elsewhere, person)
    await posted_episode(elsewhere, person)
    await created(elsewhere, f"/v1/persons/{person}/{TESTS.collection}", a_fresh(TESTS))
    return person


class TestOpened:
    async def test_the_person_and_what_is_below_as_its_own_commune_sees_them(
        self, app: FastAPI, officer: httpx.AsyncClient, elsewhere: httpx.AsyncClient, filled: str
    ) -> None:
        access = await asked(officer, person_id=filled)
        path = f"/v1/persons/{filled}"
        below = [*(f"{path}/{kind.collection}" for kind in OPENED), f"{path}/responsibilities"]
        for address in (path, *below):
            refused(await officer.get(address), 404, "not_found")
            answer = await officer.get(address, headers=under(access))
            assert answer.status_code == 200, address
            assert answer.json() == (await elsewhere.get(address)).json()
            (row,) = [row for row in await audited(app, answer) if row["decision"] == "allowed"]
            assert (row["purpose"], [str(each) for each in row["person_ids"]]) == ("emergency", [filled])
            for item in body_of(answer).get("items", []):
                if address != below[-1]:
                    one = await officer.get(f"{address}/{item['id']}", headers=under(access))
                    assert (one.status_code, one.json()) == (200, item)
        documents = body_of(await officer.get(f"{path}/identity-documents", headers=under(access)))
        assert NUMBER in {item["number"] for item in documents["items"]}

    async def test_it_ends_to_the_second(self, app: FastAPI, officer: httpx.AsyncClient, person: str) -> None:
        access = await asked(officer, person_id=person)
        with later(app, HOUR - SECOND):
            assert (await officer.get(f"/v1/persons/{person}", headers=under(access))).status_code == 200
        with later(app, HOUR):
            answer = await officer.get(f"/v1/persons/{person}", headers=under(access))
            refused(answer, 403, "emergency_access_not_valid")
        (row,) = await audited(app, answer)
        assert (row["decision"], row["purpose"], [str(each) for each in row["person_ids"]]) == (
            "denied", "emergency", [person],
        )  # fmt: skip

    async def test_a_revoked_grant_ends_it(
        self, app: FastAPI, officer: httpx.AsyncClient, sign_in: SignIn, subject: str, person: str
    ) -> None:
        access = await asked(officer, person_id=person)
        await sign_in(Role.COMMUNE_OFFICER, unit=HERE, subject=subject)
        assert (await officer.get(f"/v1/persons/{person}", headers=under(access))).status_code == 200

        async with transaction(app.state.sessions) as session:
            grant = await session.get_one(AccessGrantRow, await grant_under(app, access))
            grant.revoked_at, grant.revoked_by = NOW, "tests"

        answer = await officer.get(f"/v1/persons/{person}", headers=under(access))
        refused(answer, 403, "emergency_access_not_valid")


async def grant_under(app: FastAPI, access: Body) -> UUID:
    """The grant on which an access rests."""
    async with transaction(app.state.sessions) as session:
        return (await session.get_one(EmergencyAccessRow, UUID(access["id"]))).grant_id


class TestClosed:
    async def test_another_person_another_officer_and_what_was_never_asked_for(
        self, officer: httpx.AsyncClient, elsewhere: httpx.AsyncClient, sign_in: SignIn, person: str
    ) -> None:
        access = await asked(officer, person_id=person)
        neighbour = await posted_person(elsewhere, unit_code="00004", from_on="2025-07-01")
        another = await sign_in(Role.COMMUNE_OFFICER, unit=HERE)
        nobody = await asked(officer, person_id=str(uuid4()))

        for client, of, header in (
            (officer, neighbour, under(access)),
            (officer, str(uuid4()), under(access)),
            (another, person, under(access)),
            (officer, person, {"Registry-Emergency-Access": str(uuid4())}),
            (officer, person, under(nobody)),
        ):
            refused(await client.get(f"/v1/persons/{of}", headers=header), 403, "emergency_access_not_valid")

    async def test_it_serves_no_other_purpose_and_no_other_role(
        self, officer: httpx.AsyncClient, person: str, sign_in: SignIn
    ) -> None:
        header = under(await asked(officer, person_id=person))
        other = await officer.get(f"/v1/persons/{person}", headers=header | {"Registry-Purpose": "case_management"})
        refused(other, 403, "insufficient_scope")
        system = await sign_in(Role.PROVINCE_SYSTEM)
        refused(await system.get(f"/v1/persons/{person}", headers=header), 403, "insufficient_scope")

    @pytest.mark.parametrize("kind", CLOSED, ids=[kind.singular for kind in CLOSED])
    async def test_other_records_stay_closed(self, officer: httpx.AsyncClient, filled: str, kind: Kind) -> None:
        access = await asked(officer, person_id=filled)
        await same_with_and_without(
            officer, "GET", f"/v1/persons/{filled}/{kind.collection}", under(access), status=404
        )

    async def test_nothing_else_takes_it(self, officer: httpx.AsyncClient, filled: str) -> None:
        access = await asked(officer, person_id=filled)
        person, header = f"/v1/persons/{filled}", under(access)

        for address in ("/v1/persons", "/v1/episodes", "/v1/files"):
            assert filled not in (await officer.get(address, headers=header)).text
            await same_with_and_without(officer, "GET", address, header, status=200)
        number = {"identity_number": NUMBER}
        await same_with_and_without(officer, "POST", "/v1/persons/search", header, status=200, json=number)
        await same_with_and_without(officer, "GET", f"{person}/versions", header, status=404)
        file = a_fresh(FILES)
        await same_with_and_without(officer, "POST", f"{person}/files", header, status=404, json=file)
        patch = {"Content-Type": MERGE_PATCH, "If-Match": '"v1-person"'}
        await same_with_and_without(officer, "PATCH", person, header | patch, status=404, json={"occupation": "x"})
        void = {"reason": "x"}
        await same_with_and_without(officer, "POST", f"{person}/void", header, status=404, json=void)


async def same_with_and_without(
    client: httpx.AsyncClient, method: str, address: str, headers: dict[str, str], *, status: int, json: object = None
) -> None:
    """Ask twice: the access changes nothing of the answer."""
    plain = {name: value for name, value in headers.items() if name != "Registry-Emergency-Access"}
    with_it = await client.request(method, address, headers=headers, json=json)
    without = await client.request(method, address, headers=plain, json=json)
    assert with_it.status_code == status, with_it.text
    assert without_occurrence(with_it) == without_occurrence(without)
