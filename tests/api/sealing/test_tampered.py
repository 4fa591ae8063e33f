"""Sealed columns that were tampered with: closed wherever they do not belong."""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from tests.api.sealing.conftest import CLEAR, NUMBER
from tests.factories.bodies import Body, a_document
from tests.factories.posted import corrected, created, posted_person, refused
from tests.factories.stored import rows


class TestClosed:
    """What was tampered with behind the service's back: no answer, a log line, and the next request is served."""

    @pytest.fixture
    async def other(self, manager: httpx.AsyncClient) -> str:
        """The address of somebody else's document."""
        path = f"/v1/persons/{await posted_person(manager)}/identity-documents"
        return f"{path}/{(await created(manager, path, a_document(number=NUMBER)))['id']}"

    async def is_refused(
        self, manager: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, address: str, event: str
    ) -> None:
        caplog.clear()
        answer = await manager.get(address)

        refused(answer, 500, "sealed_value_unreadable")
        assert not any(clear in answer.text for clear in CLEAR)
        assert [record.message for record in caplog.records if record.name == "registry.db.sealing"] == [event]
        assert not any(clear in caplog.text for clear in CLEAR)

    async def test_another_person_s_value(
        self,
        app: FastAPI,
        manager: httpx.AsyncClient,
        document: str,
        other: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        swap = """
            UPDATE identity_document SET number = there.number FROM identity_document AS there
            WHERE identity_document.id = :here AND there.id = :there
        """
        await rows(app, swap, here=id_of(document), there=id_of(other))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")
        assert (await manager.get(other)).status_code == 200

    async def test_a_value_of_another_row_of_the_same_person(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = document.rpartition("/")[0]
        sibling = await created(manager, path, a_document(number=NUMBER))
        swap = "UPDATE identity_document SET number = (SELECT number FROM identity_document WHERE id = :there)"
        await rows(app, f"{swap} WHERE id = :here", here=id_of(document), there=UUID(sibling["id"]))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_a_value_of_another_column(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "UPDATE identity_document SET void_reason = number WHERE id = :here", here=id_of(document))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_a_bit(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        flip = "UPDATE identity_document SET number = set_bit(number, 120, 1 - get_bit(number, 120)) WHERE id = :here"
        await rows(app, flip, here=id_of(document))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_another_person_s_key(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, person: Body, caplog: pytest.LogCaptureFixture
    ) -> None:
        swap = """
            UPDATE person_key SET wrapped_key = there.wrapped_key, id = there.id FROM person_key AS there
            WHERE person_key.person_id = :here AND there.person_id = :there
        """
        await rows(app, swap, here=owner_of(other), there=UUID(person["id"]))

        await self.is_refused(manager, caplog, other, "person_key.unreadable")

    async def test_a_master_key_that_is_gone(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "UPDATE person_key SET master_key = 9 WHERE person_id = :here", here=owner_of(other))

        await self.is_refused(manager, caplog, other, "person_key.unreadable")

    async def test_a_person_without_a_key(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "DELETE FROM person_key WHERE person_id = :here", here=owner_of(other))

        await self.is_refused(manager, caplog, other, "person_key.missing")

    async def test_a_former_state_of_another_record(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for address in (document, other):
            await corrected(manager, address, {"number": "054092999080"})
        swap = "UPDATE record_history SET state = (SELECT state FROM record_history WHERE id = :there) WHERE id = :here"
        await rows(app, swap, here=id_of(document), there=id_of(other))

        await self.is_refused(manager, caplog, f"{document}/versions", "sealed_value.unreadable")


def id_of(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def owner_of(address: str) -> UUID:
    return UUID(address.split("/")[3])
