"""The software that calls: whether it is registered, for which tokens, where it may act, and since when."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from registry.domain.access import Role
from registry.domain.client import ClientKind
from registry.usecases import clients as usecase
from tests.conftest import NOW, OLD_PHU_YEN, TODAY, SignIn
from tests.factories.clients import a_client, host
from tests.factories.posted import body_of, posted_episode, posted_organisation, posted_person, refused
from tests.factories.tokens import ANYWHERE, NOW_SECONDS, bearer, signed
from tests.factories.trails import audited

ABSENT = f"/v1/persons/{uuid4()}"


@asynccontextmanager
async def through(app: FastAPI, key: ECKey, client_id: str, **over: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401 - claims
    async with bearer(app, signed(key, client_id=client_id, **over)) as client:
        yield client


class TestRegistered:
    async def test_a_client_that_nobody_registered_is_refused_and_the_caller_named(
        self, strict: FastAPI, key: ECKey
    ) -> None:
        async with through(strict, key, "unheard-of", sub="someone") as client:
            answer = await client.get(ANYWHERE)

        refused(answer, 403, "client_not_registered")
        assert "www-authenticate" not in answer.headers
        (row,) = await audited(strict, answer)
        assert (row["subject"], row["client_id"], row["decision"]) == ("someone", "unheard-of", "denied")

    async def test_a_registered_one_is_let_in(self, strict: FastAPI, key: ECKey) -> None:
        await a_client(strict, "an-app")
        async with through(strict, key, "an-app") as client:
            assert (await client.get(ANYWHERE)).status_code == 200

    async def test_of_the_same_name_at_another_issuer(self, strict: FastAPI, key: ECKey) -> None:
        await a_client(strict, "namesake", issuer="https://another.example")
        async with through(strict, key, "namesake") as client:
            refused(await client.get(ANYWHERE), 403, "client_not_registered")

    async def test_one_that_is_revoked_is_refused_at_once_and_may_be_registered_anew(
        self, strict: FastAPI, key: ECKey
    ) -> None:
        row = await a_client(strict, "on-and-off")
        async with through(strict, key, "on-and-off") as client:
            assert (await client.get(ANYWHERE)).status_code == 200
            async with host(strict) as office:
                await usecase.revoke(office, row.id)
            refused(await client.get(ANYWHERE), 403, "client_not_registered")
            await a_client(strict, "on-and-off")
            assert (await client.get(ANYWHERE)).status_code == 200

    async def test_where_any_client_may_call_a_registration_still_counts(self, app: FastAPI, key: ECKey) -> None:
        async with through(app, key, "nobody-in-particular") as client:
            assert (await client.get(ANYWHERE)).status_code == 200
        await a_client(app, "only-itself", ClientKind.SERVER)
        async with through(app, key, "only-itself") as client:
            refused(await client.get(ANYWHERE), 403, "client_not_registered")

    @pytest.mark.parametrize("claim", ["client_id", "act"])
    async def test_where_any_client_may_call_one_that_is_revoked_may_not(
        self, app: FastAPI, key: ECKey, claim: str
    ) -> None:
        """Or the end of a registration would take away what it forbade: bounds, pinned key, kind of token."""
        name = str(uuid4())
        row = await a_client(app, name, ClientKind.APP if claim == "client_id" else ClientKind.VENDOR)
        over: dict[str, Any] = {"client_id": name} if claim == "client_id" else {"act": {"sub": name}}
        async with bearer(app, signed(key, **over)) as client:
            assert (await client.get(ANYWHERE)).status_code == 200
            async with host(app) as office:
                await usecase.revoke(office, row.id)
            refused(await client.get(ANYWHERE), 403, "client_not_registered")


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "over", "code"),
        [
            (ClientKind.APP, {}, None),
            (ClientKind.APP, {"sub": "it"}, "officer_required"),
            (ClientKind.SERVER, {"sub": "it"}, None),
            (ClientKind.SERVER, {}, "client_not_registered"),
            (ClientKind.VENDOR, {"act": {"sub": "it"}}, None),
            (ClientKind.VENDOR, {}, "officer_required"),
            (ClientKind.VENDOR, {"sub": "it"}, "officer_required"),
            (ClientKind.VENDOR, {"sub": "it", "act": {"sub": "it"}}, "officer_required"),
            (ClientKind.APP, {"act": {"sub": "it"}}, "client_not_registered"),
            (ClientKind.VENDOR, {"act": {"sub": "another"}}, "client_not_registered"),
        ],
        ids=str,
    )
    async def test_a_client_brings_tokens_of_its_kind(
        self, strict: FastAPI, key: ECKey, kind: ClientKind, over: dict[str, Any], code: str | None
    ) -> None:
        name = str(uuid4())
        await a_client(strict, name, kind)
        own = {claim: {"sub": name} if value == {"sub": "it"} else value for claim, value in over.items()}
        own |= {"sub": name} if over.get("sub") == "it" else {}
        async with through(strict, key, name, **own) as client:
            answer = await client.get(ANYWHERE)

        if code is None:
            assert answer.status_code == 200, answer.text
        else:
            refused(answer, 403, code)


class TestBounds:
    async def test_a_client_s_unit_narrows_what_a_grant_reaches(
        self, app: FastAPI, key: ECKey, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        await a_client(app, "app-of-a-commune", unit=("22015", TODAY))
        inside, outside = [await posted_person(manager, unit_code=code) for code in ("22015", "22240")]
        await sign_in(Role.PROVINCE_MANAGER, subject="officer-of-all")
        async with through(app, key, "app-of-a-commune", sub="officer-of-all") as client:
            assert (await client.get(f"/v1/persons/{inside}")).status_code == 200
            refused(await client.get(f"/v1/persons/{outside}"), 404, "not_found")
            listed = body_of(await client.get("/v1/persons"))["items"]
            assert [item["id"] for item in listed] == [inside]
            search = await client.post("/v1/persons/search", json={"unit_code": "22240"})
            refused(search, 403, "unit_not_granted")
            refused(await client.get("/v1/reports/annual?unit=54&year=2020"), 403, "unit_not_granted")

    async def test_and_widens_none(self, app: FastAPI, key: ECKey, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        await a_client(app, "app-of-the-province", unit=OLD_PHU_YEN)
        await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY), subject="officer-of-one")
        outside = await posted_person(manager, unit_code="22015")
        async with through(app, key, "app-of-the-province", sub="officer-of-one") as client:
            refused(await client.get(f"/v1/persons/{outside}"), 404, "not_found")

    async def test_a_grant_that_lies_elsewhere_is_none(self, app: FastAPI, key: ECKey, sign_in: SignIn) -> None:
        """Or it would still do for what is not narrowed by units: an emergency access to anybody."""
        await a_client(app, "app-of-another-province", unit=("01", TODAY))
        await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY), subject="officer-from-elsewhere")
        asked = {"id": str(uuid4()), "person_id": str(uuid4()), "reason_code": "other", "reason_text": "A test."}
        over = {"sub": "officer-from-elsewhere", "auth_time": NOW_SECONDS}
        async with through(app, key, "app-of-another-province", **over) as client:
            refused(await client.post("/v1/emergency-accesses", json=asked), 403, "insufficient_scope")
            refused(await client.get("/v1/persons"), 403, "insufficient_scope")
            assert body_of(await client.get("/v1/me"))["grants"] == []
        async with through(app, key, "any-other-app", **over) as client:
            assert body_of(await client.post("/v1/emergency-accesses", json=asked))["state"] == "no_match"

    async def test_the_vendor_s_unit_counts_as_well_as_the_client_s(
        self, app: FastAPI, key: ECKey, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        await a_client(app, "vendor-of-a-commune", ClientKind.VENDOR, unit=("22240", TODAY))
        person = await posted_person(manager, unit_code="22015")
        await sign_in(Role.PROVINCE_MANAGER, subject="officer-with-a-vendor")
        exchanged = {"sub": "officer-with-a-vendor", "act": {"sub": "vendor-of-a-commune"}}
        async with through(app, key, "vendor-of-a-commune", **exchanged) as client:
            refused(await client.get(f"/v1/persons/{person}"), 404, "not_found")
        async with through(app, key, "some-gateway", **exchanged) as client:
            refused(await client.get(f"/v1/persons/{person}"), 404, "not_found")

    @pytest.mark.parametrize(("unit", "status"), [(OLD_PHU_YEN, 200), (("01", date(2026, 1, 1)), 403)], ids=str)
    async def test_organisations_count_by_where_they_are(
        self,
        app: FastAPI,
        key: ECKey,
        manager: httpx.AsyncClient,
        sign_in: SignIn,
        unit: tuple[str, date],
        status: int,
    ) -> None:
        clinic = await posted_organisation(manager, kind="methadone_clinic", unit_code="22015")
        patient = await posted_person(manager, unit_code="22015")
        await posted_episode(manager, patient, modality="methadone", provider_id=clinic)
        name = str(uuid4())
        await a_client(app, name, unit=unit)
        await sign_in(Role.FACILITY_OFFICER, organisation=clinic, subject=f"officer of {name}")
        async with through(app, key, name, sub=f"officer of {name}") as client:
            assert (await client.get(f"/v1/persons/{patient}")).status_code == status


class TestRotation:
    async def test_tokens_that_the_former_keys_obtained_are_refused(self, strict: FastAPI, key: ECKey) -> None:
        row = await a_client(strict, "rotating")
        async with through(strict, key, "rotating", iat=NOW_SECONDS - 30) as client:
            assert (await client.get(ANYWHERE)).status_code == 200
            async with host(strict, at=NOW - timedelta(seconds=10)) as office:
                await usecase.rotate(office, row.id, key_thumbprint=None)
            refused(await client.get(ANYWHERE), 401, "token_invalid")
        async with through(strict, key, "rotating", iat=NOW_SECONDS - 10) as client:
            assert (await client.get(ANYWHERE)).status_code == 200

    async def test_a_vendor_s_rotation_counts_for_the_tokens_that_it_exchanged(
        self, strict: FastAPI, key: ECKey
    ) -> None:
        await a_client(strict, "gateway")
        row = await a_client(strict, "rotating-vendor", ClientKind.VENDOR)
        async with host(strict) as office:
            await usecase.rotate(office, row.id, key_thumbprint=None)
        act = {"sub": "rotating-vendor"}
        async with through(strict, key, "gateway", act=act, iat=NOW_SECONDS - 1) as client:
            refused(await client.get(ANYWHERE), 401, "token_invalid")
        async with through(strict, key, "gateway", act=act) as client:
            assert (await client.get(ANYWHERE)).status_code == 200

    async def test_a_token_without_the_pinned_key_is_refused(self, strict: FastAPI, key: ECKey) -> None:
        await a_client(strict, "pinned", key_thumbprint="k" * 43)
        async with through(strict, key, "pinned") as client:
            refused(await client.get(ANYWHERE), 401, "token_invalid")

    async def test_a_vendor_s_pinned_key_counts_for_the_tokens_that_it_exchanged(
        self, strict: FastAPI, key: ECKey
    ) -> None:
        await a_client(strict, "open-gateway")
        await a_client(strict, "pinned-vendor", ClientKind.VENDOR, key_thumbprint="k" * 43)
        async with through(strict, key, "open-gateway", act={"sub": "pinned-vendor"}) as client:
            refused(await client.get(ANYWHERE), 401, "token_invalid")
