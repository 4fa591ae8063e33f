"""The audit log: who was refused leaves a row, and waits for no connection."""

from uuid import uuid4

import httpx
from fastapi import FastAPI

from registry.api.app import create_app
from registry.demo.issuer import DemoIssuer
from registry.domain.access import Role
from registry.settings import Settings
from tests.api.audit.conftest import MANAGER
from tests.conftest import NOW, SignIn
from tests.factories.bodies import a_file
from tests.factories.posted import posted_person, refused
from tests.factories.trails import audited


class TestDenials:
    async def test_what_is_not_found_was_asked_for(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        absent = uuid4()

        answer = await watched.get(f"/v1/persons/{absent}")

        (row,) = await audited(app, answer)
        assert (row["subject"], row["operation"], row["decision"]) == (MANAGER, "get_person", "denied")
        assert (row["purpose"], row["person_ids"], row["field_groups"]) == ("supervision", [absent], ["person"])

    async def test_what_may_not_be_done_was_tried(self, app: FastAPI, sign_in: SignIn) -> None:
        auditor = await sign_in(Role.AUDITOR, subject="an auditor")

        answer = await auditor.get(f"/v1/persons/{uuid4()}")

        (row,) = await audited(app, answer)
        assert (row["subject"], row["operation"], row["decision"]) == ("an auditor", "get_person", "denied")
        assert row["purpose"] is None

    async def test_a_unit_out_of_reach_was_named(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        answer = await watched.get("/v1/episodes?unit=01")

        refused(answer, 403, "unit_not_granted")
        assert [(row["operation"], row["decision"]) for row in await audited(app, answer)] == [
            ("list_episodes", "denied")
        ]

    async def test_a_rule_that_refuses_leaves_nothing(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)

        answer = await watched.post(f"/v1/persons/{person_id}/files", json=a_file(opened_on="2030-01-01"))

        refused(answer, 409, "date_in_future")
        assert await audited(app, answer) == []

    async def test_a_token_that_is_not_accepted_leaves_nothing(
        self, app: FastAPI, anonymous: httpx.AsyncClient
    ) -> None:
        answer = await anonymous.get(f"/v1/persons/{uuid4()}")

        assert await audited(app, answer) == []


async def test_a_denial_is_written_after_its_transaction_has_let_go(
    settings: Settings, database_url: str, issuer: DemoIssuer, sign_in: SignIn
) -> None:
    """Or a crowd that is denied would hold every connection and wait for another."""
    await sign_in(Role.PROVINCE_MANAGER, subject="one of a crowd")
    narrow = create_app(
        settings.model_copy(update={"pool_size": 1, "pool_timeout_seconds": 1.0}),
        database_url=database_url,
        clock=lambda: NOW,
    )
    headers = {"Authorization": f"Bearer {issuer.token('one of a crowd', now=NOW)}"}
    async with (
        narrow.router.lifespan_context(narrow),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(narrow), base_url="https://registry.example", headers=headers
        ) as client,
    ):
        answer = await client.get(f"/v1/persons/{uuid4()}")
        rows = await audited(narrow, answer)

    assert (answer.status_code, [row["decision"] for row in rows]) == (404, ["denied"])
