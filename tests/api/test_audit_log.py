"""Reading the audit log: what auditors see of it, what witnesses take away, and what a person is told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import JsonValue

from registry.api.kinds.medical import MEDICAL_RESULTS
from registry.db import context
from registry.db.engine import transaction
from registry.demo.issuer import ISSUER
from registry.domain.access import Role
from registry.signed_note import Signer
from registry.usecases import sealing
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import a_fresh
from tests.factories.posted import body_of, created, pages, posted_episode, posted_organisation, posted_person, refused
from tests.factories.trails import audited

SIGNER = Signer("registry.example/audit", Ed25519PrivateKey.generate())
HERE, THERE = ("66", TODAY), ("01", TODAY)


@pytest.fixture(scope="module")
async def auditor(sign_in: SignIn) -> httpx.AsyncClient:
    """An auditor of Đắk Lắk."""
    return await sign_in(Role.AUDITOR, unit=HERE, subject="an auditor")


@pytest.fixture(scope="module")
async def elsewhere(sign_in: SignIn) -> httpx.AsyncClient:
    """An auditor of Hà Nội."""
    return await sign_in(Role.AUDITOR, unit=THERE)


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject="an officer", client_id="an-app")


async def seen(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    return await pages(client, str(httpx.URL("/v1/audit", params=asked)))


async def sealed(app: FastAPI) -> int:
    """Seal what waits, however long a neighbour's transaction takes; the size of the log."""
    for _ in range(200):
        async with transaction(app.state.sessions) as session:
            await context.act_as_worker(session)
            if await sealing.seal(session, SIGNER, at=NOW):
                break
        await asyncio.sleep(0.05)
    async with transaction(app.state.sessions) as session:
        return (await sealing.inspect(session, [SIGNER.verifier], [])).size


