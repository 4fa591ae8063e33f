"""Grants: given, shown and revoked within the giver's own reach, and effective at once."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from registry.api.kinds.organisations import ORGANISATIONS
from registry.db.engine import transaction
from registry.db.tables.trail import AccessGrantRow, AuditEventRow
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.access import Role
from tests.conftest import NOW, SignIn

DAK_LAK = ("66", date(2026, 11, 21))
HA_NOI = "01"


@pytest.fixture(scope="module")
async def administrator(sign_in: SignIn) -> httpx.AsyncClient:
    """The administrator of Đắk Lắk, in which old Phú Yên lies."""
    return await sign_in(Role.ADMINISTRATOR, unit=DAK_LAK, subject="administrator-of-66")


@pytest.fixture
async def holder(app: FastAPI, issuer: DemoIssuer, anonymous: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose subject holds nothing yet."""
    subject = f"holder-{uuid4()}"
    headers = {"Authorization": f"Bearer {issuer.token(subject, now=NOW)}", "Subject": subject}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=anonymous.base_url, headers=headers) as client:
        yield client


def a_grant(**over: str | None) -> dict[str, str]:
    body = {"id": str(uuid4()), "subject": "officer-1", "role": "commune_officer", "unit_code": "22015"} | over
    return {name: value for name, value in body.items() if value is not None}


async def audited(app: FastAPI, grant_id: str) -> list[str]:
    async with transaction(app.state.sessions) as session:
        query = select(AuditEventRow.operation).where(AuditEventRow.record_id == UUID(grant_id))
        return list((await session.exec(query.order_by(col(AuditEventRow.seq)))).all())


