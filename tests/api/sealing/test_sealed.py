"""Sealed columns through the API: opened in answers, ciphertext in every row, and at what price."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.exc import StatementError
from sqlalchemy.pool.base import PoolProxiedConnection

from registry.db.sealing import Opened, sealed_columns
from registry.db.tables.persons import IdentityDocumentRow, PersonRow, ResidenceRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Role
from tests.api.sealing.conftest import ADDRESS, CLEAR, NUMBER, PHONE, REASON
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_person, a_residence, an_episode, an_organisation
from tests.factories.posted import body_of, corrected, created, posted_person, refused
from tests.factories.rows import a_person_row
from tests.factories.stored import rows


@contextmanager
def statements(app: FastAPI) -> Iterator[list[str]]:
    """Write down what is asked of the database."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def note_prepared(query: asyncpg.connection.LoggedQuery) -> None:
        asked.append(query.query)

    def lend(connection: PoolProxiedConnection, *_: object) -> None:
        driver: Any = connection.driver_connection
        driver.add_query_logger(note_prepared)

    def take_back(connection: PoolProxiedConnection, *_: object) -> None:
        driver: Any = connection.driver_connection
        driver.remove_query_logger(note_prepared)

    engine = app.state.sessions.kw["bind"].sync_engine
    listening: list[tuple[object, str, Callable[..., None]]] = [
        (engine, "before_cursor_execute", note),
        (engine.pool, "checkout", lend),
        (engine.pool, "checkin", take_back),
    ]
    for told in listening:
        event.listen(*told)
    yield asked
    for told in listening:
        event.remove(*told)


def keys_asked_for(asked: list[str]) -> int:
    return sum("FROM person_key" in statement for statement in asked)


