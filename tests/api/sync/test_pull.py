"""The rules of a pull: what it leaves behind, when a replica begins anew, and how long it may wait."""

from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from registry.api.kinds.cases import TESTS
from registry.api.schemas.cases import TestOut
from registry.api.sync.pull.view import View
from registry.db import context
from registry.db.engine import transaction
from registry.domain.access import Role, UnitScope
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.rewriting import rewritten
from tests.conftest import TODAY, SignIn
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import (
    body_of,
    posted_file,
    posted_person,
    refused,
)
from tests.factories.trails import audited


class TestTrail:
    async def test_a_page_is_one_row_with_everybody_on_it(
        self, app: FastAPI, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        await posted_file(manager, person_id)

        answer = await officer.get(CHANGES)

        (row,) = await audited(app, answer)
        people = {UUID(item["person_id"]) for item in body_of(answer)["items"] if item["person_id"]}
        assert UUID(person_id) in people
        assert row["person_ids"] == sorted(people)
        assert row["operation"] == "pull_changes"
        assert {"file", "person", "residence"} <= set(row["field_groups"])

    async def test_an_answer_that_shows_nobody_leaves_no_row(self, app: FastAPI, officer: httpx.AsyncClient) -> None:
        device = Device(officer)
        await device.pull()

        answer = await officer.get(CHANGES, params={"cursor": device.cursor or ""})

        assert body_of(answer)["items"] == []
        assert await audited(app, answer) == []


class TestTransactionsUnderWay:
    async def test_nothing_is_told_past_a_transaction_that_may_still_write(
        self, app: FastAPI, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        """Its rows would come to stand before what was told, where nobody looks any more."""
        device = Device(officer)
        await device.pull()
        async with transaction(app.state.sessions) as slow:
            await (await slow.connection()).exec_driver_sql("SELECT pg_current_xact_id()")
            person_id = await posted_person(manager, unit_code=HERE)

            told_meanwhile = await device.pull()
        told_afterwards = await device.pull()

        assert told_meanwhile == []
        assert person_id in {item["id"] for item in told_afterwards}

    async def test_a_look_takes_no_number_and_writes_nothing(self, app: FastAPI) -> None:
        async def looked_at(statement: str) -> tuple[object, ...]:
            async with context.look(app.state.sessions, UnitScope((1,)), today=TODAY) as session:
                return tuple((await (await session.connection()).exec_driver_sql(statement)).one())

        held = await looked_at("SELECT pg_current_xact_id_if_assigned(), current_setting('transaction_isolation')")

        assert held == (None, "repeatable read")
        with pytest.raises(DBAPIError, match="read-only"):
            await looked_at("INSERT INTO service_state VALUES ('x', '{}')")


class TestResync:
    async def test_another_scope_begins_anew(self, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        subject = f"officer-{uuid4()}"
        device = Device(await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY), subject=subject))
        await device.pull()
        await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY), subject=subject)

        await device.resync("scope_changed")

        assert ("person", person_id, person_id) in device.held

    async def test_another_history_begins_anew(self, app: FastAPI, officer: httpx.AsyncClient) -> None:
        device = Device(officer)
        await device.pull()
        async with transaction(app.state.sessions) as session:
            statement = (
                "UPDATE service_state SET value = jsonb_build_object('id', gen_random_uuid()) WHERE key = 'feed_epoch'"
            )
            await (await session.connection()).exec_driver_sql(statement)

        await device.resync("restored")

    async def test_records_in_another_form_begin_anew(self, app: FastAPI, sign_in: SignIn) -> None:
        subject = f"officer-{uuid4()}"
        device = Device(await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY), subject=subject))
        await device.pull()

        device.cursor = rewritten(app, subject, device.cursor, format="of a release before")

        await device.resync("format_changed")

    def test_a_field_more_is_another_form(self) -> None:
        class LongerTest(TestOut):
            witnessed: bool

        scope = UnitScope((1,))
        now, then = (View(scope, (kind,)) for kind in (TESTS, replace(TESTS, out=LongerTest)))

        assert now.format == View(scope, (TESTS,)).format != then.format
        assert now.digest == then.digest

    async def test_a_cursor_of_somebody_else_is_refused(
        self, officer: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        device = Device(officer)
        await device.page()

        refused(await neighbour.get(CHANGES, params={"cursor": device.cursor or ""}), 400, "cursor_invalid")