class TestGive:
    async def test_names_the_unit_by_the_last_day_of_a_code_that_ended(
        self, administrator: httpx.AsyncClient, app: FastAPI
    ) -> None:
        body = a_grant(role="province_manager", unit_code="54", to_on="2027-06-30")
        answer = await administrator.post("/v1/grants", json=body)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"/v1/grants/{body['id']}"
        assert answer.json() == {
            "id": body["id"],
            "issuer": ISSUER,
            "subject": "officer-1",
            "role": "province_manager",
            "unit_code": "54",
            "unit_on": "2025-06-30",
            "organisation_id": None,
            "from_on": "2026-11-21",
            "to_on": "2027-06-30",
            "continued": True,
            "granted_by": f"{ISSUER}|administrator-of-66",
            "granted_at": "2026-11-21T03:00:00Z",
            "revoked_at": None,
            "revoked_by": None,
        }
        assert await audited(app, body["id"]) == ["give_grant"]

    async def test_names_a_unit_in_force_by_today(self, administrator: httpx.AsyncClient) -> None:
        answer = await administrator.post("/v1/grants", json=a_grant(unit_code="66", role="analyst"))
        assert (answer.json()["unit_on"], answer.json()["continued"]) == ("2026-11-21", False)

    async def test_takes_effect_with_the_next_request_and_so_does_its_end(
        self, administrator: httpx.AsyncClient, holder: httpx.AsyncClient
    ) -> None:
        assert (await holder.get("/v1/persons")).json()["code"] == "insufficient_scope"

        body = a_grant(subject=holder.headers["Subject"])
        assert (await administrator.post("/v1/grants", json=body)).status_code == 201
        assert (await holder.get("/v1/persons")).status_code == 200

        revoked = await administrator.post(f"/v1/grants/{body['id']}/revoke")
        assert revoked.json()["revoked_at"] == "2026-11-21T03:00:00Z"
        assert (await holder.get("/v1/persons")).status_code == 403

    async def test_is_safe_to_repeat(self, administrator: httpx.AsyncClient) -> None:
        body = a_grant()
        first = await administrator.post("/v1/grants", json=body)
        second = await administrator.post("/v1/grants", json=body)
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == first.json()

    @pytest.mark.parametrize("role", ["health_officer", "administrator"])
    async def test_nobody_gives_themselves_a_grant(
        self, administrator: httpx.AsyncClient, app: FastAPI, role: str
    ) -> None:
        body = a_grant(subject="administrator-of-66", role=role)
        answer = await administrator.post("/v1/grants", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "grant_to_oneself")
        async with transaction(app.state.sessions) as session:
            assert await session.get(AccessGrantRow, UUID(body["id"])) is None
        namesake = await administrator.post("/v1/grants", json=body | {"issuer": "https://another.example"})
        assert namesake.status_code == 201

    async def test_refuses_another_body_under_the_same_id(self, administrator: httpx.AsyncClient) -> None:
        body = a_grant()
        await administrator.post("/v1/grants", json=body)
        answer = await administrator.post("/v1/grants", json=body | {"subject": "officer-2"})
        assert (answer.status_code, answer.json()["code"]) == (409, "record_id_conflict")

    @pytest.mark.parametrize(
        ("over", "status", "code"),
        [
            pytest.param({"unit_code": HA_NOI}, 403, "unit_not_granted", id="a unit beyond the giver's reach"),
            pytest.param({"unit_code": "99"}, 404, "unit_unknown", id="a unit that never was"),
            pytest.param(
                {"unit_code": "54", "unit_on": "2026-01-01"}, 404, "unit_not_in_force", id="a day after the unit's end"
            ),
            pytest.param({"unit_code": None}, 409, "grant_target_wrong", id="a unit's role without a unit"),
            pytest.param({"organisation_id": str(uuid4())}, 409, "grant_target_wrong", id="both targets"),
            pytest.param(
                {"role": "facility_officer"}, 409, "grant_target_wrong", id="an organisation's role on a unit"
            ),
            pytest.param(
                {"role": "facility_officer", "unit_code": None, "organisation_id": str(uuid4())},
                409,
                "organisation_unknown",
                id="an organisation that is not",
            ),
            pytest.param({"to_on": "2026-11-20"}, 409, "dates_out_of_order", id="an end before the first day"),
            pytest.param({"role": "owner"}, 422, "validation_failed", id="a role that is not"),
        ],
    )
    async def test_refuses(
        self, administrator: httpx.AsyncClient, over: dict[str, str | None], status: int, code: str
    ) -> None:
        body = a_grant(**over)
        answer = await administrator.post("/v1/grants", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await administrator.get(f"/v1/grants/{body['id']}")).status_code == 404

    async def test_an_administrator_of_a_part_cannot_give_the_whole(self, sign_in: SignIn) -> None:
        of_phu_yen = await sign_in(Role.ADMINISTRATOR)
        assert (await of_phu_yen.post("/v1/grants", json=a_grant(unit_code="66"))).status_code == 403
        assert (await of_phu_yen.post("/v1/grants", json=a_grant(unit_code="54"))).status_code == 201

    async def test_for_an_organisation_within_reach(
        self, administrator: httpx.AsyncClient, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        organisation = dict(ORGANISATIONS.examples["health_station"])
        assert (await manager.post("/v1/organisations", json=organisation)).status_code == 201
        body = a_grant(role="facility_officer", unit_code=None, organisation_id=organisation["id"])

        elsewhere = await sign_in(Role.ADMINISTRATOR, unit=(HA_NOI, date(2026, 11, 21)))
        assert (await elsewhere.post("/v1/grants", json=body)).json()["code"] == "unit_not_granted"

        given = await administrator.post("/v1/grants", json=body)
        assert given.status_code == 201
        assert (given.json()["unit_code"], given.json()["continued"]) == (None, False)
        assert (await elsewhere.get(f"/v1/grants/{body['id']}")).status_code == 404
        assert (await administrator.get(f"/v1/grants/{body['id']}")).status_code == 200

    @pytest.mark.parametrize("role", [Role.PROVINCE_MANAGER, Role.AUDITOR, Role.PROVINCE_SYSTEM])
    async def test_is_for_administrators_only(self, sign_in: SignIn, role: Role) -> None:
        client = await sign_in(role)
        assert (await client.post("/v1/grants", json=a_grant())).json()["code"] == "insufficient_scope"
        assert (await client.get("/v1/grants")).status_code == 403

    async def test_needs_a_token(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.post("/v1/grants", json=a_grant())).status_code == 401


class TestShow:
    async def test_pages_through_the_grants_of_a_subject(self, administrator: httpx.AsyncClient) -> None:
        subject = f"officer-{uuid4()}"
        bodies = [a_grant(subject=subject) for _ in range(3)]
        for body in bodies:
            await administrator.post("/v1/grants", json=body)

        first = (await administrator.get("/v1/grants", params={"subject": subject, "limit": 2})).json()
        second = (await administrator.get(first["next"])).json()
        assert [row["id"] for row in first["items"] + second["items"]] == sorted(body["id"] for body in bodies)
        assert second["next"] is None

    async def test_shows_nothing_beyond_the_reach(self, administrator: httpx.AsyncClient, sign_in: SignIn) -> None:
        body = a_grant(subject=f"officer-{uuid4()}")
        await administrator.post("/v1/grants", json=body)
        elsewhere = await sign_in(Role.ADMINISTRATOR, unit=(HA_NOI, date(2026, 11, 21)))

        listed = await elsewhere.get("/v1/grants", params={"subject": body["subject"]})
        assert listed.json()["items"] == []
        assert (await elsewhere.get(f"/v1/grants/{body['id']}")).status_code == 404
        assert (await elsewhere.post(f"/v1/grants/{body['id']}/revoke")).status_code == 404

        seen = await administrator.get(f"/v1/grants/{body['id']}")
        assert (seen.status_code, seen.json()["revoked_at"]) == (200, None)


class TestRevoke:
    async def test_a_second_time_changes_nothing(self, administrator: httpx.AsyncClient, app: FastAPI) -> None:
        body = a_grant()
        await administrator.post("/v1/grants", json=body)
        first = await administrator.post(f"/v1/grants/{body['id']}/revoke")
        second = await administrator.post(f"/v1/grants/{body['id']}/revoke")
        assert first.json() == second.json()
        assert first.json()["revoked_by"] == f"{ISSUER}|administrator-of-66"
        assert await audited(app, body["id"]) == ["give_grant", "revoke_grant", "revoke_grant"]

    async def test_of_a_grant_that_is_not(self, administrator: httpx.AsyncClient) -> None:
        assert (await administrator.post(f"/v1/grants/{uuid4()}/revoke")).status_code == 404
