"""Software that calls without an officer, and software that calls for one (RFC 8693)."""

from uuid import uuid4

import httpx
from fastapi import FastAPI
from joserfc.jwk import ECKey

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.posted import posted_person, refused
from tests.factories.tokens import bearer, signed
from tests.factories.trails import audited

SOMEWHERE = f"/v1/persons/{uuid4()}"


class TestServers:
    async def test_a_server_without_an_officer_has_no_officer_s_rights(self, sign_in: SignIn) -> None:
        client = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject="a-server", client_id="a-server")

        refused(await client.get(SOMEWHERE), 403, "officer_required")

    async def test_a_province_s_own_system_is_let_in(self, sign_in: SignIn) -> None:
        client = await sign_in(Role.PROVINCE_SYSTEM, subject="a-system", client_id="a-system")

        refused(await client.get(SOMEWHERE), 404, "not_found")

    async def test_an_officer_s_grant_adds_nothing_to_a_system_s(self, sign_in: SignIn) -> None:
        await sign_in(Role.COMMUNE_OFFICER, subject="two-grants", client_id="two-grants")
        client = await sign_in(Role.PROVINCE_SYSTEM, subject="two-grants", client_id="two-grants")

        refused(await client.get(SOMEWHERE), 404, "not_found")
        refused(await client.post("/v1/persons/search", json={"unit_code": "01"}), 403, "unit_not_granted")
        refused(await client.post(f"{SOMEWHERE}/void", json={"reason": "None."}), 403, "officer_required")

    async def test_an_exchanged_token_acts_for_the_officer(
        self, app: FastAPI, key: ECKey, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        address, reason = f"/v1/persons/{await posted_person(manager)}/void", {"reason": "Entered twice."}
        answers = []
        for officer in ("officer-with-an-app", "colleague-with-the-same-app"):
            await sign_in(Role.PROVINCE_MANAGER, subject=officer)
            token = signed(key, sub=officer, client_id="app", act={"sub": "vendor"})
            async with bearer(app, token) as client:
                answers += [await client.post(address, json=reason) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200, 409, 409]
        (row,) = await audited(app, answers[0])
        assert (row["subject"], row["on_behalf_of"], row["client_id"]) == ("vendor", "officer-with-an-app", "app")

    async def test_a_vendor_without_an_officer_is_refused(self, app: FastAPI, key: ECKey, sign_in: SignIn) -> None:
        await sign_in(Role.COMMUNE_OFFICER, subject="vendor-server")
        token = signed(key, sub="vendor-server", client_id="vendor-server", act={"sub": "vendor"})

        async with bearer(app, token) as client:
            refused(await client.get(SOMEWHERE), 403, "officer_required")

    async def test_nor_gains_an_officer_by_exchanging_a_server_s_token(
        self, app: FastAPI, key: ECKey, sign_in: SignIn
    ) -> None:
        await sign_in(Role.PROVINCE_SYSTEM, subject="a-province", client_id="a-province")
        token = signed(key, sub="a-province", client_id="a-province", act={"sub": "vendor"})

        async with bearer(app, token) as client:
            refused(await client.get(SOMEWHERE), 403, "officer_required")
