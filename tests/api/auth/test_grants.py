"""What a caller may do: grants in force, how far they reach, and which of several is meant."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlmodel import select

from registry.db.engine import transaction
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Role, TokenScope
from tests.conftest import NOW, OLD_PHU_YEN, TODAY, SignIn
from tests.factories.posted import body_of, posted_episode, posted_file, posted_organisation, posted_person, refused
from tests.factories.tokens import bearer, signed
from tests.factories.trails import audited

SOMEWHERE = f"/v1/persons/{uuid4()}"


class TestGrants:
    async def test_a_subject_without_a_grant_may_see_the_map_and_no_more(self, app: FastAPI, key: ECKey) -> None:
        async with bearer(app, signed(key, sub="a stranger")) as client:
            assert (await client.get("/v1/units?limit=1")).status_code == 200
            refused(await client.get("/v1/organisations"), 403, "insufficient_scope")
            refused(await client.get(SOMEWHERE), 403, "insufficient_scope")

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            pytest.param({}, 404, id="in force"),
            pytest.param({"from_on": TODAY, "to_on": TODAY}, 404, id="for today only"),
            pytest.param({"from_on": TODAY + timedelta(days=1)}, 403, id="from tomorrow on"),
            pytest.param({"to_on": TODAY - timedelta(days=1)}, 403, id="until yesterday"),
            pytest.param({"revoked_at": NOW, "revoked_by": "tests"}, 403, id="revoked"),
            pytest.param({"issuer": "https://another.example"}, 403, id="of the same name at another issuer"),
        ],
    )
    async def test_a_grant_counts_while_it_is_in_force(
        self, app: FastAPI, sign_in: SignIn, changes: dict[str, Any], status: int
    ) -> None:
        subject = f"officer-{uuid4()}"
        client = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        assert (await client.get(SOMEWHERE)).status_code == 404
        async with transaction(app.state.sessions) as session:
            grant = (await session.exec(select(AccessGrantRow).where(AccessGrantRow.subject == subject))).one()
            grant.sqlmodel_update(changes)
            session.add(grant)

        assert (await client.get(SOMEWHERE)).status_code == status

    @pytest.mark.parametrize(
        ("scope", "status"),
        [
            (TokenScope.READ, 404),
            (TokenScope.WRITE, 403),
            (TokenScope.REPORT, 403),
            (TokenScope.ADMIN, 403),
        ],
    )
    async def test_a_right_takes_the_scope_of_the_token_and_the_grant(
        self, sign_in: SignIn, scope: TokenScope, status: int
    ) -> None:
        client = await sign_in(Role.PROVINCE_MANAGER, scopes=(scope,))

        assert (await client.get(SOMEWHERE)).status_code == status


class TestReach:
    @pytest.mark.parametrize(
        ("unit", "status"),
        [
            pytest.param(("22015", TODAY), 200, id="the commune in charge today"),
            pytest.param(("22015", date(2020, 12, 31)), 200, id="the commune that was in charge"),
            pytest.param(("22018", date(2020, 12, 31)), 200, id="a commune that became part of it"),
            pytest.param(OLD_PHU_YEN, 200, id="the province that was"),
            pytest.param(("555", date(2020, 12, 31)), 200, id="the district that was"),
            pytest.param(("66", TODAY), 200, id="the province that is"),
            pytest.param(("22240", TODAY), 404, id="the commune beside it"),
            pytest.param(("01", TODAY), 404, id="another province"),
        ],
    )
    async def test_a_grant_reaches_the_units_that_its_own_became(
        self, manager: httpx.AsyncClient, sign_in: SignIn, unit: tuple[str, date], status: int
    ) -> None:
        person_id = await posted_person(manager)
        client = await sign_in(Role.COMMUNE_OFFICER, unit=unit)

        assert (await client.get(f"/v1/persons/{person_id}")).status_code == status

    async def test_several_grants_add_up(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        here, there = [await posted_person(manager, unit_code=code) for code in ("22015", "22240")]
        subject = f"officer-{uuid4()}"
        await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        client = await sign_in(Role.HEALTH_OFFICER, unit=("22240", TODAY), subject=subject)

        assert [(await client.get(f"/v1/persons/{person}")).status_code for person in (here, there)] == [200, 200]
        assert (await client.get(f"/v1/persons/{here}/files")).status_code == 200
        assert (await client.get(f"/v1/persons/{there}/files")).status_code == 404

    async def test_a_condition_leaves_the_grants_that_may_read_what_it_tells(
        self, manager: httpx.AsyncClient, sign_in: SignIn, app: FastAPI
    ) -> None:
        """Where one grant opens the files and another only the names, a list by file must not tell of both."""
        here, there = [await posted_person(manager, unit_code=code) for code in ("22060", "22015")]
        for person in (here, there):
            await posted_file(manager, person)
        await sign_in(Role.HEALTH_OFFICER, subject="of-two-offices")
        client = await sign_in(Role.COMMUNE_OFFICER, unit=("22060", TODAY), subject="of-two-offices")
        filtered = [
            await client.get("/v1/persons?category=illegal_user"),
            await client.post("/v1/persons/search", json={"category": "illegal_user"}),
        ]
        for answer in filtered:
            assert [item["id"] for item in body_of(answer)["items"]] == [here]
            (row,) = await audited(app, answer)
            assert row["purpose"] == "case_management"
            assert row["field_groups"] == ["file", "person"]
        elsewhere = {"category": "illegal_user", "unit_code": "22015"}
        refused(await client.post("/v1/persons/search", json=elsewhere), 403, "unit_not_granted")
        everybody = body_of(await client.post("/v1/persons/search", json={"limit": 500}))["items"]
        assert {here, there} <= {item["id"] for item in everybody}


class TestRegistryGrant:
    @pytest.fixture
    async def both(self, app: FastAPI, manager: httpx.AsyncClient, sign_in: SignIn) -> "Both":
        """Someone who holds a commune and works for a facility, a person of each, and the grants' ids."""
        facility = await posted_organisation(manager, kind="rehab_facility_public")
        resident = await posted_person(manager, unit_code="22015")
        patient = await posted_person(manager, unit_code="22240")
        await posted_episode(manager, patient, modality="facility", provider_id=facility)
        subject = f"officer-{uuid4()}"
        await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        client = await sign_in(Role.FACILITY_OFFICER, organisation=facility, subject=subject)
        async with transaction(app.state.sessions) as session:
            rows = (await session.exec(select(AccessGrantRow).where(AccessGrantRow.subject == subject))).all()
        return Both(client, resident, patient, {row.role: str(row.id) for row in rows})

    async def test_without_it_units_are_acted_under(self, both: "Both", app: FastAPI) -> None:
        answer = await both.client.get(f"/v1/persons/{both.resident}")

        assert answer.status_code == 200
        assert [row["purpose"] for row in await audited(app, answer)] == ["case_management"]
        refused(await both.client.get(f"/v1/persons/{both.patient}"), 404, "not_found")

    async def test_it_picks_the_organisation(self, both: "Both", app: FastAPI) -> None:
        headers = {"Registry-Grant": both.grants["facility_officer"]}

        answer = await both.client.get(f"/v1/persons/{both.patient}", headers=headers)

        assert set(body_of(answer)) == {"id", "version", "full_name", "birth_year", "phone"}
        assert [row["purpose"] for row in await audited(app, answer)] == ["treatment"]
        refused(await both.client.get(f"/v1/persons/{both.resident}", headers=headers), 404, "not_found")

    async def test_it_narrows_the_permissions_too(self, both: "Both") -> None:
        headers = {"Registry-Grant": both.grants["facility_officer"]}

        refused(await both.client.get("/v1/files", headers=headers), 403, "insufficient_scope")

    async def test_a_grant_that_is_not_held(self, both: "Both") -> None:
        headers = {"Registry-Grant": str(uuid4())}

        refused(await both.client.get(f"/v1/persons/{both.resident}", headers=headers), 403, "grant_not_held")

    async def test_what_is_no_id(self, both: "Both") -> None:
        answer = await both.client.get(f"/v1/persons/{both.resident}", headers={"Registry-Grant": "mine"})

        refused(answer, 422, "validation_failed")


class Both:
    """What `TestRegistryGrant` works with."""

    def __init__(self, client: httpx.AsyncClient, resident: str, patient: str, grants: dict[str, str]) -> None:
        self.client, self.resident, self.patient, self.grants = client, resident, patient, grants


async def test_a_purpose_that_the_role_does_not_have_is_not_taken(manager: httpx.AsyncClient) -> None:
    named = {"Registry-Purpose": "health_care"}
    refused(await manager.get("/v1/persons", headers=named), 403, "insufficient_scope")
    assert (await manager.get("/v1/persons", headers={"Registry-Purpose": "supervision"})).status_code == 200