class TestAuditors:
    async def test_a_row_is_shown_whole_and_holds_no_value(
        self, auditor: httpx.AsyncClient, officer: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(officer, full_name="Lê Thị Cánary")
        answer = await officer.get(f"/v1/persons/{person_id}")

        listed = await auditor.get("/v1/audit", params={"person_id": person_id, "operation": "get_person"})

        (row,) = body_of(listed)["items"]
        grant = row.pop("grant_ids")
        assert row == {
            "request_id": answer.headers["x-request-id"], "at": "2026-11-21T03:00:00Z", "issuer": ISSUER,
            "officer": "an officer", "software": None, "client_id": "an-app", "purpose": "case_management",
            "operation": "get_person", "decision": "allowed", "person_ids": [person_id], "entity": "person",
            "record_id": person_id, "field_groups": ["person"], "unit_codes": ["22015"], "leaf_index": None,
        }  # fmt: skip
        assert len(grant) == 1
        assert "nary" not in listed.text
        assert listed.headers["cache-control"] == "no-store"

    async def test_whoever_reads_the_log_is_in_it(self, app: FastAPI, auditor: httpx.AsyncClient) -> None:
        person_id = str(uuid4())

        answer = await auditor.get("/v1/audit", params={"person_id": person_id})

        (row,) = await audited(app, answer)
        assert (row["subject"], row["operation"], row["entity"]) == ("an auditor", "list_audit_events", "audit_event")
        assert (row["person_ids"], row["field_groups"], row["decision"]) == ([UUID(person_id)], [], "allowed")

    async def test_each_sees_what_concerns_the_people_of_their_province_whoever_looked(
        self, auditor: httpx.AsyncClient, elsewhere: httpx.AsyncClient, officer: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person_id = await posted_person(officer)
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=THERE, subject="a stranger")
        refused(await stranger.get(f"/v1/persons/{person_id}"), 404, "not_found")

        (row,) = await seen(auditor, person_id=person_id, decision="denied")
        assert (row["officer"], row["unit_codes"]) == ("a stranger", ["22015"])
        assert await seen(elsewhere, person_id=person_id, decision="denied") == []

    async def test_what_names_nobody_is_seen_where_its_author_acts(
        self, auditor: httpx.AsyncClient, elsewhere: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        manager = await sign_in(Role.PROVINCE_MANAGER, unit=HERE, subject=(subject := str(uuid4())))
        await manager.get("/v1/reports/annual", params={"unit": "66", "year": 2025, "on": "2026-11-21"})

        assert [row["operation"] for row in await seen(auditor, officer=subject)] == ["get_annual_report"]
        assert await seen(elsewhere, officer=subject) == []

    async def test_filters_and_pages(self, auditor: httpx.AsyncClient, officer: httpx.AsyncClient) -> None:
        person_id = await posted_person(officer)
        for _ in range(3):
            await officer.get(f"/v1/persons/{person_id}")

        async def count(**asked: str) -> int:
            return len(await seen(auditor, person_id=person_id, limit="2", **asked))

        own = len([row for row in await seen(auditor, person_id=person_id) if row["officer"] == "an officer"])
        assert own == 5  # the person, the first residence, three readings
        assert await count(operation="get_person") == 3
        assert await count(operation="get_person", officer="an officer", client_id="an-app", decision="allowed") == 3
        assert await count(operation="get_person", since="2026-11-21T03:00:00Z") == 3
        for asked in (
            {"officer": "another"}, {"client_id": "another"}, {"decision": "denied"}, {"operation": "void_person"},
            {"until": "2026-11-21T03:00:00Z"}, {"since": "2026-11-21T10:00:01+07:00"},
        ):  # fmt: skip
            assert await count(**{"operation": "get_person", **asked}) == 0, asked

    async def test_the_newest_is_first_and_sealed_rows_say_where_they_are(
        self, app: FastAPI, auditor: httpx.AsyncClient, officer: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(officer)
        size = await sealed(app)
        await officer.get(f"/v1/persons/{person_id}")

        rows = [row for row in await seen(auditor, person_id=person_id) if row["officer"] == "an officer"]

        assert [row["operation"] for row in rows] == ["get_person", "create_person", "create_person"]
        assert rows[0]["leaf_index"] is None
        assert {row["leaf_index"] for row in rows[1:]} <= set(range(size))

    @pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/checkpoints"])
    async def test_nobody_else_reads_it(self, manager: httpx.AsyncClient, path: str) -> None:
        refused(await manager.get(path), 403, "insufficient_scope")

    @pytest.mark.parametrize("asked", [{"person_id": "x"}, {"since": "2026-11-21"}, {"decision": "x"}])
    async def test_filters_that_are_none(self, auditor: httpx.AsyncClient, asked: dict[str, str]) -> None:
        refused(await auditor.get("/v1/audit", params=asked), 422, "validation_failed")

    async def test_a_cursor_of_other_filters(self, auditor: httpx.AsyncClient, officer: httpx.AsyncClient) -> None:
        person_id = await posted_person(officer)
        first = body_of(await auditor.get("/v1/audit", params={"person_id": person_id, "limit": 1}))

        refused(await auditor.get(first["next"].replace("person_id", "client_id")), 400, "cursor_invalid")


async def test_a_witness_takes_checkpoints_away(
    app: FastAPI, auditor: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    await posted_person(officer)
    await sealed(app)
    await posted_person(officer)
    size = await sealed(app)

    answer = await auditor.get("/v1/audit/checkpoints", params={"limit": 1})
    listed = await pages(auditor, "/v1/audit/checkpoints?limit=1")

    newest = body_of(answer)["items"][0]
    assert SIGNER.verifier.open(str(newest["note"])).splitlines()[:2] == ["registry.example/audit", str(size)]
    assert (newest["size"], newest["sealed_at"]) == (size, "2026-11-21T03:00:00Z")
    assert [point["size"] for point in listed] == sorted((point["size"] for point in listed), reverse=True)
    assert [(row["operation"], row["entity"]) for row in await audited(app, answer)] == [
        ("list_audit_checkpoints", "audit_checkpoint")
    ]


class TestPersonWhoAsks:
    async def told(self, client: httpx.AsyncClient, person_id: str, **headers: str) -> list[dict[str, Any]]:
        answer = await client.get(f"/v1/persons/{person_id}/access-log", headers=headers)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, JsonValue]] = body_of(answer)["items"]
        return items

    async def test_everybody_who_looked_in_plain_words(
        self, manager: httpx.AsyncClient, officer: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person_id = await posted_person(officer)
        provider = await posted_organisation(manager, kind="methadone_clinic")
        await posted_episode(manager, person_id, modality="methadone", provider_id=provider)
        clinic = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(provider), subject="a nurse")
        assert (await clinic.get(f"/v1/persons/{person_id}")).status_code == 200

        newest = (await self.told(officer, person_id))[0]
        eldest = (await self.told(officer, person_id))[-1]

        assert newest == {
            "at": "2026-11-21T03:00:00Z", "person_ids": [person_id], "officer": "a nurse",
            "roles": ["facility_officer"], "unit_codes": [],
            "organisation_ids": [provider], "client_id": "test-app", "purpose": "treatment", "decision": "allowed",
            "action": "read", "field_groups": ["person"], "summary": "Read: Name and personal details",
        }  # fmt: skip
        assert (eldest["officer"], eldest["roles"], eldest["unit_codes"]) == (
            "an officer",
            ["commune_officer"],
            ["22015"],
        )
        assert eldest["action"] == "recorded"

    async def test_in_the_language_of_the_person(self, officer: httpx.AsyncClient) -> None:
        person_id = await posted_person(officer)

        (newest, *_) = await self.told(officer, person_id, **{"Accept-Language": "vi"})

        assert newest["summary"] == "Đã ghi mới: Nơi cư trú"

    async def test_who_was_refused_too_from_wherever_they_are(
        self, officer: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person_id = await posted_person(officer)
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=THERE, subject="a stranger")
        await stranger.get(f"/v1/persons/{person_id}/files")

        (newest, *_) = await self.told(officer, person_id)

        assert (newest["officer"], newest["decision"], newest["field_groups"]) == ("a stranger", "denied", ["file"])

    async def test_the_answer_is_seen_by_the_next_who_asks(self, app: FastAPI, officer: httpx.AsyncClient) -> None:
        person_id = await posted_person(officer)
        answer = await officer.get(f"/v1/persons/{person_id}/access-log")

        (newest, *_) = await self.told(officer, person_id)

        (row,) = await audited(app, answer)
        assert (row["operation"], row["person_ids"]) == ("list_accesses_of_person", [UUID(person_id)])
        assert (row["purpose"], row["decision"]) == ("data_subject_rights", "allowed")
        assert (newest["officer"], newest["purpose"]) == ("an officer", "data_subject_rights")

    async def test_of_nobody_else(self, officer: httpx.AsyncClient) -> None:
        one, other = [await posted_person(officer) for _ in range(2)]

        told = await self.told(officer, one)

        assert len(told) == 2
        assert other not in str(told)

    async def test_that_there_is_a_medical_result_is_not_told(
        self, sign_in: SignIn, manager: httpx.AsyncClient, officer: httpx.AsyncClient, auditor: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager)
        doctor = await sign_in(Role.HEALTH_OFFICER, unit=HERE)
        await created(doctor, f"/v1/persons/{person_id}/medical-results", a_fresh(MEDICAL_RESULTS))

        shown = await pages(officer, f"/v1/persons/{person_id}/access-log")
        assert shown != []
        assert "medical" not in str(shown)
        assert "create_medical_result" in {row["operation"] for row in await seen(auditor, person_id=person_id)}

    async def test_a_person_out_of_reach(self, officer: httpx.AsyncClient, sign_in: SignIn) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=THERE)
        person_id = await posted_person(officer)

        refused(await stranger.get(f"/v1/persons/{person_id}/access-log"), 404, "not_found")
        refused(await officer.get(f"/v1/persons/{uuid4()}/access-log"), 404, "not_found")

    async def test_not_by_an_auditor(self, auditor: httpx.AsyncClient) -> None:
        refused(await auditor.get(f"/v1/persons/{uuid4()}/access-log"), 403, "insufficient_scope")