class TestStored:
    async def test_no_row_and_no_former_state_holds_a_clear_value(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body, document: str
    ) -> None:
        await corrected(manager, f"/v1/persons/{person['id']}", {"phone": "0900 333 444"})
        await corrected(manager, document, {"number": "054092999078"})
        await manager.post(f"{document}/void", json={"reason": REASON})

        of = {"person": UUID(person["id"])}
        found = [
            *await rows(app, "SELECT phone FROM person WHERE id = :person", **of),
            *await rows(app, "SELECT number, void_reason FROM identity_document WHERE person_id = :person", **of),
            *await rows(app, "SELECT address FROM residence WHERE person_id = :person", **of),
        ]
        blobs = [value for row in found for value in row if value is not None]
        assert len(blobs) >= 4
        assert {(type(value), value[:1]) for value in blobs} == {(bytes, b"\x01")}
        states = await rows(app, "SELECT state::text FROM record_history WHERE person_id = :person", **of)
        assert len(states) == 3
        assert not any(clear in state for (state,) in states for clear in (*CLEAR, "0900 333 444", "054092999078"))

    async def test_a_sealed_column_takes_nothing_clear_and_does_not_repeat_it(self, app: FastAPI) -> None:
        async with app.state.sessions() as session:
            session.add(a_person_row(phone=PHONE))
            with pytest.raises(StatementError) as refusal:
                await session.flush()

        assert "sealed values only" in str(refusal.value)
        assert PHONE not in str(refusal.value)

    def test_which_columns_are_sealed(self) -> None:
        assert sealed_columns(PersonRow) == ("phone", "void_reason")
        assert set(sealed_columns(IdentityDocumentRow)) == {"number", "void_reason"}
        assert set(sealed_columns(ResidenceRow)) == {"address", "void_reason"}
        assert sealed_columns(OrganisationRow) == ()

    async def test_every_person_has_a_key_of_their_own(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        people = [UUID(await posted_person(manager)) for _ in range(3)]
        found = await rows(app, "SELECT id, wrapped_key FROM person_key WHERE person_id = ANY (:people)", people=people)

        assert len(set(found)) == 3


class TestAnswers:
    async def test_former_states_are_opened_for_those_entitled(self, manager: httpx.AsyncClient, document: str) -> None:
        await corrected(manager, document, {"number": "054092999078"})
        await corrected(manager, document, {"number": "054092999079"})

        former = body_of(await manager.get(f"{document}/versions"))["items"]

        assert [state["state"]["number"] for state in former] == [NUMBER, "054092999078"]
        assert "number_index" not in former[0]["state"]
        assert "number_index_key" not in former[0]["state"]

    async def test_a_patch_is_compared_with_what_the_sealed_value_says(
        self, manager: httpx.AsyncClient, document: str
    ) -> None:
        same = await corrected(manager, document, {"number": NUMBER})
        other = await corrected(manager, document, {"number": "054092999080"})

        assert [body_of(answer)["version"] for answer in (same, other)] == [1, 2]

    async def test_a_reason_is_compared_with_what_the_sealed_one_says(
        self, manager: httpx.AsyncClient, document: str
    ) -> None:
        first = await manager.post(f"{document}/void", json={"reason": REASON})
        again = await manager.post(f"{document}/void", json={"reason": REASON})

        assert body_of(first)["void_reason"] == REASON
        assert body_of(again) == body_of(first)
        refused(await manager.post(f"{document}/void", json={"reason": "Otherwise."}), 409, "record_voided")

    async def test_a_reason_for_what_belongs_to_no_person_stays_clear(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        made = await created(manager, "/v1/organisations", an_organisation())
        await manager.post(f"/v1/organisations/{made['id']}/void", json={"reason": "Closed."})

        kept = await rows(app, "SELECT void_reason FROM organisation WHERE id = :id", id=UUID(made["id"]))
        assert kept == [("Closed.",)]

    async def test_a_facility_voids_its_episode_under_the_key_of_its_patient(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        facility = (await created(manager, "/v1/organisations", an_organisation()))["id"]
        patient = await posted_person(manager)
        episode = an_episode(modality="facility", provider_id=facility)
        await created(manager, f"/v1/persons/{patient}/episodes", episode)
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(facility))

        address = f"/v1/persons/{patient}/episodes/{episode['id']}"
        voided = await officer.post(f"{address}/void", json={"reason": REASON})

        assert body_of(voided)["void_reason"] == REASON
        assert body_of(await manager.get(address))["void_reason"] == REASON


class TestPrice:
    async def test_what_has_nothing_sealed_asks_for_no_key(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person = await posted_person(manager)
        with statements(app) as asked:
            await created(manager, f"/v1/persons/{person}/episodes", an_episode())

        assert asked
        assert [statement for statement in asked if "person_key" in statement] == []

    async def test_a_page_asks_once(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        for _ in range(3):
            await posted_person(manager, unit_code="22240", phone=PHONE)
        with statements(app) as asked:
            page = body_of(await manager.get("/v1/persons?unit=22240"))["items"]

        assert [item["phone"] for item in page].count(PHONE) == 3
        assert keys_asked_for(asked) == 1

    async def test_a_new_person_s_key_is_written_and_not_asked_for(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        body = a_person(phone=PHONE)
        body["residence"]["address"] = ADDRESS
        with statements(app) as asked:
            await created(manager, "/v1/persons", body)

        assert [sum("person_key" in statement for statement in asked), keys_asked_for(asked)] == [1, 0]

    async def test_a_person_s_keys_are_asked_for_once_in_a_request(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body
    ) -> None:
        residence = await created(manager, f"/v1/persons/{person['id']}/residences", a_residence(address=ADDRESS))
        with statements(app) as asked:
            address = f"/v1/persons/{person['id']}/residences/{residence['id']}"
            await manager.patch(
                address,
                json={"address": "8 ngõ Mẫu"},
                headers={"If-Match": '"v1-residence"', "Content-Type": "application/merge-patch+json"},
            )

        assert keys_asked_for(asked) == 1


def test_what_is_opened_is_no_row() -> None:
    opened = Opened(a_person_row(full_name="Mẫu"), {"phone": PHONE})

    assert (opened.phone, opened.full_name) == (PHONE, "Mẫu")
    with pytest.raises(AttributeError):
        opened.absent  # noqa: B018 - the access is the test
