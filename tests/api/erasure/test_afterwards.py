"""After an erasure ids answer 410, the trail tells of it, and figures stay what they were."""

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.schemas import examples
from registry.domain.access import Role
from tests.api.erasure.erasing import erase
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_document, a_residence, an_episode
from tests.factories.posted import body_of, corrected, created, refused
from tests.factories.reported import figures
from tests.factories.rows import ACT
from tests.factories.stored import rows
from tests.factories.trails import fed


class TestAnswers:
    async def test_the_same_body_again_is_gone_in_scope_and_out_of_it(
        self, manager: httpx.AsyncClient, sign_in: SignIn, erased: Body
    ) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        for client in (manager, stranger):
            refused(await client.post("/v1/persons", json=erased), 410, "erased")
            refused(await client.post("/v1/persons", json=erased | {"full_name": "Other"}), 410, "erased")

    @pytest.mark.parametrize("make", [an_episode, a_document, a_residence], ids=lambda make: make.__name__)
    async def test_nothing_can_be_added(
        self, manager: httpx.AsyncClient, erased: Body, make: Callable[..., Body]
    ) -> None:
        collection = {"an_episode": "episodes", "a_document": "identity-documents"}.get(make.__name__, "residences")
        refused(await manager.post(f"/v1/persons/{erased['id']}/{collection}", json=make()), 410, "erased")

    async def test_the_same_record_again_is_gone(self, app: FastAPI, manager: httpx.AsyncClient, person: Body) -> None:
        path = f"/v1/persons/{person['id']}/episodes"
        body = an_episode(
            registered_on="2016-01-04", started_on="2016-01-04", ended_on="2016-05-04", outcome="completed"
        )
        await created(manager, path, body)
        await erase(app, person["id"])

        refused(await manager.post(path, json=body), 410, "erased")

    async def test_nothing_can_be_changed(self, manager: httpx.AsyncClient, erased: Body) -> None:
        address = f"/v1/persons/{erased['id']}"

        refused(await corrected(manager, address, {"occupation": "x"}, if_match="*"), 410, "erased")
        refused(await manager.post(f"{address}/void", json={"reason": "x"}), 410, "erased")

    async def test_there_is_nothing_to_read(
        self, app: FastAPI, manager: httpx.AsyncClient, sign_in: SignIn, facility: str, person: Body
    ) -> None:
        path = f"/v1/persons/{person['id']}"
        (episode,) = body_of(await manager.get(f"{path}/episodes"))["items"]
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(facility))
        assert (await officer.get(path)).status_code == 200

        await erase(app, person["id"])

        for rest in ("", f"/episodes/{episode['id']}"):
            refused(await manager.get(path + rest), 410, "erased")
            refused(await officer.get(path + rest), 404, "not_found")
        for rest in ("/versions", "/responsibilities", "/episodes", "/identity-documents"):
            refused(await manager.get(path + rest), 410, "erased")
        for address in ("/v1/persons?unit=22015&limit=500", "/v1/episodes?unit=22015&limit=500", "/v1/files?limit=500"):
            assert person["id"] not in (await manager.get(address)).text
        found = await manager.post("/v1/persons/search", json={"name": "bi mat"})
        assert person["id"] not in found.text


class TestTrail:
    async def test_the_unit_and_the_organisations_are_told(self, app: FastAPI, facility: str, erased: Body) -> None:
        told = [row for row in await fed(app, erased["id"]) if row["op"] == "erase"]

        assert {(row["unit_id"] is None, row["organisation_id"]) for row in told} == {
            (False, None),
            (True, UUID(facility)),
            (True, UUID(examples.COUNSELLING_POINT)),
            (True, UUID(examples.CLUB)),
        }
        assert {(row["entity"], row["version"], row["person_id"]) for row in told} == {
            ("person", 3, UUID(erased["id"]))
        }

    async def test_it_is_audited(self, app: FastAPI, erased: Body) -> None:
        audited = """
            SELECT person_ids, entity, record_id FROM audit_event
            WHERE operation = :operation AND record_id = :person
        """
        person = UUID(erased["id"])

        assert await rows(app, audited, operation=ACT.operation, person=person) == [([person], "person", person)]


GO = {"accompanied_persons", "club_members", "counselling_clients", "referrals_made"}
"""Figures that leave out who was erased: what tied the person to an organisation goes."""


class TestFigures:
    @pytest.mark.parametrize("year", [2020, 2024])
    async def test_figures_of_finished_periods_stay(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body, year: int
    ) -> None:
        asked: dict[str, str | int] = {"unit": "54", "year": year}
        before = await figures(manager, **asked)
        assert any(before.values())

        await erase(app, person["id"])

        after = await figures(manager, **asked)
        assert {code for code in before if after[code] != before[code]} <= GO

    async def test_nobody_is_in_charge_from_the_day_on(self, app: FastAPI, erased: Body) -> None:
        until = "SELECT to_on FROM responsibility WHERE person_id = :person"

        assert await rows(app, until, person=UUID(erased["id"])) == [(TODAY,)]
